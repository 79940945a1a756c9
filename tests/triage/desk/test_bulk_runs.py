"""Bulk runs: each member once and by itself, also after an interruption."""

from datetime import timedelta
from itertools import count
from uuid import UUID, uuid4

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from members.models import (
    ClosingReason,
    GrantedRole,
    Member,
    SpamSignal,
    TimelineEntry,
    TimelineKind,
)
from members.services import decisions
from outbox.models import Message
from tests.factories import (
    NOON,
    BulkItemFactory,
    BulkRunFactory,
    FocalPointFactory,
    PossibleDuplicateFactory,
)
from tests.triage.staff import observer, officer, reasons
from triage import tasks
from triage.desk.models import BulkItem, BulkRun, BulkRunAction
from triage.desk.services import bulk_runs
from triage.desk.services.bulk_runs import (
    KEPT_FOR,
    NewItem,
    delete_old_runs,
    process_run,
    process_stalled_runs,
    progress_of,
    start_bulk_run,
)
from triage.holds.models import WaitsFor

SECOND = timedelta(seconds=1)
STALLED = NOON + 15 * SECOND


@pytest.fixture
def me():
    return officer(name="Amina Diallo")


def eois(number):
    return [FocalPointFactory().member for _n in range(number)]


def start(me, members, action=BulkRunAction.CLOSE, *, key=None, roles=(), **facts):
    items = [
        NewItem(member.pk, member.version, role)
        for member, role in zip(members, roles or [""] * len(members), strict=True)
    ]
    return start_bulk_run(
        key=key or uuid4(), action=action, items=items, by=me, language="en", at=NOON, **facts
    )


def process(run, at=NOON):
    return process_run(run=BulkRun.objects.get(pk=run.pk), clock=lambda: at)


def results(run):
    return [
        (item.member_id, item.entry.kind if item.entry else item.refusal)
        for item in run.items.select_related("entry").order_by("pk")
    ]


def test_start_stores_what_was_confirmed_once_for_each_form_and_changes_no_member(me):
    members, key = eois(2), UUID(int=5)
    roles = ["observer", "co_lead"]

    run = start(me, members, BulkRunAction.ADMIT, key=key, roles=roles, entry_shown=7)
    again = start(me, eois(1), key=key)
    of_another = start(officer(), eois(1), key=key)

    assert (again == run, of_another == run) == (True, False)
    assert (run.by, run.action, run.confirmed_at, run.entry_shown) == (
        me,
        "admit_to_first_choice",
        NOON,
        7,
    )
    stored = run.items.order_by("pk").values_list("member", "version", "role", "done_at")
    assert list(stored) == [
        (members[0].pk, 1, "observer", None),
        (members[1].pk, 1, "co_lead", None),
    ]
    assert BulkItem.objects.count() == 3
    assert list(TimelineEntry.objects.all()) == []


def test_each_action_calls_the_service_for_one_member(me):
    grace = officer(name="Grace Hopper")
    given = reasons("what-it-does")
    actions = {
        BulkRunAction.ASSIGN_TO_ME: {},
        BulkRunAction.REASSIGN: {"to": grace},
        BulkRunAction.REQUEST_INFORMATION: {"missing": "The date.", "reasons": given},
        BulkRunAction.ADMIT: {"roles": [GrantedRole.OBSERVER]},
        BulkRunAction.CLOSE: {},
        BulkRunAction.HOLD: {"waits_for": WaitsFor.LEGAL, "text": "Their statutes."},
    }
    found = {}

    for action, facts in actions.items():
        [member] = eois(1)
        process(start(me, [member], action, **facts))
        member.refresh_from_db()
        found[action] = member

    assert {action: each.timeline.get().kind for action, each in found.items()} == {
        BulkRunAction.ASSIGN_TO_ME: TimelineKind.ASSIGNED,
        BulkRunAction.REASSIGN: TimelineKind.REASSIGNED,
        BulkRunAction.REQUEST_INFORMATION: TimelineKind.INFORMATION_REQUESTED,
        BulkRunAction.ADMIT: TimelineKind.ADMITTED,
        BulkRunAction.CLOSE: TimelineKind.CLOSED,
        BulkRunAction.HOLD: TimelineKind.HELD,
    }
    admitted, asked = found[BulkRunAction.ADMIT], found[BulkRunAction.REQUEST_INFORMATION]
    assert (admitted.granted_role, admitted.focus_area) == ("observer", admitted.first_choice)
    entry = asked.timeline.get()
    assert (entry.note, entry.reasons_given.count()) == ("The date.", 1)
    assert found[BulkRunAction.CLOSE].closing_reason == ClosingReason.NOT_GENUINE
    assert found[BulkRunAction.REASSIGN].assignee == grace
    assert found[BulkRunAction.ASSIGN_TO_ME].assignee == me
    unassigned = found[BulkRunAction.ASSIGN_TO_ME]
    process(start(me, [unassigned], BulkRunAction.UNASSIGN))
    unassigned.refresh_from_db()
    assert unassigned.assignee is None


def test_refused_member_keeps_its_reason_and_does_not_stop_the_others(me):
    first, stale, decided, suspect, alike, reopened, last = members = eois(7)
    # A page offers no role for a member that was decided on.
    run = start(me, members, BulkRunAction.ADMIT, roles=[*["observer"] * 5, "", "observer"])
    Member.objects.filter(pk=stale.pk).update(version=2)
    decisions.decline(member=decided, by=officer(), at=NOON, message=None)
    Member.objects.filter(pk=suspect.pk).update(spam_signal=SpamSignal.HONEYPOT)
    PossibleDuplicateFactory(earlier=alike)

    process(run)

    why = dict(results(run))
    assert (why.pop(first.pk), why.pop(last.pk)) == (TimelineKind.ADMITTED, TimelineKind.ADMITTED)
    assert {pk: refusal.partition(".")[0] for pk, refusal in why.items()} == {
        stale.pk: "The organisation has changed since you opened it",
        decided.pk: "This applicant was declined",
        suspect.pk: "This applicant is marked as possible spam",
        alike.pk: "This applicant may be a duplicate",
        reopened.pk: "The organisation has changed since you opened it",
    }
    assert {each.reference for each in Message.objects.all()} == {first.reference, last.reference}


def test_colleague_of_one_row_who_left_meanwhile_is_refused_there_and_nothing_is_written(me):
    grace, ada = officer(name="Grace Hopper"), officer(name="Ada Kent")
    members = eois(2)
    items = [NewItem(members[0].pk, 1), NewItem(members[1].pk, 1, to=ada)]
    run = start_bulk_run(
        key=uuid4(),
        action=BulkRunAction.REASSIGN,
        items=items,
        by=me,
        language="en",
        at=NOON,
        to=grace,
        skipped_count=3,
    )
    type(ada).objects.filter(pk=ada.pk).update(is_active=False)

    process(run)

    assert run.skipped_count == 3
    refusal = dict(results(run))[members[1].pk]
    assert refusal == "Applicants cannot be assigned to Ada Kent."
    assert list(Member.objects.order_by("pk").values_list("assignee", flat=True)) == [
        grace.pk,
        None,
    ]
    assert list(members[1].timeline.all()) == []


def test_unexpected_fault_is_recorded_and_rolled_back(me, monkeypatch, caplog):
    members = eois(2)
    close = bulk_runs.PLAIN_SERVICES[BulkRunAction.CLOSE]

    def close_or_fail(*, member, **facts):
        entry = close(member=member, **facts)
        if member == members[0]:
            raise ValueError("A fault.")
        return entry

    monkeypatch.setitem(bulk_runs.PLAIN_SERVICES, BulkRunAction.CLOSE, close_or_fail)
    run = start(me, members)

    process(run)

    assert results(run) == [
        (
            members[0].pk,
            "Something went wrong, and nothing was changed. Open this organisation.",
        ),
        (members[1].pk, TimelineKind.CLOSED),
    ]
    assert list(members[0].timeline.all()) == []
    assert "A fault." in caplog.text


def test_run_that_was_interrupted_continues_with_the_rest(me, monkeypatch):
    members = eois(3)
    run = start(me, members)
    close, numbers = bulk_runs.PLAIN_SERVICES[BulkRunAction.CLOSE], count()

    def close_until_the_database_is_away(**facts):
        entry = close(**facts)
        if next(numbers) == 1:
            raise OperationalError("The server closed the connection.")
        return entry

    with monkeypatch.context() as patch:
        patch.setitem(
            bulk_runs.PLAIN_SERVICES, BulkRunAction.CLOSE, close_until_the_database_is_away
        )
        with pytest.raises(OperationalError):
            process(run)
    in_between = progress_of(run, at=NOON)

    process(run, at=NOON + SECOND)

    assert (in_between.processed, in_between.refused, in_between.total) == (1, 0, 3)
    assert [kind for _member, kind in results(run)] == [TimelineKind.CLOSED] * 3
    assert TimelineEntry.objects.count() == 3


def test_run_stops_when_its_time_is_over_and_says_that_members_are_left(me):
    run = start(me, eois(1))

    assert process_run(run=run, clock=lambda: NOON, seconds=0)
    assert run.items.open().count() == 1


@pytest.mark.parametrize("change", ["groups", "is_active"])
def test_person_who_lost_the_permission_changes_nothing_more(me, change):
    run = start(me, eois(1))
    if change == "groups":
        me.groups.set(observer().groups.all())
    else:
        type(me).objects.filter(pk=me.pk).update(is_active=False)

    process(run)

    [(_member, refusal)] = results(run)
    assert refusal == "You no longer have the permission to do this."
    assert list(TimelineEntry.objects.all()) == []


def test_refusals_are_in_the_language_of_the_person(me):
    run = BulkItemFactory(run__by=me, run__language="fr", version=5).run

    process(run)

    [(_member, refusal)] = results(run)
    assert "a changé" in refusal or "modifié" in refusal


def test_sweep_processes_stalled_runs_and_no_others(me):
    stalled, also = start(me, eois(1)), start(me, eois(1))
    worked_on = start(me, eois(2))
    worked_on.items.filter(pk=worked_on.items.order_by("pk").first().pk).update(
        done_at=NOON + 5 * SECOND, refusal="Refused."
    )
    waits = [progress_of(stalled, at=at).is_stalled for at in (STALLED - SECOND, STALLED)]
    too_early = list(BulkRun.objects.stalled(STALLED - SECOND))

    process_stalled_runs(clock=lambda: STALLED)

    assert (waits, too_early) == ([False, True], [])
    assert not BulkItem.objects.open().filter(run__in=[stalled, also]).exists()
    assert worked_on.items.open().count() == 1


def test_tasks_process_a_run_once_also_one_that_is_stalled_or_deleted_and_delete_what_is_old(me):
    run, stalled = start(me, eois(2)), start(me, eois(1))

    for _time in range(2):
        tasks.process_bulk_run(run.pk)
    tasks.process_bulk_run(0)
    left = [each.items.open().count() for each in (run, stalled)]
    tasks.process_stalled_runs()
    are_open = BulkItem.objects.open().exists()
    tasks.delete_old_bulk_runs()

    assert (left, are_open) == ([0, 1], False)
    assert TimelineEntry.objects.count() == 3
    assert list(BulkRun.objects.all()) == []


def test_old_runs_are_deleted_once_they_are_finished(me):
    finished, unfinished = start(me, eois(1)), start(me, eois(1))
    process(finished)

    early = delete_old_runs(at=NOON + KEPT_FOR)
    late = delete_old_runs(at=NOON + KEPT_FOR + SECOND)

    assert (early, late) == (0, 1)
    assert list(BulkRun.objects.all()) == [unfinished]
    assert TimelineEntry.objects.count() == 1


def test_each_further_member_takes_the_same_number_of_queries(me):
    me, counts = BulkRunFactory().by, []
    for number in (1, 2, 5):
        run = start(me, eois(number))
        with CaptureQueriesContext(connection) as queries:
            process(run)
        counts.append(len(queries))

    one, two, five = counts
    assert five - two == 3 * (two - one)
