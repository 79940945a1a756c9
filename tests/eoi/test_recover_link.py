"""The ways to open an EOI without its link: a code, and a new link."""

import pytest
from django.utils import timezone

from accounts.models import Session
from eoi.models import LinkRequest
from eoi.views import recover_link
from eoi.views.recover_link import CODES_FOR_A_REFERENCE_BY_A_NETWORK, LINKS_FOR_AN_ADDRESS
from members.models import MemberStatus, TimelineKind
from members.services.private_links import PAGE_EXPIRES_AFTER, confirmation_code
from outbox.models import Message
from tests.eoi.form import text_of, value_of, whole_answer, words_of
from tests.eoi.own import address_of, own_member, own_person
from tests.factories import FocalPointFactory, MemberFactory

CODE = "/en/expression-of-interest/code/"
LINKS = "/en/expression-of-interest/link/"
NO_SUCH_PAIR = "The reference and the code do not match."


def enter(client, reference, code, network="192.0.2.1"):
    return client.post(CODE, {"reference": reference, "code": code}, REMOTE_ADDR=network)


def ask(client, email="ada@example.org", network="192.0.2.1"):
    return client.post(LINKS, {"email": email}, REMOTE_ADDR=network)


@pytest.fixture
def person():
    return own_person(member=own_member(reference="P2C-7K3MQ9"))


@pytest.mark.parametrize(
    "reference", ["P2C-7K3MQ9", "p2c-7k3mq9", " P2C 7K3 MQ9 ", "7k3mq9", "P2C–7K3MQ9", "p2c7k3mq9"]
)
def test_eoi_code_confirms_and_leads_to_the_page(reference, client, person):
    code = confirmation_code(person)

    response = enter(client, reference, f" {code[:4].lower()}-{code[4:]} ")

    person.refresh_from_db()
    assert (response.status_code, response["Location"]) == (302, address_of(person))
    assert person.confirmed_at is not None
    assert person.member.timeline.get().kind == TimelineKind.ADDRESS_CONFIRMED
    assert "Thank you. Your email address is confirmed." in words_of(
        client.get(response["Location"])
    )
    assert Session.objects.count() == 0


def test_eoi_code_confirms_the_person_whose_code_it_is(client, person):
    alternate = FocalPointFactory(member=person.member, is_alternate=True)

    response = enter(client, "P2C-7K3MQ9", confirmation_code(alternate))

    person.refresh_from_db()
    alternate.refresh_from_db()
    assert response["Location"] == address_of(alternate)
    assert (person.confirmed_at is None, alternate.confirmed_at is None) == (True, False)


def test_eoi_code_refuses_alike_whatever_is_wrong(client, person):
    code = confirmation_code(person)
    other = own_person()
    revoked = own_person()
    old_code = confirmation_code(revoked)
    revoked.link_version += 1
    revoked.save()
    long_ago = timezone.now() - PAGE_EXPIRES_AFTER
    ended = own_person(member=MemberFactory(status=MemberStatus.WITHDRAWN, withdrawn_at=long_ago))
    wrong = [
        ("P2C-7K3MQ9", "22222222"),
        ("P2C-NOSUCH", code),
        ("P2C-7K3MQ9", confirmation_code(other)),
        (other.member.reference, code),
        (revoked.member.reference, old_code),
        (ended.member.reference, confirmation_code(ended)),
        ("ééé", "\U0001f30d"),
    ]

    answers = [enter(client, *pair) for pair in wrong]

    assert [answer.status_code for answer in answers] == [422] * len(wrong)
    for (reference, _code), answer in zip(wrong, answers, strict=True):
        assert (
            f"The page could not be opened {NO_SUCH_PAIR} Copy both from our latest email."
            in words_of(answer)
        )
        assert value_of(answer, "reference") == reference
    person.refresh_from_db()
    assert (person.confirmed_at, person.member.timeline.count()) == (None, 0)


def test_eoi_code_opens_what_has_ended_lately_without_confirming(client):
    ended = own_person(MemberStatus.DECLINED)

    response = enter(client, ended.member.reference, confirmation_code(ended))

    ended.refresh_from_db()
    assert response["Location"] == address_of(ended)
    assert ended.confirmed_at is None


def fail(client, times, network, reference="P2C-7K3MQ9"):
    for _time in range(times):
        enter(client, reference, "22222222", network=network)


def test_eoi_code_limits_attempts_at_a_reference_from_a_network(client, person):
    fail(client, CODES_FOR_A_REFERENCE_BY_A_NETWORK, "203.0.113.1", reference="p2c 7k3mq9")

    refused = enter(client, "P2C-7K3MQ9", confirmation_code(person), network="203.0.113.1")
    other = own_person()
    of_another = enter(
        client, other.member.reference, confirmation_code(other), network="203.0.113.1"
    )

    assert (refused.status_code, of_another.status_code) == (429, 302)
    assert 3540 < int(refused["Retry-After"]) <= 3600
    assert "Too many attempts Try again in 1 hour." in words_of(refused)
    assert value_of(refused, "reference") == "P2C-7K3MQ9"
    person.refresh_from_db()
    assert person.confirmed_at is None


def test_eoi_code_keeps_nobody_out_whose_reference_a_stranger_knows(client, person, monkeypatch):
    monkeypatch.setattr(recover_link, "CODES_FOR_A_REFERENCE_BY_A_NETWORK", 1)
    monkeypatch.setattr(recover_link, "CODES_FOR_A_REFERENCE", 3)
    for number in range(2):
        # Attempts refused for the network do not count for the others.
        fail(client, 3, f"198.51.100.{number}")

    taken = enter(client, "P2C-7K3MQ9", confirmation_code(person), network="203.0.113.1")

    assert taken.status_code == 302


def test_eoi_code_limits_attempts_at_a_reference_from_everywhere(client, person, monkeypatch):
    monkeypatch.setattr(recover_link, "CODES_FOR_A_REFERENCE", 3)
    for number in range(3):
        fail(client, 1, f"198.51.100.{number}")

    refused = enter(client, "P2C-7K3MQ9", confirmation_code(person), network="203.0.113.1")

    assert refused.status_code == 429


def test_eoi_code_limits_attempts_from_a_network_at_every_reference(client, person, monkeypatch):
    monkeypatch.setattr(recover_link, "CODES_FROM_A_NETWORK", 3)
    for number in range(3):
        fail(client, 1, "192.0.2.1", reference=f"P2C-{number:06}")

    here = enter(client, "P2C-7K3MQ9", confirmation_code(person))
    elsewhere = enter(client, "P2C-7K3MQ9", confirmation_code(person), network="203.0.113.1")

    assert (here.status_code, elsewhere.status_code) == (429, 302)


def test_eoi_links_answers_alike_whether_or_not_the_address_is_known(client):
    own_person(email="ada@example.org")

    answers = [ask(client, email) for email in ("ada@example.org", "nobody@example.org")]
    pages = [client.get(answer["Location"]) for answer in answers]

    assert [(answer.status_code, answer["Location"]) for answer in answers] == [
        (302, f"{LINKS}?asked=1")
    ] * 2
    assert whole_answer(pages[0]) == whole_answer(pages[1])
    assert "If we know the address that you entered, we are sending an email" in words_of(pages[0])
    emails = LinkRequest.objects.order_by("pk").values_list("email", flat=True)
    assert list(emails) == ["ada@example.org", "nobody@example.org"]
    assert (Message.objects.count(), Session.objects.count()) == (0, 0)


@pytest.mark.parametrize("email", ["ada@example.org", "nobody@example.org"])
def test_eoi_links_limits_requests_for_an_address_known_or_not(email, client):
    own_person(email="ada@example.org")
    for number in range(LINKS_FOR_AN_ADDRESS):
        ask(client, email.upper() if number % 2 else email, network=f"198.51.100.{number}")

    response = ask(client, email, network="203.0.113.1")

    assert response.status_code == 429
    assert "Too many attempts Try again in 1 hour." in words_of(response)
    assert value_of(response, "email") == email
    assert LinkRequest.objects.count() == LINKS_FOR_AN_ADDRESS


def test_eoi_links_limits_requests_from_a_network(client, monkeypatch):
    monkeypatch.setattr(recover_link, "LINKS_FOR_A_NETWORK", 3)
    for number in range(3):
        ask(client, f"person-{number}@example.org")

    assert ask(client, "one-more@example.org").status_code == 429
    assert ask(client, "one-more@example.org", network="203.0.113.1").status_code == 302


@pytest.mark.parametrize(
    "page",
    [
        "/en/expression-of-interest/received/",
        "/en/expression-of-interest/",
        "/en/expression-of-interest/altered-altered-altered/",
        "/en/working-group/altered-altered-altered/",
        CODE,
    ],
)
def test_pages_for_who_may_have_lost_a_link_lead_to_a_new_one(page, client):
    assert f'href="{LINKS}"' in text_of(client.get(page))


def test_code_is_of_the_address_and_the_version_of_the_links(person):
    before = confirmation_code(person)
    person.email = "other@example.org"
    other_address = confirmation_code(person)
    person.link_version += 1

    codes = {before, other_address, confirmation_code(person)}

    assert len(codes) == 3


def test_eoi_code_says_at_each_field_what_is_missing(client):
    response = client.post(CODE)

    assert response.status_code == 422
    words = words_of(response)
    assert words.count("Enter the reference") == words.count("Enter the code") == 2


@pytest.mark.parametrize(
    ("email", "sentence"),
    [("", "Enter your email address"), ("ada@", "Enter a valid email address, like")],
)
def test_eoi_links_says_what_is_wrong_with_an_address(email, sentence, client):
    response = ask(client, email)

    assert response.status_code == 422
    assert words_of(response).count(sentence) == 2
    assert value_of(response, "email") == email
    assert LinkRequest.objects.count() == 0
