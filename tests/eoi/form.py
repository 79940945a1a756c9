"""Form data of the Expression of Interest, and the text of its pages."""

import html
import re
from datetime import timedelta
from functools import cache

from django.http import QueryDict
from django.utils import timezone

from eoi.forms.expression import ExpressionOfInterestForm
from eoi.services.spam_check import signed_start_time
from tests.factories import CallFactory
from tests.hostile.pages import Page

FORM = "/en/expression-of-interest/"
CHECK = "/en/expression-of-interest/check/"
RECEIVED = "/en/expression-of-interest/received/"

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
    """The form data as a dict for the test client. None leaves a field out."""
    key = {**ANSWERS, **changes}["submission_key"]
    answers = {**ANSWERS, "started": started_for(key), **changes}
    return {name: value for name, value in answers.items() if value is not None}


@cache
def started_for(key):
    """The hidden field of a form that was opened an hour ago, the same each time it is posted."""
    return signed_start_time(key or "", at=timezone.now() - timedelta(hours=1))


def query(**changes):
    """The form data as a QueryDict for the form."""
    data = QueryDict(mutable=True)
    for name, value in posted(**changes).items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data


def make_call(*, opens=-7, closes=7, grace_ends=8, **facts):
    """A call whose dates are days from now."""
    now = timezone.now()
    return CallFactory(
        opens_at=now + timedelta(days=opens),
        closes_at=now + timedelta(days=closes),
        grace_ends_at=now + timedelta(days=grace_ends),
        **facts,
    )


def text_of(response):
    return html.unescape(response.content.decode())


def words_of(response):
    """The text of a page, without markup."""
    return " ".join(re.sub("<[^>]+>", " ", text_of(response)).split())


def whole_answer(response):
    """What two answers must have alike, so that neither tells more than the other."""
    return words_of(response), response.status_code, {*response.headers} - {"Set-Cookie"}


def value_of(response, name):
    """The value of an input or textarea, as a browser would send it."""
    page = response.content.decode()
    if area := re.search(
        rf'<textarea[^>]* ?name="{name}"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL
    ):
        return html.unescape(area[1])
    inputs = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page)
    value = re.search(r'value="([^"]*)"', inputs[0], re.DOTALL) if inputs else None
    return html.unescape(value[1]) if value else ""


def carried_by(response):
    """The hidden fields of a page, as a browser would send them."""
    carried = {}
    for name, value in re.findall(
        r'<input type="hidden" name="(\w+)" value="([^"]*)"', response.content.decode()
    ):
        carried.setdefault(name, []).append(html.unescape(value))
    carried.pop("csrfmiddlewaretoken", None)
    return carried


def codes(**changes):
    """The error codes by field."""
    form = ExpressionOfInterestForm(query(**changes))
    return {
        name: [error.code for error in errors] for name, errors in form.errors.as_data().items()
    }


def cleaned(**changes):
    form = ExpressionOfInterestForm(query(**changes))
    assert form.errors == {}
    return form.cleaned_data


def fields_of(response, path=FORM, **changes):
    """The form data of a page, as a browser would send it, with some changes."""
    fields = Page(response).fields_of(path)
    sent = {name: [value.decode() for value in values] for name, values in fields.items()}
    for button in ("csrfmiddlewaretoken", "save", "switch"):
        sent.pop(button, None)
    return {**sent, **changes}
