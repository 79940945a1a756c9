"""Who does not take a role over leaves nothing of themselves in the database.

Each way in which a role is not taken over, with the letters in each state that they can be in.
"""

import smtplib
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from core.dates import format_date
from members.models import FocalPoint, Member, MemberStatus, RoleTransfer, TimelineEntry
from members.services.decisions import withdraw
from members.services.focal_points import (
    accept_role_transfer,
    expire_role_transfers,
    request_role_transfer,
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
from tests.members.successors import a_member
from tests.outbox.test_delivery import Backend
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


# How a role is not taken over -------------------------------------------------------------------


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
    facts = {**ASKED, "given_name": "Grace", "family_name": "Hopper", "position": "", "phone": ""}
    person = role_transfer.focal_point
    request_role_transfer(
        focal_point=person, by=person, at=NOW, **{**facts, "email": "grace@example.org"}
    )


def expired_after_the_end(role_transfer):
    withdraw(member=role_transfer.focal_point.member, by=role_transfer.named_by, at=NOW)
    expired(role_transfer)


WAYS = [declined, expired, taken_back, replaced, expired_after_the_end]


# What has become of the letters until then ------------------------------------------------------


def deliver_all(code=250):
    """Have a server answer for each letter, which repeats to whom it is."""
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
    """What the provider knows before the message counts as sent."""
    report(to_them(), EventKind.SOFT_BOUNCE)


def written_again():
    accepted()
    letter = Message.objects.filter(recipient="ada@example.org").earliest("pk")
    resend(message=letter, times=0, by=UserFactory(name="Officer"), at=NOW)


STATES = [
    queued,
    accepted,
    deferred,
    failed,
    came_back,
    came_back_and_lifted,
    reported_too_early,
    written_again,
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
    return request_role_transfer(focal_point=person, by=person, at=NOW, **{**ASKED, **facts})


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("way", WAYS)
def test_who_does_not_take_a_role_over_is_nowhere_in_a_dump_of_the_database(way, state):
    role_transfer = asked()
    state()
    tables = {table for table, _word in tables_with(*WORDS)}

    way(role_transfer)

    # So that it could fail.
    assert {"members_roletransfer", "outbox_message"} <= tables
    assert tables_with(*WORDS) == set()
    assert not Message.objects.filter(topic__regex=r"/successor-\d+$").exclude(
        recipient__in=[ERASED, "grace@example.org"]
    )


@pytest.mark.parametrize("trouble", [None, refused(450), refused(550)], ids=["no", "450", "550"])
@pytest.mark.parametrize("way", WAYS)
def test_name_does_not_come_back_with_what_was_being_sent_meanwhile(way, trouble):
    role_transfer = asked()
    message = to_them()
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


def test_report_that_comes_after_the_refusal_brings_no_address_back():
    role_transfer = asked()
    accepted()
    declined(role_transfer)

    report(to_them(), EventKind.HARD_BOUNCE)

    assert to_them().bounced_at == NOW
    assert tables_with(*WORDS) == set()


@pytest.mark.parametrize("way", [declined, expired])
def test_suppression_keeps_a_hash_and_holds(way):
    role_transfer = asked()
    came_back()

    way(role_transfer)

    suppressed = SuppressedAddress.objects.get()
    assert (suppressed.address, str(suppressed)) == (hash_of(ASKED["email"]), "Erased address")
    again = request_role_transfer(
        focal_point=FocalPoint.objects.get(is_alternate=False),
        by=FocalPoint.objects.get(is_alternate=False),
        at=NOW,
        **{**ASKED, "email": "Zaynab.Q@uncommon.example"},
    )
    letter = Message.objects.get(topic__endswith=f"/successor-{again.pk}")
    deliver_message(message_pk=letter.pk, connection=Backend(), at=NOW)
    letter.refresh_from_db()
    assert (letter.status, letter.suppressed_by) == (MessageStatus.CANCELLED, suppressed)


def test_suppression_of_an_address_that_others_are_written_to_at_stays_in_clear():
    role_transfer = asked(email="alan@example.org")
    came_back()

    declined(role_transfer)

    assert SuppressedAddress.objects.get().address == "alan@example.org"


def test_letters_to_others_say_whom_without_the_name():
    role_transfer = asked()
    accepted()

    declined(role_transfer)

    told = [
        " ".join(as_text(message.body).split())
        for message in Message.objects.filter(topic__contains="/successor-named/").order_by("pk")
    ]
    assert told[0].startswith("Ada Lovelace vous demande de reprendre un rôle")
    assert "You asked a person whose name was deleted to take over your role" in told[1]
    assert "a demandé à une personne dont le nom a été supprimé de reprendre un rôle" in told[2]
    assert len(told) == 3


DECLINED_IN = {
    "ar": "عن قبولها. تاريخ اقتراحكم: \u2068الأربعاء 3 نوفمبر 2021\u2069.",
    "en": "The person whom you named on Wednesday 3 November 2021 to take over a role for",
    "es": "La persona que usted propuso el miércoles 3 de noviembre de 2021 para asumir",
    "fr": "La personne que vous aviez désignée le mercredi 3 novembre 2021 pour reprendre",
    "ru": "ответило отказом. Дата Вашего предложения: среда, 3 ноября 2021 г.",
    "zh-hans": "您于 2021年11月3日星期三 邀请接任",
}


@pytest.mark.parametrize("language", DECLINED_IN)
@pytest.mark.parametrize("way", [declined, expired])
def test_letter_to_who_named_them_says_on_which_day_in_their_language(way, language):
    _member, person, _alternate = a_member()
    FocalPoint.objects.update(language=language, time_zone="Pacific/Auckland")
    person.refresh_from_db()
    # In Auckland the third has begun.
    named_at = datetime(2021, 11, 2, 20, tzinfo=UTC)
    role_transfer = request_role_transfer(focal_point=person, by=person, at=named_at, **ASKED)
    day = day_in(language)
    RoleTransfer.objects.update(expires_at=NOW + timedelta(days=1))

    if way is expired:
        expire_role_transfers(at=NOW + timedelta(days=2))
    else:
        declined(role_transfer)

    letter = Message.objects.get(topic__contains="/successor-gone/")
    assert letter.language == language
    assert day in as_text(letter.body)
    if way is declined:
        assert DECLINED_IN[language] in as_text(letter.body)


def day_in(language):
    with override(language):
        return format_date(date(2021, 11, 3))


def test_what_was_not_sent_about_asking_is_cancelled_with_the_refusal():
    role_transfer = asked()

    declined(role_transfer)

    about = Message.objects.filter(topic__contains="/successor-named/")
    assert set(about.values_list("status", "cancel_reason")) == {
        (MessageStatus.CANCELLED, CancelReason.CAUSE_GONE)
    }
    assert about.count() == 3
    answer = Message.objects.get(topic__contains="/successor-gone/")
    assert (answer.recipient, answer.status) == ("ada@example.org", MessageStatus.QUEUED)


def test_who_is_asked_for_the_other_role_stays():
    role_transfer = asked()
    alternate = FocalPoint.objects.get(is_alternate=True)
    other = {**ASKED, "family_name": "Hopper", "email": "grace@example.org"}
    request_role_transfer(focal_point=alternate, by=alternate, at=NOW, **other)

    declined(role_transfer)

    assert RoleTransfer.objects.get().family_name == "Hopper"
    assert Message.objects.filter(recipient="grace@example.org").count() == 1
    assert {table for table, _word in tables_with("Hopper")} == {
        "members_roletransfer",
        "outbox_message",
    }


def test_who_takes_the_role_over_stays_in_what_was_written():
    role_transfer = asked()
    accepted()

    accept_role_transfer(role_transfer=role_transfer, at=NOW)

    assert FocalPoint.objects.get(is_alternate=False).full_name == "Zaynab Quennerstedt"
    assert to_them().recipient == ASKED["email"]
    told = Message.objects.filter(topic__contains="/successor-named/", body__contains="Quennerst")
    assert told.count() == 3


def test_message_of_an_erased_person_goes_nowhere_again():
    role_transfer = asked()
    failed()

    expired(role_transfer)

    message = to_them()
    assert (message.status, message.cancel_reason) == (
        MessageStatus.FAILED,
        CancelReason.CAUSE_GONE,
    )
    assert (message.private_page, message.server_response) == ("", "")
    assert not Message.objects.undelivered()


def test_timeline_and_member_are_as_they_were_but_for_what_happened():
    role_transfer = asked()

    declined(role_transfer)

    assert Member.objects.get().status == MemberStatus.PENDING
    assert list(TimelineEntry.objects.order_by("pk").values_list("kind", "note")) == [
        ("successor_named", "Focal point"),
        ("successor_gone", "Focal point: declined"),
    ]


def test_dump_has_every_table():
    # So that the tests above could fail.
    role_transfer = asked()

    found = tables_with("QUENNERSTEDT")

    assert role_transfer.full_name == "Zaynab Quennerstedt"
    assert len(connection.introspection.table_names()) > 40
    assert {table for table, _word in found} == {"members_roletransfer", "outbox_message"}
