"""Links with which the person who may sign reads a draft, and confirmations of its answers.

A confirmation is for the exact answers that the person read. It does not count for other answers.
"""

import hashlib
import json
from datetime import datetime

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.conflicts import Refused, lock
from core.dates import GENEVA, format_datetime
from eoi.models import EoiDraft, SignOff
from eoi.services.drafts import DraftNotFound
from members.models import NOTE_LANGUAGE, Member, TimelineEntry, TimelineKind
from members.services.private_links import (
    InvalidLink,
    private_address,
    row_of,
    token_for_object,
)
from members.services.question import Kind
from members.services.questions import QUESTIONS
from members.services.timeline import add_entry


class AnswersChanged(Refused):
    """The answers were changed after the person opened the page."""

    def __init__(self) -> None:
        super().__init__(
            _("The answers were changed after you opened this page. Read them again below.")
        )


class AlreadyConfirmed(Refused):
    """These answers were confirmed before."""

    def __init__(self, sign_off: SignOff) -> None:
        super().__init__(_("%(name)s has confirmed these answers.") % {"name": sign_off.name})


def sign_off_of(token: str, *, at: datetime) -> SignOff:
    """Return the row of a token, with its draft. Raises InvalidLink, also once it has ended."""
    return row_of(token, SignOff.objects.open_at(at).select_related("draft__call"))


def sign_off_address(sign_off: SignOff) -> str:
    """Return the absolute private URL at which a draft is read and confirmed."""
    name = "eoi:confirm_answers"
    return private_address(name, token_for_object(sign_off), sign_off.draft.language)


def digest_of(answers: QueryDict) -> str:
    """Return the SHA-256 of typed answers.

    Time zones are left out: the check page may still ask for them, and they only concern our mail.
    """
    given = {
        question.name: sorted(
            value.replace("\r\n", "\n").strip() for value in answers.getlist(question.name) if value
        )
        for question in QUESTIONS
        if question.kind is not Kind.TIME_ZONE
    }
    spelled = json.dumps(given, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(spelled.encode()).hexdigest()


def is_confirmed(sign_off: SignOff, answers: QueryDict) -> bool:
    """Return whether the confirmation counts for some answers."""
    return sign_off.confirmed_at is not None and sign_off.answers_digest == digest_of(answers)


@transaction.atomic
def make_link(*, draft: EoiDraft, at: datetime) -> SignOff:
    """Make the link to read a draft, if it has none. Raises DraftNotFound."""
    _lock(draft, at)
    existing = SignOff.objects.filter(draft=draft).first()
    return existing or SignOff.objects.create(draft=draft, made_at=at)


@transaction.atomic
def revoke_link(*, draft: EoiDraft, at: datetime) -> None:
    """Delete the link of a draft with its confirmation. Raises DraftNotFound and InvalidLink."""
    _lock(draft, at)
    deleted, _rows = SignOff.objects.filter(draft=draft).delete()
    if not deleted:
        raise InvalidLink


@transaction.atomic
def confirm_answers(
    *, sign_off: SignOff, name: str, position: str, seen: str, at: datetime
) -> SignOff:
    """Record who confirms the answers of a draft. `seen` is the digest of those on the page.

    A confirmation of earlier answers is replaced.

    Raises AnswersChanged and AlreadyConfirmed, and DraftNotFound and InvalidLink if the draft was
    sent or deleted, or the link revoked, meanwhile.
    """
    draft = sign_off.draft
    # Locked, so that no answer changes while it is confirmed.
    _lock(draft, at)
    # The lock is that of the draft, because its owner revokes the link under it.
    kept = SignOff.objects.filter(pk=sign_off.pk, link_secret=sign_off.link_secret).first()
    if kept is None:
        raise InvalidLink
    if is_confirmed(kept, draft.answers):
        raise AlreadyConfirmed(kept)
    if digest_of(draft.answers) != seen:
        raise AnswersChanged

    kept.name, kept.position = name, position
    kept.confirmed_at, kept.answers_digest = at, seen
    kept.save(update_fields=["name", "position", "confirmed_at", "answers_digest"])
    return kept


def keep_confirmation(*, member: Member, answers: QueryDict, at: datetime) -> TimelineEntry | None:
    """Record on a sent member's timeline who confirmed its answers, if they are those sent.

    The draft with the confirmation is deleted later.
    """
    sign_off = SignOff.objects.filter(draft__submission_key=member.submission_key).first()
    if sign_off is None or not is_confirmed(sign_off, answers):
        return None
    with override(NOTE_LANGUAGE):
        confirmed_at = format_datetime(sign_off.confirmed_at or at, GENEVA)
        note = f"{sign_off.name}\n{sign_off.position}\n{confirmed_at}"
    kind = TimelineKind.ANSWERS_CONFIRMED
    with transaction.atomic():
        # Locked, because the same form may be sent twice.
        lock(member)
        if member.timeline.filter(kind=kind).exists():
            return None
        return add_entry(member, kind, by=None, at=at, note=note)


def _lock(draft: EoiDraft, at: datetime) -> None:
    """Refresh and lock a draft. Raises DraftNotFound, also if it was sent."""
    try:
        draft.refresh_from_db(
            from_queryset=EoiDraft.objects.kept_at(at).unsent().select_for_update()
        )
    except EoiDraft.DoesNotExist as refused:
        raise DraftNotFound from refused
