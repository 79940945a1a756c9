"""The digest of new papers: its time, recipients and contents, and that it is sent once."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meetings.models import MeetingStatus
from meetings.services.meetings import schedule_meeting
from outbox.models import Message, Queue
from outbox.services.delivery import compose
from papers.models import FileScan, PaperKind
from papers.services.papers import restore_paper, withdraw_paper
from participation.models import DigestedVersion, PaperDigest
from participation.services import paper_digest, paper_digest_text
from participation.services.paper_digest import (
    latest_digest_time,
    mark_all_as_digested,
    send_paper_digests,
)
from tests.factories import (
    FileScanFactory,
    FocalPointFactory,
    MailPreferencesFactory,
    PaperFactory,
    PaperVersionFactory,
)
from tests.participation.people import account_of, focal_point_in, meeting_of

# Wednesday, 7:00 in Geneva, in winter.
SEVEN = datetime(2022, 2, 23, 6, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def new(*, at=SEVEN - HOUR, number=1, language="en", paper=None, **facts):
    paper = paper or PaperFactory(**{"kind": PaperKind.ACTION_FRAMEWORK, **facts})
    return PaperVersionFactory(paper=paper, number=number, language=language, uploaded_at=at)


def recipients():
    return list(Message.objects.order_by("recipient").values_list("recipient", flat=True))


def body():
    return Message.objects.get().body


def test_tell_of_papers_leaves_out_who_does_not_want_it_and_says_where_to_choose(area, focal_point):
    other = focal_point_in(area)
    MailPreferencesFactory(user=account_of(other), new_papers=False)
    new(focus_area=area)

    assert send_paper_digests(at=SEVEN) == 1

    assert recipients() == [focal_point.email]
    assert "/en/my/preferences/" in body()


def test_tell_of_papers_writes_to_a_focal_point_of_the_area(area, focal_point):
    new(focus_area=area, title="Chapter 2")
    third = meeting_of(area, title="Third meeting")
    new(meeting=third, kind=PaperKind.AGENDA, title="Agenda of the third")

    assert send_paper_digests(at=SEVEN) == 1

    message = Message.objects.get()
    assert message.topic == f"papers/2022-02-23/focal-point-{focal_point.pk}"
    assert (message.recipient, message.recipient_name) == ("wanjiku@example.org", "Wanjiku Kamau")
    assert message.reference == focal_point.member.reference
    assert message.subject == "New papers of your working group"
    assert message.queue == Queue.BULK
    assert (message.queued_at, message.expires_at) == (SEVEN, SEVEN + 7 * DAY)
    assert set(message.keys.values()) == {""}
    for words in (
        "Dear Wanjiku Kamau,",
        "**Chapter 2**",
        "Draft of the Action Framework · Empowering Communities",
        "Version 1 · English",
        "**Agenda of the third**",
        "Agenda · Empowering Communities · Third meeting",
        "[See the papers](http://testserver/en/my/papers/)",
    ):
        assert words in message.body
    digest = PaperDigest.objects.get()
    assert (digest.day, digest.made_at, digest.finished_at) == (date(2022, 2, 23), SEVEN, SEVEN)


def test_tell_of_papers_folds_versions_into_one_line(area, focal_point):
    paper = new(focus_area=area, title="Chapter 2").paper
    new(paper=paper, number=2, language="fr")
    new(paper=paper, number=2, language="en")

    send_paper_digests(at=SEVEN)

    assert body().count("Chapter 2") == 1
    assert "Version 2 · English · français" in body()
    assert "Version 1" not in body()
    assert DigestedVersion.objects.count() == 3
    # A language that is added later is announced separately.
    new(paper=paper, language="ar", at=SEVEN + HOUR)
    assert send_paper_digests(at=SEVEN + DAY) == 1
    assert "Version 1 · العربية" in Message.objects.latest("pk").body


@pytest.mark.parametrize("at", [SEVEN, SEVEN + MINUTE])
def test_tell_of_papers_waits_for_the_morning(area, focal_point, at):
    new(focus_area=area, at=at)

    assert send_paper_digests(at=SEVEN) == 0
    assert send_paper_digests(at=SEVEN + DAY - MINUTE) == 0
    assert PaperDigest.objects.count() == 0
    assert send_paper_digests(at=SEVEN + DAY) == 1


def in_batches_of(number, monkeypatch):
    monkeypatch.setattr(paper_digest, "BATCH_SIZE", number)
    monkeypatch.setattr(paper_digest, "MAX_PER_RUN", number)


def test_tell_of_papers_tells_no_second_time_in_a_day(area, focal_point):
    new(focus_area=area, at=SEVEN - HOUR)
    send_paper_digests(at=SEVEN)
    draft = meeting_of(area, status=MeetingStatus.DRAFT)
    new(meeting=draft, at=SEVEN - 2 * HOUR)
    schedule_meeting(meeting=draft, by=None, at=SEVEN + HOUR)

    assert send_paper_digests(at=SEVEN + 2 * HOUR) == 0
    assert send_paper_digests(at=SEVEN + DAY) == 1


def test_tell_of_papers_after_a_standstill_tells_of_all_at_once(area, focal_point):
    new(focus_area=area, title="Old", at=SEVEN - 5 * DAY)
    new(focus_area=area, title="New", at=SEVEN - HOUR)

    assert send_paper_digests(at=SEVEN + 9 * HOUR) == 1

    assert "**Old**" in body()
    assert "**New**" in body()


@pytest.mark.parametrize(
    ("at", "morning"),
    [
        (SEVEN, SEVEN),
        (SEVEN - MINUTE, SEVEN - DAY),
        (SEVEN + 23 * HOUR, SEVEN),
        # In summer it is 5:00 UTC. The clocks go forward on 27 March.
        (datetime(2022, 3, 27, 5, tzinfo=UTC), datetime(2022, 3, 27, 5, tzinfo=UTC)),
        (datetime(2022, 3, 27, 4, 59, tzinfo=UTC), datetime(2022, 3, 26, 6, tzinfo=UTC)),
    ],
)
def test_latest_morning_is_seven_in_geneva(at, morning):
    assert latest_digest_time(at) == morning


def test_take_as_told_writes_to_nobody_of_what_is_there(area, focal_point):
    new(focus_area=area)

    mark_all_as_digested(at=SEVEN)

    assert send_paper_digests(at=SEVEN) == 0
    assert Message.objects.count() == 0
    assert DigestedVersion.objects.count() == 1


# Contents --------------------------------------------------------------------------------------


def test_tell_of_papers_does_not_tell_of_what_was_withdrawn_before(area, focal_point):
    paper = new(focus_area=area).paper
    withdraw_paper(paper=paper, by=None, at=SEVEN - MINUTE)
    new(meeting=meeting_of(area, status=MeetingStatus.DRAFT))

    assert send_paper_digests(at=SEVEN) == 0
    assert Message.objects.count() == 0

    restore_paper(paper=paper, by=None, at=SEVEN + MINUTE)

    assert send_paper_digests(at=SEVEN + DAY) == 1
    # Nor again after it was restored.
    withdraw_paper(paper=paper, by=None, at=SEVEN + DAY)
    restore_paper(paper=paper, by=None, at=SEVEN + DAY)
    assert send_paper_digests(at=SEVEN + 2 * DAY) == 0


def test_tell_of_papers_does_not_tell_those_who_are_left_of_what_was_withdrawn_meanwhile(
    area, monkeypatch
):
    in_batches_of(1, monkeypatch)
    for number in range(3):
        focal_point_in(area, email=f"{number}@example.org")
    paper = new(focus_area=area).paper
    send_paper_digests(at=SEVEN)
    withdraw_paper(paper=paper, by=None, at=SEVEN + MINUTE)

    assert send_paper_digests(at=SEVEN + 2 * MINUTE) == 0

    assert Message.objects.count() == 1
    assert PaperDigest.objects.get().finished_at == SEVEN + 2 * MINUTE


def test_tell_of_papers_of_many_tells_the_first_as_typed_and_how_many_more(
    area, focal_point, monkeypatch
):
    monkeypatch.setattr(paper_digest_text, "MAX_PAPERS_LISTED", 2)
    for title in ("A [click](https://evil.example) **now** <b>x</b>", "B", "C", "D"):
        new(focus_area=area, title=title)

    send_paper_digests(at=SEVEN)

    assert "**B**" in body()
    assert "**C**" not in body()
    assert "2 more papers are on your papers page." in body()
    [(html, _type)] = compose(Message.objects.get()).alternatives
    assert 'href="https://evil.example' not in html
    assert "<b>x</b>" not in html


# Recipients ------------------------------------------------------------------------------------


def test_tell_of_papers_writes_each_once_what_is_theirs(area, other_area):
    focal_point_in(area, email="a@example.org")
    focal_point_in(other_area, email="b@example.org")
    for where in (area, other_area):
        focal_point_in(where, email="Both@example.org")
    FocalPointFactory(email="pending@example.org")
    papers = {"Ours": area, "Theirs": other_area, "Everybody's": None}
    for title, where in papers.items():
        new(focus_area=where, title=title)

    assert send_paper_digests(at=SEVEN) == 3

    told = {
        message.recipient: [title for title in papers if title in message.body]
        for message in Message.objects.all()
    }
    assert told == {
        "a@example.org": ["Ours", "Everybody's"],
        "b@example.org": ["Theirs", "Everybody's"],
        "Both@example.org": ["Ours", "Theirs", "Everybody's"],
    }


def test_tell_of_papers_writes_in_the_language_of_its_reader(area):
    focal_point_in(area, language="fr")
    new(focus_area=area)

    send_paper_digests(at=SEVEN)

    message = Message.objects.get()
    assert (message.language, message.preferred_language) == ("fr", "")
    assert message.subject == "Nouveaux documents de votre groupe de travail"
    assert "(http://testserver/fr/my/papers/)" in message.body


@pytest.mark.parametrize(("people", "in_each_run"), [(4, [2, 2, 0]), (5, [2, 2, 1])])
def test_tell_of_papers_goes_on_where_it_stopped(area, monkeypatch, people, in_each_run):
    in_batches_of(2, monkeypatch)
    for number in range(people):
        focal_point_in(area, email=f"{number}@example.org")
    new(focus_area=area)

    runs = []
    for _run in range(3):
        written = send_paper_digests(at=SEVEN)
        runs.append((written, PaperDigest.objects.get().finished_at is not None))

    assert [written for written, _is_finished in runs] == in_each_run
    # With its last message.
    assert [is_finished for _written, is_finished in runs] == [False, people == 4, True]
    assert recipients() == [f"{number}@example.org" for number in range(people)]


def test_tell_of_papers_is_finished_also_by_a_machine_whose_clock_is_behind(area, focal_point):
    new(focus_area=area)
    paper_digest.start_digest(at=SEVEN + HOUR)

    assert send_paper_digests(at=SEVEN) == 1

    assert PaperDigest.objects.get().finished_at == SEVEN + HOUR


def test_tell_of_papers_takes_as_many_queries_for_three_as_for_one(area):
    def queries(at):
        with CaptureQueriesContext(connection) as queries:
            send_paper_digests(at=at)
        return len(queries)

    focal_point_in(area)
    new(meeting=meeting_of(area))
    for_one = queries(SEVEN)
    focal_point_in(area)
    focal_point_in(area)
    for _n in range(3):
        new(meeting=meeting_of(area), at=SEVEN + HOUR)

    assert queries(SEVEN + DAY) == for_one
    assert Message.objects.count() == 4


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


def test_papers_are_announced_only_after_their_scan(area, focal_point, clamd):
    waiting = new(focus_area=area, title="Chapter 1")
    clean = new(focus_area=area, title="Chapter 2")
    FileScanFactory(sha256=waiting.sha256)
    FileScanFactory(sha256=clean.sha256, status="clean", scanned_at=SEVEN)

    first = send_paper_digests(at=SEVEN)
    FileScan.objects.filter(sha256=waiting.sha256).update(status="clean", scanned_at=SEVEN)
    second = send_paper_digests(at=SEVEN + DAY)

    bodies = Message.objects.order_by("pk").values_list("body", flat=True)
    named = [["Chapter 1" in body, "Chapter 2" in body] for body in bodies]
    assert (first, second, named) == (1, 1, [[False, True], [True, False]])


def test_paper_of_a_meeting_that_begins_soon_waits_for_its_scan(area, focal_point, clamd):
    meeting = meeting_of(area, starts_at=ELEVEN + 10 * HOUR)
    version = added(meeting, ELEVEN - HOUR)

    before = send_paper_digests(at=ELEVEN)
    FileScanFactory(sha256=version.sha256, status="clean", scanned_at=ELEVEN)
    after = send_paper_digests(at=ELEVEN)

    assert (before, after) == (0, 1)
