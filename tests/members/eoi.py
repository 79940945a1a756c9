"""Answers to the Expression of Interest as a browser sends them."""

from django.http import QueryDict

ANSWERS = {
    "submission_key": "key-of-the-form",
    "organisation_name": "Ministry of Digital Affairs",
    "category": "member_state",
    "country": "KE",
    "focus_area": "connecting-people-everywhere",
    "role": "participant",
    "motivation": "We want to connect every school.",
    "given_name": "Wanjikũ",
    "family_name": "Ng’ang’a",
    "position": "Director",
    "email": "wanjiku@example.org",
    "language": "en",
    "is_authorised": "on",
    "privacy_consent": "on",
}


def posted(**changes):
    """What is posted, as a dict for the test client; None leaves a field out."""
    return {name: value for name, value in {**ANSWERS, **changes}.items() if value is not None}


def query(**changes):
    """The same as a QueryDict, for the form."""
    data = QueryDict(mutable=True)
    for name, value in posted(**changes).items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data
