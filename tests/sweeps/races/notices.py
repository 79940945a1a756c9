"""Two concurrent runs of what writes notices, reminders and digests of papers."""

from datetime import UTC, datetime
from functools import partial

from meetings.models import Meeting
from outbox.models import Message
from participation.models import (
    Announcement,
    DigestedVersion,
    PaperDigest,
)
from participation.services.missing_documents import remind_of_missing_documents
from participation.services.notices import send_notices
from participation.services.paper_digest import send_paper_digests, start_digest
from participation.services.reminders import send_reminders
from participation.services.reply_requests import AlreadyAsked, ask_for_replies
from tests.factories import (
    NOON,
    PaperVersionFactory,
    UserFactory,
)
from tests.participation.notices import DAY, HOUR, SETTLED, THEN, moved, told_meeting
from tests.participation.people import focal_point_in, meeting_of
from tests.sweeps.races.participation import area, cancelling, moving, one_told
from tests.sweeps.races.race import Race, own, twice
from tests.triage.staff import coordinator

MESSAGE = "outbox_message"
# Seven in the morning in Geneva.
SEVEN = datetime(2022, 2, 23, 6, tzinfo=UTC)
NOTICES = partial(send_notices, at=SETTLED)
DIGESTS = partial(send_paper_digests, at=SEVEN)


def two_send_notices(*, is_first=False):
    def arrange():
        _person, meeting = one_told()
        if is_first:
            Announcement.objects.all().delete()
        else:
            moved(meeting)
        return twice(NOTICES)

    return arrange


def two_remind():
    one_told()
    return twice(partial(send_reminders, at=THEN - DAY))


def told_and_moved():
    _person, meeting = one_told()
    moved(meeting)

    def it_is_told_again():
        return (
            Announcement.objects.get().version < own(meeting).version
            and send_notices(at=SETTLED + HOUR) == 1
            and Announcement.objects.get().starts_at == THEN + 2 * DAY
        )

    return NOTICES, moving(meeting, THEN + 2 * DAY, at=SETTLED), it_is_told_again


def reminded_and_cancelled():
    _person, meeting = one_told()
    return partial(send_reminders, at=THEN - DAY), cancelling(meeting, THEN - DAY)


def two_ask_for_documents(at):
    def arrange():
        _person, meeting = one_told()
        coordinator(meeting.focus_area)
        return twice(partial(remind_of_missing_documents, at=at))

    return arrange


def two_ask_for_replies():
    focal_point_in(area())
    meeting = told_meeting(area())

    def step():
        return partial(ask_for_replies, meeting=own(meeting), by=UserFactory(), at=NOON)

    return step(), step()


def two_tell_of_papers(*, is_begun=False, is_urgent=False):
    def arrange():
        for number in range(2):
            focal_point_in(area(), email=f"{number}@example.org")
        if is_urgent:
            meeting = meeting_of(area(), starts_at=SEVEN + DAY)
            PaperVersionFactory(paper__meeting=meeting, uploaded_at=SEVEN + HOUR)
        else:
            PaperVersionFactory(paper__focus_area=area(), uploaded_at=SEVEN - HOUR)
        if is_begun:
            start_digest(at=SEVEN)
        return twice(partial(send_paper_digests, at=SEVEN + 2 * HOUR) if is_urgent else DIGESTS)

    return arrange


RACES = {
    "ask for replies": Race(two_ask_for_replies, MESSAGE, (1, AlreadyAsked), {Message: 1}),
    "write a notice": Race(two_send_notices(), MESSAGE, (1, 0), {Message: 1, Announcement: 0}),
    "write a first notice": Race(
        two_send_notices(is_first=True), MESSAGE, (1, 0), {Message: 1, Announcement: 1}
    ),
    "remind": Race(two_remind, MESSAGE, (1, 0), {Message: 1}),
    "write a notice, and move": Race(
        told_and_moved, MESSAGE, (1, Meeting), {Message: 1}, needs_lock=False
    ),
    "remind, and cancel": Race(
        reminded_and_cancelled, MESSAGE, (1, Meeting), {Message: 1}, needs_lock=False
    ),
    **{
        f"ask for {what}": Race(
            two_ask_for_documents(at),
            MESSAGE,
            (1, 0),
            {Message: 1},
            is_either_first=True,
            needs_lock=False,
        )
        for what, at in (("an agenda", THEN - 3 * DAY), ("minutes", THEN + HOUR + 10 * DAY))
    },
    "tell of papers": Race(
        two_tell_of_papers(is_begun=True), MESSAGE, (2, 0), {Message: 2, PaperDigest: 0}
    ),
    "begin to tell of papers": Race(
        two_tell_of_papers(),
        ("participation_paperdigest", "participation_digestedversion"),
        (2, 0),
        {Message: 2, PaperDigest: 1, DigestedVersion: 1},
        is_either_first=True,
        needs_lock=False,
    ),
    "begin to tell of papers of a meeting that begins soon": Race(
        two_tell_of_papers(is_urgent=True),
        "participation_digestedversion",
        (2, 0),
        {Message: 2, PaperDigest: 1, DigestedVersion: 1},
        is_either_first=True,
        needs_lock=False,
    ),
}
