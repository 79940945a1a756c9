"""Coordinators are reminded once of a missing agenda and of missing minutes."""

from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meetings.models import MeetingKind, MeetingStatus
from outbox.models import Message
from papers.models import PaperKind
from participation.services.missing_documents import BATCH_SIZE, remind_of_missing_documents
from tests.factories import MeetingFactory, PaperFactory, UserFactory
from tests.participation.notices import DAY, HOUR, MINUTE, THEN, the_mail, written
from tests.triage.staff import coordinator

pytestmark = pytest.mark.django_db
THREE_DAYS_BEFORE, TEN_DAYS_AFTER = THEN - 3 * DAY, THEN + HOUR + 10 * DAY


@pytest.fixture
def officer(area):
    return coordinator(area, email="kofi@example.org", name="Kofi Mensah", time_zone="Africa/Accra")


@pytest.fixture
def meeting(area, officer):
    return MeetingFactory(focus_area=area, title="Fourth meeting", starts_at=THEN)


@pytest.mark.parametrize(
    ("at", "subject", "expires_at"),
    [
        (THREE_DAYS_BEFORE, "No agenda yet: Fourth meeting", THEN - HOUR),
        (TEN_DAYS_AFTER, "No minutes yet: Fourth meeting", THEN + HOUR + 24 * DAY),
    ],
)
def test_document_is_asked_for_once(meeting, at, subject, expires_at):
    assert remind_of_missing_documents(at=at - MINUTE) == 0
    assert remind_of_missing_documents(at=at) == 1
    assert remind_of_missing_documents(at=at + DAY) == 0

    assert written() == [(subject, "kofi@example.org")]
    text = the_mail()
    assert "Dear Kofi Mensah" in text
    assert "Empowering Communities" in text
    assert "Monday 1 November 2021, 12:00 to 13:00 Accra (UTC+0)" in text
    assert "Monday 1 November 2021, 13:00 to 14:00 Geneva (UTC+1)" in text
    assert f"/admin/meetings/meeting/{meeting.pk}/change/" in text
    assert Message.objects.get().expires_at == expires_at


@pytest.mark.parametrize(
    ("kind", "at"), [(PaperKind.AGENDA, THREE_DAYS_BEFORE), (PaperKind.MINUTES, TEN_DAYS_AFTER)]
)
def test_paper_counts_unless_it_is_withdrawn_or_of_another_kind(meeting, kind, at):
    paper = PaperFactory(meeting=meeting, focus_area=None, kind=kind)
    assert remind_of_missing_documents(at=at) == 0

    paper.is_withdrawn = True
    paper.save()
    PaperFactory(meeting=meeting, focus_area=None, kind=PaperKind.OTHER)
    assert remind_of_missing_documents(at=at) == 1


@pytest.mark.parametrize(
    ("facts", "at"),
    [
        # Too late, and long ago.
        ({}, THEN - HOUR),
        ({}, THEN + HOUR + 24 * DAY),
        ({"agenda": "1. Welcome"}, THREE_DAYS_BEFORE),
        *product(
            [
                {"status": MeetingStatus.CANCELLED},
                {"kind": MeetingKind.DEADLINE},
                {"focus_area": None},
            ],
            [THREE_DAYS_BEFORE, TEN_DAYS_AFTER],
        ),
    ],
)
def test_nothing_is_asked_of_what_lacks_nothing_or_is_nobodys(area, officer, facts, at):
    MeetingFactory(**{"focus_area": area, "starts_at": THEN, **facts})

    assert remind_of_missing_documents(at=at) == 0


def test_those_are_asked_who_run_the_area_and_are_here(area, other_area, meeting):
    other = coordinator(area, language="fr")
    coordinator(other_area)
    coordinator(area, is_active=False)
    # Responsible for the area, but without permission to change a meeting.
    area.coordinators.add(UserFactory())

    assert remind_of_missing_documents(at=THREE_DAYS_BEFORE) == 2

    assert set(written()) == {
        ("No agenda yet: Fourth meeting", "kofi@example.org"),
        ("Ordre du jour attendu : Fourth meeting", other.email),
    }


def test_run_is_bounded_and_the_next_goes_on(area, officer):
    MeetingFactory.create_batch(BATCH_SIZE + 1, focus_area=area, starts_at=THEN)

    assert remind_of_missing_documents(at=THREE_DAYS_BEFORE) == BATCH_SIZE
    assert remind_of_missing_documents(at=THREE_DAYS_BEFORE) == 1


def test_looking_takes_as_many_queries_for_three_meetings_as_for_one(area, meeting):
    def queries():
        remind_of_missing_documents(at=THREE_DAYS_BEFORE)
        with CaptureQueriesContext(connection) as queries:
            assert remind_of_missing_documents(at=THREE_DAYS_BEFORE) == 0
        return len(queries)

    one = queries()
    MeetingFactory.create_batch(2, focus_area=area, starts_at=THEN)
    assert queries() == one
