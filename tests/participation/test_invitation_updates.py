"""Invitations and cancellations that follow from what a person chooses."""

from functools import partial

import pytest

from meetings.services.meetings import cancel_meeting
from outbox.models import Message
from participation.models import CalendarChoice, MailPreferences, Rsvp, RsvpChoice
from participation.services.notices import mark_all_as_announced, send_notices
from participation.services.preferences import save_mail_preferences
from tests.factories import NOON
from tests.participation.invitations import answer, event_in, invited
from tests.participation.notices import (
    DAY,
    HOUR,
    MINUTE,
    SETTLED,
    THEN,
    changed,
    moved,
    told_meeting,
)
from tests.participation.people import account_of, focal_point_in, meeting_of
from tests.participation.sittings import answered, two_sittings
from tests.races import overtaken

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mailbox")]


def choose(person, calendar, at=NOON, **more):
    facts = {"day_before": True, "hour_before": False, "new_papers": True, **more}
    return save_mail_preferences(
        user=account_of(person),
        people=[person],
        calendar=calendar,
        language=person.language,
        time_zone=person.time_zone,
        at=at,
        **facts,
    )


def events():
    """Method, UID and SEQUENCE of the event in each message, in the order of queueing."""
    found = (event_in(message) for message in Message.objects.order_by("pk"))
    return [(method, str(event["UID"]), event["SEQUENCE"]) for method, event in found]


def told_sittings(area):
    sittings = two_sittings(area)
    mark_all_as_announced(at=NOON - DAY)
    return sittings


def test_who_begins_to_get_invitations_is_invited_to_all_meetings_to_come(area, other_area):
    person = focal_point_in(area)
    first, second = (told_meeting(area, starts_at=THEN + day * DAY) for day in (0, 1))
    for_all = told_meeting(None, starts_at=THEN + 2 * DAY)
    # None of these: over, cancelled, of another group, not announced yet.
    told_meeting(area, starts_at=NOON - HOUR)
    cancel_meeting(meeting=told_meeting(area), by=None, at=NOON - DAY)
    send_notices(at=NOON - HOUR)
    told_meeting(other_area)
    meeting_of(area, starts_at=THEN, changed_at=NOON)
    Message.objects.all().delete()

    choose(person, CalendarChoice.INVITATIONS)

    assert events() == [("REQUEST", str(each.uid), 1) for each in (first, second, for_all)]


@pytest.mark.parametrize("calendar", [CalendarChoice.FEED, CalendarChoice.MAILS])
def test_who_stops_gets_a_cancellation_of_each_meeting_to_come(area, calendar):
    person, meeting = focal_point_in(area), told_meeting(area)
    told_meeting(area, starts_at=NOON - HOUR)
    invited(person)

    choose(person, calendar)

    [message] = Message.objects.all()
    method, event = event_in(message)
    assert (method, str(event["UID"]), event["SEQUENCE"]) == ("CANCEL", str(meeting.uid), 1)
    assert event["STATUS"] == "CANCELLED"
    assert "The meeting takes place." in message.body


def test_who_comes_back_gets_an_invitation_above_the_cancellation(area):
    person, meeting = focal_point_in(area), told_meeting(area)

    for calendar in (CalendarChoice.INVITATIONS, CalendarChoice.FEED, CalendarChoice.INVITATIONS):
        choose(person, calendar)

    uid = str(meeting.uid)
    assert events() == [("REQUEST", uid, 1), ("CANCEL", uid, 2), ("REQUEST", uid, 3)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (CalendarChoice.FEED, CalendarChoice.MAILS),
        (CalendarChoice.INVITATIONS, CalendarChoice.INVITATIONS),
    ],
)
def test_another_choice_that_keeps_the_calendar_sends_nothing(area, before, after):
    person = focal_point_in(area)
    choose(person, before)
    told_meeting(area)

    choose(person, after, hour_before=True)

    assert list(Message.objects.all()) == []


def test_invitation_has_what_was_announced_and_its_change_comes_with_the_notice(area):
    person, meeting = focal_point_in(area), told_meeting(area)
    moved(meeting)

    choose(person, CalendarChoice.INVITATIONS)
    send_notices(at=SETTLED)

    first, second = (event_in(message)[1] for message in Message.objects.order_by("pk"))
    assert (first.start, second.start) == (THEN, THEN + DAY)
    assert first["SEQUENCE"] <= second["SEQUENCE"]


def test_who_chooses_a_sitting_gets_a_cancellation_of_the_other_one(area):
    person = focal_point_in(area)
    morning, evening = told_sittings(area)
    invited(person)

    answered(morning, person)
    assert events() == [("CANCEL", str(evening.uid), 1)]

    answered(evening, person, at=NOON + MINUTE)
    methods = {uid: method for method, uid, _sequence in events()[1:]}
    assert methods == {str(morning.uid): "CANCEL", str(evening.uid): "REQUEST"}
    assert events()[-1][2] > 1


def test_who_gets_no_invitations_or_answers_one_meeting_gets_no_letter(area):
    person, other = focal_point_in(area), focal_point_in(area)
    morning, _evening = told_sittings(area)
    invited(other)

    answered(morning, person)
    answered(told_meeting(area), other)

    assert list(Message.objects.all()) == []


def test_declining_one_sitting_keeps_both_in_the_program_of_the_person(area):
    person = focal_point_in(area)
    morning, _evening = told_sittings(area)
    invited(person)

    answered(morning, person, RsvpChoice.NO, others_shown={})

    assert list(Message.objects.all()) == []


def test_who_loses_their_sitting_has_the_other_one_in_the_calendar_again(area):
    person = focal_point_in(area)
    morning, evening = told_sittings(area)
    invited(person)
    answered(morning, person)
    Message.objects.all().delete()

    cancel_meeting(meeting=morning, by=None, at=NOON)
    assert send_notices(at=SETTLED) == 2

    assert {(method, uid) for method, uid, _sequence in events()} == {
        ("CANCEL", str(morning.uid)),
        ("REQUEST", str(evening.uid)),
    }
    # It is above the cancellation that the person got when they chose.
    assert [number for _method, uid, number in events() if uid == str(evening.uid)] == [2]


def test_reply_to_an_invitation_before_a_move_is_outdated_also_after_other_choices(area):
    person, meeting = focal_point_in(area), told_meeting(area)
    choose(person, CalendarChoice.INVITATIONS, at=NOON - HOUR)
    choose(person, CalendarChoice.FEED, at=NOON - HOUR)
    choose(person, CalendarChoice.INVITATIONS, at=NOON - HOUR)
    last = Message.objects.order_by("pk").last()
    moved(meeting)
    send_notices(at=SETTLED)

    answer(last, "ACCEPTED", SETTLED + MINUTE, DTSTART=None)

    assert not meeting_has_answers(meeting)
    answer(Message.objects.order_by("pk").last(), "ACCEPTED", SETTLED + HOUR, DTSTART=None)
    assert meeting_has_answers(meeting)


def meeting_has_answers(meeting):
    return Rsvp.objects.filter(meeting=meeting).exists()


def test_change_of_a_meeting_after_it_left_the_calendar_is_told_without_an_invitation(area):
    person, meeting = focal_point_in(area), told_meeting(area)
    choose(person, CalendarChoice.INVITATIONS)
    choose(person, CalendarChoice.FEED)
    Message.objects.all().delete()
    changed(meeting, place="Kigali")

    send_notices(at=SETTLED)

    assert Message.objects.get().attachment == ""


def test_each_own_choice_is_counted_once(area):
    person = focal_point_in(area)
    told_meeting(area)
    choose(person, CalendarChoice.INVITATIONS, at=NOON)
    choose(person, CalendarChoice.INVITATIONS, at=NOON + MINUTE, new_papers=False)

    assert MailPreferences.objects.get().invitation_revision == 1


@pytest.mark.django_db(transaction=True)
def test_race_of_a_sitting_and_of_the_calendar_takes_each_event_back_once(area):
    person = focal_point_in(area)
    sittings = told_sittings(area)
    invited(person)

    overtaken(
        partial(answered, sittings[0], person),
        partial(choose, person, CalendarChoice.FEED),
        at="participation_rsvp",
    )

    assert sorted(uid for _method, uid, _number in events()) == sorted(
        str(each.uid) for each in sittings
    )
    assert {method for method, _uid, _number in events()} == {"CANCEL"}
