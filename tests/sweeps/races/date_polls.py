"""Two concurrent calls about one date poll: taken, closed, answered or begun twice."""

from functools import partial

from core.conflicts import NothingChanged
from focus_areas.models import FocusArea
from meetings.models import Meeting
from members.models import FocalPoint, TimelineEntry
from outbox.models import Message
from participation.models import DateAnswer, DateChoice, DatePoll, DateProposal, DateReply
from participation.services.date_answers import NotAsked, PollOver, answer_date_poll
from participation.services.date_polls import (
    AlreadySettled,
    close_date_poll,
    create_date_poll,
    take_date,
)
from tests.factories import NOON, UserFactory
from tests.participation.date_polls import FACTS, STARTS, asked_for_a_date
from tests.participation.people import focal_point_in
from tests.sweeps.races.participation import taking_over, withdrawing
from tests.sweeps.races.race import Race, own, twice

POLL, REPLY = "participation_datepoll", "participation_datereply"


def area():
    return FocusArea.objects.get(number=2)


def asked():
    return focal_point_in(area()), asked_for_a_date(area())


def taking(proposal):
    date = DateProposal.objects.select_related("poll").get(pk=proposal.pk)
    return partial(take_date, proposal=date, by=UserFactory(), at=NOON)


def closing(poll):
    return partial(close_date_poll, poll=own(poll), by=UserFactory(), at=NOON)


def answering(person, poll, choice=DateChoice.YES):
    focal_point = FocalPoint.objects.select_related("member").get(pk=person.pk)
    choices = dict.fromkeys((each.pk for each in poll.proposals.all()), choice)
    return partial(
        answer_date_poll, poll=own(poll), choices=choices, word="", by=focal_point, at=NOON
    )


def one_date_is_taken():
    return DateProposal.objects.filter(is_taken=True).count() == 1


def two_take_two_dates():
    _person, poll = asked()
    one, other, _third = poll.proposals.all()
    return taking(one), taking(other), one_date_is_taken


def two_take_one_date():
    _person, poll = asked()
    return taking(poll.proposals.first()), taking(poll.proposals.first()), one_date_is_taken


def closed_and_taken():
    _person, poll = asked()
    return closing(poll), taking(poll.proposals.first())


def taken_and_closed():
    _person, poll = asked()
    return taking(poll.proposals.first()), closing(poll), one_date_is_taken


def answered_twice():
    person, poll = asked()
    return twice(answering(person, poll))


def two_members_answer():
    person, poll = asked()
    return answering(person, poll), answering(focal_point_in(area()), poll)


def taken_while_answered():
    person, poll = asked()
    return taking(poll.proposals.first()), answering(person, poll)


def answered_while_taken():
    person, poll = asked()
    return answering(person, poll), taking(poll.proposals.first()), one_date_is_taken


def answered_after(call):
    """A member answers while their role changes."""

    def arrange():
        person, poll = asked()
        return call(person), answering(person, poll)

    return arrange


def begun_twice():
    focal_point_in(area())
    facts = {**FACTS, "focus_area": area(), "starts": STARTS}
    return twice(lambda: create_date_poll(by=UserFactory(), at=NOON, **facts))


TAKEN = {Meeting: 1}
RACES = {
    "take two dates of a poll": Race(two_take_two_dates, POLL, (Meeting, AlreadySettled), TAKEN),
    "take one date of a poll": Race(two_take_one_date, POLL, (Meeting, AlreadySettled), TAKEN),
    "close a poll, and take a date": Race(
        closed_and_taken, POLL, (DatePoll, AlreadySettled), {Meeting: 0}
    ),
    "take a date, and close the poll": Race(
        taken_and_closed, POLL, (Meeting, AlreadySettled), TAKEN
    ),
    "answer a poll twice": Race(
        answered_twice, REPLY, (DateReply, NothingChanged), {DateReply: 1, DateAnswer: 3}
    ),
    "answer a poll in two organisations": Race(
        two_members_answer,
        REPLY,
        (DateReply, DateReply),
        {DateReply: 2, DateAnswer: 6},
        needs_lock=False,
    ),
    "take a date while it is answered": Race(
        taken_while_answered, POLL, (Meeting, PollOver), {Meeting: 1, DateReply: 0}
    ),
    "answer while a date is taken": Race(
        answered_while_taken,
        REPLY,
        (DateReply, Meeting),
        {DateReply: 1, DateAnswer: 3, Meeting: 1},
        needs_lock=False,
    ),
    "withdraw, and answer a poll": Race(
        answered_after(lambda person: withdrawing(person.member)),
        "members_member",
        (TimelineEntry, NotAsked),
        {TimelineEntry: 1, DateReply: 0},
    ),
    "hand a role over, and answer a poll": Race(
        answered_after(taking_over),
        "members_focalpoint",
        (FocalPoint, NotAsked),
        {TimelineEntry: 1, Message: 3, DateReply: 0},
    ),
    "begin a poll twice": Race(
        begun_twice, POLL, (DatePoll, "already_open"), {DatePoll: 1, DateProposal: 3, Message: 1}
    ),
}
