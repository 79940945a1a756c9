"""A focal point on the page of their EOI, at the moment at which somebody else acts."""

from core.conflicts import Refused
from members.models import FocalPoint, Member, MemberStatus
from outbox.models import Message, MessageStatus
from tests.factories import NOON, FocalPointFactory, FocusAreaFactory, MemberFactory, UserFactory
from tests.members.decisions.test_steps_races import STEPS
from tests.races import POSTGRESQL_ONLY, overtaken, without_locks

pytestmark = POSTGRESQL_ONLY


def asked_member(status=MemberStatus.INFORMATION_REQUESTED):
    area = FocusAreaFactory(number=1) if status == MemberStatus.ADMITTED else None
    member = MemberFactory(status=status, focus_area=area, assignee=UserFactory())
    for is_alternate in (False, True):
        FocalPointFactory(member=member, is_alternate=is_alternate)
    return member


def by_focal_point(step, member, *, is_alternate=False):
    person = FocalPoint.objects.get(member=member, is_alternate=is_alternate)
    return lambda: STEPS[step](member=Member.objects.get(pk=member.pk), by=person, at=NOON)


def by_officer(step, member):
    officer, of_their_own = UserFactory(), Member.objects.get(pk=member.pk)
    return lambda: STEPS[step](member=of_their_own, by=officer, at=NOON)


def what_came_of(member, outcomes):
    """Who was refused, what stands on the timeline, and how many mails of each kind there are."""
    member.refresh_from_db()
    kinds = [topic.split("/")[1] for topic in Message.objects.values_list("topic", flat=True)]
    return (
        [isinstance(outcome, Refused) for outcome in outcomes],
        list(member.timeline.order_by("pk").values_list("kind", flat=True)),
        sorted(kinds),
    )


def both_answer():
    member = asked_member()
    outcomes = overtaken(
        by_focal_point("record_answer", member),
        by_focal_point("record_answer", member, is_alternate=True),
        at="members_member",
    )
    return what_came_of(member, outcomes)


def test_answer_of_both_focal_points_at_once_is_one_answer():
    assert both_answer() == ([False, True], ["answered"], ["answered"])


def test_answer_of_both_focal_points_at_once_needs_the_lock():
    with without_locks():
        assert both_answer() == ([False, False], ["answered"] * 2, ["answered"] * 2)


def test_answer_that_a_decision_overtakes_follows_it_or_is_refused():
    answered, decided = asked_member(), asked_member()

    first = overtaken(
        by_focal_point("record_answer", answered), by_officer("decline", answered),
        at="members_member",
    )  # fmt: skip
    second = overtaken(
        by_officer("decline", decided), by_focal_point("record_answer", decided),
        at="members_member",
    )  # fmt: skip

    # An answer first is read with the file; a decision first keeps the answer out.
    assert what_came_of(answered, first)[:2] == ([False, False], ["answered", "declined"])
    assert what_came_of(decided, second)[:2] == ([False, True], ["declined"])


def withdrawn_and_admitted(first_withdraws):
    member = asked_member(MemberStatus.PENDING)
    withdraws, admits = by_focal_point("withdraw", member), by_officer("admit", member)
    deeds = (withdraws, admits) if first_withdraws else (admits, withdraws)
    outcomes = overtaken(*deeds, at="members_member")
    refused, timeline, _mails = what_came_of(member, outcomes)
    waiting = Message.objects.filter(reference=member.reference, status=MessageStatus.QUEUED)
    kinds = sorted({topic.split("/")[1] for topic in waiting.values_list("topic", flat=True)})
    return refused, timeline, member.status, kinds


def test_withdrawal_and_admission_at_once_leave_no_welcome_to_who_has_left():
    assert withdrawn_and_admitted(first_withdraws=True) == (
        [False, True], ["withdrawn"], MemberStatus.WITHDRAWN, ["withdrawn"],
    )  # fmt: skip
    assert withdrawn_and_admitted(first_withdraws=False) == (
        [False, False], ["admitted", "withdrawn"], MemberStatus.WITHDRAWN, ["withdrawn"],
    )  # fmt: skip
