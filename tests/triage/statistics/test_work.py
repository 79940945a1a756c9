"""Each figure about the work is what a query of its own says, written in SQL."""

# Names of columns and lists of days are put into the queries, never what a person typed.
# ruff: noqa: S608

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from members.models import (
    Call,
    ClosingReason,
    GrantedRole,
    Member,
    MemberStatus,
    Origin,
    SpamSignal,
)
from members.services.decisions import (
    admit_to_focus_area,
    close_without_letter,
    decline,
    record_answer,
    reopen,
    request_information,
    withdraw,
)
from members.services.undo import undo_decision
from tests.factories import CallFactory, FocusAreaFactory, MemberFactory, UserFactory
from tests.triage.staff import officer, reasons
from triage.statistics.models import StatisticsSnapshot
from triage.statistics.services.snapshots import refresh_snapshots
from triage.statistics.services.work_charts import backlog_figure, decided_figure, read_work

pytestmark = pytest.mark.usefixtures("undo_is_on")
# A Monday. Geneva leaves summer time on Sunday 31 October at 1:00 UTC.
OPENS = datetime(2021, 10, 17, 22, tzinfo=UTC)
# A Friday.
AT = datetime(2021, 11, 12, 15, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
PROMISE = 5
# Day and the number of working days until it, from the calendar itself.
CALENDAR = [(date(2021, 10, 1) + n * DAY) for n in range(90)]
EVENTS = "('admitted', 'declined', 'closed', 'withdrawn', 'reopened')"


def on(month, day, hour=10, minute=0):
    return datetime(2021, month, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def people():
    return {name: officer(name=name) for name in ("Ada", "Bo")}


@pytest.fixture
def call(people):
    """A call with members of every fate, beside another call with some of its own."""
    Call.objects.all().delete()
    call = CallFactory(
        opens_at=OPENS, closes_at=AT, grace_ends_at=AT + DAY, reply_within_days=PROMISE
    )
    ada, bo = people.values()
    area = FocusAreaFactory()
    declining = reasons("not-authorised", "not-enough-known")

    def arrive(at, **facts):
        return MemberFactory(call=call, submitted_at=at, **facts)

    def admit(member, at, by=ada):
        admit_to_focus_area(
            member=member, focus_area=area, role=GrantedRole.PARTICIPANT, by=by, at=at
        )

    def refuse(member, at, given=(), by=bo):
        decline(member=member, reasons=given, by=by, at=at)

    # Nobody looked at it: late. The second arrived on a Sunday, after midnight in Geneva.
    arrive(on(10, 18))
    arrive(on(10, 30, 22, 30), country="NE")
    arrive(on(11, 6), spam_signal=SpamSignal.TOO_FAST)
    arrive(on(11, 11, 23, 30))
    # Before the call opened: staff had it by mail.
    admit(arrive(on(10, 12), origin=Origin.SPREADSHEET), on(10, 19))
    # At the border of the day, and on a Saturday.
    admit(arrive(on(10, 20)), on(10, 20, 22, 0))
    admit(arrive(on(10, 20)), on(10, 20, 21, 59))
    refuse(arrive(on(10, 22)), on(11, 6), declining[:1])
    refuse(arrive(on(11, 3)), on(11, 12, 9), declining)
    refuse(arrive(on(11, 4)), on(11, 12, 9))
    # Undone, and then decided by a colleague.
    undone = arrive(on(11, 1), country="NE")
    refuse(undone, on(11, 2))
    undo_decision(member=undone, by=bo, at=on(11, 2) + MINUTE)
    waits = arrive(on(11, 1))
    admit(waits, on(11, 3))
    undo_decision(member=waits, by=ada, at=on(11, 3) + MINUTE)
    admit(waits, on(11, 9), by=bo)
    # Withdrawn: before a decision, before it settled, and after it.
    withdraw(member=arrive(on(10, 25)), by=None, at=on(11, 1))
    hasty = arrive(on(10, 25))
    admit(hasty, on(10, 26))
    withdraw(member=hasty, by=None, at=on(10, 26) + MINUTE)
    late = arrive(on(10, 25))
    admit(late, on(10, 27))
    withdraw(member=late, by=None, at=on(11, 5))
    # Reopened: one waits again, one was declined again.
    again = arrive(on(10, 20))
    refuse(again, on(10, 25), declining[:1])
    reopen(member=again, by=ada, at=on(11, 8))
    twice = arrive(on(10, 21))
    refuse(twice, on(10, 26), declining[:1])
    reopen(member=twice, by=ada, at=on(10, 29))
    refuse(twice, on(11, 10), declining[1:], by=ada)
    # Duplicates, and spam.
    original = arrive(on(10, 26))
    close_without_letter(
        member=arrive(on(10, 27)),
        reason=ClosingReason.DUPLICATE,
        duplicate_of=original,
        by=bo,
        at=on(10, 28),
    )
    close_without_letter(
        member=arrive(on(10, 27), spam_signal=SpamSignal.HONEYPOT),
        reason=ClosingReason.NOT_GENUINE,
        by=bo,
        at=on(11, 4),
    )
    # Asked: one answered, two are silent, one request was undone.
    answered = arrive(on(10, 28), country="NE")
    request_information(member=answered, by=ada, at=on(10, 29))
    record_answer(member=answered, by=ada, at=on(11, 9))
    for day in (4, 5):
        request_information(member=arrive(on(11, 3)), by=bo, at=on(11, day))
    withdrawn_request = arrive(on(11, 4))
    request_information(member=withdrawn_request, by=bo, at=on(11, 5))
    undo_decision(member=withdrawn_request, by=bo, at=on(11, 5) + MINUTE)
    admit(arrive(on(11, 10)), on(11, 11, 23, 30))

    other = CallFactory(opens_at=OPENS - 60 * DAY, closes_at=OPENS, grace_ends_at=OPENS)
    for number in range(3):
        member = MemberFactory(call=other, submitted_at=OPENS - (58 - number) * DAY, country="NE")
        refuse(member, OPENS - 50 * DAY, declining)
    return call


@pytest.fixture
def counted(call):
    refresh_snapshots(at=AT)
    return StatisticsSnapshot.objects.get(call=call).figures


def rows_of(query, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return [list(row) for row in cursor.fetchall()]


def day(column):
    """The day in Geneva of a time, as text."""
    if connection.vendor == "postgresql":
        return f"to_char({column} AT TIME ZONE 'Europe/Zurich', 'YYYY-MM-DD')"
    return (
        f"CASE WHEN {column} < '2021-10-31 01:00:00' THEN date({column}, '+2 hours')"
        f" ELSE date({column}, '+1 hours') END"
    )


# The days with the number of working days until each, and the last day of the promise after each.
DAYS = ", ".join(
    f"('{day}', {sum(each.weekday() < 5 for each in CALENDAR[: n + 1])})"
    for n, day in enumerate(CALENDAR)
)
CALENDAR_TABLE = f"WITH calendar(day, working) AS (VALUES {DAYS})"
NOT_VOID = "NOT is_void" if connection.vendor == "postgresql" else "is_void = 0"
# The members that were open at the end of each day.
OPEN = f"""
    SELECT calendar.day AS day, calendar.working - arrival.working AS age
    FROM calendar
    JOIN members_member m ON {day("m.submitted_at")} <= calendar.day AND m.call_id = %s
    JOIN calendar arrival ON arrival.day = {day("m.submitted_at")}
    WHERE calendar.day <= '2021-11-12' AND COALESCE((
        SELECT kind FROM members_timelineentry e
        WHERE e.member_id = m.id AND kind IN {EVENTS} AND {NOT_VOID}
        AND {day("e.at")} <= calendar.day ORDER BY e.id DESC LIMIT 1
    ), 'reopened') = 'reopened'
"""
# The first answer to each member, with its working days, and whether it was within the promise.
FIRST = f"""
    SELECT {day("e.at")} AS day, e.by_user_id AS by, answer.working - arrival.working AS took,
        m.id AS member
    FROM members_timelineentry e JOIN members_member m ON m.id = e.member_id AND m.call_id = %s
    JOIN calendar answer ON answer.day = {day("e.at")}
    JOIN calendar arrival ON arrival.day = {day("m.submitted_at")}
    WHERE e.id = (
        SELECT MIN(f.id) FROM members_timelineentry f WHERE f.member_id = m.id AND {NOT_VOID}
        AND f.kind IN ('information_requested', 'admitted', 'declined')
    )
"""


def test_backlog_of_each_day_and_its_ages(call, counted):
    of_each_day = rows_of(
        f"{CALENDAR_TABLE}, opened AS ({OPEN}), sorted AS (SELECT day, age, "
        "ROW_NUMBER() OVER (PARTITION BY day ORDER BY age DESC) AS position, "
        "COUNT(*) OVER (PARTITION BY day) AS number FROM opened) "
        "SELECT day, number, age, (SELECT MAX(age) FROM opened o WHERE o.day = sorted.day) "
        "FROM sorted WHERE position = (number + 1) / 2 ORDER BY day",
        call.pk,
    )

    assert counted["backlog"] == of_each_day
    assert len(of_each_day) == 32
    assert counted["work"]["backlog"] == of_each_day[-42:]
    undecided = Member.objects.filter(call=call, status__in=["pending", "information_requested"])
    assert of_each_day[-1][1] == undecided.count() == 11


def test_decisions_of_each_day_and_person(call, counted):
    in_sql = rows_of(
        f"SELECT {day('e.at')}, by_user_id, kind, COUNT(*) FROM members_timelineentry e "
        f"JOIN members_member m ON m.id = e.member_id WHERE m.call_id = %s AND {NOT_VOID} "
        "AND kind IN ('admitted', 'declined', 'closed') GROUP BY 1, 2, 3",
        call.pk,
    )

    assert sorted(counted["decided"]) == sorted(in_sql)
    by_day = {}
    for on_day, _by, _kind, number in in_sql:
        by_day[on_day] = by_day.get(on_day, 0) + number
    assert dict(counted["work"]["decided_by_day"]) == by_day
    # From Thursday 4 to Friday 12 November there are seven working days.
    assert counted["work"]["pace"] == [sum(n for d, n in by_day.items() if d >= "2021-11-04"), 7]
    assert by_day["2021-10-20"] == by_day["2021-10-21"] == 1


def test_first_answers_and_what_is_within_the_promise(call, counted):
    in_sql = rows_of(
        f"{CALENDAR_TABLE}, first AS ({FIRST}) "
        "SELECT day, by, took, COUNT(*) FROM first GROUP BY 1, 2, 3",
        call.pk,
    )

    assert sorted([row[0], row[1], row[2], row[4]] for row in counted["answered"]) == sorted(in_sql)
    # Nothing arrived on a weekend of what was answered, so the promise is a number of days.
    assert all(row[3] == (row[2] <= PROMISE) for row in counted["answered"])
    work = counted["work"]
    took = sorted(days for _day, _by, days, number in in_sql for _n in range(number))
    assert work["answers"] == len(took)
    assert work["in_time"] == sum(days <= PROMISE for days in took)
    assert work["half_within"] == took[len(took) // 2]


def test_what_is_late_without_an_answer(call, counted):
    [[late]] = rows_of(
        f"{CALENDAR_TABLE}, first AS ({FIRST}) SELECT COUNT(*) FROM members_member m "
        f"JOIN calendar arrival ON arrival.day = {day('m.submitted_at')} "
        "WHERE m.call_id = %s AND status IN ('pending', 'information_requested') "
        "AND m.id NOT IN (SELECT member FROM first) AND (SELECT MIN(day) FROM calendar promised "
        "WHERE promised.working = arrival.working + %s) < '2021-11-12'",
        *(call.pk, call.pk, PROMISE),
    )

    assert counted["work"]["late"] == late == 5
    [[answers, in_time]] = rows_of(
        f"{CALENDAR_TABLE}, first AS ({FIRST}) "
        "SELECT COUNT(*), SUM(CASE WHEN took <= %s THEN 1 ELSE 0 END) FROM first",
        *(call.pk, PROMISE),
    )
    work = read_work(counted["work"], today=AT.date())
    assert work.in_promise == 100 * in_time // (answers + late)


def test_totals_arrivals_and_what_waits_for_us(call, counted):
    totals = rows_of(
        "SELECT COUNT(*), COUNT(decided_at) FROM members_member WHERE call_id = %s", call.pk
    )
    arrived = rows_of(
        f"SELECT {day('submitted_at')}, COUNT(*), SUM(CASE country WHEN 'NE' THEN 1 ELSE 0 END) "
        "FROM members_member WHERE call_id = %s GROUP BY 1",
        call.pk,
    )
    waits = rows_of(
        f"SELECT {day('COALESCE(replied_at, submitted_at)')}, COUNT(*) FROM members_member "
        "WHERE call_id = %s AND status = 'pending' GROUP BY 1",
        call.pk,
    )

    work = counted["work"]
    assert [[work["received"], work["decided"]]] == totals
    assert sorted(counted["arrived"]) == sorted(arrived)
    assert sorted(work["waits"]) == sorted(waits)


def test_reasons_are_those_of_the_declines_that_hold(call, counted):
    last = (
        f"SELECT MAX(e.id) FROM members_timelineentry e WHERE kind = 'declined' AND {NOT_VOID} "
        "AND member_id IN (SELECT id FROM members_member WHERE call_id = %s AND "
        "status = 'declined') GROUP BY member_id"
    )
    in_sql = rows_of(
        "SELECT reason_id, COUNT(*) FROM members_reasongiven WHERE entry_id IN "
        f"({last}) GROUP BY 1",
        call.pk,
    )
    [[declined]] = rows_of(f"SELECT COUNT(*) FROM ({last}) AS each_one", call.pk)

    work = counted["work"]
    assert sorted(work["reasons"]) == sorted(in_sql)
    assert sum(number for _reason, number in in_sql) == 4
    assert (work["declined"], work["without_reason"]) == (declined, 1) == (4, 1)


def test_people_have_their_decisions_and_answers(call, counted, people):
    work = counted["work"]

    assert {each["pk"] for each in work["people"]} == {person.pk for person in people.values()}
    for each in work["people"]:
        of_person = [row for row in counted["decided"] if row[1] == each["pk"]]
        answers = [row for row in counted["answered"] if row[1] == each["pk"]]
        took = sorted(row[2] for row in answers for _n in range(row[4]))
        assert each["decided"] == sum(row[3] for row in of_person)
        assert each["today"] == sum(row[3] for row in of_person if row[0] == "2021-11-12")
        assert each["answers"] == len(took)
        assert each["in_time"] == sum(row[4] for row in answers if row[3])
        assert each["half_within"] == took[len(took) // 2]


def test_silent_are_those_asked_the_longest_ago_first(call, counted):
    in_sql = rows_of(
        "SELECT m.id FROM members_member m JOIN members_timelineentry e ON e.member_id = m.id "
        f"AND kind = 'information_requested' AND {NOT_VOID} WHERE call_id = %s AND "
        "status = 'information_requested' ORDER BY e.at",
        call.pk,
    )

    work = counted["work"]
    assert work["silent"] == [pk for [pk] in in_sql]
    assert work["silent_number"] == len(in_sql) == 2


def test_this_call_stands_beside_the_last_on_the_same_day(call, counted):
    this, last = counted["work"]["beside"]
    length = (AT.date() - date(2021, 10, 18)).days

    for each, opens in ((this, "2021-10-18"), (last, "2021-08-19")):
        until = str(date.fromisoformat(opens) + length * DAY)
        [[received, developed]] = rows_of(
            "SELECT COUNT(*), SUM(CASE country WHEN 'NE' THEN 1 ELSE 0 END) FROM members_member "
            f"WHERE call_id = %s AND {day('submitted_at')} <= %s",
            *(each["call"], until),
        )
        [[decided]] = rows_of(
            "SELECT COUNT(*) FROM members_timelineentry e JOIN members_member m ON "
            f"m.id = e.member_id WHERE call_id = %s AND {NOT_VOID} AND {day('e.at')} <= %s "
            "AND kind IN ('admitted', 'declined', 'closed')",
            *(each["call"], until),
        )
        assert (each["received"], each["decided"]) == (received, decided)
        assert each["least_developed"] == developed
    assert (this["call"], last["received"], last["least_developed"]) == (call.pk, 3, 3)


def test_call_without_members_has_nothing_and_no_trouble():
    empty = CallFactory(opens_at=AT - DAY, closes_at=AT + DAY, grace_ends_at=AT + DAY)

    refresh_snapshots(at=AT)

    figures = StatisticsSnapshot.objects.get(call=empty).figures
    work = figures["work"]
    assert [figures[name] for name in ("backlog", "decided", "answered", "arrived")] == [[]] * 4
    assert (work["received"], work["pace"], work["half_within"]) == (0, [0, 1], None)
    assert [work[name] for name in ("people", "silent", "reasons", "waits")] == [[]] * 4


def test_backlog_ends_with_the_last_day_of_which_something_is_open():
    call = CallFactory(opens_at=OPENS, closes_at=AT, grace_ends_at=AT)
    member = MemberFactory(call=call, submitted_at=on(10, 18))
    decline(member=member, by=UserFactory(), at=on(10, 20))

    refresh_snapshots(at=AT)

    backlog = StatisticsSnapshot.objects.get(call=call).figures["backlog"]
    assert [row[:2] for row in backlog] == [
        ["2021-10-18", 1],
        ["2021-10-19", 1],
        ["2021-10-20", 0],
    ]
    assert member.status == MemberStatus.DECLINED


def test_page_shows_the_last_days_of_a_call_that_ended_long_ago():
    call = CallFactory(opens_at=OPENS, closes_at=AT, grace_ends_at=AT)
    decline(
        member=MemberFactory(call=call, submitted_at=on(10, 18)), by=UserFactory(), at=on(10, 20)
    )
    later = datetime(2022, 10, 20, 12, tzinfo=UTC)

    refresh_snapshots(at=later)

    counted = StatisticsSnapshot.objects.get(call=call).figures["work"]
    work = read_work(counted, today=later.date())
    assert [row.number for row in work.backlog] == [1, 1, 0]
    assert (work.last_day, work.open_now, work.decided_lately) == (date(2021, 10, 20), 0, 0)
    assert [label for label, _cells in decided_figure(work).table.rows] == [
        *("20 Oct 2021", "19 Oct 2021", "18 Oct 2021"),
    ]
    assert backlog_figure(work).description.endswith("On 20 Oct 2021, 0 are open.")
