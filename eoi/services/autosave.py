"""The text of each posted form, which is kept as a draft until the form is sent or cleared."""

from datetime import datetime
from functools import cache, partial
from typing import NamedTuple

from django.db import transaction
from django.http import QueryDict

from core.autosave import Draft, Outcome, Page, autosave
from eoi.models import EoiDraft
from eoi.models.draft import EoiDraftQuerySet
from eoi.services.drafts import (
    KEPT_FORM_LIFETIME,
    check_length,
    check_unsent,
    delete_row,
    lifetime_of,
    retried_if_begun,
    save_next_version,
    time_zone_in,
)
from eoi.services.spam_check import count_kept_form
from members.models import Call, Member
from members.services.conflicts import first_version


class SavedForm(NamedTuple):
    """The draft that keeps a form, and whether the text was kept beside another version."""

    draft: EoiDraft
    is_other_version: bool = False


def kept_form(submission_key: str, *, at: datetime) -> EoiDraft | None:
    """Return the unsent draft with a key, if there is one, with its call."""
    return _unsent_drafts().kept_at(at).filter(submission_key=submission_key).first()


@cache
def _unsent_drafts() -> EoiDraftQuerySet:
    """Return the query without the rows: building it takes as long as reading a row."""
    return EoiDraft.objects.unsent().select_related("call")


def is_submitted(submission_key: str) -> bool:
    """Return whether the form with a key was sent."""
    return Member.objects.filter(submission_key=submission_key).exists()


def autosave_form(
    *,
    submission_key: str,
    call: Call,
    language: str,
    form_data: str,
    page: Page,
    network: str,
    at: datetime,
) -> SavedForm:
    """Keep a posted form in the draft with its key, and extend the expiry of the draft.

    `core.autosave` says what becomes of the text if another page saved another one.

    Raises TooLong, AlreadySubmitted, ThirdVersion if there is another version already, and
    TooManyAttempts if a network begins too many drafts.
    """
    keep = partial(
        _autosave_form,
        submission_key=submission_key,
        call=call,
        language=language,
        form_data=form_data,
        page=page,
        network=network,
        at=at,
    )
    return retried_if_begun(submission_key, keep)


@transaction.atomic
def clear_form(*, submission_key: str) -> None:
    """Delete the draft of a form, unless it has an address: its owner has the link."""
    drafts = EoiDraft.objects.filter(email="", submission_key=submission_key)
    for draft in drafts.select_for_update():
        delete_row(draft)


@transaction.atomic
def _autosave_form(
    *,
    submission_key: str,
    call: Call,
    language: str,
    form_data: str,
    page: Page,
    network: str,
    at: datetime,
) -> SavedForm:
    check_length(form_data)
    check_unsent(submission_key)
    draft = EoiDraft.objects.select_for_update().filter(submission_key=submission_key).first()
    if draft is not None and draft.expires_at <= at:
        delete_row(draft)
        draft = None
    if draft is None:
        count_kept_form(network=network, at=at)
        draft = EoiDraft.objects.create(
            submission_key=submission_key,
            call=call,
            announced_closes_at=call.closes_at,
            announced_grace_ends_at=call.grace_ends_at,
            language=language,
            time_zone=time_zone_in(QueryDict(form_data, encoding="utf-8")),
            form_data=form_data,
            started_at=at,
            saved_at=at,
            expires_at=at + KEPT_FORM_LIFETIME,
            saved_page=page.name,
            version=first_version(at),
        )
        return SavedForm(draft)
    kept, outcome = autosave(_stored(draft), form_data, page=page, at=at)
    draft.other_data, draft.other_page = kept.other or "", kept.other_page
    if outcome is Outcome.SAVED:
        save_next_version(
            draft,
            call=call if call.is_open_at(at) else None,
            language=language,
            form_data=form_data,
            page=page.name,
            at=at,
        )
    elif outcome is Outcome.KEPT_BESIDE:
        draft.expires_at = max(draft.expires_at, at + lifetime_of(draft))
        draft.save(update_fields=["other_data", "other_page", "expires_at"])
    return SavedForm(draft, is_other_version=outcome is Outcome.KEPT_BESIDE)


def _stored(draft: EoiDraft) -> Draft[str]:
    return Draft(
        text=draft.form_data,
        version=draft.version,
        page=draft.saved_page,
        saved_at=draft.saved_at,
        other=draft.other_data or None,
        other_page=draft.other_page,
    )
