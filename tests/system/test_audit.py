"""The audit of the last hour finds each error, and nothing else."""

from dataclasses import dataclass, replace
from datetime import timedelta
from email.message import EmailMessage

import pytest

from members.models import Call, Member, SpamSignal
from outbox.models import NO_PRIVATE_VALUES, Message, MessageStatus
from tests.factories import NOON, CallFactory
from tests.mail_server import Sink
from tests.members.test_intake import received
from tests.system.audit import Outcome, Told, Visit, audit

pytestmark = [pytest.mark.patient, pytest.mark.postgresql_in_ci]

SECOND = timedelta(seconds=1)
CLOSES = NOON + 10 * SECOND


@dataclass
class Scene:
    """A call with one organisation that was received, one that was late, and its messages."""

    call: Call
    member: Member
    message: Message
    received: Visit
    refused: Visit
    sink: Sink

    def audit(self):
        return audit(visits=[self.received, self.refused], call=self.call, sink=self.sink)


def receive(call, visit):
    """Receive an organisation at noon, deliver its message, and tell it so."""
    member = received(
        call,
        submission_key=visit.submission_key,
        organisation_name=visit.organisation_name,
        motivation=f"To connect people, with the form {visit.submission_key}.",
        family_name="Lovelace",
        email=visit.emails[0],
    )
    Message.objects.update(status=MessageStatus.SENT, sent_at=NOON, **NO_PRIVATE_VALUES)
    return member


def mail(message_id):
    """A message that arrived with a given ID."""
    arrived = EmailMessage()
    arrived["Message-ID"] = f"<{message_id}@p2c.example>"
    return arrived


@pytest.fixture
def scene():
    call = CallFactory(opens_at=NOON - SECOND, closes_at=CLOSES, grace_ends_at=CLOSES)
    received = Visit("In time", ("early@example.org",), "key-1")
    refused = Visit("Too late", ("late@example.org",), "key-2")
    member = receive(call, received)
    message = Message.objects.get()
    received.told.append(
        Told(Outcome.RECEIVED, NOON - SECOND, NOON + SECOND, reference=member.reference)
    )
    refused.told.append(Told(Outcome.CLOSED, CLOSES, CLOSES + SECOND))
    sink = Sink()
    sink.arrived.append((["early@example.org"], mail(message.message_id)))
    return Scene(call, member, message, received, refused, sink)


def test_audit_of_what_is_true_finds_nothing(scene):
    # Sent again after the end, and refused while the first request was in progress.
    scene.received.told += [
        replace(scene.received.told[0], asked_at=CLOSES, answered_at=CLOSES + SECOND),
        Told(Outcome.CLOSED, CLOSES, CLOSES + SECOND),
    ]
    # Repeated with the same Message-ID, as after a worker was killed.
    scene.sink.arrived *= 2

    assert scene.audit() == []


def delete_the_member(scene):
    scene.member.timeline.all().delete()
    scene.member.focal_points.all().delete()
    scene.member.delete()


def receive_it_twice(scene):
    receive(scene.call, replace(scene.received, submission_key="key-3"))
    scene.sink.arrived.append((["early@example.org"], mail(Message.objects.last().message_id)))


def receive_the_refused(scene):
    receive(scene.call, scene.refused)
    scene.sink.arrived.append((["late@example.org"], mail(Message.objects.last().message_id)))


def receive_it_too_late(scene):
    Member.objects.update(submitted_at=CLOSES)
    scene.member.timeline.update(at=CLOSES)
    scene.received.told[0] = replace(scene.received.told[0], answered_at=CLOSES + SECOND)


def receive_it_before_it_was_sent(scene):
    Member.objects.update(submitted_at=NOON - 2 * SECOND)
    Call.objects.update(opens_at=NOON - 2 * SECOND)
    scene.member.timeline.update(at=NOON - 2 * SECOND)


def write_it_down_twice(scene):
    entry = scene.member.timeline.get()
    entry.pk = None
    entry.save()


def send_it_under_another_id(scene):
    scene.sink.arrived.append((["early@example.org"], mail("made-up")))


def acknowledge_a_robot(_scene):
    Member.objects.update(spam_signal=SpamSignal.HONEYPOT)


def type_an_alternate(scene):
    scene.received.emails += ("alternate@example.org",)


def refuse_it_in_time(scene):
    scene.refused.told[0] = replace(scene.refused.told[0], answered_at=CLOSES - SECOND)


def tell_another_reference(scene):
    scene.received.told.append(replace(scene.received.told[0], reference="P2C-ABCDEF"))


@pytest.mark.parametrize(
    ("plant", "found"),
    [
        (
            delete_the_member,
            [
                "In time was told {reference}, which does not exist",
                "{reference} was written to, and does not exist",
            ],
        ),
        (receive_it_twice, ["{second} was sent by nobody", "In time exists 2 times"]),
        (receive_the_refused, ["Too late was told closed, and exists"]),
        (
            receive_it_too_late,
            ["{member} was received at 12:00:10.000000, when the call was not open"],
        ),
        (receive_it_before_it_was_sent, ["{member} was not received at 11:59:58.000000"]),
        (
            lambda scene: scene.member.timeline.all().delete(),
            ["{member} has 0 entries in its timeline that it was received then"],
        ),
        (
            write_it_down_twice,
            ["{member} has 2 entries in its timeline that it was received then"],
        ),
        (
            lambda scene: scene.member.history.all().delete(),
            ["{member} of {member} has the history []"],
        ),
        (
            lambda scene: scene.member.focal_points.get().history.all().delete(),
            ["Lovelace of {member} has the history []"],
        ),
        (
            lambda scene: scene.message.delete(),
            [
                "{member} has 0 messages for 1 focal points",
                "The mail {message_id} came to early@example.org, and nobody wrote it",
            ],
        ),
        (
            lambda _scene: Message.objects.update(status=MessageStatus.QUEUED, sent_at=None),
            [
                "The message to early@example.org is queued",
                "The mail {message_id} came to early@example.org, and nobody wrote it",
            ],
        ),
        (
            lambda scene: scene.sink.arrived.clear(),
            ["The mail {message_id} has not come to early@example.org"],
        ),
        (
            send_it_under_another_id,
            ["The mail made-up came to early@example.org, and nobody wrote it"],
        ),
        (acknowledge_a_robot, ["{member} has 1 messages for 0 focal points"]),
        (type_an_alternate, ["{member} has other focal points than were typed"]),
        (
            refuse_it_in_time,
            ["Too late was told at 12:00:09.000000 that the call was over"],
        ),
        (
            tell_another_reference,
            [
                "In time was told several references",
                "In time was told P2C-ABCDEF, which does not exist",
            ],
        ),
        (
            lambda scene: scene.refused.told.clear(),
            ["Too late does not know what came of its form"],
        ),
        (
            lambda scene: scene.refused.troubles.append("500 after sending"),
            ["Too late was told 500 after sending"],
        ),
    ],
)
def test_audit_finds_what_was_planted(scene, plant, found):
    facts = {
        "reference": scene.member.reference,
        "member": str(scene.member),
        "message_id": scene.message.message_id,
    }

    plant(scene)

    second = Member.objects.order_by("pk").last()
    assert scene.audit() == [each.format(**facts, second=second) for each in found]
