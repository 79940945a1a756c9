"""People who get invitations, and what their mails bring."""

import uuid
from email.message import EmailMessage
from email.utils import make_msgid

from icalendar import Calendar, Event

from inbox.models import Source
from inbox.services.receiving import receive
from outbox.services.delivery import compose
from outbox.services.return_addresses import organiser_mailbox
from participation.models import CalendarChoice, MailPreferences
from tests.factories import MailPreferencesFactory
from tests.participation.people import account_of


def invited(focal_point):
    """Let a person choose invitations; return the address of their organiser."""
    MailPreferencesFactory(
        user=account_of(focal_point),
        calendar=CalendarChoice.INVITATIONS,
        organiser_id=uuid.uuid4(),
    )
    return organiser_of(focal_point)


def organiser_of(focal_point):
    """The address of the organiser of a person's invitations."""
    preferences = MailPreferences.objects.get(user=account_of(focal_point))
    return organiser_mailbox(preferences.organiser_id)


def calendar_in(message):
    """The calendar in a message as its recipient gets it: the last alternative of its text."""
    mail = compose(message).message()
    [alternatives] = [
        part for part in mail.walk() if part.get_content_type() == "multipart/alternative"
    ]
    part = alternatives.get_payload()[-1]
    assert part.get_content_type() == "text/calendar"
    return part


def event_in(message):
    """The method and the only event of the calendar in a message."""
    part = calendar_in(message)
    calendar = Calendar.from_ical(part.get_payload(decode=True))
    assert part.get_param("method") == calendar["METHOD"]
    [event] = calendar.events
    return str(calendar["METHOD"]), event


# What a calendar program copies from an invitation into its answer.
COPIED = ("UID", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "ORGANIZER")


def reply_to(event, partstat, *, attendee="mailto:anybody@elsewhere.example", **changed):
    """The calendar with which a program answers an event; `changed` are other properties."""
    answer = Event()
    for name in COPIED:
        answer[name] = event[name]
    for name, value in changed.items():
        answer.pop(name, None)
        if value is not None:
            answer.add(name.replace("_", "-"), value)
    answer.add("ATTENDEE", attendee, parameters={"PARTSTAT": partstat})
    answer.add("DTSTAMP", event["DTSTAMP"].dt)
    calendar = Calendar()
    calendar.add("PRODID", "-//Test//Program//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", "REPLY")
    calendar.add_component(answer)
    return calendar.to_ical().decode()


def mail_with(content, to, *, method="REPLY", **headers):
    """A mail as a calendar program sends it by itself."""
    mail = EmailMessage()
    mail["From"] = "Somebody <somebody@elsewhere.example>"
    mail["To"] = to
    mail["Subject"] = "Accepted: a meeting"
    mail["Message-ID"] = make_msgid(domain="elsewhere.example")
    mail["Auto-Submitted"] = "auto-generated"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("Somebody has accepted.")
    mail.add_alternative(content, subtype="calendar", params={"method": method})
    return mail


def answer(message, partstat, at, *, to=None, **changed):
    """Answer the invitation in a message by mail, as the program of its reader does."""
    _method, event = event_in(message)
    organiser = to or str(event["ORGANIZER"]).removeprefix("mailto:")
    mail = mail_with(reply_to(event, partstat, **changed), organiser)
    return receive(raw=mail.as_bytes(), envelope_to="", source=Source.IMAP, at=at)
