"""Invariants of follow-ups, whatever people do and however long the portal is down."""

from datetime import timedelta
from itertools import pairwise

from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from members.models import FocalPoint, Member, MemberStatus, TimelineEntry, TimelineKind
from members.services.decisions import record_answer, request_information
from members.services.focal_points import confirm_address
from outbox.models import Message
from tests.factories import NOON
from tests.triage.follow_ups.silence import CONFIRM, DAY, DONE, send_all, unconfirmed
from tests.triage.staff import officer
from triage.follow_ups.models import STEPS_AFTER_REQUEST, FollowUp
from triage.follow_ups.services import (
    run_due_follow_ups,
    run_follow_up,
    scheduled_follow_ups,
    skip_follow_up,
)

# The default delays in days after the previous event.
DAYS = {"remind_of_request": 7, "tell_officer": 7, "propose_closing": 14}
DEEDS = ("run", "run", "run", "ask", "answer", "confirm", "skip", "now")
HOURS = st.integers(min_value=0, max_value=24 * 40)


def do(deed, at, *, by):
    """Do one action if it is possible at that time."""
    member = Member.objects.get()
    if deed == "run":
        run_due_follow_ups(at=at)
    elif deed == "ask" and member.status == MemberStatus.PENDING:
        request_information(member=member, missing="Who?", by=by, at=at)
    elif deed == "answer" and member.status == MemberStatus.INFORMATION_REQUESTED:
        record_answer(member=member, by=by, at=at)
    elif deed == "confirm":
        person = FocalPoint.objects.get()
        confirm_address(focal_point=person, by=person, at=at)
    elif deed in ("skip", "now") and scheduled_follow_ups(member):
        change = skip_follow_up if deed == "skip" else run_follow_up
        change(member=member, key=scheduled_follow_ups(member)[0].key, by=by, at=at)
    send_all(at)


def assert_in_order(request):
    """Each step is taken once, in order, and automatically only after its delay."""
    steps = list(FollowUp.objects.filter(entry=request).order_by("pk"))
    places = [STEPS_AFTER_REQUEST.index(step.step) for step in steps]
    assert places == sorted(set(places))
    for before, step in pairwise([request, *steps]):
        if step.by is None:
            assert step.at - before.at >= timedelta(days=DAYS[step.step])


@given(deeds=st.lists(st.tuples(st.sampled_from(DEEDS), HOURS), min_size=3, max_size=14))
def test_whatever_happens_each_step_comes_once_in_order_and_never_after_its_cause(deeds):
    with transaction.atomic():
        unconfirmed()
        by, at = officer(), NOON
        for deed, hours in deeds:
            at += timedelta(hours=hours)
            before = FollowUp.objects.count()
            status = Member.objects.get().status
            is_confirmed = FocalPoint.objects.get().confirmed_at is not None
            do(deed, at, by=by)
            new = list(FollowUp.objects.order_by("pk"))[before:]
            # At most one step of each cause is scheduled, and none if its cause is gone.
            assert len([step for step in new if step.entry]) <= 1
            assert len([step for step in new if step.focal_point]) <= 1
            if status != MemberStatus.INFORMATION_REQUESTED:
                assert [step for step in new if step.entry] == []
            if is_confirmed:
                assert [step for step in new if step.focal_point] == []

        for request in TimelineEntry.objects.filter(kind=TimelineKind.INFORMATION_REQUESTED):
            assert_in_order(request)
        confirming = FollowUp.objects.filter(step=CONFIRM)
        assert confirming.count() <= 1
        assert all(step.by or step.at >= NOON + 5 * DAY for step in confirming)
        # The timeline and the rows agree.
        assert TimelineEntry.objects.filter(kind__in=DONE).count() == FollowUp.objects.count()
        written = Message.objects.filter(topic__contains="/remind/").count()
        assert (
            written
            == FollowUp.objects.filter(step=STEPS_AFTER_REQUEST[0], is_skipped=False).count()
        )
        # Each example starts without rows.
        transaction.set_rollback(True)
