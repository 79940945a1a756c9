"""Members whose letters do not arrive: bounces and suppressed addresses."""

import re
from html import unescape

import pytest
from django.urls import reverse

from core.conflicts import Refused
from members.models import Call, Member
from members.services.focal_points import cancel_role_transfer
from members.services.letters.composing import cancel_link_letters
from outbox.models import NO_PRIVATE_VALUES, Message, MessageStatus
from outbox.services.queue import cancel, resend_message
from tests.factories import (
    NOON,
    FocalPointFactory,
    MessageFactory,
    SuppressedAddressFactory,
    UserFactory,
)
from tests.members.successors import a_member, name
from tests.triage.staff import QUEUE, observer, officer, signed_in
from triage.desk.services.work_queue import Reader, work_queue


def waits():
    return work_queue(Reader(user=officer(), calls=Call.objects.all(), at=NOON)).counts[
        "mail_failed"
    ]


def counted():
    """The members that the queue marks, and their count in the admin."""
    return set(Member.objects.with_failed_mail().filter(has_failed_mail=True)), waits()


def read(response):
    return " ".join(response.content.decode().split())


def came_back(member, **facts):
    return MessageFactory(
        reference=member.reference,
        status=MessageStatus.SENT,
        sent_at=NOON,
        bounced_at=NOON,
        **{"bounce_response": "550 5.1.1 no such user", **facts},
    )


BOUNCED = {"status": MessageStatus.SENT, "sent_at": NOON, "bounced_at": NOON}
HELD_BACK = {"status": MessageStatus.CANCELLED, "suppressed_by": SuppressedAddressFactory}
FAILED = {"status": MessageStatus.FAILED, "private_page": "https://p2c.example/page"}


@pytest.mark.parametrize("facts", [BOUNCED, HELD_BACK, FAILED])
def test_what_did_not_arrive_counts_without_its_links_until_it_is_written_again(facts):
    FocalPointFactory()
    person = FocalPointFactory()
    reference = person.member.reference
    made = {name: fact() if callable(fact) else fact for name, fact in facts.items()}
    topic = f"{reference}/admitted/entry-1/focal-point-{person.pk}"
    message = MessageFactory(reference=reference, topic=topic, **made)
    cancel_link_letters(person, at=NOON)
    before = counted()

    MessageFactory(reference=reference, resent_from=message)

    assert (before, counted()) == (({person.member}, 1), (set(), 0))


@pytest.mark.parametrize("held_back", [True, False])
def test_what_did_not_arrive_counts_no_more_once_its_cause_is_gone(held_back):
    member = FocalPointFactory().member
    topic = f"{member.reference}/information-requested/entry-1/focal-point-1"
    if held_back:
        facts = {"status": MessageStatus.CANCELLED, "suppressed_by": SuppressedAddressFactory()}
        message = MessageFactory(reference=member.reference, topic=topic, **facts)
    else:
        message = came_back(member, topic=topic)
    assert counted() == ({member}, 1)

    cancel(topic=f"{member.reference}/information-requested", at=NOON)

    assert counted() == (set(), 0)
    with pytest.raises(Refused, match="no longer relevant"):
        resend_message(message=Message.objects.get(), recipient="a@example.org", by=None, at=NOON)
    assert Message.objects.get().status == message.status


def test_what_came_back_from_a_successor_counts_until_they_are_asked_no_more():
    _member, person, _alternate = a_member()
    role_transfer = name(person)
    to_them = Message.objects.filter(recipient=role_transfer.email)
    to_them.update(status=MessageStatus.SENT, sent_at=NOON, bounced_at=NOON, **NO_PRIVATE_VALUES)
    assert waits() == 1

    cancel_role_transfer(role_transfer=role_transfer, by=person, at=NOON)

    assert counted() == (set(), 0)


def test_suppressed_address_of_a_focal_point_counts_as_failed_mail_until_it_is_lifted():
    FocalPointFactory(email="alan@example.org")
    member = FocalPointFactory(email="Ada@Example.org").member
    FocalPointFactory(member=member, is_alternate=True, email="grace@example.org")
    addresses = ("ada@example.org", "grace@example.org", "nobody@example.org")
    suppressed = [SuppressedAddressFactory(address=address) for address in addresses]
    # What came back as well is counted once, and what came back from who has left not at all.
    message = came_back(member)
    came_back(member, topic=f"{member.reference}/role-taken-over/entry-1/former-focal-point-1")
    before = counted(), list(Member.objects.filter(pk__in=Member.objects.keys_with_mail_failed()))

    MessageFactory(reference=member.reference, resent_from=message)
    for each in suppressed:
        each.lifted_at, each.lifted_by, each.lifted_by_name = NOON, UserFactory(), "Grace"
        each.save()

    assert before == (({member}, 1), [member])
    assert counted() == (set(), 0)


def test_queue_says_why_the_last_letter_failed_and_is_narrowed_to_it():
    member, other = FocalPointFactory().member, FocalPointFactory().member
    FocalPointFactory()
    came_back(member, queued_at=NOON)
    came_back(other, queued_at=NOON.replace(day=1))
    full = {"status": MessageStatus.FAILED, "server_response": "552 5.2.2 over quota"}
    arrived = {"status": MessageStatus.SENT, "sent_at": NOON, "server_response": "250 OK"}
    for day, facts in ((2, full), (3, arrived)):
        MessageFactory(reference=other.reference, queued_at=NOON.replace(day=day), **facts)

    page = signed_in(observer()).get(QUEUE, {"view": "mail_failed"})

    assert set(page.context["cl"].result_list) == {member, other}
    why = re.findall(r'<span class="chip is-late" title="([^"]*)">email failed<', read(page))
    assert sorted(map(unescape, why)) == [
        "The mail server does not know this address. Ask the organisation for another address.",
        "The recipient's mailbox is full.",
    ]


def file_page(member, reader=observer, page="change", *keys):
    address = reverse(f"admin:members_member_{page}", args=[member.pk, *keys])
    return read(signed_in(reader()).get(address))


def test_file_and_page_to_write_again_say_that_nothing_is_sent_to_an_address():
    person = FocalPointFactory(email="Ada@example.org")
    SuppressedAddressFactory(address="ada@example.org", reason="complaint")
    SuppressedAddressFactory(address="other@example.org")
    topic = f"{person.member.reference}/received/entry-1/focal-point-{person.pk}"
    failed = {"topic": topic, "status": MessageStatus.FAILED}
    message = MessageFactory(reference=person.member.reference, **failed)

    page = file_page(person.member)
    to_write_again = file_page(person.member, officer, "resend", message.pk)

    assert "No email is sent to ada@example.org: suppressed since 25 October 2021, 14:00." in page
    assert "The owner of this address reported our emails as spam." in page
    assert "other@example.org" not in page
    assert "No email is sent to ada@example.org: suppressed since" in to_write_again


# An observer may not do this; the page says who may.
@pytest.mark.parametrize(("reader", "most"), [(officer, 14), (observer, 19)])
def test_queue_costs_the_same_however_many_are_not_reached(
    reader, most, django_assert_max_num_queries
):
    client = signed_in(reader())
    client.get(QUEUE)
    for number in range(3):
        person = FocalPointFactory(email=f"ada-{number}@example.org")
        came_back(person.member)
        SuppressedAddressFactory(address=f"ada-{number}@example.org")

        with django_assert_max_num_queries(most):
            client.get(QUEUE)
