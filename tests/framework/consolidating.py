"""A closed draft whose amendments are answered at the desk, and what a browser posts there."""

from datetime import timedelta

from django.urls import reverse

from tests.factories import NOON, AmendmentFactory, FrameworkDraftFactory, WordingFactory

OVERVIEW = "admin:framework_framework_change"


def a_closed_draft():
    """A closed draft of the first focus area with two actions."""
    draft = FrameworkDraftFactory(number=2, closes_at=NOON)
    WordingFactory(draft=draft, text_en="Connect every school.")
    WordingFactory(draft=draft, text_en="Publish prices.")
    return draft


def amend(closed, position=1, *, at=NOON - timedelta(days=1), **facts):
    paragraph = closed.wordings.get(position=position).paragraph
    return AmendmentFactory(draft=closed, paragraph=paragraph, sent_at=at, **facts)


def address(amendment, kind="", page="consolidate"):
    framework, key = amendment.draft.framework, amendment.paragraph.key
    path = reverse(f"admin:framework_framework_{page}", args=[framework.pk, key])
    return f"{path}?proposal={amendment.pk}&answer={kind}" if kind else path


def form_of(response):
    """What a browser would send of the form as it is shown."""
    form = response.context["form"]
    values = {field.html_name: field.value() for field in form}
    return {name: value for name, value in values.items() if value is not None}


def post(client, amendment, kind, **typed):
    """Open the form of an answer, type into it, and send it."""
    page = address(amendment, kind)
    return client.post(page, {**form_of(client.get(page)), "decide": "1", **typed})
