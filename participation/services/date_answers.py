"""Answers to date polls: the only code that records them, and how many there are."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, Prefetch
from django.utils.translation import gettext as _

from core.conflicts import NothingChanged, Refused, lock
from members.models import FocalPoint
from members.services.participants import lock_participant, participants, with_member_as_shown
from members.services.private_links import InvalidLink, LinkPurpose, focal_point_and_poll_of
from participation.models import DateAnswer, DateChoice, DatePoll, DateProposal, DateReply


class NotAsked(Refused):
    """The poll is of another working group, or the person no longer has the role."""

    def __init__(self) -> None:
        super().__init__(
            _("Your answers were not saved. You are not, or no longer, asked about these dates.")
        )


class PollOver(Refused):
    """A date was taken, the poll was closed, or all of its dates have passed."""

    def __init__(self) -> None:
        super().__init__(
            _("Your answers were not saved. The search for a date has ended in the meantime.")
        )


@dataclass(frozen=True)
class DateCounts:
    """How many members gave each answer about a date."""

    yes: int = 0
    if_need_be: int = 0
    no: int = 0


@dataclass(frozen=True)
class MyPoll:
    """A poll that a person can answer, in one of their roles."""

    poll: DatePoll
    person: FocalPoint
    is_answered: bool


@transaction.atomic
def answer_date_poll(
    *,
    poll: DatePoll,
    choices: Mapping[int, DateChoice],
    word: str,
    by: FocalPoint,
    at: datetime,
) -> DateReply:
    """Record which dates of a poll suit a focal point. It can be changed until a date is taken.

    `choices` has an answer for each date to come, by primary key; others are left out.

    Raises NotAsked, PollOver, NothingChanged, and Refused (dates_missing).
    """
    # Locked in this order, so that no answer is saved while the role is handed over or the member
    # withdraws, or while a date is taken.
    person = lock_participant(by, at=at)
    lock(poll)
    is_theirs = person is not None and person.link_version == by.link_version
    if person is None or not is_theirs or person.member.focus_area_id != poll.focus_area_id:
        raise NotAsked
    to_come = dates_to_come(poll, at=at)
    if not poll.is_open or not to_come:
        raise PollOver
    chosen = {each.pk: choices[each.pk] for each in to_come if each.pk in choices}
    if len(chosen) < len(to_come):
        raise Refused(_("Answer for each of the dates."), code="dates_missing")

    reply = own_reply(poll, person) or DateReply(
        poll=poll, focal_point=person, link_version=person.link_version
    )
    given = choices_of(reply)
    if reply.pk and reply.word == word and given | chosen == given:
        raise NothingChanged
    reply.word, reply.replied_at = word, at
    reply.save()
    DateAnswer.objects.bulk_create(
        (DateAnswer(reply=reply, proposal_id=pk, choice=choice) for pk, choice in chosen.items()),
        update_conflicts=True,
        unique_fields=["reply", "proposal"],
        update_fields=["choice"],
    )
    return reply


def dates_to_come(poll: DatePoll, *, at: datetime) -> list[DateProposal]:
    """Return the dates of a poll that have not passed, in order."""
    return list(poll.proposals.filter(starts_at__gt=at).order_by("starts_at", "pk"))


def own_reply(poll: DatePoll, person: FocalPoint) -> DateReply | None:
    """Return the reply of the present holder of a role, if there is one."""
    return DateReply.objects.filter(
        poll=poll, focal_point=person, link_version=person.link_version
    ).first()


def choices_of(reply: DateReply | None) -> dict[int, DateChoice]:
    """Return the answers of a reply by date; empty without a reply."""
    if reply is None or reply.pk is None:
        return {}
    return {each.proposal_id: DateChoice(each.choice) for each in reply.answers.all()}


def poll_of_link(token: str, *, at: datetime) -> tuple[DatePoll, FocalPoint]:
    """Return the poll of a private link, and the person for whom it was made.

    Raises InvalidLink, also if the organisation has left the working group.
    """
    focal_point, uid = focal_point_and_poll_of(token, LinkPurpose.DATE_POLL)
    people = participants().filter(pk=focal_point.pk).select_related("member__focus_area")
    shown = with_member_as_shown(people, at=at)
    poll = DatePoll.objects.select_related("focus_area", "meeting").filter(uid=uid).first()
    if not shown or poll is None or shown[0].member.focus_area_id != poll.focus_area_id:
        raise InvalidLink
    return poll, shown[0]


def my_polls(people: Sequence[FocalPoint], *, at: datetime) -> list[MyPoll]:
    """Return the open polls of a person's working groups for each role, in at most two queries.

    Who was admitted after the poll was sent is asked here, too.
    """
    areas = {person.member.focus_area_id for person in people}
    polls = list(
        DatePoll.objects.answerable(at).filter(focus_area__in=areas).select_related("focus_area")
    )
    if not polls:
        return []
    rows = DateReply.objects.filter(poll__in=polls, focal_point__in=people)
    answered = {*rows.values_list("poll", "focal_point", "link_version")}
    return [
        MyPoll(poll, person, (poll.pk, person.pk, person.link_version) in answered)
        for poll in polls
        for person in people
        if person.member.focus_area_id == poll.focus_area_id
    ]


def date_counts(polls: Iterable[DatePoll]) -> dict[int, DateCounts]:
    """Return the number of answers about each date of some polls, by date, in one query.

    As with RSVPs, those of former holders of a role and of former members do not count.
    """
    rows = (
        DateAnswer.objects.filter(
            reply__poll__in=list(polls),
            reply__link_version=F("reply__focal_point__link_version"),
            reply__focal_point__in=participants(),
            reply__focal_point__member__focus_area=F("reply__poll__focus_area"),
        )
        .order_by()
        .values_list("proposal", "choice")
        .annotate(number=Count("pk"))
    )
    numbers: dict[int, Counter[str]] = defaultdict(Counter)
    for proposal, choice, number in rows:
        numbers[proposal][choice] = number
    return {
        proposal: DateCounts(
            counted[DateChoice.YES], counted[DateChoice.IF_NEED_BE], counted[DateChoice.NO]
        )
        for proposal, counted in numbers.items()
    }


def current_replies(poll: DatePoll) -> list[DateReply]:
    """Return the replies that count, each with its answers, by organisation, in two queries."""
    people = participants().filter(member__focus_area=poll.focus_area_id)
    replies = poll.replies.filter(
        focal_point__in=people, link_version=F("focal_point__link_version")
    )
    return list(
        replies.select_related("focal_point__member")
        .prefetch_related(Prefetch("answers", DateAnswer.objects.order_by("proposal__starts_at")))
        .order_by("focal_point__member__organisation_name", "focal_point__is_alternate", "pk")
    )
