"""The pages to transfer a role and to accept it."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import timezone

from members.models import Member, MemberStatus, RoleTransfer, TimelineEntry
from members.services.focal_points import cancel_role_transfer
from members.services.private_links import LinkPurpose, name_of_key, token_for, token_for_object
from outbox.models import Message
from tests.eoi.form import text_of, value_of, words_of
from tests.eoi.own import own_person
from tests.factories import (
    FocalPointFactory,
    MemberFactory,
    RoleTransferFactory,
)
from tests.hostile.pages import Page
from tests.sweeps.changed_tables import changed_since, everything_stored
from tests.triage.staff import QUEUE, officer, signed_in

TYPED = {
    "role": "primary",
    "given_name": "Grace",
    "family_name": "Hopper",
    "position": "Deputy",
    "email": "grace@example.org",
    "language": "en",
}


@pytest.fixture
def person():
    member = MemberFactory(reference="P2C-7K3MQ9", organisation_name="Ministry of Health")
    return FocalPointFactory(member=member, given_name="Ada", family_name="Lovelace")


@pytest.fixture
def alternate(person):
    return FocalPointFactory(
        member=person.member, is_alternate=True, given_name="Alan", family_name="Turing"
    )


def hand_over(person):
    return reverse("eoi:hand_over", args=[token_for(person, LinkPurpose.EOI)])


def role(role_transfer):
    return reverse("eoi:accept_handover", args=[token_for_object(role_transfer)])


def asked(person, **facts):
    now = timezone.now()
    return RoleTransferFactory(
        **{
            "focal_point": person,
            "named_at": now,
            "expires_at": now + timedelta(days=14),
            "given_name": "Grace",
            "family_name": "Hopper",
            "email": "grace@example.org",
            **facts,
        }
    )


def test_eoi_hand_over_names_what_will_happen_and_proposes_their_own_role(client, alternate):
    page = client.get(hand_over(alternate))

    form = page.context["form"]
    assert page.status_code == 200
    assert [(value, str(label)) for value, label in form.fields["role"].choices] == [
        ("primary", "Focal point: Ada Lovelace"),
        ("alternate", "Alternate focal point: Alan Turing"),
    ]
    assert form["role"].value() == "alternate"
    assert (
        "When they accept, the links of the person who had the role before stop working "
        "immediately."
    ) in words_of(page)


def test_eoi_hand_over_offers_no_role_that_nobody_has(client, person):
    page = client.get(hand_over(person))
    answer = client.post(hand_over(person), {**TYPED, "role": "alternate"})

    assert [value for value, _label in page.context["form"].fields["role"].choices] == ["primary"]
    assert (answer.status_code, [*answer.context["form"].errors]) == (422, ["role"])


def test_eoi_hand_over_asks_somebody_and_shows_who_is_asked(client, person, alternate):
    answer = client.post(hand_over(alternate), {**TYPED, "phone": "022 730 5111"})
    page = client.get(answer["Location"])

    role_transfer = RoleTransfer.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, hand_over(alternate))
    assert (role_transfer.focal_point, role_transfer.named_by) == (person, alternate)
    assert (str(role_transfer.phone), role_transfer.time_zone) == ("+41227305111", "Europe/Zurich")
    assert "We have sent an email to Grace Hopper." in Page(page).text
    assert "Alan Turing asked Grace Hopper to take over from Ada Lovelace." in Page(page).text


def test_eoi_hand_over_says_what_is_wrong_and_keeps_what_was_typed(client, person):
    before = everything_stored()
    wrong = {
        **dict.fromkeys(("role", "family_name", "position", "language"), ""),
        "email": "nonsense",
        "phone": "12",
        "time_zone": "Mars/Base",
    }

    page = client.post(hand_over(person), {**TYPED, **wrong})

    assert (page.status_code, {*page.context["form"].errors}) == (422, {*wrong})
    assert value_of(page, "given_name") == "Grace"
    assert changed_since(before) == []


def test_eoi_hand_over_limits_how_many_are_written_to(client, person):
    answers = [client.post(hand_over(person), TYPED) for _time in range(6)]

    last = answers[-1]
    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert 3540 < int(last["Retry-After"]) <= 3600
    assert "Try again in 1 hour." in words_of(last)
    assert value_of(last, "family_name") == "Hopper"
    assert RoleTransfer.objects.count() == 1
    assert Message.objects.filter(topic__regex=r"/successor-\d+$").count() == 5


@pytest.mark.parametrize("status", ["declined", "closed", "withdrawn"])
def test_eoi_hand_over_is_for_nothing_that_has_ended(client, status):
    person = own_person(status)
    before = everything_stored()

    page, answer = client.get(hand_over(person)), client.post(hand_over(person), TYPED)

    assert (page.status_code, answer.status_code) == (200, 409)
    assert "This expression of interest has ended" in words_of(page)
    assert "This expression of interest has ended" in words_of(answer)
    assert value_of(answer, "family_name") == "Hopper"
    assert changed_since(before) == []


def test_eoi_hand_over_takes_back(client, person, alternate):
    role_transfer = asked(person)

    answer = client.post(hand_over(alternate), {"take_back": role_transfer.pk})
    page = client.get(answer["Location"])

    assert answer.status_code == 302
    assert list(RoleTransfer.objects.all()) == []
    assert "The request to Grace Hopper to accept the role was cancelled." in words_of(page)
    assert client.get(role(role_transfer)).status_code == 404


@pytest.mark.parametrize("number", ["x", "0", "²", "9" * 40])
def test_eoi_hand_over_takes_nobody_back_who_is_not_asked(client, person, number):
    asked(FocalPointFactory())
    before = everything_stored()

    page = client.post(hand_over(person), {"take_back": number})

    assert page.status_code == 409
    assert "This role transfer is no longer open." in words_of(page)
    assert changed_since(before) == []


def test_eoi_take_over_takes_a_no(client, person):
    role_transfer = asked(person)

    answer = client.post(role(role_transfer), {"decline": "1", "privacy_consent": "on"})
    page = client.get(answer["Location"])

    person.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (302, "/en/")
    assert "You have declined the role." in words_of(page)
    assert person.full_name == "Ada Lovelace"
    assert list(RoleTransfer.objects.all()) == []
    assert TimelineEntry.objects.get().note == "Focal point: declined"


def of_a_successor(person):
    return token_for_object(asked(person))


def expired(person):
    now = timezone.now()
    return token_for_object(asked(person, named_at=now - timedelta(days=14), expires_at=now))


def taken_back(person):
    role_transfer = asked(person)
    token = token_for_object(role_transfer)
    cancel_role_transfer(role_transfer=role_transfer, by=person, at=timezone.now())
    return token


def of_a_member_that_ended(person):
    token = of_a_successor(person)
    now = timezone.now()
    Member.objects.update(status=MemberStatus.WITHDRAWN, withdrawn_at=now)
    return token


def signed_for(salt):
    def token(person):
        signer = signing.Signer(salt=salt)
        role_transfer = asked(person)
        key = name_of_key(settings.SECRET_KEY)
        return signer.sign_object([key, role_transfer.pk, role_transfer.link_secret])

    return token


REFUSED = {
    "altered": lambda person: f"{of_a_successor(person)[:-2]}--",
    "expired": expired,
    "taken back": taken_back,
    "of a member that ended": of_a_member_that_ended,
    "of a focal point": lambda person: token_for(person, LinkPurpose.EOI),
    "signed for a draft": signed_for("members.services.private_links.eoidraft"),
    "signed for an EOI": signed_for("members.services.private_links.expression-of-interest"),
}


@pytest.mark.parametrize("token", REFUSED.values(), ids=REFUSED)
def test_eoi_take_over_refuses_every_other_link_alike(client, person, token):
    path = reverse("eoi:accept_handover", args=[token(person)])
    before = everything_stored()

    answers = [
        client.get(path),
        client.post(path, {"privacy_consent": "on"}),
        client.post(path, {"decline": "1"}),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert {"This role transfer link is not valid" in words_of(answer) for answer in answers} == {
        True
    }
    assert {"Ministry of Health" in text_of(answer) for answer in answers} == {False}
    assert changed_since(before) == []


def test_file_at_the_desk_shows_who_is_asked_and_since_when(person):
    asked(person, named_at=timezone.now() - timedelta(days=1), given_name="Grace")
    client = signed_in(officer())

    page = client.get(f"{QUEUE}{person.member.pk}/change/")

    assert re.search(
        r"A role transfer request was sent to Grace Hopper on [^.]+\. No reply yet\.",
        Page(page).text,
    )


def test_eoi_hand_over_asks_once_about_an_address_that_looks_mistyped(client, person):
    sent = {**TYPED, "email": "grace@gmial.com"}

    asked_about = client.post(hand_over(person), sent)
    again = client.post(
        hand_over(person), {**sent, "asked_about": value_of(asked_about, "asked_about")}
    )

    assert asked_about.status_code == 422
    assert "Did you mean grace@gmail.com?" in words_of(asked_about)
    assert again.status_code == 302
    assert RoleTransfer.objects.get().email == "grace@gmial.com"


def test_eoi_take_over_needs_agreement_to_the_notice(client, person):
    role_transfer = asked(person)
    before = everything_stored()

    page = client.post(role(role_transfer), {})

    assert (page.status_code, [*page.context["form"].errors]) == (422, ["privacy_consent"])
    assert changed_since(before) == []


def test_eoi_take_over_leads_to_the_page_of_the_eoi_by_the_new_link(client, person):
    person.member.status = MemberStatus.PENDING
    old = token_for(person, LinkPurpose.EOI)
    role_transfer = asked(person)

    answer = client.post(role(role_transfer), {"privacy_consent": "on"})
    page = client.get(answer["Location"])

    person.refresh_from_db()
    assert answer.status_code == 302
    assert answer["Location"] == reverse("eoi:status", args=[token_for(person, LinkPurpose.EOI)])
    assert person.full_name == "Grace Hopper"
    assert "You now have the role." in words_of(page)
    for name in ("status", "correct", "hand_over"):
        assert client.get(reverse(f"eoi:{name}", args=[old])).status_code == 404
