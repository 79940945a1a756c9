"""For random series, zones and changes, feed, page and database agree on every instant."""

import re
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import recurring_ical_events
from django.core.cache import caches
from django.db import transaction
from django.test import Client
from hypothesis import example, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from core.conflicts import Refused
from core.dates import all_day_range, to_utc_lenient
from core.time_zones import known_zones
from meetings.models import Frequency, Meeting, MeetingStatus, Series
from meetings.services.dst_changes import apply_dst_changes
from meetings.services.recurrence import is_by_the_rule, occurrence_days, times_on
from meetings.services.series import (
    cancel_occurrences,
    change_occurrences,
    change_recurrence,
    draft_series,
    put_back_occurrences,
    schedule_occurrences,
)
from meetings.services.series_plan import Scope
from tests.meetings import repeated
from tests.meetings.repeated import said

FIRST, LAST = date(2021, 1, 1), date(2030, 12, 31)
BEFORE = datetime(2020, 12, 1, tzinfo=UTC)
DAYS = st.dates(FIRST, date(2029, 1, 1))
ZONES = st.sampled_from(sorted(known_zones()))
TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
# None for whole days.
CLOCKS = st.one_of(TIMES, st.none())


@st.composite
def rules(draw, days=DAYS):
    week = draw(st.one_of(st.none(), st.sampled_from([1, 2, 3, 4, -1])))
    return {
        "frequency": Frequency.WEEKLY if week is None else Frequency.MONTHLY,
        "interval": draw(st.integers(1, 4)),
        "weekday": draw(st.integers(0, 6)),
        "week": week,
        "first_day": draw(days),
        "last_day": None,
        "count": draw(st.integers(1, 6)),
    }


def a_rule(first_day):
    """A rule for four weeks from a day."""
    return repeated.rule(weekday=first_day.weekday(), first_day=first_day)


CHANGES = st.tuples(
    st.sampled_from(["time", "zone", "days", "place", "cancel", "put back"]),
    st.integers(0, 5),
    st.sampled_from(Scope),
    TIMES,
    ZONES,
    rules(),
    st.booleans(),
)


def when(day, clock, zone, minutes=90):
    """Return the instants of a meeting on a day, or of two whole days from that day."""
    if clock is None:
        starts_at, ends_at = all_day_range(day, day + timedelta(days=1), zone)
    else:
        starts_at = to_utc_lenient(datetime.combine(day, clock), zone)
        ends_at = starts_at + timedelta(minutes=minutes)
    return {"starts_at": starts_at, "ends_at": ends_at, "is_all_day": clock is None}


def make(change, *, at=BEFORE):
    """Make one change of an existing series, unless it is refused."""
    of_series = Meeting.objects.filter(series__isnull=False)
    with suppress(Refused), transaction.atomic():
        make_or_refuse(change, list(of_series.order_by("starts_at", "pk")), at=at)


def make_or_refuse(change, meetings, *, at):
    what, number, scope, clock, zone, rule, by_hand = change
    if not meetings:
        return
    meeting = meetings[number % len(meetings)]
    who = {"meeting": meeting, "scope": scope, "by": None, "at": at}
    if what == "time":
        facts = when(meeting.local_day, clock, meeting.time_zone, minutes=45)
        change_occurrences(**who, also_by_hand=by_hand, **facts)
    elif what == "zone":
        facts = when(meeting.local_day, meeting.local_time, zone)
        change_occurrences(**who, also_by_hand=by_hand, time_zone=zone, **facts)
    elif what == "place":
        change_occurrences(**who, also_by_hand=by_hand, place="Kigali")
    elif what == "days":
        # Not years ahead, so that some meetings are current.
        rule["first_day"] = meeting.local_day + timedelta(days=number)
        change_recurrence(**who, rule=rule, also_by_hand=by_hand)
    elif what == "put back":
        put_back_occurrences(**who)
    else:
        cancel_occurrences(**who)


@contextmanager
def nothing_stays():
    with transaction.atomic():
        Meeting.objects.all().delete()
        # A rollback is not a change: another example may have the ETag of this one's feed.
        caches["feeds"].clear()
        yield
        transaction.set_rollback(True)


def on_the_page(client):
    """Return the start of each meeting, by key, from the `datetime` attributes of the pages."""
    pages = [client.get(address).text for address in ("/en/calendar/", "/en/calendar/past/")]
    found = re.findall(r'id="meeting-(\d+)".*?<time datetime="([^"]+)"', "".join(pages), re.DOTALL)
    return {int(key): instant_or_day(written) for key, written in found}


def instant_or_day(written):
    return datetime.fromisoformat(written) if "T" in written else date.fromisoformat(written)


def in_the_feed(client):
    """Return the begin and end of each event, by UID, as another program reads the feed."""
    calendar = Calendar.from_ical(client.get("/calendar/all.ics").content)
    events = recurring_ical_events.of(calendar).between(
        FIRST - timedelta(days=400), LAST + timedelta(days=1500)
    )
    return {str(event["UID"]): (event["DTSTART"].dt, event["DTEND"].dt) for event in events}


def all_agree():
    """Assert that page, feed and database agree on each meeting."""
    client, stored = Client(), list(Meeting.objects.public())
    page, feed = on_the_page(client), in_the_feed(client)
    begins = {meeting.pk: begin_and_end(meeting)[0] for meeting in stored}
    assert page == begins
    assert feed == {str(meeting.uid): begin_and_end(meeting) for meeting in stored}
    return stored


def begin_and_end(meeting):
    """Return the instants of a meeting, or the days of a whole-day one, in its own zone."""
    instants = (meeting.starts_at, meeting.ends_at)
    if not meeting.is_all_day:
        return instants
    # A day that begins at one o'clock, or is skipped, is still that day.
    zone, moment = ZoneInfo(meeting.time_zone), timedelta(microseconds=1)
    last = (meeting.ends_at - moment).astimezone(zone).date()
    return meeting.starts_at.astimezone(zone).date(), last + timedelta(days=1)


@settings(max_examples=10, deadline=None)
# Over half past two on the day with 25 hours and, in spring, the one with 23.
@example("Europe/Zurich", time(2, 30), a_rule(date(2021, 10, 17)), [])
@example("Europe/Zurich", time(2, 30), a_rule(date(2022, 3, 13)), [])
@example("Europe/Zurich", None, a_rule(date(2021, 10, 17)), [])
# Days that begin at one o'clock.
@example("America/Asuncion", None, a_rule(date(2021, 9, 26)), [])
@example("Africa/Cairo", time(0), a_rule(date(2023, 4, 14)), [])
@given(zone=ZONES, clock=CLOCKS, rule=rules(), changes=st.lists(CHANGES, max_size=3))
def test_feed_page_and_database_agree_on_every_instant(db, zone, clock, rule, changes):
    with nothing_stays():
        facts = said(time_zone=zone, is_public=True, **when(rule["first_day"], clock, zone))
        series = draft_series(rule=rule, by=None, at=BEFORE, **facts)
        drafted = list(series.meetings.order_by("occurrence"))
        schedule_occurrences(meeting=drafted[0], scope=Scope.ALL, by=None, at=BEFORE)
        known = {meeting.pk: (meeting.uid, 0) for meeting in all_agree()}

        for change in changes:
            make(change)
            stored = all_agree()
            # Every announced meeting is still there, never with an older version.
            now = {meeting.pk: (meeting.uid, meeting.sequence) for meeting in stored}
            assert known.keys() <= now.keys()
            assert all(now[key][0] == uid and now[key][1] >= n for key, (uid, n) in known.items())
            known = now

        # Cancelled meetings keep their place.
        stands = Meeting.objects.filter(series__isnull=False, status=MeetingStatus.SCHEDULED)
        for meeting in stands.select_related("series"):
            if is_by_the_rule(meeting):
                expected = times_on(meeting.series, meeting.occurrence)
                assert {name: getattr(meeting, name) for name in expected} == expected
        # With the same time zone rules, no meeting needs to be moved.
        assert apply_dst_changes(at=BEFORE) == []
        assert Series.objects.filter(last_day=None, count=None).count() == 0


@settings(max_examples=10, deadline=None)
@given(
    zone=ZONES,
    clock=CLOCKS,
    rule=rules(),
    changes=st.lists(st.tuples(CHANGES, st.integers(0, 40)), max_size=4),
    are_drafts=st.booleans(),
)
def test_series_has_a_meeting_on_each_of_its_days(db, zone, clock, rule, changes, are_drafts):
    with nothing_stays():
        facts = said(time_zone=zone, **when(rule["first_day"], clock, zone))
        series = draft_series(rule=rule, by=None, at=BEFORE, **facts)
        first = series.meetings.earliest("occurrence")
        if not are_drafts:
            schedule_occurrences(meeting=first, scope=Scope.ALL, by=None, at=BEFORE)

        at = first.starts_at - timedelta(days=20)
        for change, days_later in changes:
            at += timedelta(days=days_later)
            # Cancelled drafts are deleted.
            if not (are_drafts and change[0] == "cancel"):
                make(change, at=at)

            for each in Series.objects.all():
                days = set(each.meetings.values_list("occurrence", flat=True))
                assert days == set(occurrence_days(each))
