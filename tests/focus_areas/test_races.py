"""Two colleagues at once, in real transactions: one wins, the other learns what happened."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.test import Client

from focus_areas.models import Meeting, MeetingStatus
from focus_areas.planning import (
    AlreadyCancelled,
    AlreadyOnTheCalendar,
    ChangedMeanwhile,
    Refused,
    cancel_meeting,
    change_meeting,
    put_on_the_calendar,
)
from tests.factories import NOON, LinkFactory, MeetingFactory, UserFactory
from tests.processes import eventually

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite takes one writer at a time"
    ),
]
# Generous: both only have to reach the row.
BOTH_WAIT_WITHIN = 30
PLACES = ("Kigali", "Geneva")


def how_many_wait():
    """Count who waits for a lock in this database."""
    with connection.cursor() as cursor:
        # Within one transaction PostgreSQL would give the first answer again.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0]


def at_once(row, first, second):
    """Do two things to a row that is held until both wait for it; return what came of each."""

    def outcome(deed):
        try:
            return deed()
        except Refused as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        with transaction.atomic():
            type(row).objects.select_for_update().get(pk=row.pk)
            outcomes = [threads.submit(outcome, deed) for deed in (first, second)]
            assert eventually(lambda: how_many_wait() == 2, within=BOTH_WAIT_WITHIN)
        return [each.result() for each in outcomes]


def deed_of(officer, process, meeting, **facts):
    """Return what an officer does who has the first version of a meeting on screen."""
    return lambda: process(
        meeting=Meeting.objects.get(pk=meeting.pk), by=officer, at=NOON, version=1, **facts
    )


def winner_and_refusal(outcomes):
    """Return which of two was done, and why the other was not."""
    [winner] = [number for number, each in enumerate(outcomes) if not isinstance(each, Refused)]
    return winner, outcomes[1 - winner]


@pytest.fixture
def officers(db):
    return UserFactory(name="Amina"), UserFactory(name="Bo")


def test_two_moves_at_once_are_one_move(officers):
    meeting = MeetingFactory(status=MeetingStatus.SCHEDULED)

    outcomes = at_once(
        meeting,
        deed_of(officers[0], change_meeting, meeting, place=PLACES[0]),
        deed_of(officers[1], change_meeting, meeting, place=PLACES[1]),
    )

    winner, refusal = winner_and_refusal(outcomes)
    meeting.refresh_from_db()
    assert type(refusal) is ChangedMeanwhile
    assert str(refusal) == (
        f"{officers[winner].name} changed this meeting after you opened it, on Monday 25 October "
        "2021, 14:00 Geneva (UTC+2). Nothing of yours was saved."
    )
    assert (meeting.place, meeting.version, meeting.sequence) == (PLACES[winner], 2, 1)
    assert meeting.history.count() == 2


def test_moving_and_cancelling_at_once_are_one_of_them(officers):
    meeting = MeetingFactory(status=MeetingStatus.SCHEDULED, place="Bonn")

    outcomes = at_once(
        meeting,
        deed_of(officers[0], change_meeting, meeting, place="Kigali"),
        deed_of(officers[1], cancel_meeting, meeting),
    )

    winner, refusal = winner_and_refusal(outcomes)
    meeting.refresh_from_db()
    assert (meeting.place, meeting.status, type(refusal), str(refusal)[:28]) == [
        ("Kigali", "scheduled", ChangedMeanwhile, "Amina changed this meeting a"),
        ("Bonn", "cancelled", AlreadyCancelled, "Bo cancelled this meeting on"),
    ][winner]
    assert (meeting.version, meeting.sequence) == (2, 1)
    assert meeting.history.count() == 2


def test_cancelling_twice_at_once_cancels_once(officers):
    meeting = MeetingFactory(status=MeetingStatus.SCHEDULED)

    outcomes = at_once(
        meeting, *[deed_of(officer, cancel_meeting, meeting) for officer in officers]
    )

    winner, refusal = winner_and_refusal(outcomes)
    meeting.refresh_from_db()
    assert type(refusal) is AlreadyCancelled
    assert str(refusal).startswith(f"{officers[winner].name} cancelled this meeting on Monday 25")
    assert (meeting.status, meeting.version, meeting.sequence) == ("cancelled", 2, 1)
    assert meeting.history.count() == 2


def test_putting_on_the_calendar_twice_at_once_puts_it_there_once(officers):
    meeting = MeetingFactory(status=MeetingStatus.DRAFT)

    outcomes = at_once(
        meeting, *[deed_of(officer, put_on_the_calendar, meeting) for officer in officers]
    )

    winner, refusal = winner_and_refusal(outcomes)
    meeting.refresh_from_db()
    assert type(refusal) is AlreadyOnTheCalendar
    assert str(refusal) == "This meeting is on the calendar already."
    assert (meeting.status, meeting.version) == ("scheduled", 2)
    assert meeting.history.latest("history_id").history_user == officers[winner]
    assert meeting.history.count() == 2


def test_draft_changed_while_it_is_put_on_the_calendar_is_put_there_as_it_was_read(officers):
    meeting = MeetingFactory(status=MeetingStatus.DRAFT, is_public=False)

    outcomes = at_once(
        meeting,
        deed_of(officers[0], change_meeting, meeting, is_public=True),
        deed_of(officers[1], put_on_the_calendar, meeting),
    )

    winner, refusal = winner_and_refusal(outcomes)
    meeting.refresh_from_db()
    assert type(refusal) is ChangedMeanwhile
    assert str(refusal).startswith(f"{officers[winner].name} changed this meeting after")
    assert (meeting.is_public, meeting.status) == [(True, "draft"), (False, "scheduled")][winner]
    assert meeting.history.count() == 2


def test_two_who_save_a_form_at_once_do_not_save_over_one_another():
    link = LinkFactory(title="First")
    shown = link.history.latest("history_id").pk
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(UserFactory(is_superuser=True))

    def save(client, title):
        return client.post(
            f"/admin/focus_areas/link/{link.pk}/change/",
            {"url": link.url, "position": "1", "title_en": title, "history_shown": shown},
        ).status_code

    outcomes = at_once(link, lambda: save(clients[0], "Mine"), lambda: save(clients[1], "Theirs"))

    link.refresh_from_db()
    assert sorted(outcomes) == [302, 409]
    assert link.title_en == ["Mine", "Theirs"][outcomes.index(302)]
    assert link.history.count() == 2
