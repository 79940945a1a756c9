"""Two workers that tell of papers at once, in real transactions."""

from datetime import UTC, datetime, timedelta

import pytest

from focus_areas.models import FocusArea
from outbox.models import Message
from participation.models import DigestedVersion, PaperDigest
from participation.services.paper_digest import send_paper_digests, start_digest
from tests.factories import FocusAreaFactory, PaperVersionFactory
from tests.participation.people import focal_point_in
from tests.races import POSTGRESQL_ONLY, overtaken, without_locks

pytestmark = POSTGRESQL_ONLY

SEVEN = datetime(2022, 2, 23, 6, tzinfo=UTC)


@pytest.fixture
def news():
    area = FocusArea.objects.filter(number=2).first() or FocusAreaFactory(number=2)
    for number in range(2):
        focal_point_in(area, email=f"{number}@example.org")
    PaperVersionFactory(paper__focus_area=area, uploaded_at=SEVEN - timedelta(hours=1))


def telling():
    return send_paper_digests(at=SEVEN)


@pytest.mark.parametrize("at", ["participation_paperdigest", "participation_digestedversion"])
def test_of_two_that_begin_at_once_each_reader_is_told_once(news, at):
    outcomes = overtaken(telling, telling, at=at)

    assert sum(outcomes) == 2
    assert Message.objects.count() == 2
    assert (PaperDigest.objects.count(), DigestedVersion.objects.count()) == (1, 1)


def test_of_two_that_go_on_at_once_each_reader_is_told_once(news):
    start_digest(at=SEVEN)

    outcomes = overtaken(telling, telling, at="outbox_message")

    assert sorted(outcomes) == [0, 2]
    assert Message.objects.count() == 2


def test_of_two_that_go_on_at_once_without_a_lock_one_fails_and_none_is_told_twice(news):
    start_digest(at=SEVEN)

    with without_locks():
        overtaken(telling, telling, at="outbox_message")

    assert Message.objects.count() == 2
