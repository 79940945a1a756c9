"""Checks whether what people were told after sending a form agrees with the database and the mail.

It starts no process: the visits may come from a simulation or from a test.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from members.models import Member, TimelineKind
from outbox.models import Message, MessageStatus


class Outcome(StrEnum):
    """What the portal told a person who sent a form."""

    RECEIVED = "received"
    CLOSED = "closed"
    TOO_MANY = "too many from the network"


@dataclass(frozen=True)
class Told:
    """One response: when it was requested, when it came, and what it said."""

    outcome: Outcome
    asked_at: datetime
    answered_at: datetime
    reference: str = ""


@dataclass
class Visit:
    """What an organisation typed, and what it was told."""

    organisation_name: str
    emails: tuple[str, ...]
    submission_key: str = ""
    told: list[Told] = field(default_factory=list)
    # Responses that should never occur, in a few words each.
    troubles: list[str] = field(default_factory=list)

    @property
    def outcome(self):
        """What the organisation knows at the end; None if it was told nothing.

        If a form is being sent twice, the second one may be refused because it arrives just too
        late. An organisation that was told once that its form was received knows that it was.
        """
        outcomes = [each.outcome for each in self.told]
        if Outcome.RECEIVED in outcomes:
            return Outcome.RECEIVED
        return outcomes[-1] if outcomes else None

    @property
    def references(self):
        """The references that it was told."""
        return {each.reference for each in self.told if each.outcome == Outcome.RECEIVED}


def audit(*, visits, call, sink):
    """Return a sentence for each error; empty if every response was true."""
    members = list(
        Member.objects.select_related("call")
        .prefetch_related("focal_points", "timeline")
        .order_by("pk")
    )
    return [
        *lost(visits),
        *strangers(members, visits),
        *(wrong for visit in visits for wrong in untrue(visit, members, call)),
        *(wrong for member in members for wrong in incomplete(member)),
        *wrong_letters(members),
        *wrong_mails(sink),
    ]


def lost(visits):
    """Return the visits that were told nothing, or something that should never be said."""
    for visit in visits:
        for trouble in visit.troubles:
            yield f"{visit.organisation_name} was told {trouble}"
        if visit.outcome is None:
            yield f"{visit.organisation_name} does not know what came of its form"


def strangers(members, visits):
    """Return the members without a visit, and second members of one organisation."""
    keys = {visit.submission_key for visit in visits}
    for member in members:
        if member.submission_key not in keys:
            yield f"{member} was sent by nobody"
    for name, count in Counter(member.organisation_name for member in members).items():
        if count > 1:
            yield f"{name} exists {count} times"


def untrue(visit, members, call):
    """Return what an organisation was told that is not true."""
    name = visit.organisation_name
    found = {each.reference: each for each in members if each.organisation_name == name}
    if visit.outcome == Outcome.RECEIVED:
        if len(visit.references) > 1:
            yield f"{name} was told several references"
        for reference in visit.references - set(found):
            yield f"{name} was told {reference}, which does not exist"
    elif found:
        yield f"{name} was told {visit.outcome}, and exists"
    for each in visit.told:
        if each.outcome == Outcome.CLOSED and each.answered_at < call.grace_ends_at:
            yield f"{name} was told at {each.answered_at:%T.%f} that the call was over"
        if member := found.get(each.reference):
            yield from untimely(member, visit, each)
    for member in found.values():
        if sorted(each.email for each in member.focal_points.all()) != sorted(visit.emails):
            yield f"{member} has other focal points than were typed"


def untimely(member, visit, told):
    """Return the errors in the time at which a member was received."""
    first_asked_at = min(each.asked_at for each in visit.told)
    if not first_asked_at <= member.submitted_at <= told.answered_at:
        yield f"{member} was not received at {member.submitted_at:%T.%f}"
    if not member.call.is_open_at(member.submitted_at):
        yield f"{member} was received at {member.submitted_at:%T.%f}, when the call was not open"


def incomplete(member):
    """Return the related rows that a member does not have exactly once."""
    received = [each for each in member.timeline.all() if each.kind == TimelineKind.RECEIVED]
    if [each.at for each in received] != [member.submitted_at]:
        yield f"{member} has {len(received)} entries in its timeline that it was received then"
    for row in (member, *member.focal_points.all()):
        kinds = [each.history_type for each in row.history.all()]
        if kinds != ["+"]:
            yield f"{row} of {member} has the history {kinds}"


def wrong_letters(members):
    """Return the acknowledgements that are not one for each focal point, and sent."""
    letters = defaultdict(list)
    for message in Message.objects.order_by("pk"):
        letters[message.reference].append(message)
        if message.status != MessageStatus.SENT:
            yield f"The message to {message.recipient} is {message.status}"
    for member in members:
        expected = [] if member.is_unacknowledged else member.focal_points.all()
        written = letters.pop(member.reference, [])
        if sorted(each.recipient for each in written) != sorted(each.email for each in expected):
            yield f"{member} has {len(written)} messages for {len(expected)} focal points"
    for reference in letters:
        yield f"{reference} was written to, and does not exist"


def wrong_mails(sink):
    """Return the messages that arrived unlike they were queued, or did not arrive.

    Repetitions with the same Message-ID are allowed.
    """
    arrived = {
        (recipient, mail["Message-ID"].partition("@")[0].strip("<"))
        for recipients, mail in sink.arrived
        for recipient in recipients
    }
    written = {
        (message.recipient, str(message.message_id))
        for message in Message.objects.filter(status=MessageStatus.SENT)
    }
    for recipient, message_id in sorted(written - arrived):
        yield f"The mail {message_id} has not come to {recipient}"
    for recipient, message_id in sorted(arrived - written):
        yield f"The mail {message_id} came to {recipient}, and nobody wrote it"
