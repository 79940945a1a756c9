"""The page of the work on a call, and its tables as files."""

import csv
import io
import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate, now

from accounts.models import ListReading, ReadingEvent, ReadingKind
from core.dates import format_date_in_subject
from members.models import Call, MemberStatus, TimelineKind
from members.services.decisions import decline, request_information
from tests.eoi.form import make_call, words_of
from tests.factories import (
    FocusAreaFactory,
    FollowUpFactory,
    IncomingMailFactory,
    MemberFactory,
    StatisticsSnapshotFactory,
    TimelineEntryFactory,
)
from tests.queries import queries_of
from tests.triage.staff import coordinator, desk_manager, observer, officer, reasons, signed_in
from triage.spreadsheets.models import Export
from triage.statistics.models import StatisticsSnapshot
from triage.statistics.services.snapshots import refresh_snapshots
from triage.statistics.services.work_charts import (
    ages,
    backlog_figure,
    decided_figure,
    forecast_in_words,
    read_work,
)

WORK = reverse("admin:figures")
EXPORT = reverse("admin:figures_export")
DAY = timedelta(days=1)
TABLES = ["backlog", "decided", "answered", "team", "ages", "reasons", "silent", "calls"]


@pytest.fixture
def call():
    return make_call(title="The latest call", reply_within_days=10)


def page_of(user, **asked):
    refresh_snapshots(at=now())
    return signed_in(user).get(WORK, asked)


def file_of(user, table, **facts):
    response = signed_in(user).post(EXPORT, {"table": table, **facts})
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def counted(**facts):
    """The counts of a call on Tuesday 8 December 2026, with no members but for these facts."""
    nothing = {
        "backlog": [],
        "decided_by_day": [],
        "pace": [0, 7],
        "waits": [],
        "within_days": 10,
        "in_time": 0,
        "answers": 0,
        "late": 0,
    }
    return read_work({**nothing, **facts}, today=date(2026, 12, 8))


def test_forecast_is_that_of_the_pace_and_stands_beside_the_promise():
    backlog = [["2026-12-07", 180, 2, 9], ["2026-12-08", 137, 3, 10]]
    waits = [["2026-12-04", 5], ["2026-12-01", 2]]

    work = counted(backlog=backlog, pace=[142, 7], waits=waits)

    # 137 at 142 in seven working days take seven working days.
    assert (work.ends_on, work.promised_on) == (date(2026, 12, 17), date(2026, 12, 18))
    assert forecast_in_words(work) == "all decided at this pace, 1 working day early"
    assert (work.open_now, work.oldest) == (137, 10)


@pytest.mark.parametrize(
    ("pace", "words"),
    [
        ([137, 8], "all decided at this pace, on the day when the promise ends"),
        ([137, 10], "all decided at this pace, 2 working days late"),
        ([0, 7], ""),
    ],
)
def test_forecast_says_how_late_and_nothing_without_a_decision(pace, words):
    work = counted(backlog=[["2026-12-08", 137, 3, 10]], pace=pace, waits=[["2026-12-04", 5]])

    assert forecast_in_words(work) == words


def test_ages_go_up_to_the_promise_and_late_is_what_the_queue_calls_overdue():
    # On Tuesday: 0, 2, 3, 8, 10, 10 (over the weekend), and 11 working days.
    days = ("12-08", "12-04", "12-03", "11-26", "11-24", "11-24", "11-23")

    work = counted(waits=[[f"2026-{day}", 1] for day in days])

    assert [(share.label, share.number, share.is_late) for share in ages(work)] == [
        ("0 to 2 working days", 2, False),
        ("3 to 5 working days", 1, False),
        ("6 to 8 working days", 1, False),
        ("9 to 10 working days, due now", 2, False),
        ("More than 10: late", 1, True),
    ]


@pytest.mark.parametrize("promise", [0, 1, 2, 3, 5])
def test_ages_of_a_short_promise_follow_one_another(promise):
    days = [f"2026-12-0{number}" for number in range(1, 9)]

    shares = ages(counted(waits=[[day, 1] for day in days], within_days=promise))

    assert sum(share.number for share in shares) == len(days)
    numbers = [int(number) for share in shares[:-1] for number in re.findall(r"\d+", share.label)]
    assert numbers == sorted(numbers)
    assert (numbers[0], numbers[-1]) == (0, promise)


def test_share_within_the_promise_counts_what_is_late_and_never_rounds_up():
    assert counted().in_promise is None
    assert counted(answers=199, in_time=199, late=1).in_promise == 99
    assert counted(answers=10, in_time=10).in_promise == 100


def test_drawings_stay_in_their_frame_and_have_words_and_a_table():
    backlog = [[f"2026-12-0{number}", number, 1, 2] for number in range(1, 9)]
    decided = [["2026-12-05", 3], ["2026-12-08", 5]]
    work = counted(backlog=backlog, decided_by_day=decided, pace=[1, 7], waits=[["2026-12-08", 8]])

    figures = [backlog_figure(work), decided_figure(work)]

    for figure in figures:
        assert [plot.width > 500 for plot in figure.plots] == [True, False]
        for plot in figure.plots:
            for label in plot.labels:
                assert 0 <= label.x <= plot.width
                assert 0 <= label.y <= plot.height
    # A weekend only if something was decided on it; 5 December is a Saturday.
    assert [label for label, _cells in figures[1].table.rows] == [
        *("8 Dec 2026", "7 Dec 2026", "5 Dec 2026", "4 Dec 2026"),
        *("3 Dec 2026", "2 Dec 2026", "1 Dec 2026"),
    ]
    assert "Most were open on 8 Dec 2026: 8." in figures[0].description
    assert "The promise ends on 22 Dec 2026." in figures[0].description


def test_page_says_what_is_open_decided_and_in_the_promise(call):
    me = officer(name="Me")
    for _n in range(3):
        MemberFactory(call=call, submitted_at=now() - timedelta(minutes=5))
    refused = MemberFactory(call=call, submitted_at=now() - timedelta(minutes=5))
    decline(member=refused, reasons=reasons("principles"), by=me, at=now())

    page = page_of(desk_manager(name="Ruth"))

    text = words_of(page)
    work = page.context["work"]
    assert (work.open_now, work.counted["received"], work.counted["decided"]) == (3, 4, 1)
    assert "Why we declined 1" in text
    assert format_date_in_subject(work.ends_on) in text
    for heading in ("Backlog", "Decided a day", "The team", "First answers", "Asked, and silent"):
        assert heading in text
    assert page.text.count('role="img"') == 4
    assert 'style="' not in page.text


def test_page_of_an_empty_call_and_before_the_first_count(call):
    before = signed_in(officer()).get(WORK)
    StatisticsSnapshotFactory(call=call, figures={"day": []})
    by_the_release_before = signed_in(officer()).get(WORK)

    empty = page_of(officer())

    for page in (before, by_the_release_before):
        assert "Applicants are being counted for the first time." in words_of(page)
        assert page.context["team"]
    assert "Nothing has arrived yet." in words_of(empty)
    assert "Nothing was declined." in words_of(empty)
    assert empty.context["work"].ends_on is None


def test_page_without_a_call_has_the_team():
    Call.objects.all().delete()

    page = signed_in(officer(name="Ada")).get(WORK)

    assert "Figures appear here once a call has opened." in words_of(page)
    assert [str(row.person) for row in page.context["team"]] == ["Ada", "None"]


def test_silent_are_named_with_what_was_asked_and_the_reminder(call):
    me = officer()
    silent = MemberFactory(call=call, organisation_name="Université de Bangui")
    entry = request_information(
        member=silent, reasons=reasons("what-it-does"), by=me, at=now() - 9 * DAY
    )
    FollowUpFactory(entry=entry, at=now() - 2 * DAY)
    # A reply has come by mail: it waits for us.
    replied = MemberFactory(call=call)
    request_information(member=replied, by=me, at=now() - 9 * DAY)
    IncomingMailFactory(reference=replied.reference, received_at=now() - DAY)

    page = page_of(me)

    [row] = page.context["silent"]
    assert (row.member, row.since_days) == (silent, 9)
    assert row.asked_for == str(reasons("what-it-does")[0])
    assert row.reminded_on == localdate() - 2 * DAY
    assert "Université de Bangui" in words_of(page)


def test_page_costs_the_same_for_one_and_for_three(call):
    client = signed_in(officer())

    def cost():
        member = MemberFactory(call=call, status=MemberStatus.INFORMATION_REQUESTED)
        TimelineEntryFactory(member=member, kind=TimelineKind.INFORMATION_REQUESTED, at=now() - DAY)
        decline(member=MemberFactory(call=call), by=officer(), at=now())
        refresh_snapshots(at=now())
        return queries_of(client, WORK)

    first = cost()
    cost()

    assert cost() == first


@pytest.mark.parametrize("table", TABLES)
def test_each_table_is_a_file_and_its_export_is_recorded(table, call):
    me = officer(name="Me")
    member = MemberFactory(call=call, organisation_name="=HYPERLINK(1)")
    request_information(member=member, by=me, at=now())
    decline(member=MemberFactory(call=call), reasons=reasons("principles"), by=me, at=now())
    refresh_snapshots(at=now())

    lines = file_of(me, table, call=call.pk)

    assert len(lines) > 1
    assert {len(line) for line in lines[1:]} <= {len(lines[0]), 6}
    assert not any(cell.startswith("=") for line in lines for cell in line)
    export = Export.objects.get()
    facts = (export.by, export.row_count, export.filters)
    assert facts == (me, len(lines) - 1, f"figures {table} call {call.pk}")
    event = ReadingEvent.objects.get()
    assert (event.by, event.record_type, event.kind) == (me, "members.member", ReadingKind.EXPORT)
    assert ListReading.objects.get(kind=ReadingKind.EXPORT).by == me


def test_files_have_every_day_and_person(call):
    me = officer(name="Me")
    decline(member=MemberFactory(call=call), by=me, at=now())
    refresh_snapshots(at=now())
    day = str(localdate())

    decided, silent = file_of(me, "decided"), file_of(me, "silent")

    assert decided == [
        ["Day", "Person", "Admitted", "Declined", "Closed without notification", "Decided"],
        [day, "Me", "0", "1", "0", "1"],
    ]
    assert silent == [["Reference", "Organisation", "Asked for", "Since (days)", "Reminded"]]


@pytest.mark.parametrize(
    ("person", "table", "status"),
    [
        (officer, "unknown", 404),
        (officer, "", 404),
        (observer, "backlog", 403),
        (lambda: coordinator(FocusAreaFactory()), "backlog", 403),
    ],
)
def test_file_that_is_refused_is_not_recorded(person, table, status, call):
    refresh_snapshots(at=now())

    response = signed_in(person()).post(EXPORT, {"table": table})

    assert response.status_code == status
    assert list(Export.objects.all()) == list(ReadingEvent.objects.all()) == []


def test_buttons_of_files_are_for_who_may_export(call):
    numbers = [page_of(person()).text.count(f'action="{EXPORT}"') for person in (officer, observer)]

    assert numbers == [7 + (len(StatisticsSnapshot.objects.all()) > 1), 0]
