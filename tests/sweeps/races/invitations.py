"""Two concurrent calls about the answer of a calendar program, which comes by mail."""

from functools import partial

from inbox.services.calendar_replies import CalendarReply
from meetings.models import Meeting
from outbox.services.return_addresses import ID_SIZE, ReturnAddress, ReturnKind
from participation.models import MailPreferences, Rsvp
from participation.services.invitation_replies import record_reply
from tests.factories import NOON
from tests.participation.invitations import invited
from tests.participation.notices import told_meeting
from tests.participation.people import account_of, focal_point_in
from tests.sweeps.races.participation import ANSWER, MEETING, answering, area, cancelling, moving
from tests.sweeps.races.race import Race, twice


def person_and_meeting():
    person = focal_point_in(area())
    invited(person)
    return person, told_meeting(area())


def replying(person, meeting, partstat="ACCEPTED"):
    preferences = MailPreferences.objects.get(user=account_of(person))
    organiser = ReturnAddress(ReturnKind.MEET, preferences.organiser_id.bytes[:ID_SIZE])
    reply = CalendarReply(meeting.uid, meeting.sequence, partstat, meeting.starts_at)
    return partial(record_reply, organiser, reply, NOON)


def two_reply():
    return twice(replying(*person_and_meeting()))


def reply_and_answer_on_the_page():
    person, meeting = person_and_meeting()
    return replying(person, meeting), answering(person, meeting)


def two_reply_differently():
    person, meeting = person_and_meeting()

    def the_later_one_stands():
        return Rsvp.objects.get().choice == "no"

    return replying(person, meeting), replying(person, meeting, "DECLINED"), the_later_one_stands


def changed_and_replied(call):
    def arrange():
        person, meeting = person_and_meeting()
        return call(meeting), replying(person, meeting)

    return arrange


RACES = {
    "reply": Race(two_reply, ANSWER, ("recorded", "known"), {Rsvp: 1}),
    "reply, and answer on the page": Race(
        reply_and_answer_on_the_page, ANSWER, ("recorded", Rsvp), {Rsvp: 1}
    ),
    "reply in two ways": Race(two_reply_differently, ANSWER, ("recorded", "recorded"), {Rsvp: 1}),
    "cancel a meeting, and reply": Race(
        changed_and_replied(cancelling), MEETING, (Meeting, "refused"), {Rsvp: 0}
    ),
    "move a meeting, and reply": Race(
        changed_and_replied(moving), MEETING, (Meeting, "refused"), {Rsvp: 0}
    ),
}
