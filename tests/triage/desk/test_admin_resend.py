"""Sending a message that did not arrive again, from the member's page."""

import pytest
from django.utils.timezone import now

from members.models import FocalPoint, TimelineEntry
from outbox.models import Message, MessageStatus
from tests.factories import FocalPointFactory, MessageFactory
from tests.triage.staff import address, may, observer, officer, queries_of, read, signed_in

pytestmark = pytest.mark.sqlite_only
FORM = "Send to"


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
    form = forms_on(client, person.member)[letter]

    response = client.post(
        address("resend", person.member.pk, letter.pk), sent_by(form, email="ada@example.org")
    )

    person.refresh_from_db()
    assert response["Location"] == address("change", person.member.pk)
    assert person.email == "ada@example.org"
    assert Message.objects.get(resent_from=letter).recipient == "ada@example.org"
    assert forms_on(client, person.member) == {}


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
    "facts",
    [
        {"status": MessageStatus.SENT, "sent_at": now()},
        {"status": MessageStatus.QUEUED},
        {"topic": "P2C-TEST/assigned/user-1"},
    ],
)
def test_page_offers_no_form_for_what_arrived_waits_or_went_to_no_focal_point(person, facts):
    failed(person, **facts)

    assert forms_on(signed_in(officer()), person.member) == {}


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
