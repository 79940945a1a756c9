"""A mailing to hundreds of people through real beat, workers and mail server; stopping it."""

import pytest
from django.db import connection
from django.utils.timezone import now

from mailings.models import Mailing, MailingKind, MailingStatus, RecipientOutcome, Selection
from mailings.services.recipients import create_mailing
from mailings.services.sending import confirm_mailing, pause_mailing, resume_mailing
from mailings.tasks import send_due_mailings
from members.models import Member, MemberStatus
from outbox.models import Message, MessageStatus
from tests.broker import broker_at
from tests.factories import FocalPointFactory, MailingTextFactory, MemberFactory
from tests.mail_server import RCPT
from tests.portal import beat, worker
from tests.processes import PATIENCE, eventually
from tests.system.mail import five_minutes_pass, repeats
from tests.triage.staff import officer

pytestmark = [pytest.mark.patient, pytest.mark.django_db(transaction=True)]

MANY = 160
# The number of messages after which something happens to the mailing.
HALFWAY = 30
CONCURRENCY = 2


def people(count):
    """Focal points of admitted members. Every tenth has the address of the previous one."""
    for number in range(count):
        own = number - 1 if number % 10 == 9 else number
        member = MemberFactory(status=MemberStatus.ADMITTED)
        FocalPointFactory(member=member, email=f"person-{own}@example.org")


def begun(*, by):
    """A mailing to all of them, confirmed to be sent immediately."""
    mailing = create_mailing(
        kind=MailingKind.LETTER,
        language="en",
        members=Member.objects.all(),
        selection=Selection.FILTERED,
        by=by,
        at=now(),
    )
    MailingTextFactory(mailing=mailing)
    return confirm_mailing(
        mailing=mailing,
        scheduled_for=None,
        number=mailing.recipients.included().count(),
        version=mailing.version,
        has_second_person=True,
        by=by,
        at=now(),
    )


def nothing_waits():
    return not Message.objects.waiting().exists()


def is_done(mailing):
    return Mailing.objects.filter(pk=mailing.pk, status=MailingStatus.SENT).exists()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="once is enough")
def test_mailing_that_is_stopped_and_whose_worker_is_killed_reaches_everybody_once(
    own_redis, own_sink, given, tmp_path
):
    by = officer()
    people(MANY)
    mailing = begun(by=by)
    addresses = sorted(mailing.recipients.included().values_list("address", flat=True))
    # Slow enough to stop it in the middle.
    own_sink.will_always(RCPT, 0.02)
    workers = worker(given, tmp_path, concurrency=CONCURRENCY)

    with beat(given, tmp_path), workers, broker_at(own_redis.url()):
        assert eventually(lambda: len(own_sink.arrived) > HALFWAY, within=PATIENCE)
        mailing.refresh_from_db()
        pause_mailing(mailing=mailing, version=mailing.version, by=by, at=now())
        assert eventually(nothing_waits, within=PATIENCE)
        had_it = sorted(own_sink.recipients)
        told = sorted(
            mailing.recipients.of_outcome(RecipientOutcome.SENT).values_list("address", flat=True)
        )

        mailing.refresh_from_db()
        resume_mailing(mailing=mailing, version=mailing.version, by=by, at=now())
        # Beat does this every 15 seconds. Doing it more often changes nothing.
        send_due_mailings.delay()
        enough = len(own_sink.arrived) + HALFWAY
        assert eventually(lambda: len(own_sink.arrived) > enough, within=PATIENCE)
        workers.kill()
        in_hand = Message.objects.filter(status=MessageStatus.SENDING).count()
        five_minutes_pass()
        workers.start()
        assert eventually(nothing_waits, within=PATIENCE)
        send_due_mailings.delay()
        assert eventually(lambda: is_done(mailing), within=PATIENCE)

    # Exactly the messages that counted as sent when it was stopped had arrived.
    assert told == had_it
    assert 0 < len(had_it) < len(addresses)
    assert sorted(set(own_sink.recipients)) == addresses
    assert len(own_sink.arrived) - len(addresses) == repeats(own_sink) <= in_hand <= CONCURRENCY
    assert not mailing.recipients.included().exclude(message__status=MessageStatus.SENT).exists()
