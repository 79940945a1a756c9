"""Two forms, two changes of one call, and two people who close duplicates."""

from functools import partial

from core.conflicts import Conflict
from members.models import ClosingReason, FocalPoint, Member, TimelineEntry
from members.services.calls import close_call_now, extend_call, latest_change
from members.services.decisions import close_without_letter
from members.services.intake import SubmittedWithOtherAnswers, receive_expression_of_interest
from outbox.models import Message
from tests.factories import NOON, CallFactory, MemberFactory, UserFactory
from tests.members.test_intake import answers
from tests.sweeps.races.members import MEMBER
from tests.sweeps.races.race import Race, own

NEXT_MONTH = NOON.replace(month=11)
RECEIVED = {Member: 1, FocalPoint: 1, TimelineEntry: 1, Message: 1}


def two_forms(**changes):
    """Prepare a form, and one with the same key from another device."""

    def arrange():
        call = CallFactory()
        sent, other = answers(), answers(**changes)
        receive = partial(receive_expression_of_interest, call=call)
        return partial(receive, **sent), partial(receive, **other)

    return arrange


def extending(call, *, seen=None):
    return partial(
        extend_call, call=own(call), closes_at=NEXT_MONTH, by=UserFactory(), at=NOON, seen=seen
    )


def closing(call, *, seen=None):
    return partial(close_call_now, call=own(call), by=UserFactory(), at=NOON, seen=seen)


def call_changed(first, second, *, is_seen=True):
    def arrange():
        call = CallFactory()
        seen = latest_change(call) if is_seen else None
        return first(call, seen=seen), second(call, seen=seen)

    return arrange


def closing_as_duplicate(member, other):
    return partial(
        close_without_letter,
        member=own(member),
        reason=ClosingReason.DUPLICATE,
        duplicate_of=own(other),
        by=UserFactory(),
        at=NOON,
    )


def each_the_others_duplicate():
    one, other = MemberFactory(), MemberFactory()
    return closing_as_duplicate(one, other), closing_as_duplicate(other, one)


def circle_of_three():
    one, two, three = MemberFactory(), MemberFactory(), MemberFactory()
    closing_as_duplicate(one, two)()
    return closing_as_duplicate(two, three), closing_as_duplicate(three, two)


def two_duplicates_of_one():
    one, two, standing = MemberFactory(), MemberFactory(), MemberFactory()
    return closing_as_duplicate(one, standing), closing_as_duplicate(two, standing)


RACES = {
    "send a form": Race(
        two_forms(), (MEMBER, f"after {MEMBER}"), (Member, Member), RECEIVED, needs_lock=False
    ),
    "send a form with other answers": Race(
        two_forms(motivation="Something else."),
        (MEMBER, f"after {MEMBER}"),
        (Member, SubmittedWithOtherAnswers),
        RECEIVED,
        is_either_first=True,
        needs_lock=False,
    ),
    "send equal forms": Race(
        two_forms(submission_key="another form"),
        (MEMBER, f"after {MEMBER}"),
        (Member, Member),
        RECEIVED,
        needs_lock=False,
    ),
    "extend a call, and close it": Race(
        call_changed(extending, closing), "members_call", (None, Conflict)
    ),
    "close a call, and extend it": Race(
        call_changed(closing, extending), "members_call", (None, Conflict)
    ),
    "extend a call": Race(
        call_changed(extending, extending, is_seen=False),
        "members_call",
        (None, "deadline_not_later"),
    ),
    "close each as the other's duplicate": Race(
        each_the_others_duplicate,
        MEMBER,
        (TimelineEntry, "target_is_duplicate"),
        {TimelineEntry: 2},
    ),
    "close a circle of duplicates": Race(
        circle_of_three, MEMBER, (TimelineEntry, "target_is_duplicate"), {TimelineEntry: 2}
    ),
    "close two as duplicates of one": Race(
        two_duplicates_of_one,
        MEMBER,
        (TimelineEntry, TimelineEntry),
        {TimelineEntry: 4},
        needs_lock=False,
    ),
}
