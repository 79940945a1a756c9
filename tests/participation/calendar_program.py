"""A calendar program that reads mailed invitations as RFC 5546 says, and three ways to read."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import recurring_ical_events
import vobject
from icalendar import Calendar

from tests.participation.invitations import calendar_in

FIRST, END = datetime(2021, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)


def _facts(event):
    return (event["DTSTART"].dt, int(event["SEQUENCE"]), str(event["STATUS"]))


def by_icalendar(content):
    return {str(event["UID"]): _facts(event) for event in Calendar.from_ical(content).events}


def by_recurring(content):
    found = recurring_ical_events.of(Calendar.from_ical(content)).between(FIRST, END)
    return {str(event["UID"]): _facts(event) for event in found}


def by_vobject(content):
    events = getattr(vobject.readOne(content.decode()), "vevent_list", [])
    return {
        event.uid.value: (event.dtstart.value, int(event.sequence.value), event.status.value)
        for event in events
    }


def read(content):
    """The start, SEQUENCE and STATUS of each event by UID, as three libraries read them."""
    by_one, *others = (reader(content) for reader in (by_icalendar, by_recurring, by_vobject))
    for other in others:
        assert other == by_one
    return by_one


@dataclass
class Program:
    """The calendar of one person, filled by mail alone."""

    organiser: str
    events: dict[str, tuple] = field(default_factory=dict)

    def open(self, message):
        """Take the invitation in a mail, which must tell something that the program lacks."""
        content = calendar_in(message).get_payload(decode=True)
        calendar = Calendar.from_ical(content)
        [(uid, (start, sequence, status))] = read(content).items()
        [event] = calendar.events
        assert str(event["ORGANIZER"]) == f"mailto:{self.organiser}"
        assert (calendar["METHOD"] == "CANCEL") == (status == "CANCELLED")
        if uid in self.events:
            # Programs ignore what is older than what they have, and nobody is told twice.
            assert sequence >= self.events[uid][1]
            assert (start, sequence, status) != self.events[uid]
        self.events[uid] = (start, sequence, status)
        return uid

    def takes_place(self, after):
        """The start and STATUS of the events that are on and not over, by UID."""
        return taking_place(self.events, after)


def taking_place(events, after):
    """The start and STATUS of the events that are on and not over, by UID."""
    return {
        uid: (start, status)
        for uid, (start, _sequence, status) in events.items()
        if status != "CANCELLED" and start + timedelta(hours=1) > after
    }
