"""Papers of a meeting that begins soon are announced at once, and not again in the morning."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meetings.models import MeetingStatus
from outbox.models import Message, Queue
from papers.models import PaperKind
from participation.models import PaperDigest
from participation.services.paper_digest import send_paper_digests
from tests.factories import MailPreferencesFactory, PaperFactory, PaperVersionFactory
from tests.participation.people import account_of, focal_point_in, meeting_of

pytestmark = pytest.mark.django_db
# Wednesday, 11:00 in Geneva.
ELEVEN = datetime(2022, 2, 23, 10, tzinfo=UTC)
SEVEN_TOMORROW = datetime(2022, 2, 24, 6, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def added(meeting, at=ELEVEN, **facts):
    paper = PaperFactory(**{"meeting": meeting, "kind": PaperKind.AGENDA, **facts})
    return PaperVersionFactory(paper=paper, number=1, language="en", uploaded_at=at)


@pytest.mark.parametrize(
    ("begins_in", "wait"),
    [
        # It has begun.
        (-10 * MINUTE, timedelta()),
        (2 * HOUR + MINUTE, MINUTE + SECOND),
        (48 * HOUR, 2 * MINUTE),
        (48 * HOUR + 2 * MINUTE + SECOND, 2 * MINUTE + 2 * SECOND),
    ],
)
def test_paper_of_a_meeting_within_48_hours_is_announced_at_once(
    area, focal_point, begins_in, wait
):
    added(meeting_of(area, title="Tomorrow", starts_at=ELEVEN + begins_in), title="Draft agenda")
    if wait:
        assert send_paper_digests(at=ELEVEN + wait - SECOND) == 0

    assert send_paper_digests(at=ELEVEN + wait) == 1

    message, digest = Message.objects.get(), PaperDigest.objects.get()
    assert message.topic == f"papers/urgent-{digest.pk}/focal-point-{focal_point.pk}"
    assert (message.queue, message.published_at) == (Queue.MAIL, ELEVEN + wait)
    assert "**Draft agenda**" in message.body
    assert (digest.day, digest.made_at, digest.finished_at) == (None, *[ELEVEN + wait] * 2)
    later = [ELEVEN + wait + MINUTE, SEVEN_TOMORROW, SEVEN_TOMORROW + 24 * HOUR]
    assert [send_paper_digests(at=at) for at in later] == [0, 0, 0]


def test_other_papers_wait_for_the_morning(area, focal_point):
    soon = ELEVEN + HOUR
    added(meeting_of(area, starts_at=ELEVEN + 100 * HOUR))
    added(meeting_of(area, starts_at=soon, status=MeetingStatus.DRAFT))
    added(meeting_of(area, starts_at=soon, status=MeetingStatus.CANCELLED))
    added(meeting_of(area, starts_at=ELEVEN - 2 * HOUR), kind=PaperKind.MINUTES)
    added(meeting_of(area, starts_at=soon), is_withdrawn=True)
    added(None, focus_area=area, kind=PaperKind.ACTION_FRAMEWORK)

    assert send_paper_digests(at=ELEVEN + 10 * MINUTE) == 0
    assert PaperDigest.objects.count() == 0
    assert send_paper_digests(at=SEVEN_TOMORROW) == 1


def test_papers_wait_for_ten_minutes_at_most_and_not_for_another_meeting(area, focal_point):
    one, other = (meeting_of(area, starts_at=ELEVEN + 20 * HOUR) for _number in range(2))
    added(other, title="Other")
    told = []
    for number in range(12):
        added(one, at=ELEVEN + number * MINUTE, title=f"Paper {number}")
        told += [number] * send_paper_digests(at=ELEVEN + number * MINUTE)

    assert told == [2, 10]
    first, second = Message.objects.order_by("pk")
    assert ("Other" in first.body, "Paper" in first.body) == (True, False)
    assert "**Paper 10**" in second.body


def test_who_wants_no_mail_about_papers_gets_none(area, focal_point):
    MailPreferencesFactory(user=account_of(focal_point), new_papers=False)
    added(meeting_of(area, starts_at=ELEVEN + HOUR))

    assert send_paper_digests(at=ELEVEN) == 0
    assert PaperDigest.objects.get().finished_at == ELEVEN


def test_urgent_digests_of_one_day_are_several_and_the_daily_one_has_the_rest(area, focal_point):
    meeting = meeting_of(area, starts_at=ELEVEN + 30 * HOUR)
    added(None, focus_area=area, title="Of the group", kind=PaperKind.ACTION_FRAMEWORK)
    runs = []
    for hour in range(2):
        added(meeting, at=ELEVEN + hour * HOUR, title=f"Paper {hour}")
        runs.append(send_paper_digests(at=ELEVEN + hour * HOUR + 2 * MINUTE))

    runs.append(send_paper_digests(at=SEVEN_TOMORROW))

    assert runs == [1, 1, 1]
    daily = Message.objects.latest("pk")
    assert ("Of the group" in daily.body, "Paper" in daily.body) == (True, False)
    days = PaperDigest.objects.order_by("pk").values_list("day", flat=True)
    assert list(days) == [None, None, SEVEN_TOMORROW.date()]


def test_urgent_digest_takes_as_many_queries_for_three_as_for_one(area):
    def queries(at):
        with CaptureQueriesContext(connection) as queries:
            send_paper_digests(at=at)
        return len(queries)

    focal_point_in(area)
    added(meeting_of(area, starts_at=ELEVEN + HOUR))
    for_one = queries(ELEVEN)
    for _number in range(2):
        focal_point_in(area)
    for _number in range(3):
        added(meeting_of(area, starts_at=ELEVEN + HOUR))

    assert queries(ELEVEN + MINUTE) == for_one
    assert Message.objects.count() == 4
