"""What a calendar program answers to an invitation is the RSVP of the person invited."""

import logging
import time

import pytest

from inbox.models import IncomingKind, IncomingMail, Source
from inbox.services.receiving import receive
from meetings.models import MeetingKind
from meetings.services.meetings import cancel_meeting
from outbox.models import Message
from outbox.services.return_addresses import ReturnKind, return_code
from participation.models import Rsvp, RsvpChoice
from participation.services.notices import send_notices
from tests.factories import NOON
from tests.inbox.mails import reply
from tests.participation.invitations import (
    answer,
    event_in,
    invited,
    mail_with,
    organiser_of,
    reply_to,
)
from tests.participation.notices import DAY, HOUR, MINUTE, SETTLED, THEN, changed, moved
from tests.participation.people import (
    account_of,
    focal_point_in,
    handed_over,
    meeting_of,
    withdrawn,
)
from tests.participation.sittings import answered, stored

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mailbox")]
LATER = SETTLED + HOUR


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    """An empty folder for stored mails."""
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def wanting(focal_point):
    """The focal point, who chose invitations."""
    invited(focal_point)
    return focal_point


def invitation_to(meeting):
    """Send the notice of a meeting, and return its message to the only reader."""
    send_notices(at=SETTLED)
    return Message.objects.filter(topic__startswith=f"meeting-{meeting.pk}/").latest("pk")


def planned(area, **facts):
    return meeting_of(area, **{"starts_at": THEN, "changed_at": NOON, **facts})


@pytest.mark.parametrize(
    ("partstat", "facts", "choice"),
    [
        ("ACCEPTED", {"place": "Kigali"}, RsvpChoice.YES),
        ("ACCEPTED", {"place": ""}, RsvpChoice.REMOTE),
        ("accepted", {"place": "", "is_all_day": False}, RsvpChoice.REMOTE),
        ("DECLINED", {"place": "Kigali"}, RsvpChoice.NO),
    ],
)
def test_answer_at_the_organiser_is_recorded_although_it_is_automatic(
    area, wanting, partstat, facts, choice
):
    meeting = planned(area, **facts)

    mail = answer(invitation_to(meeting), partstat, LATER)

    rsvp = Rsvp.objects.get()
    assert (rsvp.meeting, rsvp.focal_point, rsvp.choice) == (meeting, wanting, choice)
    assert (rsvp.responded_at, rsvp.by, rsvp.starts_at) == (LATER, account_of(wanting), THEN)
    assert (mail.kind, mail.reference) == (IncomingKind.RSVP, wanting.member.reference)
    # Nobody at the desk has to read it.
    assert not IncomingMail.objects.correspondence().exists()


@pytest.mark.parametrize("partstat", ["TENTATIVE", "NEEDS-ACTION", "DELEGATED", "", "X-NONSENSE"])
def test_what_is_neither_yes_nor_no_records_nothing(area, wanting, partstat):
    mail = answer(invitation_to(planned(area)), partstat, LATER)

    assert mail.kind == IncomingKind.RSVP
    assert not Rsvp.objects.exists()


def test_answer_is_for_all_roles_of_the_person_that_are_invited(area, other_area, wanting):
    same_group = focal_point_in(area, email=wanting.email)
    focal_point_in(other_area, email=wanting.email)
    meeting = planned(area)

    answer(invitation_to(meeting), "ACCEPTED", LATER)

    assert set(Rsvp.objects.values_list("focal_point", flat=True)) == {wanting.pk, same_group.pk}


def test_answer_can_be_changed_and_the_same_one_again_changes_nothing(area, wanting):
    message = invitation_to(planned(area))
    for number, partstat in enumerate(("ACCEPTED", "ACCEPTED", "DECLINED", "ACCEPTED")):
        answer(message, partstat, LATER + number * MINUTE)

    assert Rsvp.objects.get().choice == RsvpChoice.REMOTE
    assert Rsvp.history.count() == 3


def test_accepting_keeps_the_way_of_attending_that_was_chosen_on_the_page(area, wanting):
    meeting = planned(area, place="Kigali")
    message = invitation_to(meeting)
    answered(meeting, wanting, RsvpChoice.REMOTE, at=LATER)

    answer(message, "ACCEPTED", LATER + MINUTE)

    assert Rsvp.objects.get().choice == RsvpChoice.REMOTE


def test_declining_one_sitting_says_nothing_about_the_other(area, wanting):
    morning = planned(area)
    evening = planned(area, starts_at=THEN + 8 * HOUR, sitting_of=morning)
    message = invitation_to(morning)

    answer(message, "DECLINED", LATER)
    answer(Message.objects.get(topic__startswith=f"meeting-{evening.pk}/"), "ACCEPTED", LATER)

    assert stored() == {evening.pk: RsvpChoice.REMOTE}


def test_answer_to_one_meeting_of_a_series_is_for_that_one(area, wanting):
    first, second = planned(area), planned(area, starts_at=THEN + 7 * DAY)
    invitation_to(first)
    message = invitation_to(second)

    answer(message, "ACCEPTED", LATER)

    assert stored() == {second.pk: RsvpChoice.REMOTE}


def test_answer_to_a_changed_place_counts_and_one_to_another_start_does_not(area, wanting):
    meeting = planned(area)
    old = invitation_to(meeting)
    changed(meeting, place="Kigali", at=LATER)
    answer(old, "ACCEPTED", LATER)
    assert stored() == {meeting.pk: RsvpChoice.YES}

    moved(meeting, at=LATER + MINUTE)
    before = answer(old, "DECLINED", LATER + 2 * MINUTE)
    send_notices(at=LATER + HOUR)
    after = answer(old, "DECLINED", LATER + 2 * HOUR, DTSTART=None)
    new = Message.objects.latest("pk")
    assert stored() == {meeting.pk: RsvpChoice.YES}
    answer(new, "DECLINED", LATER + 2 * HOUR, DTSTART=None)

    assert {before.kind, after.kind} == {IncomingKind.RSVP}
    assert Rsvp.objects.get().choice == RsvpChoice.NO


def test_move_that_was_undone_before_anybody_was_told_spoils_no_answer(area, wanting):
    meeting = planned(area)
    message = invitation_to(meeting)
    moved(meeting, at=LATER)
    moved(meeting, to=THEN, at=LATER + MINUTE)

    answer(message, "ACCEPTED", LATER + HOUR)

    assert stored() == {meeting.pk: RsvpChoice.REMOTE}


@pytest.mark.parametrize("zone", ["Africa/Nairobi", "Asia/Kathmandu"])
def test_start_may_be_written_in_a_time_zone_or_in_one_that_only_the_program_knows(
    area, wanting, zone
):
    meeting = planned(area)
    message = invitation_to(meeting)
    _method, event = event_in(message)
    organiser = organiser_of(wanting)
    local = reply_to(event, "ACCEPTED").replace(
        "DTSTART:20211101T120000Z", "DTSTART;TZID=E. Africa Standard Time:20211101T150000"
    )
    assert "E. Africa" in local

    for content in (local.replace("E. Africa Standard Time", zone), local):
        mail = mail_with(content, organiser)
        receive(raw=mail.as_bytes(), envelope_to="", source=Source.IMAP, at=LATER)

    # In Kathmandu it is another time, so that only the second one counts.
    expected = {meeting.pk: RsvpChoice.REMOTE}
    assert stored() == expected
    assert Rsvp.history.count() == 1


def test_whole_day_is_answered_by_its_day(area, wanting):
    midnight = THEN.replace(hour=21) - DAY
    meeting = planned(
        area,
        starts_at=midnight,
        ends_at=midnight + DAY,
        is_all_day=True,
        time_zone="Africa/Nairobi",
    )

    answer(invitation_to(meeting), "ACCEPTED", LATER)

    assert stored() == {meeting.pk: RsvpChoice.REMOTE}


def forged(address):
    """The address with another MAC."""
    local, _at, domain = address.partition("@")
    return f"{local[:-8]}{'a' * 8}@{domain}"


def test_answer_needs_the_mac_of_the_person(area, other_area, wanting):
    meeting = planned(area)
    message = invitation_to(meeting)
    other = focal_point_in(other_area)
    theirs, own = invited(other), organiser_of(wanting)
    swapped = own.partition(".")[0] + "." + theirs.partition(".")[2]
    unknown = [forged(own), swapped, own.replace("meet+", "reply+")]

    kinds = {answer(message, "ACCEPTED", LATER, to=address).kind for address in unknown}
    # The organiser of somebody who is not invited.
    answer(message, "ACCEPTED", LATER, to=theirs)

    assert kinds == {IncomingKind.CALENDAR}
    assert not Rsvp.objects.exists()


def test_attendee_and_sender_are_not_believed(area, wanting):
    victim = focal_point_in(area)
    meeting = planned(area)
    send_notices(at=SETTLED)

    answer(
        Message.objects.exclude(attachment="").get(),
        "DECLINED",
        LATER,
        attendee=f"mailto:{victim.email}",
    )

    assert [rsvp.focal_point for rsvp in Rsvp.objects.filter(meeting=meeting)] == [wanting]


def gone(meeting, person):
    withdrawn(person)


def cancelled(meeting, person):
    cancel_meeting(meeting=meeting, by=None, at=LATER)


def taken_over(meeting, person):
    handed_over(person, email="successor@example.org")


def switched_off(meeting, person):
    user = account_of(person)
    user.is_active = False
    user.save()


@pytest.mark.parametrize("happened", [gone, cancelled, taken_over, switched_off])
def test_answer_of_who_can_no_longer_answer_changes_nothing(area, wanting, happened):
    meeting = planned(area)
    message = invitation_to(meeting)
    happened(meeting, wanting)

    mail = answer(message, "ACCEPTED", LATER)

    assert mail.kind == IncomingKind.RSVP
    assert not Rsvp.objects.exists()


def test_answer_after_the_meeting_or_to_a_deadline_changes_nothing(area, wanting):
    message = invitation_to(planned(area))
    deadline = invitation_to(planned(area, kind=MeetingKind.DEADLINE))

    answer(message, "ACCEPTED", THEN + 2 * HOUR)
    answer(deadline, "ACCEPTED", LATER)

    assert not Rsvp.objects.exists()


def with_lines(*lines):
    return lambda text: text.replace("END:VEVENT", "\r\n".join([*lines, "END:VEVENT"]))


def many_events(text):
    event = text[text.index("BEGIN:VEVENT") : text.index("END:VCALENDAR")]
    return text.replace(event, event * 300)


def zone_bomb(text):
    zone = (
        "BEGIN:VTIMEZONE\r\nTZID:Bomb\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
        "TZOFFSETFROM:+0000\r\nTZOFFSETTO:+0000\r\nRRULE:FREQ=SECONDLY\r\n"
        "END:STANDARD\r\nEND:VTIMEZONE\r\n"
    )
    late = text.replace("DTSTART:2021", "DTSTART;TZID=Bomb:2022")
    return late.replace("BEGIN:VEVENT", zone + "BEGIN:VEVENT").replace("SEQUENCE:0", "SEQUENCE:-1")


HOSTILE = {
    "many events": many_events,
    "two events": with_lines("END:VEVENT", "BEGIN:VEVENT"),
    "huge": with_lines("DESCRIPTION:" + "x" * 3_000_000),
    "many lines": with_lines(*["X-A:1"] * 2000),
    "an occurrence": with_lines("RECURRENCE-ID:20211101T120000Z"),
    "two attendees": with_lines("ATTENDEE;PARTSTAT=DECLINED:mailto:x@example.org"),
    "two UIDs": with_lines("UID:1"),
    "two methods": lambda text: text.replace("METHOD:REPLY", "METHOD:REPLY\r\nMETHOD:CANCEL"),
    "no method": lambda text: text.replace("METHOD:REPLY\r\n", ""),
    "another UID": lambda text: text.replace("UID:", "UID:5"),
    "unknown UID": lambda text: text.replace("UID:", "UID:6ba7b810-9dad-11d1-80b4-00c04fd430c8-"),
    "no number": lambda text: text.replace("SEQUENCE:0", "SEQUENCE:many"),
    "a long number": lambda text: text.replace("SEQUENCE:0", "SEQUENCE:" + "9" * 6000),
    "unopened": lambda text: text.replace("BEGIN:VCALENDAR", "END:VCALENDAR\r\nEND:VCALENDAR"),
    "deep": lambda text: text.replace("BEGIN:VEVENT", "BEGIN:X\r\n" * 500 + "BEGIN:VEVENT"),
    "no iCalendar": lambda text: "METHOD:REPLY\r\n\x00\x01;;;:::\r\n",
    "a zone without end": zone_bomb,
    "another start": lambda text: text.replace("DTSTART:2021", "DTSTART:2022"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_answer_does_nothing_at_once_and_names_nobody_in_the_log(
    area, wanting, name, caplog
):
    message = invitation_to(planned(area))
    _method, event = event_in(message)
    content = HOSTILE[name](reply_to(event, "ACCEPTED"))
    raw = mail_with(content, organiser_of(wanting)).as_bytes()
    begun = time.monotonic()

    with caplog.at_level(logging.INFO):
        mail = receive(raw=raw, envelope_to="", source=Source.IMAP, at=LATER)

    assert time.monotonic() - begun < 5
    assert not Rsvp.objects.exists()
    assert mail.kind == IncomingKind.RSVP
    assert f"Answer to an invitation in mail {mail.pk}" in caplog.text
    assert wanting.email not in caplog.text
    assert "elsewhere.example" not in caplog.text


def test_recurrence_without_end_is_not_expanded(area, wanting):
    message = invitation_to(planned(area))
    _method, event = event_in(message)
    content = with_lines("RRULE:FREQ=SECONDLY", "RDATE:20211101T120000Z")(
        reply_to(event, "ACCEPTED")
    )
    raw = mail_with(content, organiser_of(wanting)).as_bytes()

    receive(raw=raw, envelope_to="", source=Source.IMAP, at=LATER)

    assert Rsvp.objects.count() == 1


def test_mail_that_a_person_writes_to_the_organiser_reaches_the_desk_at_its_member(area, wanting):
    written = reply(organiser_of(wanting), "Who else comes?", sender=wanting.email)
    away = reply(organiser_of(wanting), "I am away.", Auto_Submitted="auto-replied")

    mails = [
        receive(raw=mail.as_bytes(), envelope_to="", source=Source.IMAP, at=LATER)
        for mail in (written, away)
    ]

    assert [mail.kind for mail in mails] == [IncomingKind.REPLY, IncomingKind.AUTOMATIC]
    assert mails[0].reference == wanting.member.reference
    assert not IncomingMail.objects.unmatched().exists()


def test_person_who_gave_up_invitations_can_still_answer_an_earlier_one(area, wanting):
    message = invitation_to(planned(area))
    preferences = account_of(wanting).mail_preferences
    preferences.calendar = "feed"
    preferences.save()

    answer(message, "ACCEPTED", LATER)

    assert Rsvp.objects.count() == 1


def test_answer_by_mail_is_not_asked_for_again(area, wanting):
    meeting = planned(area)
    answer(invitation_to(meeting), "ACCEPTED", LATER)
    changed(meeting, place="Kigali", at=LATER)

    send_notices(at=LATER + HOUR)

    _method, event = event_in(Message.objects.latest("pk"))
    params = event["ATTENDEE"].params
    assert (params["PARTSTAT"], params["RSVP"], event["SEQUENCE"]) == ("ACCEPTED", "FALSE", 2)


def test_organiser_says_nothing_about_its_person(area, wanting):
    address = organiser_of(wanting)

    kind, _plus, rest = address.partition("@")[0].partition("+")

    assert kind == ReturnKind.MEET
    # The rest is the random ID and its MAC.
    organiser_id = account_of(wanting).mail_preferences.organiser_id
    assert rest == return_code(ReturnKind.MEET, organiser_id)
