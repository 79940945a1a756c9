"""A successor who does not accept a role leaves no trace in the database.

Each way in which a transfer ends without acceptance, with the letters in each possible state.
"""

import smtplib
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from members.models import FocalPoint, RoleTransfer
from members.services.decisions import withdraw
from members.services.focal_points import (
    accept_role_transfer,
    expire_role_transfers,
)
from members.services.letters.resend import resend
from members.services.private_links import role_transfer_url, status_page_url
from members.tasks import expire_role_transfers as expire_role_transfers_task
from outbox.models import ERASED, FINAL_STATUSES, CancelReason, Message, MessageStatus
from outbox.models.delivery_event import EventKind, SuppressedAddress, hash_of
from outbox.services.delivery import deliver_message
from outbox.services.delivery_events import match_pending_events, record_events
from outbox.services.providers import ProviderEvent
from outbox.services.rendering import as_text
from tests.dumping import tables_with
from tests.factories import UserFactory
from tests.members.successors import a_member, name
from tests.outbox.delivering import Backend
from tests.triage.staff import signed_in

ASKED = {
    "title": "dr",
    "given_name": "Zaynab",
    "family_name": "Quennerstedt",
    "position": "Harbourmistress",
    "email": "zaynab.q@uncommon.example",
    "phone": "+41227305923",
    "language": "fr",
    "time_zone": "Africa/Nairobi",
}
WORDS = ("zaynab", "quennerstedt", "harbourmistress", "uncommon.example", "227305923")
NOW = timezone.now()
LONG_AGO = NOW - timedelta(days=15)


def declined(role_transfer):
    address = role_transfer_url(role_transfer, "en")
    assert Client().post(address, {"decline": "1"}).status_code == 302


def expired(role_transfer):
    RoleTransfer.objects.update(named_at=LONG_AGO, expires_at=LONG_AGO + timedelta(days=14))
    expire_role_transfers_task.apply().get()


def taken_back(role_transfer):
    address = f"{status_page_url(role_transfer.named_by, 'en')}hand-over/"
    assert Client().post(address, {"take_back": role_transfer.pk}).status_code == 302


def replaced(role_transfer):
    name(role_transfer.focal_point, at=NOW)


def expired_after_the_end(role_transfer):
    withdraw(member=role_transfer.focal_point.member, by=role_transfer.named_by, at=NOW)
    expired(role_transfer)


def deliver_all(code=250):
    """Let a server reply to each letter, with the recipient's address in the reply."""
    for pk, recipient in Message.objects.order_by("pk").values_list("pk", "recipient"):
        backend = Backend(trouble=refused(code, recipient) if code != 250 else None)
        backend.answer = f"250 2.1.5 <{recipient}> queued"
        deliver_message(message_pk=pk, connection=backend, at=NOW)


def refused(code, recipient=ASKED["email"]):
    return smtplib.SMTPRecipientsRefused({recipient: (code, words_about(recipient).encode())})


def words_about(recipient):
    local, _at, domain = recipient.partition("@")
    return f"5.1.1 <{local.title()}@{domain}>: no mailbox {local} here"


def queued():
    pass


def accepted():
    deliver_all()


def deferred():
    deliver_all(450)


def failed():
    deliver_all(550)


def came_back():
    accepted()
    report(to_them(), EventKind.HARD_BOUNCE)


def came_back_and_lifted():
    came_back()
    client = signed_in(UserFactory(is_superuser=True))
    suppressed = SuppressedAddress.objects.get()
    client.post(reverse("admin:outbox_suppressedaddress_lift", args=[suppressed.pk]))
    assert LogEntry.objects.get().object_repr == ASKED["email"]


def reported_too_early():
    """The provider reports before the message counts as sent."""
    report(to_them(), EventKind.SOFT_BOUNCE)


def written_again():
    accepted()
    letter = Message.objects.filter(recipient="ada@example.org").earliest("pk")
    resend(message=letter, times=0, by=UserFactory(name="Officer"), at=NOW)


# Each way with at least one state, and each state with at least one way.
WAYS_AND_STATES = [
    (declined, queued),
    (declined, came_back_and_lifted),
    (expired, accepted),
    (expired, came_back),
    (taken_back, written_again),
    (taken_back, failed),
    (replaced, deferred),
    (replaced, queued),
    (expired_after_the_end, reported_too_early),
    (expired_after_the_end, accepted),
]


def to_them():
    return Message.objects.get(topic__regex=r"/successor-\d+$")


def report(message, kind):
    one = ProviderEvent(
        key=kind.rjust(64, "0"),
        provider="postmark",
        kind=kind,
        at=NOW,
        message_uuid=message.message_id,
        provider_id="",
        response=f"550 {words_about(ASKED['email'])}",
    )
    record_events([one], at=NOW)


def asked(**facts):
    _member, person, _alternate = a_member()
    return name(person, at=NOW, **{**ASKED, **facts})


@pytest.fixture
def role_transfer():
    return asked()


@pytest.mark.parametrize(("way", "state"), WAYS_AND_STATES)
def test_who_does_not_take_a_role_over_is_nowhere_in_a_dump_of_the_database(
    way, state, role_transfer
):
    state()
    tables = {table for table, _word in tables_with(*WORDS)}

    way(role_transfer)

    # This shows that the test could fail.
    assert {"members_roletransfer", "outbox_message"} <= tables
    assert tables_with(*WORDS) == set()
    assert not Message.objects.filter(topic__regex=r"/successor-\d+$").exclude(
        recipient__in=[ERASED, "grace@example.org"]
    )


@pytest.mark.parametrize(
    ("way", "code"),
    [
        *((declined, code) for code in (250, 450, 550)),
        (expired, 250),
        (taken_back, 450),
        (replaced, 550),
        (expired_after_the_end, 250),
    ],
)
def test_name_does_not_come_back_with_what_was_being_sent_meanwhile(way, code, role_transfer):
    message = to_them()
    trouble = None if code == 250 else refused(code)
    backend = Backend(trouble=trouble, meanwhile=lambda: way(role_transfer))
    backend.answer = f"250 2.1.5 <{ASKED['email']}> queued"

    deliver_message(message_pk=message.pk, connection=backend, at=NOW)
    message.refresh_from_db()
    if message.status == MessageStatus.SENT:
        report(message, EventKind.COMPLAINT)
    left = Backend()
    deliver_message(message_pk=message.pk, connection=left, at=NOW + timedelta(hours=1))
    match_pending_events(at=NOW)

    message.refresh_from_db()
    assert message.status in FINAL_STATUSES
    assert (message.recipient, left.sent) == (ERASED, [])
    assert tables_with(*WORDS) == set()
    assert not SuppressedAddress.objects.exists()


@pytest.mark.parametrize("way", [declined, expired])
def test_suppression_keeps_a_hash_and_holds(way, role_transfer):
    came_back()

    way(role_transfer)

    suppressed = SuppressedAddress.objects.get()
    assert (suppressed.address, str(suppressed)) == (hash_of(ASKED["email"]), "Erased address")
    person = FocalPoint.objects.get(is_alternate=False)
    again = name(person, at=NOW, **{**ASKED, "email": "Zaynab.Q@uncommon.example"})
    letter = Message.objects.get(topic__endswith=f"/successor-{again.pk}")
    deliver_message(message_pk=letter.pk, connection=Backend(), at=NOW)
    letter.refresh_from_db()
    assert (letter.status, letter.suppressed_by) == (MessageStatus.CANCELLED, suppressed)


def test_letters_to_others_say_whom_without_the_name(role_transfer):
    accepted()

    declined(role_transfer)

    told = [
        " ".join(as_text(message.body).split())
        for message in Message.objects.filter(topic__contains="/successor-named/").order_by("pk")
    ]
    assert "Ada Lovelace vous demande de reprendre un rôle" in told[0]
    assert "you who asked a person whose name was deleted to take over your role" in told[1]
    assert "a demandé à une personne dont le nom a été supprimé de reprendre un rôle" in told[2]
    assert len(told) == 3


@pytest.mark.parametrize(
    ("way", "language", "said"),
    [
        (declined, "ar", "عن قبولها. تاريخ اقتراحكم: \u2068الأربعاء 3 نوفمبر 2021\u2069."),
        (expired, "en", "the person whom you named on Wednesday 3 November 2021 to take over"),
    ],
)
def test_letter_to_who_named_them_says_on_which_day_in_their_language(way, language, said):
    _member, person, _alternate = a_member()
    FocalPoint.objects.update(language=language, time_zone="Pacific/Auckland")
    person.refresh_from_db()
    # In Auckland, the third has begun.
    named_at = datetime(2021, 11, 2, 20, tzinfo=UTC)
    role_transfer = name(person, at=named_at, **ASKED)
    RoleTransfer.objects.update(expires_at=NOW + timedelta(days=1))

    if way is expired:
        expire_role_transfers(at=NOW + timedelta(days=2))
    else:
        declined(role_transfer)

    letter = Message.objects.get(topic__contains="/successor-gone/")
    assert letter.language == language
    assert said in as_text(letter.body)


@pytest.mark.parametrize(
    ("state", "way", "status", "response"),
    [
        (queued, declined, MessageStatus.CANCELLED, "Its cause is gone"),
        (failed, expired, MessageStatus.FAILED, ""),
    ],
)
def test_what_did_not_arrive_about_asking_goes_nowhere_with_the_refusal(
    state, way, status, response, role_transfer
):
    state()

    way(role_transfer)

    about = Message.objects.filter(topic__contains="/successor-named/")
    facts = about.values_list("status", "cancel_reason", "private_page")
    assert [*facts] == [(status, CancelReason.CAUSE_GONE, "")] * 3
    # What a server said had the address in it.
    assert to_them().server_response == response
    answer = Message.objects.get(topic__contains="/successor-gone/")
    assert (answer.recipient, answer.status) == ("ada@example.org", MessageStatus.QUEUED)
    assert not Message.objects.undelivered()


def test_who_takes_the_role_over_stays_in_what_was_written(role_transfer):
    accepted()

    accept_role_transfer(role_transfer=role_transfer, at=NOW)

    assert FocalPoint.objects.get(is_alternate=False).full_name == "Zaynab Quennerstedt"
    assert to_them().recipient == ASKED["email"]
    told = Message.objects.filter(topic__contains="/successor-named/", body__contains="Quennerst")
    assert told.count() == 3
