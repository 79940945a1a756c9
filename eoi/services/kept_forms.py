"""The text of each posted form, which is kept as a draft until the form is sent or cleared."""

from datetime import datetime
from functools import cache, partial
from typing import NamedTuple

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from core.conflicts import Refused
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


class ThirdVersion(Refused):
    """The draft already keeps two versions of the form, and this is another one."""

    def __init__(self) -> None:
        super().__init__(_("This form was changed in several windows or on several devices."))


class KeptForm(NamedTuple):
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


def keep_form(
    *,
    submission_key: str,
    call: Call,
    language: str,
    form_data: str,
    version: int,
    page: str,
    is_other: bool = False,
    network: str,
    at: datetime,
) -> KeptForm:
    """Keep a posted form in the draft with its key, and extend the expiry of the draft.

    `page` is the page that was posted, and `version` the version that it showed. If another page
    saved another text since then, the posted text is kept beside it as the other version. If the
    page showed the other version (`is_other`), the two change places. A text that a page posted
    before the one that is kept from it changes nothing.

    Raises TooLong, AlreadySubmitted, ThirdVersion if there is another version already, and
    TooManyAttempts if a network begins too many drafts.
    """
    keep = partial(
        _keep_form,
        submission_key=submission_key,
        call=call,
        language=language,
        form_data=form_data,
        version=version,
        page=page,
        is_other=is_other,
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
def _keep_form(
    *,
    submission_key: str,
    call: Call,
    language: str,
    form_data: str,
    version: int,
    page: str,
    is_other: bool = False,
    network: str,
    at: datetime,
) -> KeptForm:
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
            saved_page=page,
            version=first_version(at),
        )
        return KeptForm(draft)
    if page and page == draft.saved_page and at < draft.saved_at:
        # A page that is left saves again without waiting, and the later text has come first.
        return KeptForm(draft)
    is_seen = version == draft.version or (page and page == draft.saved_page)
    if is_seen or form_data == draft.form_data:
        # A page that saves again has changed places already.
        if is_other and not (page and page == draft.saved_page):
            draft.other_data, draft.other_page = draft.form_data, draft.saved_page
        save_next_version(
            draft,
            call=call if call.is_open_at(at) else None,
            language=language,
            form_data=form_data,
            page=page,
            at=at,
        )
        return KeptForm(draft)
    is_from_its_page = page and page == draft.other_page
    if draft.other_data not in ("", form_data) and not is_from_its_page:
        raise ThirdVersion
    draft.other_data, draft.other_page = form_data, page
    draft.expires_at = max(draft.expires_at, at + lifetime_of(draft))
    draft.save(update_fields=["other_data", "other_page", "expires_at"])
    return KeptForm(draft, is_other_version=True)
