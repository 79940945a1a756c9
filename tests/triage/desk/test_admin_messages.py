"""Messages at the desk with the file of each, and the ways to send one again."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
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
from tests.triage.staff import coordinator, may, observer, officer, signed_in

pytestmark = pytest.mark.sqlite_only

LIST = "/admin/outbox/message/"


def page_of(message, name="change", of="outbox_message"):
    return reverse(f"admin:{of}_{name}", args=[message.pk])


def letter(person=None, **facts):
    """A letter to a focal point that the mail server refused, unless the facts say otherwise."""
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
    """The pages that lead on from a letter to a focal point, by their names."""
    member = focal_point_of_message(message).member
    return {
        "file": reverse("admin:members_member_change", args=[member.pk]),
        "correct": reverse("admin:members_member_correct", args=[member.pk]),
        "write again": reverse("admin:members_member_resend", args=[member.pk, message.pk]),
        "try again": page_of(message, "retry"),
    }


def shown_in(response, links):
    text = response.content.decode()
    return {name for name, address in links.items() if f'href="{address}"' in text}


def allowed(*codenames):
    user = UserFactory()
    for codename in codenames:
        may(user, codename)
    return user


@pytest.mark.parametrize(
    ("person", "shown"),
    [
        (officer, {"file", "correct", "write again", "try again"}),
        (observer, {"file"}),
        (lambda: allowed("view_message", "resend_message", "correct_member"), set()),
        (lambda: allowed("view_message", "retry_message"), {"try again"}),
        (lambda: allowed("view_message", "view_member"), set()),
    ],
    ids=["officer", "observer", "no files", "no files, retries", "no file within reach"],
)
@pytest.mark.parametrize("where", ["page", "list"])
def test_message_that_failed_leads_to_its_file_and_to_what_the_person_may_do(where, person, shown):
    message = letter()
    client = signed_in(person())

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
            {"file", "correct", "write again"},
        ),
        ({"status": MessageStatus.QUEUED}, {"file"}),
        ({"status": MessageStatus.QUEUED, "attempts": 1}, {"file", "correct"}),
        ({"status": MessageStatus.CANCELLED}, {"file"}),
        ({"cancel_reason": CancelReason.CAUSE_GONE}, {"file"}),
        ({"cancel_reason": CancelReason.LINKS_REVOKED}, {"file", "correct", "write again"}),
        ({"topic": "P2C/assigned/user-1"}, {"file", "correct", "try again"}),
    ],
    ids=lambda value: None,
)
def test_what_can_be_done_about_a_message_follows_from_what_became_of_it(facts, shown):
    person = FocalPointFactory()
    links = ways(letter(person))
    Message.objects.all().delete()
    message = letter(person, **facts)
    links = {
        **links,
        "try again": page_of(message, "retry"),
        "write again": reverse("admin:members_member_resend", args=[person.member.pk, message.pk]),
    }

    response = signed_in(officer()).get(page_of(message))

    assert shown_in(response, links) == shown


def test_message_held_back_from_a_suppressed_address_leads_on_as_well():
    message = letter(
        status=MessageStatus.CANCELLED,
        suppressed_by=SuppressedAddressFactory(address="ada@example.org"),
    )

    response = signed_in(officer()).get(page_of(message))

    assert shown_in(response, ways(message)) == {"file", "correct", "write again"}


def test_message_of_no_file_says_so_and_can_be_tried_again():
    message = MessageFactory(reference="draft-1", status=MessageStatus.FAILED)

    response = signed_in(officer()).get(page_of(message))

    text = response.content.decode()
    assert "It belongs to no file, so that it cannot be written again" in text
    assert page_of(message, "retry") in text
    assert "/admin/members/member/" not in text[text.index('id="content-main"') :]


def test_links_of_the_list_say_of_which_message_they_are():
    message = letter(subject="P2C-AAAAAA: received", recipient="ada@example.org")

    text = signed_in(officer()).get(LIST).content.decode()

    for words in ("Try again", "Correct the facts", "Write again"):
        assert f'aria-label="{words}: P2C-AAAAAA: received, to ada@example.org"' in text
    assert f">{message.reference}</a>" in text


def test_list_of_messages_finds_the_files_of_all_in_one_query():
    client = signed_in(officer())

    def queries():
        with CaptureQueriesContext(connection) as asked:
            client.get(LIST)
        return len(asked)

    letter()
    queries()
    one = queries()
    for _n in range(2):
        letter()

    assert queries() == one


@pytest.mark.parametrize("name", ["try again", "write again"])
def test_page_that_sends_again_says_when_and_by_whom_that_was_done_before(name):
    message = letter(expires_at=None)
    grace, alan = UserFactory(name="Grace Hopper"), UserFactory(name="Alan Turing")
    retry_message(message=message, by=grace, at=NOON)
    Message.objects.update(status=MessageStatus.FAILED)
    message.refresh_from_db()
    again = resend_message(
        message=message, recipient="ada@example.org", by=alan, at=NOON + timedelta(hours=1)
    )
    Message.objects.update(status=MessageStatus.FAILED)
    letter()
    client = signed_in(officer())

    for each in (message, again):
        text = " ".join(client.get(ways(each)[name]).content.decode().split())

        assert "Tried again: 25 October 2021, 14:00, by <bdi>Grace Hopper</bdi>." in text
        assert "Written again: 25 October 2021, 15:00, by <bdi>Alan Turing</bdi>." in text


@pytest.mark.parametrize("name", ["try again", "write again"])
def test_page_that_sends_again_for_the_first_time_names_nobody(name):
    message = letter()
    retry_message(message=letter(), by=UserFactory(name="Grace Hopper"), at=NOON)

    text = signed_in(officer()).get(ways(message)[name]).content.decode()

    assert "Tried again:" not in text
    assert "Grace Hopper" not in text
