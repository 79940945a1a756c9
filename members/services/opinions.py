"""Ask a colleague for an opinion on a member. The member itself does not change.

Each function locks the member, as a decision does, so that nobody answers a request that a
decision has just closed.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Refused, lock
from members.models import Member, OpinionRequest, TimelineEntry, TimelineKind
from members.services.exceptions import lock_undecided
from members.services.letters.opinions import (
    cancel_opinion_request,
    notify_of_opinion,
    resend_cancelled_request,
    send_opinion_request,
)
from members.services.timeline import add_entry

MAX_QUESTION_LENGTH: Final = 2_000
MAX_OPINION_LENGTH: Final = 10_000


@transaction.atomic
def ask_opinion(
    *,
    member: Member,
    asked_of: User,
    question: str,
    by: User,
    at: datetime,
    version: int | None = None,
) -> TimelineEntry:
    """Ask a colleague for an opinion on an undecided member, and write to them.

    The member's version does not change. The timeline entry has the name of the colleague, then
    the question.

    Raises WrongStatus, Conflict and Refused (asked_oneself, cannot_be_asked, already_asked, empty,
    too_long).
    """
    lock_undecided(member, version)
    if asked_of == by:
        raise Refused(
            _("Choose a colleague. You can write your own view as a note."), code="asked_oneself"
        )
    if not (asked_of.is_active and asked_of.is_staff):
        raise Refused(
            _("%(name)s has no active staff account and cannot answer.") % {"name": asked_of},
            code="cannot_be_asked",
        )
    question = _checked(question, MAX_QUESTION_LENGTH)
    if member.opinion_requests.open().filter(asked_of=asked_of).exists():
        raise Refused(
            _("%(name)s was already asked and has not answered yet.") % {"name": asked_of},
            code="already_asked",
        )

    opinion = OpinionRequest.objects.create(
        member=member, asked_of=asked_of, asked_by=by, asked_at=at, question=question
    )
    note = f"{asked_of}\n{question}"
    entry = add_entry(member, TimelineKind.OPINION_ASKED, by=by, at=at, note=note)
    send_opinion_request(opinion)
    return entry


@transaction.atomic
def answer_opinion(
    *, opinion: OpinionRequest, answer: str, recommendation: str = "", by: User, at: datetime
) -> TimelineEntry:
    """Give the opinion that one was asked for, once, and write to the person who asked.

    Raises Refused (not_asked_of_you, request_ended, empty, too_long).
    """
    member = _lock_with_member(opinion)
    if opinion.asked_of_id != by.pk:
        raise Refused(_("This opinion is asked of somebody else."), code="not_asked_of_you")
    _check_open(opinion)

    opinion.answer = _checked(answer, MAX_OPINION_LENGTH)
    opinion.recommendation = recommendation
    opinion.answered_at = at
    opinion.save(update_fields=["answer", "recommendation", "answered_at"])

    entry = add_entry(member, TimelineKind.OPINION_GIVEN, by=by, at=at, note=opinion.answer)
    cancel_opinion_request(opinion, at=at)
    notify_of_opinion(opinion, at=at)
    return entry


@transaction.atomic
def withdraw_opinion_request(*, opinion: OpinionRequest, by: User, at: datetime) -> TimelineEntry:
    """Withdraw an open request. The colleague no longer sees the member, and gets no email.

    Raises Refused (request_ended).
    """
    member = _lock_with_member(opinion)
    _check_open(opinion)

    opinion.withdrawn_at = at
    opinion.withdrawn_by = by
    opinion.save(update_fields=["withdrawn_at", "withdrawn_by"])

    cancel_opinion_request(opinion, at=at)
    note = str(opinion.asked_of)
    return add_entry(member, TimelineKind.OPINION_REQUEST_WITHDRAWN, by=by, at=at, note=note)


def close_opinion_requests(member: Member, *, at: datetime) -> None:
    """Close the open requests of a locked member that is decided or withdrawn.

    It is part of that step, which is on the timeline.
    """
    for opinion in member.opinion_requests.open().order_by("pk"):
        opinion.closed_at = at
        opinion.save(update_fields=["closed_at"])
        cancel_opinion_request(opinion, at=at)


def restore_opinion_requests(
    member: Member, *, closed_at: Collection[datetime], at: datetime
) -> None:
    """Open the requests of a locked member again that undone decisions closed at these times.

    If a colleague was asked again since then, that newer request is the open one.
    """
    asked = set(member.opinion_requests.open().values_list("asked_of", flat=True))
    for opinion in member.opinion_requests.filter(closed_at__in=closed_at).order_by("-pk"):
        if opinion.asked_of_id not in asked:
            asked.add(opinion.asked_of_id)
            opinion.closed_at = None
            opinion.save(update_fields=["closed_at"])
            resend_cancelled_request(opinion, at=at)


def _lock_with_member(opinion: OpinionRequest) -> Member:
    """Lock the member of a request, then the request, and return the member."""
    member = opinion.member
    lock(member)
    lock(opinion)
    opinion.member = member
    return member


def _check_open(opinion: OpinionRequest) -> None:
    """Raise Refused (request_ended) if a request is no longer open. The message says why."""
    if opinion.is_open:
        return
    if opinion.answered_at:
        sentence = _("This request was already answered.")
    elif opinion.withdrawn_at:
        sentence = _("This request was withdrawn.")
    else:
        sentence = _("This expression of interest no longer waits for a decision.")
    raise Refused(sentence, code="request_ended")


def _checked(text: str, max_length: int) -> str:
    """Return a text without white space at both ends. Raises Refused (empty, too_long)."""
    text = text.strip()
    if not text:
        raise Refused(_("Enter a text."), code="empty")
    if len(text) > max_length:
        raise Refused(
            _("Shorten the text to at most %(number)d characters.") % {"number": max_length},
            code="too_long",
        )
    return text
