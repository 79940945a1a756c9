"""Sending a message that did not arrive again, from the member's page."""

import pytest
from django.utils.timezone import now

from members.models import FocalPoint, TimelineEntry
from outbox.models import CancelReason, Message, MessageStatus
from tests.factories import FocalPointFactory, MessageFactory
from tests.triage.staff import address, may, observer, officer, queries_of, read, signed_in

CANCELLED = MessageStatus.CANCELLED


@pytest.fixture
def person():
    return FocalPointFactory(email="ada@exmaple.org")


def failed(person, **facts):
    reference = person.member.reference
    number = Message.objects.count()
    return MessageFactory(
        **{
            "reference": reference,
            "topic": f"{reference}/received/entry-{number}/focal-point-{person.pk}",
            "recipient": person.email,
            "subject": "We have it",
            "status": MessageStatus.FAILED,
            **facts,
        }
    )


def forms_on(client, member):
    letters = client.get(address("change", member.pk)).context["letters"]
    return {letter.message: letter.resending for letter in letters if letter.resending}


def sent_by(form, **changes):
    """What the browser sends from the form on the member's page."""
    return {**{name: form[name].value() for name in form.fields}, **changes}


def test_resend_from_the_page_corrects_the_address_in_the_same_step(person):
    client, letter = signed_in(officer()), failed(person)
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
    client, letter = signed_in(officer()), failed(person)
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
    client, letter = signed_in(officer()), failed(person)
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
    letter = failed(person, **facts)

    page = signed_in(officer()).get(address("change", person.member.pk))

    assert [each.resending for each in page.context["letters"] if each.resending] == []
    assert (address("resend", person.member.pk, letter.pk) in page.text) == has_link


def test_observer_is_offered_no_form_and_who_may_not_correct_no_address(person):
    letter = failed(person)
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
    failed(person)
    one = queries_of(client, address("change", person.member.pk))
    for _n in range(2):
        failed(person)

    assert queries_of(client, address("change", person.member.pk)) == one


def groups_on(client, member):
    groups = client.get(address("change", member.pk)).context["letter_groups"]
    return [([letter.message for letter in group.letters], group.is_settled) for group in groups]


def test_messages_about_one_thing_are_one_group_and_the_newest_group_comes_first(person):
    alternate = FocalPointFactory(member=person.member, is_alternate=True)
    sent = {"status": MessageStatus.SENT, "sent_at": now()}
    reference = person.member.reference
    received = failed(person, topic=f"{reference}/received/entry-1/focal-point-{person.pk}", **sent)
    admitted = f"{reference}/admitted/entry-2/focal-point-"
    first = failed(person, topic=f"{admitted}{person.pk}")
    to_alternate = failed(person, topic=f"{admitted}{alternate.pk}", **sent)
    copy = failed(person, topic=f"{admitted}{person.pk}/again-1", resent_from=first, **sent)

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
    failed(person, topic=topic, **sent)
    failed(person, topic=f"{topic}0", **facts)

    response = signed_in(officer()).get(address("change", person.member.pk))

    [group] = response.context["letter_groups"]
    assert group.is_settled is is_settled
    assert ('<details class="letter-of-file" open>' in response.text) is not is_settled
