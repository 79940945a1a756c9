"""Members that do not answer or confirm, and the follow-ups."""

import itertools
from datetime import timedelta

from members.models import Member, TimelineKind
from members.services.decisions import request_information
from outbox.models import NO_PRIVATE_VALUES, Message, MessageStatus
from tests.factories import NOON, FocalPointFactory, MemberFactory, MessageFactory
from tests.triage.staff import officer
from triage.follow_ups.models import FollowUp, FollowUpRule, FollowUpStep
from triage.follow_ups.services import run_due_follow_ups, scheduled_follow_ups

DAY = timedelta(days=1)
NUMBERS = itertools.count()
REMIND, TELL = FollowUpStep.REMIND_OF_REQUEST, FollowUpStep.NOTIFY_OFFICER
PROPOSE, CONFIRM = FollowUpStep.PROPOSE_CLOSING, FollowUpStep.REMIND_TO_CONFIRM
# When the steps after a request at noon are due, with the default delays: 7, 7 and 14 days.
REMINDED_AT, TOLD_AT, PROPOSED_AT = NOON + 7 * DAY, NOON + 14 * DAY, NOON + 28 * DAY
DONE = {
    TimelineKind.REMINDED,
    TimelineKind.OFFICER_NOTIFIED,
    TimelineKind.CLOSING_PROPOSED,
    TimelineKind.REMINDED_TO_CONFIRM,
    TimelineKind.FOLLOW_UP_SKIPPED,
}


def asked(*, at=NOON, by=None, missing="Who signs for you?", **facts):
    """A member with an open request. Its addresses are confirmed, and its letters were sent."""
    member = MemberFactory(
        organisation_name="Ministry of Health", reference="P2C-7K3MQ9", submitted_at=at, **facts
    )
    FocalPointFactory(member=member, given_name="Ada", email="ada@example.org", confirmed_at=at)
    ask(member, at=at, by=by or officer(email="kofi@example.org"), missing=missing)
    return member


def another_asked(at):
    """A member of another organisation with an open request."""
    member = MemberFactory()
    FocalPointFactory(member=member, confirmed_at=NOON)
    ask(member, at=at)
    return member


def ask(member, *, at, by=None, missing="Who signs for you?"):
    request_information(member=member, missing=missing, by=by or officer(), at=at)
    send_all(at)


def unconfirmed(*, at=NOON, **facts):
    """A focal point who got a letter and has not confirmed the address."""
    person = FocalPointFactory(
        given_name="Ada", family_name="Lovelace", email="ada@example.org", **facts
    )
    wrote_to(person, at=at)
    return person


def wrote_to(person, *, at, **facts):
    facts.setdefault("topic", f"{person.member.reference}/received/entry-{next(NUMBERS)}")
    return MessageFactory(
        reference=person.member.reference,
        recipient=person.email,
        queued_at=at,
        **{"status": MessageStatus.SENT, "sent_at": at, **facts},
    )


def send_all(at):
    queued = Message.objects.filter(status=MessageStatus.QUEUED)
    queued.update(status=MessageStatus.SENT, sent_at=at, **NO_PRIVATE_VALUES)


def set_days(step, days, *, is_active=True):
    FollowUpRule.objects.filter(step=step).update(days=days, is_active=is_active)


def run(at):
    """Take the due steps, send their messages, and return the number of steps."""
    count = run_due_follow_ups(at=at)
    send_all(at)
    return count


def to_come(member):
    return [
        (step.step, step.due_at) for step in scheduled_follow_ups(Member.objects.get(pk=member.pk))
    ]


def key_of(member):
    return scheduled_follow_ups(Member.objects.get(pk=member.pk))[0].key


def taken():
    return list(FollowUp.objects.order_by("pk").values_list("step", "at", "is_skipped"))


def told(member):
    """The follow-ups on the timeline, the earliest first."""
    entries = member.timeline.filter(kind__in=DONE).order_by("pk")
    return list(entries.values_list("kind", "at", "by_name", "note"))


def reminders():
    """The automatic messages: recipient, language, and outcome."""
    of_these = ("/remind/", "/unanswered/", "/confirm-address/")
    return [
        (message.recipient, message.language, message.status)
        for message in Message.objects.order_by("pk")
        if any(part in message.topic for part in of_these)
    ]
