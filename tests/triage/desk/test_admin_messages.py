"""Messages in the admin with their members, and the ways to send one again."""

from datetime import timedelta

import pytest
from django.urls import reverse

from members.models import MemberStatus
from members.services.letters.resend import focal_point_of_message
from outbox.models import CancelReason, Message, MessageStatus
from outbox.services.queue import resend_message, retry_message
from tests.factories import (
    NOON,
    FocalPointFactory,
    FocusAreaFactory,
    MessageFactory,
    SuppressedAddressFactory,
    UserFactory,
)
from tests.triage.staff import coordinator, may, observer, officer, queries_of, read, signed_in

LIST = "/admin/outbox/message/"


def page_of(message, name="change", of="outbox_message"):
    return reverse(f"admin:{of}_{name}", args=[message.pk])


def letter(person=None, **facts):
    """A letter to a focal point that the mail server refused, unless other facts are given."""
    person = person or FocalPointFactory()
    reference = person.member.reference
    return MessageFactory(
        **{
            "reference": reference,
            "topic": f"{reference}/received/entry-1/focal-point-{person.pk}",
            "recipient": person.email,
            "status": MessageStatus.FAILED,
            "server_response": "550 5.1.1 No such user",
            **facts,
        }
    )


def ways(message):
    """The pages to which a letter to a focal point links, by name."""
    member = focal_point_of_message(message).member
    return {
        "file": reverse("admin:members_member_change", args=[member.pk]),
        "correct": reverse("admin:members_member_correct", args=[member.pk]),
        "resend": reverse("admin:members_member_resend", args=[member.pk, message.pk]),
        "retry": page_of(message, "retry"),
    }


def shown_in(response, links):
    text = response.text
    return {name for name, address in links.items() if f'href="{address}"' in text}


def allowed(*codenames):
    user = UserFactory()
    for codename in ("view_message", *codenames):
        may(user, codename)
    return user


@pytest.mark.parametrize(
    ("where", "person", "shown"),
    [
        ("page", officer, {"file", "correct", "resend", "retry"}),
        ("list", officer, {"file", "correct", "resend", "retry"}),
        ("list", observer, {"file"}),
        ("page", lambda: allowed("resend_message", "correct_member"), set()),
        ("page", lambda: allowed("retry_message"), {"retry"}),
        ("page", lambda: allowed("view_member"), set()),
    ],
)
def test_message_that_failed_leads_to_its_file_and_to_what_the_person_may_do(where, person, shown):
    message, client = letter(), signed_in(person())

    response = client.get(page_of(message) if where == "page" else f"{LIST}?arrival=failed")

    assert shown_in(response, ways(message)) == shown
    for name in shown:
        assert client.get(ways(message)[name]).status_code == 200


@pytest.mark.parametrize("where", ["change", "changelist"])
def test_coordinator_is_led_to_the_files_of_their_area_and_to_nothing_they_may_not_do(where):
    mine, other = FocusAreaFactory(number=1), FocusAreaFactory(number=2)
    message, _beyond = (
        letter(FocalPointFactory(member__status=MemberStatus.ADMITTED, member__focus_area=area))
        for area in (mine, other)
    )
    address = reverse("admin:members_membermessage_changelist")
    if where == "change":
        address = page_of(message, of="members_membermessage")

    response = signed_in(coordinator(mine)).get(address)

    assert shown_in(response, ways(message)) == {"file"}
    assert shown_in(response, ways(_beyond)) == set()


@pytest.mark.parametrize(
    ("facts", "shown"),
    [
        ({"status": MessageStatus.SENT, "sent_at": NOON}, {"file"}),
        (
            {"status": MessageStatus.SENT, "sent_at": NOON, "bounced_at": NOON},
            {"file", "correct", "resend"},
        ),
        ({"status": MessageStatus.QUEUED}, {"file"}),
        ({"status": MessageStatus.QUEUED, "attempts": 1}, {"file", "correct"}),
        ({"status": MessageStatus.CANCELLED}, {"file"}),
        (
            {"status": MessageStatus.CANCELLED, "suppressed_by": SuppressedAddressFactory},
            {"file", "correct", "resend"},
        ),
        ({"cancel_reason": CancelReason.CAUSE_GONE}, {"file"}),
        ({"cancel_reason": CancelReason.LINKS_REVOKED}, {"file", "correct", "resend"}),
        ({"topic": "P2C/assigned/user-1"}, {"file", "correct", "retry"}),
    ],
    ids=lambda value: None,
)
def test_what_can_be_done_about_a_message_follows_from_what_became_of_it(facts, shown):
    message = letter()
    links = ways(message)
    for name, value in facts.items():
        setattr(message, name, value() if callable(value) else value)
    message.save()

    response = signed_in(officer()).get(page_of(message))

    assert shown_in(response, links) == shown


def test_message_of_no_file_says_so_and_can_be_tried_again():
    message = MessageFactory(reference="draft-1", status=MessageStatus.FAILED)

    response = signed_in(officer()).get(page_of(message))

    text = response.text
    assert "This message does not belong to a member, so it cannot be resent" in text
    assert page_of(message, "retry") in text
    assert "/admin/members/member/" not in text[text.index('id="content-main"') :]


def test_links_of_the_list_say_of_which_message_they_are():
    message = letter(subject="P2C-AAAAAA: received", recipient="ada@example.org")

    text = signed_in(officer()).get(LIST).text

    for words in ("Retry", "Correct answers", "Resend"):
        assert f'aria-label="{words}: P2C-AAAAAA: received, to ada@example.org"' in text
    assert f">{message.reference}</a>" in text


def test_list_of_messages_finds_the_files_of_all_in_one_query():
    client = signed_in(officer())
    letter()
    client.get(LIST)
    for_one = queries_of(client, LIST)
    for _n in range(2):
        letter()

    assert queries_of(client, LIST) == for_one


@pytest.mark.parametrize("name", ["retry", "resend"])
def test_page_that_sends_again_says_when_and_by_whom_that_was_done_before(name):
    message, another = letter(expires_at=None), letter()
    grace, alan = UserFactory(name="Grace Hopper"), UserFactory(name="Alan Turing")
    retry_message(message=message, by=grace, at=NOON)
    Message.objects.update(status=MessageStatus.FAILED)
    message.refresh_from_db()
    again = resend_message(
        message=message, recipient="ada@example.org", by=alan, at=NOON + timedelta(hours=1)
    )
    Message.objects.update(status=MessageStatus.FAILED)
    client = signed_in(officer())

    pages = [read(client.get(ways(each)[name])) for each in (message, again, another)]

    for words in (
        "Retried: 25 October 2021, 14:00, by <bdi>Grace Hopper</bdi>.",
        "Resent: 25 October 2021, 15:00, by <bdi>Alan Turing</bdi>.",
    ):
        assert [words in page for page in pages] == [True, True, False]
    assert "Retried:" not in pages[2]
