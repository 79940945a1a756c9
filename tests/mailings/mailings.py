"""Mailings to existing focal points."""

from datetime import timedelta

from django.utils.crypto import get_random_string

from mailings.models import Mailing, MailingKind, MailingStatus, Selection
from mailings.services.recipients import create_mailing
from mailings.services.sending import (
    cancel_mailing,
    confirm_mailing,
    pause_mailing,
    reschedule_mailing,
    resume_mailing,
    revert_to_draft,
    send_due_mailings,
)
from members.models import Member, MemberStatus
from outbox.models import Message, MessageStatus
from tests.factories import NOON, FocalPointFactory, MailingTextFactory, MemberFactory, UserFactory
from tests.triage.staff import officer

BEFORE = NOON - timedelta(hours=2)
LATER = NOON + timedelta(hours=1)
MINUTE = timedelta(minutes=1)
STEPS = {
    "reschedule": (reschedule_mailing, [MailingStatus.SCHEDULED], {"scheduled_for": LATER}),
    "take back": (revert_to_draft, [MailingStatus.SCHEDULED], {}),
    "cancel": (cancel_mailing, [MailingStatus.DRAFT, MailingStatus.SCHEDULED], {}),
    "stop": (pause_mailing, [MailingStatus.SENDING], {}),
    "go on": (resume_mailing, [MailingStatus.PAUSED], {}),
}


def person(*, email="", language="en", alternate=False, **facts):
    """A focal point of an admitted member, or of another one."""
    facts = {"status": MemberStatus.ADMITTED, "newsletter": True, **facts}
    member = facts.pop("member", None) or MemberFactory(**facts)
    email = email or f"{get_random_string(12).lower()}@example.org"
    return FocalPointFactory(member=member, email=email, language=language, is_alternate=alternate)


def begun(*people, kind=MailingKind.LETTER, by=None, **facts):
    """A draft to the members of some people, with a text in English."""
    mailing = create_mailing(
        kind=kind,
        language="en",
        members=Member.objects.filter(pk__in=[each.member_id for each in people]),
        selection=Selection.CHOSEN,
        by=by or officer(),
        at=BEFORE,
        **facts,
    )
    MailingTextFactory(mailing=mailing)
    return mailing


def confirmed(mailing, *, by=None, at=NOON, scheduled_for=None):
    return confirm_mailing(
        mailing=mailing,
        scheduled_for=scheduled_for,
        number=mailing.recipients.included().count(),
        version=mailing.version,
        by=by or officer(),
        at=at,
    )


def going(*people, at=NOON, **facts):
    """A mailing whose messages are all queued."""
    mailing = confirmed(begun(*people, **facts), at=at)
    send_due_mailings(at=at)
    mailing.refresh_from_db()
    return mailing


def deliver(*messages, at=NOON):
    Message.objects.filter(pk__in=[each.pk for each in messages]).update(
        status=MessageStatus.SENT, sent_at=at, private_unsubscribe="", lease=None, leased_until=None
    )


def fresh(mailing):
    return Mailing.objects.get(pk=mailing.pk)


def written():
    """The recipients of messages in the outbox, in order."""
    return list(Message.objects.order_by("pk").values_list("recipient", flat=True))


def left_out(mailing):
    """The excluded recipients, and the reasons."""
    rows = mailing.recipients.order_by("pk")
    return list(rows.values_list("focal_point__email", "exclusion"))


def step(name, mailing, **facts):
    function, _from, more = STEPS[name]
    return function(
        **{
            "mailing": mailing,
            "version": mailing.version,
            "by": UserFactory(),
            "at": NOON,
            **more,
            **facts,
        }
    )


def outbox():
    return list(Message.objects.order_by("pk"))
