"""Links with which the person who may sign reads a draft, and confirmations of its answers.

A confirmation is for the exact answers that the person read. It does not count for other answers.
It is also the authorisation of the person who filled in the form.
"""

import hashlib
import json
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.conflicts import Refused, lock
from core.dates import GENEVA, format_datetime
from eoi.models import EoiDraft, SignOff
from eoi.services.drafts import DraftNotFound, member_of_submission
from eoi.services.letters import send_confirmation_notice, send_submission_notice
from members.models import NOTE_LANGUAGE, Member, TimelineEntry, TimelineKind
from members.services.intake import receive_expression_of_interest
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


class Signatory(NamedTuple):
    """Who confirms the answers of a draft, and the digest of the answers that they read."""

    name: str
    position: str
    seen: str


class NotConfirmed(Refused):
    """Somebody else signs, but has not confirmed exactly these answers."""

    def __init__(self) -> None:
        super().__init__(
            _("Nobody has confirmed these answers yet. Show them to the person who may sign.")
        )


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
    """Record who confirms the answers of a draft, and tell its owner.

    `seen` is the digest of the answers on the page. A confirmation of earlier answers is replaced.

    Raises AnswersChanged and AlreadyConfirmed, and DraftNotFound and InvalidLink if the draft was
    sent or deleted, or the link revoked, meanwhile.
    """
    kept = _confirm(sign_off, Signatory(name, position, seen), at)
    if kept.draft.is_written_to:
        send_confirmation_notice(kept.draft, at=at)
    return kept


@transaction.atomic
def confirm_and_send(
    *, sign_off: SignOff, signatory: Signatory, typed: QueryDict, at: datetime, **answers: Any
) -> Member:
    """Record who confirms the answers of a draft, send them, and tell the owner of the draft.

    `typed` are the answers as typed, and `answers` the other keywords of
    `receive_expression_of_interest`.

    Raises like `confirm_answers()`, and CallClosed and SubmittedWithOtherAnswers. Then nothing is
    confirmed either.
    """
    draft = _confirm(sign_off, signatory, at).draft
    if digest_of(typed) != signatory.seen:
        raise AnswersChanged
    member = receive_expression_of_interest(at=at, **answers)
    keep_confirmation(member=member, answers=typed, at=at)
    # Nobody is written to before an officer has checked what seems to come from a robot.
    if draft.is_written_to and not member.is_unacknowledged:
        send_submission_notice(draft, member, at=at)
    return member


@transaction.atomic
def send_confirmed(*, typed: QueryDict, at: datetime, **answers: Any) -> Member:
    """Send answers that somebody else signs, for the owner of their draft.

    `typed` are the answers as typed, and `answers` the other keywords of
    `receive_expression_of_interest`.

    Raises NotConfirmed, and CallClosed and SubmittedWithOtherAnswers.
    """
    key = answers["submission_key"]
    if member_of_submission(key) is None:
        # Locked, so that the link is not revoked meanwhile.
        sign_offs = SignOff.objects.select_for_update().filter(draft__submission_key=key)
        sign_off = sign_offs.first()
        if sign_off is None or not is_confirmed(sign_off, typed):
            raise NotConfirmed
    return receive_expression_of_interest(at=at, **answers)


def sent_by_signer(token: str, *, seen: str) -> Member | None:
    """Return the member that was created when the answers were confirmed, if it was sent."""
    try:
        confirmed = SignOff.objects.exclude(confirmed_at=None).filter(answers_digest=seen)
        sign_off = row_of(token, confirmed.select_related("draft"))
    except InvalidLink:
        return None
    return member_of_submission(sign_off.draft.submission_key)


def _confirm(sign_off: SignOff, signatory: Signatory, at: datetime) -> SignOff:
    """Record who confirms the answers of a draft, as `confirm_answers()` says."""
    draft = sign_off.draft
    # Locked, so that no answer changes while it is confirmed.
    _lock(draft, at)
    # The lock is that of the draft, because its owner revokes the link under it.
    kept = SignOff.objects.filter(pk=sign_off.pk, link_secret=sign_off.link_secret).first()
    if kept is None:
        raise InvalidLink
    if is_confirmed(kept, draft.answers):
        raise AlreadyConfirmed(kept)
    if digest_of(draft.answers) != signatory.seen:
        raise AnswersChanged

    kept.name, kept.position = signatory.name, signatory.position
    kept.confirmed_at, kept.answers_digest = at, signatory.seen
    kept.save(update_fields=["name", "position", "confirmed_at", "answers_digest"])
    kept.draft = draft
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
        draft.refresh_from_db(from_queryset=EoiDraft.objects.kept_at(at).select_for_update())
    except EoiDraft.DoesNotExist as refused:
        raise DraftNotFound from refused
    # A query of its own: PostgreSQL evaluates a subquery before it waits for the lock.
    if member_of_submission(draft.submission_key):
        raise DraftNotFound
