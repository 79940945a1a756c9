"""Messages in the admin with their members, and the ways to send one again."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now

from members.models import FocalPoint, MemberStatus, TimelineEntry
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
from tests.queries import queries_of
from tests.triage.staff import (
    address,
    coordinator,
    may,
    observer,
    officer,
    read,
    signed_in,
)

LIST = "/admin/outbox/message/"


def page_of(message, name="change", of="outbox_message"):
    return reverse(f"admin:{of}_{name}", args=[message.pk])


def a_letter(person=None, **facts):
    """A letter to a focal point that the mail server refused, unless other facts are given."""
    person = person or FocalPointFactory()
    reference, number = person.member.reference, Message.objects.count()
    return MessageFactory(
        **{
            "reference": reference,
            "topic": f"{reference}/received/entry-{number}/focal-point-{person.pk}",
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
    message, client = a_letter(), signed_in(person())

    response = client.get(page_of(message) if where == "page" else f"{LIST}?arrival=failed")

    assert shown_in(response, ways(message)) == shown
    for name in shown:
        assert client.get(ways(message)[name]).status_code == 200


def test_coordinator_is_led_to_the_files_of_their_area_and_to_nothing_they_may_not_do():
    mine, other = FocusAreaFactory(number=1), FocusAreaFactory(number=2)
    message, beyond = (
        a_letter(FocalPointFactory(member__status=MemberStatus.ADMITTED, member__focus_area=area))
        for area in (mine, other)
    )
    client = signed_in(coordinator(mine))

    listed = client.get(reverse("admin:members_membermessage_changelist"))
    page = client.get(page_of(message, of="members_membermessage"))

    for response in (listed, page):
        assert shown_in(response, ways(message)) == {"file"}
        assert shown_in(response, ways(beyond)) == set()


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
    message = a_letter()
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
    assert "This message does not belong to an organisation, so it cannot be resent" in text
    assert page_of(message, "retry") in text
    assert "/admin/members/member/" not in text[text.index('id="content-main"') :]


def test_links_of_the_list_say_of_which_message_they_are():
    message = a_letter(subject="P2C-AAAAAA: received", recipient="ada@example.org")

    text = signed_in(officer()).get(LIST).text

    for words in ("Retry", "Correct answers", "Resend"):
        assert f'aria-label="{words}: P2C-AAAAAA: received, to ada@example.org"' in text
    assert f">{message.reference}</a>" in text


def test_list_of_messages_finds_the_files_of_all_in_one_query():
    client = signed_in(officer())
    a_letter()
    client.get(LIST)
    for_one = queries_of(client, LIST)
    for _n in range(2):
        a_letter()

    assert queries_of(client, LIST) == for_one


@pytest.mark.parametrize("name", ["retry", "resend"])
def test_page_that_sends_again_says_when_and_by_whom_that_was_done_before(name):
    message, another = a_letter(expires_at=None), a_letter()
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


CANCELLED = MessageStatus.CANCELLED


@pytest.fixture
def person():
    return FocalPointFactory(email="ada@exmaple.org")


def forms_on(client, member):
    letters = client.get(address("change", member.pk)).context["letters"]
    return {letter.message: letter.resending for letter in letters if letter.resending}


def sent_by(form, **changes):
    """What the browser sends from the form on the member's page."""
    return {**{name: form[name].value() for name in form.fields}, **changes}


def test_resend_from_the_page_corrects_the_address_in_the_same_step(person):
    client, letter = signed_in(officer()), a_letter(person)
    page = address("resend", person.member.pk, letter.pk)
    form = forms_on(client, person.member)[letter]

    response = client.post(page, sent_by(form, email="ada@example.org"))

    person.refresh_from_db()
    assert response["Location"] == address("change", person.member.pk)
    assert person.email == "ada@example.org"
    assert Message.objects.get(resent_from=letter).recipient == "ada@example.org"
    assert forms_on(client, person.member) == {}
    for words in ("ada@exmaple.org", "ada@example.org"):
        assert words in client.get(page).text


def test_resend_with_the_address_as_it_is_corrects_nothing(person):
    client, letter = signed_in(officer()), a_letter(person)
    form = forms_on(client, person.member)[letter]

    client.post(address("resend", person.member.pk, letter.pk), sent_by(form))

    assert Message.objects.get(resent_from=letter).recipient == "ada@exmaple.org"
    assert list(TimelineEntry.objects.all()) == []


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"email": "ada"}, 422, "Not sent. Please correct the errors below."),
        ({"email": "ada@example.org", "version": 99}, 409, "changed"),
        ({"email": "ada@example.org", "times": 1}, 409, "resent after you opened this page"),
    ],
)
def test_resend_refuses_and_keeps_what_was_typed(person, changes, status, words):
    client, letter = signed_in(officer()), a_letter(person)
    form = forms_on(client, person.member)[letter]

    response = client.post(address("resend", person.member.pk, letter.pk), sent_by(form, **changes))

    person.refresh_from_db()
    assert response.status_code == status
    assert words in read(response)
    assert f'value="{changes["email"]}"' in response.text
    assert person.email == "ada@exmaple.org"
    assert list(Message.objects.all()) == [letter]


@pytest.mark.parametrize(
    ("facts", "has_link"),
    [
        ({"status": MessageStatus.SENT, "sent_at": now()}, True),
        ({"status": MessageStatus.QUEUED}, False),
        ({"topic": "P2C-TEST/assigned/user-1"}, True),
        ({"status": CANCELLED, "cancel_reason": CancelReason.CAUSE_GONE}, False),
        ({"status": CANCELLED}, True),
    ],
)
def test_page_has_no_form_for_other_messages_and_no_link_for_what_waits_or_no_longer_applies(
    person, facts, has_link
):
    letter = a_letter(person, **facts)

    page = signed_in(officer()).get(address("change", person.member.pk))

    assert [each.resending for each in page.context["letters"] if each.resending] == []
    assert (address("resend", person.member.pk, letter.pk) in page.text) == has_link


def test_observer_is_offered_no_form_and_who_may_not_correct_no_address(person):
    letter = a_letter(person)
    only_resends = may(observer(), "resend_message")

    assert forms_on(signed_in(observer()), person.member) == {}
    form = forms_on(signed_in(only_resends), person.member)[letter]
    assert list(form.fields) == ["times", "version"]
    client = signed_in(only_resends)
    client.post(
        address("resend", person.member.pk, letter.pk), sent_by(form, email="eve@example.org")
    )
    assert FocalPoint.objects.get().email == "ada@exmaple.org"
    assert Message.objects.get(resent_from=letter).recipient == "ada@exmaple.org"


def test_page_costs_the_same_for_three_failed_letters_as_for_one(person):
    client = signed_in(officer())
    a_letter(person)
    one = queries_of(client, address("change", person.member.pk))
    for _n in range(2):
        a_letter(person)

    assert queries_of(client, address("change", person.member.pk)) == one


def groups_on(client, member):
    groups = client.get(address("change", member.pk)).context["letter_groups"]
    return [([letter.message for letter in group.letters], group.is_settled) for group in groups]


def test_messages_about_one_thing_are_one_group_and_the_newest_group_comes_first(person):
    alternate = FocalPointFactory(member=person.member, is_alternate=True)
    sent = {"status": MessageStatus.SENT, "sent_at": now()}
    reference = person.member.reference
    received = a_letter(
        person, topic=f"{reference}/received/entry-1/focal-point-{person.pk}", **sent
    )
    admitted = f"{reference}/admitted/entry-2/focal-point-"
    first = a_letter(person, topic=f"{admitted}{person.pk}")
    to_alternate = a_letter(person, topic=f"{admitted}{alternate.pk}", **sent)
    copy = a_letter(person, topic=f"{admitted}{person.pk}/again-1", resent_from=first, **sent)

    groups = groups_on(signed_in(officer()), person.member)

    assert groups == [([copy, to_alternate, first], True), ([received], True)]


@pytest.mark.parametrize(
    ("facts", "is_settled"),
    [
        ({"status": MessageStatus.SENT, "sent_at": now()}, True),
        ({"status": MessageStatus.QUEUED}, False),
        ({"status": MessageStatus.FAILED}, False),
        ({"status": MessageStatus.CANCELLED, "cancel_reason": CancelReason.CAUSE_GONE}, True),
    ],
)
def test_group_is_open_until_each_of_its_messages_arrived(person, facts, is_settled):
    sent = {"status": MessageStatus.SENT, "sent_at": now()}
    topic = f"{person.member.reference}/admitted/entry-2/focal-point-{person.pk}"
    a_letter(person, topic=topic, **sent)
    a_letter(person, topic=f"{topic}0", **facts)

    response = signed_in(officer()).get(address("change", person.member.pk))

    [group] = response.context["letter_groups"]
    assert group.is_settled is is_settled
    assert ('<details class="letter-of-file" open>' in response.text) is not is_settled
