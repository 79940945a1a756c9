"""Over random histories, feed and mailed invitations are one calendar, told in time and once."""

import random
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from core.conflicts import Conflict, NothingChanged, Refused
from meetings.models import Frequency, Meeting, MeetingStatus
from meetings.services.meetings import (
    cancel_meeting,
    change_meeting,
    draft_meeting,
    put_back_meeting,
    schedule_meeting,
)
from meetings.services.series import (
    cancel_occurrences,
    change_occurrences,
    draft_series,
    schedule_occurrences,
)
from meetings.services.series_plan import Scope
from outbox.models import NO_PRIVATE_VALUES, Message, MessageStatus
from participation.models import Announcement, CalendarChoice, MailPreferences, Rsvp, RsvpChoice
from participation.services.notices import send_notices
from participation.services.rsvps import record_rsvp
from tests.factories import NOON, MailPreferencesFactory
from tests.participation.calendar_program import Program, read, taking_place
from tests.participation.group import feed_of
from tests.participation.invitations import answer, event_in, invited
from tests.participation.notices import DAY, HOUR, MINUTE
from tests.participation.people import account_of, focal_point_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mailbox")]
SECOND = timedelta(seconds=1)
# Each test runs so many histories: 30 in CI, 300 more in `make test-all`.
HISTORIES, STEPS = 10, 12
# The task runs each 15 seconds. These are the runs after a change at which something is due.
RUNS = (15 * SECOND, 2 * MINUTE + 15 * SECOND, 10 * MINUTE + 15 * SECOND, 61 * MINUTE)
LATENCY = timedelta(seconds=16)


@contextmanager
def undone():
    """A history of its own, from an empty calendar."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class History:
    """A group whose officer edits at random, and three readers with the three choices."""

    def __init__(self, seed, areas):
        self.random = random.Random(seed)  # noqa: S311 # Not for secrets.
        self.at = NOON
        self.area, self.other_area = areas
        self.subscriber, self.guest, self.reader = (focal_point_in(self.area) for _n in range(3))
        self.program = Program(invited(self.guest))
        MailPreferencesFactory(user=account_of(self.reader), calendar=CalendarChoice.MAILS)
        # By UID: what was sent last about a meeting, and the start of the last answer.
        self.sent, self.answered, self.done = {}, {}, Counter()

    def run(self):
        self.do(self.create)
        self.do(self.create_series)
        for _step in range(STEPS):
            self.do(self.random.choice(self.deeds))
            self.advance(self.random.choice((MINUTE, 9 * MINUTE, 30 * MINUTE, 5 * HOUR, 2 * DAY)))
        self.advance(3 * HOUR)
        self.compare()

    # What the officer and the guest do

    @property
    def deeds(self):
        return (
            *(self.create, self.create_series, self.move, self.move, self.move_following),
            *(self.cancel, self.cancel_following, self.put_back, self.rename, self.place),
            *(self.reassign, self.undo, self.answer_by_mail, self.answer_on_page),
        )

    def do(self, deed):
        """Do something that may be refused: then the next step does something else."""
        try:
            with transaction.atomic():
                deed()
        except (Refused, Conflict, NothingChanged):
            return
        self.done[deed.__name__] += 1

    def by(self):
        return {"by": None, "at": self.at}

    def when(self):
        start = self.at.replace(minute=0, second=0) + self.random.randint(2, 300) * HOUR
        return {"starts_at": start, "ends_at": start + HOUR}

    def one_of(self, **facts):
        found = list(Meeting.objects.filter(ends_at__gt=self.at, **facts).order_by("pk"))
        if not found:
            raise NothingChanged
        return self.random.choice(found)

    def facts(self):
        return {"title": "Meeting", "kind": "meeting", "focus_area": self.area, **self.when()}

    def create(self):
        meeting = draft_meeting(
            **self.facts(), is_tentative=self.random.random() < 0.3, **self.by()
        )
        schedule_meeting(meeting=meeting, **self.by())

    def create_series(self):
        facts = self.facts()
        rule = {
            "frequency": Frequency.WEEKLY,
            "interval": 1,
            "weekday": facts["starts_at"].weekday(),
            "week": None,
            "first_day": facts["starts_at"].date(),
            "last_day": None,
            "count": 3,
        }
        series = draft_series(rule=rule, **facts, **self.by())
        first = series.meetings.order_by("occurrence").first()
        schedule_occurrences(meeting=first, scope=Scope.ALL, **self.by())

    def move(self):
        meeting = self.one_of(status=MeetingStatus.SCHEDULED)
        change_meeting(meeting=meeting, **self.when(), **self.by())

    def move_following(self):
        meeting = self.one_of(status=MeetingStatus.SCHEDULED, series__isnull=False)
        start = meeting.starts_at + self.random.choice((-30, 30)) * MINUTE
        change_occurrences(
            meeting=meeting,
            scope=self.random.choice((Scope.LATER, Scope.ALL)),
            starts_at=start,
            ends_at=start + HOUR,
            **self.by(),
        )

    def cancel(self):
        cancel_meeting(meeting=self.one_of(status=MeetingStatus.SCHEDULED), **self.by())

    def cancel_following(self):
        meeting = self.one_of(status=MeetingStatus.SCHEDULED, series__isnull=False)
        cancel_occurrences(meeting=meeting, scope=Scope.LATER, **self.by())

    def put_back(self):
        put_back_meeting(meeting=self.one_of(status=MeetingStatus.CANCELLED), **self.by())

    def rename(self):
        self.change(title=f"Meeting {self.random.random()}")

    def place(self):
        self.change(place=self.random.choice(("Kigali", "Lima", "")), is_tentative=False)

    def reassign(self):
        self.change(focus_area=self.random.choice((self.area, self.other_area, None)))

    def change(self, **facts):
        meeting = self.one_of(status=MeetingStatus.SCHEDULED)
        change_meeting(meeting=meeting, **facts, **self.by())

    def undo(self):
        """Move a meeting there and back at once, of which nobody is told."""
        meeting = self.one_of(status=MeetingStatus.SCHEDULED)
        before = {"starts_at": meeting.starts_at, "ends_at": meeting.ends_at}
        change_meeting(meeting=meeting, **self.when(), **self.by())
        change_meeting(meeting=meeting, **before, **self.by())

    def answer_by_mail(self):
        if not self.sent:
            raise NothingChanged
        # In the order of sending: UIDs are random, and a seed must give one history.
        uid = self.random.choice(list(self.sent))
        message = self.sent[uid]
        method, event = event_in(message)
        if method == "CANCEL":
            raise NothingChanged
        accepts = self.random.random() < 0.7
        meeting = Meeting.objects.get(uid=uid)
        told = Announcement.objects.get(meeting=meeting)
        answer(message, "ACCEPTED" if accepts else "DECLINED", self.at)
        counts = (
            meeting.status == MeetingStatus.SCHEDULED
            and meeting.focus_area_id in (None, self.area.pk)
            and meeting.ends_at > self.at
            and meeting.starts_at == told.starts_at == event["DTSTART"].dt
        )
        rsvp = Rsvp.objects.filter(meeting=meeting, focal_point=self.guest).first()
        if counts:
            assert (rsvp.choice != RsvpChoice.NO) == accepts
            self.answered[uid] = meeting.starts_at

    def answer_on_page(self):
        meeting = self.one_of(status=MeetingStatus.SCHEDULED)
        choice = self.random.choice((RsvpChoice.REMOTE, RsvpChoice.NO))
        record_rsvp(
            meeting=meeting,
            focal_point=self.guest,
            choice=choice,
            by=account_of(self.guest),
            at=self.at,
        )
        self.answered[str(meeting.uid)] = meeting.starts_at

    # What must hold

    def advance(self, step):
        """Let time pass, with the runs of the task at which something may be due."""
        until = self.at + step
        starts = [each.starts_at for each in Meeting.objects.filter(starts_at__lte=until)]
        runs = {self.at + wait for wait in RUNS} | {start - LATENCY for start in starts} | {until}
        runs |= {start - DAY for start in starts} | {start - 2 * HOUR for start in starts}
        for at in sorted(run for run in runs if self.at < run <= until):
            begun = [start for start in starts if self.at < start <= at]
            self.at = at
            self.send()
            if begun:
                self.knows_what_begins(begun)

    def send(self):
        before = set(Message.objects.values_list("pk", flat=True))
        send_notices(at=self.at)
        new = Message.objects.exclude(pk__in=before).order_by("pk")
        number = Counter(new.values_list("recipient", flat=True))
        # The others get one mail about all that changed, or none, and no calendar in it.
        assert number[self.subscriber.email] == number[self.reader.email] <= 1
        assert not new.exclude(recipient=self.guest.email).exclude(attachment="").exists()
        theirs = list(new.filter(recipient=self.guest.email))
        told = [self.program.open(message) for message in theirs]
        # One mail for each meeting, exactly if the others are told of something.
        assert len(told) == len(set(told))
        assert bool(told) == bool(number[self.reader.email])
        feed = self.feed() if told else {}
        for uid, message in zip(told, theirs, strict=True):
            self.sent[uid] = message
            if uid in feed:
                # Exactly what the feed says: start, SEQUENCE and STATUS.
                assert self.program.events[uid] == feed[uid]
            _method, event = event_in(message)
            if self.answered.get(uid) == event["DTSTART"].dt:
                # Nobody is asked twice about one thing.
                assert event["ATTENDEE"].params.get("RSVP") != "TRUE"
        new.update(status=MessageStatus.SENT, sent_at=self.at, **NO_PRIVATE_VALUES)

    def feed(self):
        """The events in the feed of the guest, if they had chosen that."""
        chosen = MailPreferences.objects.filter(user=account_of(self.guest))
        chosen.update(calendar=CalendarChoice.FEED)
        feed = read(Client().get(feed_of(self.guest)).content)
        chosen.update(calendar=CalendarChoice.INVITATIONS)
        return feed

    def knows_what_begins(self, begun):
        """What was changed in time is told before the meeting begins."""
        for meeting in Meeting.objects.filter(starts_at__in=begun, status=MeetingStatus.SCHEDULED):
            is_theirs = meeting.focus_area_id in (None, self.area.pk)
            if is_theirs and meeting.changed_at < meeting.starts_at - LATENCY:
                start, _sequence, status = self.program.events[str(meeting.uid)]
                assert (start, status != "CANCELLED") == (meeting.starts_at, True)

    def compare(self):
        """Once everything was told, the two calendars have the same meetings that take place."""
        feed = self.feed()
        assert self.program.takes_place(self.at) == taking_place(feed, self.at)
        for uid, (_start, sequence, _status) in self.program.events.items():
            # Own answers, and changes that were undone, count in the feed only.
            assert uid not in feed or sequence <= feed[uid][1]


def run_histories(first, areas):
    done = Counter()
    for seed in range(first, first + HISTORIES):
        with undone():
            history = History(seed, areas)
            history.run()
            done += history.done
    # Each kind of change was made, and not only refused.
    assert {*done} == {deed.__name__ for deed in history.deeds}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    """An empty folder for stored mails."""
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.mark.parametrize("first", range(0, 30, HISTORIES))
def test_feed_and_invitations_are_one_calendar(first, area, other_area):
    run_histories(first, (area, other_area))


@pytest.mark.long
@pytest.mark.parametrize("first", range(30, 330, HISTORIES))
def test_feed_and_invitations_are_one_calendar_in_many_more_histories(first, area, other_area):
    run_histories(first, (area, other_area))
