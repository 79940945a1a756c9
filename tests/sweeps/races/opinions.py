"""Two concurrent calls about an opinion on one member."""

from functools import partial

from members.models import Member, OpinionRequest, TimelineEntry
from members.services.conflicts import WrongStatus
from members.services.decisions import decline, withdraw
from members.services.opinions import answer_opinion, ask_opinion, withdraw_opinion_request
from outbox.models import Message
from tests.factories import NOON, FocalPointFactory, OpinionRequestFactory, UserFactory
from tests.sweeps.races.race import Race, own

MEMBER, OPINION = "members_member", "members_opinionrequest"
ENTRY_WITH_MAIL = {TimelineEntry: 1, Message: 1}


def asking(member, colleague):
    return partial(
        ask_opinion,
        member=own(member),
        asked_of=colleague,
        question="Who are they?",
        by=UserFactory(),
        at=NOON,
    )


STEPS = {
    "answer": lambda opinion: partial(
        answer_opinion, opinion=own(opinion), answer="A partner.", by=opinion.asked_of, at=NOON
    ),
    "take back": lambda opinion: partial(
        withdraw_opinion_request, opinion=own(opinion), by=opinion.asked_by, at=NOON
    ),
    "decline": lambda opinion: deciding(decline, opinion.member),
    "withdraw": lambda opinion: deciding(withdraw, opinion.member),
}


def deciding(decision, member):
    return partial(decision, member=own(member), by=UserFactory(), at=NOON)


def steps(first, second):
    """Two steps at one open request, which ends in one way."""

    def arrange():
        opinion = OpinionRequestFactory(member=FocalPointFactory().member)
        return (
            STEPS[first](opinion),
            STEPS[second](opinion),
            lambda: not OpinionRequest.objects.open().exists(),
        )

    return arrange


def asking_the_same_colleague():
    member, colleague = FocalPointFactory().member, UserFactory()
    return tuple(asking(member, colleague) for _n in range(2))


def asking_and_deciding():
    member = FocalPointFactory().member
    return (
        asking(member, UserFactory()),
        deciding(decline, member),
        no_request_is_open_after_a_decision,
    )


def deciding_and_asking():
    first, second, question = asking_and_deciding()
    return second, first, question


def no_request_is_open_after_a_decision():
    decided = Member.objects.filter(decided_at__isnull=False)
    return not OpinionRequest.objects.open().filter(member__in=decided).exists()


RACES = {
    "ask the same colleague": Race(
        asking_the_same_colleague, OPINION, (TimelineEntry, "already_asked"), ENTRY_WITH_MAIL
    ),
    # The question is cancelled, and the organisation gets its letter.
    "ask, and decline": Race(
        asking_and_deciding,
        OPINION,
        (TimelineEntry, TimelineEntry),
        {TimelineEntry: 2, Message: 2},
    ),
    "decline, and ask": Race(
        deciding_and_asking, MEMBER, (TimelineEntry, WrongStatus), ENTRY_WITH_MAIL
    ),
    "answer twice": Race(
        steps("answer", "answer"), OPINION, (TimelineEntry, "request_ended"), ENTRY_WITH_MAIL
    ),
    "take back twice": Race(
        steps("take back", "take back"),
        OPINION,
        (TimelineEntry, "request_ended"),
        {TimelineEntry: 1},
    ),
    "answer, and take back": Race(
        steps("answer", "take back"), OPINION, (TimelineEntry, "request_ended"), ENTRY_WITH_MAIL
    ),
    "take back, and answer": Race(
        steps("take back", "answer"), OPINION, (TimelineEntry, "request_ended"), {TimelineEntry: 1}
    ),
    "answer, and decline": Race(
        steps("answer", "decline"),
        OPINION,
        (TimelineEntry, TimelineEntry),
        {TimelineEntry: 2, Message: 2},
    ),
    "decline, and answer": Race(
        steps("decline", "answer"), MEMBER, (TimelineEntry, "request_ended"), ENTRY_WITH_MAIL
    ),
    "withdraw the member, and answer": Race(
        steps("withdraw", "answer"), MEMBER, (TimelineEntry, "request_ended"), {TimelineEntry: 1}
    ),
}
