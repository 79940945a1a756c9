"""Saved drafts and their pages."""

from datetime import timedelta

from django.utils import timezone

from core.autosave import Page as FormPage
from eoi.forms.drafts import storable_data
from eoi.models import EoiDraft
from eoi.services.autosave import autosave_form
from eoi.services.drafts import save_draft
from members.services.private_links import token_for_object
from tests.eoi.form import ANSWERS, FORM, make_call, query
from tests.hostile.pages import Page

SAVE = "/en/expression-of-interest/draft/"
TO = {"link_to": "wanjiku@example.org"}
DAY = timedelta(days=1)


def page_of(draft, page="", language="en"):
    return f"/{language}/expression-of-interest/draft/{token_for_object(draft)}/{page}"


def saved(call=None, language="en", at=None, **changes):
    """A draft of the answers, saved now."""
    return save_draft(
        submission_key=changes.pop("submission_key", ANSWERS["submission_key"]),
        call=call or make_call(),
        email="wanjiku@example.org",
        language=language,
        form_data=storable_data(query(**changes)),
        at=at or timezone.now(),
    )


def saved_again(draft, *, at, version=None, **facts):
    """Save a draft as its page does, with one other answer."""
    shown = {"call": draft.call, "form_data": "acronym=X"}
    autosave_form(
        submission_key=draft.submission_key,
        language="en",
        page=FormPage("", draft.version if version is None else version),
        network="",
        at=at,
        **{**shown, **facts},
    )


def form_of(client, draft, **changes):
    """The form data of a draft's page, with some changes."""
    fields = Page(client.get(page_of(draft))).fields_of(FORM)
    sent = {name: [value.decode() for value in values] for name, values in fields.items()}
    return {**sent, **changes}


def versions():
    return list(EoiDraft.objects.order_by("pk").values_list("pk", "version", "form_data"))
