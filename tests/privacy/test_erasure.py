"""Erase a person and an organisation."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.core import serializers
from django.utils import timezone

from accounts.services.staff_roles import DESK_MANAGERS
from core.conflicts import Refused
from members.models import FocalPoint, MemberStatus, TimelineEntry
from members.services.decisions import reopen, withdraw
from members.services.focal_points import accept_role_transfer
from members.services.notes import add_note
from outbox.models import ERASED, Message, MessageStatus
from outbox.models.delivery_event import SuppressedAddress
from participation.models import PaperOpening
from privacy.models import ErasureRequest, ErasureStatus
from privacy.services.erasure import (
    cancel_erasure_request,
    consent_to_erasure,
    erase_organisation,
    erase_person,
    request_organisation_erasure,
    request_person_erasure,
)
from tests.factories import (
    NOON,
    FocalPointFactory,
    MemberFactory,
    MessageFactory,
    PaperOpeningFactory,
    SuppressedAddressFactory,
    UserFactory,
)
from tests.members.successors import a_member, name
from tests.refusals import refused
from triage.duplicates.services.fingerprints import fingerprints_of

pytestmark = pytest.mark.django_db


def everything():
    """Every row of the database as text."""
    return "\n".join(
        serializers.serialize("json", model._base_manager.all(), ensure_ascii=False)
        for model in apps.get_models()
        if not model._meta.proxy
    )


@pytest.fixture
def managers():
    group = Group.objects.get(name=DESK_MANAGERS)
    managers = UserFactory(name="Kim"), UserFactory(name="Noor")
    for each in managers:
        each.groups.add(group)
    return managers


@pytest.fixture
def grace(managers):
    """Grace, who took over Ada's role; the member has withdrawn since."""
    member, ada, _alan = a_member(MemberStatus.ADMITTED)
    accept_role_transfer(role_transfer=name(ada, phone="+41227305111"), at=NOON)
    add_note(
        member=member,
        text="Called Dr Hopper (grace@EXAMPLE.org) at +41 22 730 51 11; Ada Lovelace has left.",
        by=managers[0],
        at=NOON,
    )
    return member


def test_erase_former_focal_point_leaves_the_successor(grace, managers):
    erase_person(address="ada@example.org", by=managers[1], at=NOON)

    rows = everything()
    assert "ada@example.org" not in rows.lower()
    assert "Lovelace" not in rows
    role = FocalPoint.objects.get(member=grace, is_alternate=False)
    assert (role.full_name, role.email) == ("Grace Hopper", "grace@example.org")
    note = TimelineEntry.objects.get(member=grace, kind="noted").note
    assert note == "Called Dr Hopper (grace@EXAMPLE.org) at +41 22 730 51 11; [erased] has left."
    to_ada = Message.objects.filter(recipient=ERASED)
    assert {message.body for message in to_ada} == {"[erased]"}
    assert not to_ada.filter(status=MessageStatus.QUEUED).exists()


def test_erase_focal_point_of_an_ended_member(grace, managers):
    withdraw(member=grace, by=managers[0], at=NOON)
    account = UserFactory(email="grace@example.org", name="Grace Hopper", is_staff=False)
    role = FocalPoint.objects.get(member=grace, is_alternate=False)
    SuppressedAddressFactory(address="grace@example.org")

    erase_person(address="Grace@example.org", by=managers[1], at=NOON)

    rows = everything()
    for trace in ("grace@example.org", "hopper", "+41227305111", "730 51 11"):
        assert trace not in rows.lower()
    account.refresh_from_db()
    assert (account.is_active, account.name, account.email) == (
        False,
        "[erased]",
        f"erased-{account.pk}@erased.invalid",
    )
    erased = FocalPoint.objects.get(pk=role.pk)
    assert erased.link_version > role.link_version
    assert erased.link_secret != role.link_secret
    with pytest.raises(Refused, match="were erased, so it cannot be reopened"):
        reopen(member=grace, by=managers[0], at=NOON)
    assert not SuppressedAddress.objects.filter(address__contains="@").exists()
    assert SuppressedAddress.objects.of("Grace@example.org").exists()
    # The other focal point and the organisation stay.
    assert "alan@example.org" in rows
    assert "Ministry of Health" in rows
    assert grace.history.order_by("history_id").last().history_user == managers[1]


def test_erased_person_opened_no_paper_and_others_did(grace, managers):
    withdraw(member=grace, by=managers[0], at=NOON)
    account = UserFactory(email="grace@example.org", is_staff=False)
    PaperOpeningFactory(user=account)
    theirs = PaperOpeningFactory()

    erase_person(address="grace@example.org", by=managers[1], at=NOON)

    assert list(PaperOpening.objects.all()) == [theirs]


def test_another_person_of_the_same_name_keeps_it(grace, managers):
    namesake = FocalPointFactory(
        given_name="Ada", family_name="Lovelace", email="countess@example.org"
    )
    letter = MessageFactory(recipient="countess@example.org", recipient_name="Ada Lovelace")
    own, of_namesake = (
        add_note(member=member, text="Ada Lovelace called.", by=managers[0], at=NOON)
        for member in (grace, namesake.member)
    )

    erase_person(address="ada@example.org", by=managers[1], at=NOON)

    letter.refresh_from_db()
    assert letter.recipient_name == "Ada Lovelace"
    assert FocalPoint.objects.get(pk=namesake.pk).full_name == "Ada Lovelace"
    notes = TimelineEntry.objects.in_bulk([own.pk, of_namesake.pk])
    assert notes[own.pk].note == "[erased] called."
    assert notes[of_namesake.pk].note == "Ada Lovelace called."


def test_erase_organisation_with_its_people(grace, managers):
    before = TimelineEntry.objects.filter(member=grace).count()
    other = MemberFactory(about="We work with the Ministry of Health.")
    met = "Alan Turing and Ada Lovelace of Ministry of Health came too."
    add_note(member=other, text=met, by=managers[0], at=NOON)

    erase_organisation(member=grace, by=managers[1], at=NOON)

    rows = everything()
    for trace in ("ada@", "grace@", "alan@", "hopper", "turing", "7305111"):
        assert trace not in rows.lower()
    # Others may name the organisation in their own words.
    assert rows.count("Ministry of Health") == rows.count(other.about) == 2
    assert other.timeline.get().note == "[erased] and [erased] of [erased] came too."
    grace.refresh_from_db()
    assert (grace.status, grace.country) == (MemberStatus.WITHDRAWN, "CH")
    assert TimelineEntry.objects.filter(member=grace).count() == before + 1
    # Erased members do not resemble each other.
    assert fingerprints_of(grace, grace.focal_points.all()) == set()
    with refused("nothing_found"):
        erase_organisation(member=grace, by=managers[1], at=NOON)


def test_consent_of_a_second_person_erases(grace, managers):
    asked = request_person_erasure(
        address="ADA@example.org", reason="Ada Lovelace asked by mail.", by=managers[0], at=NOON
    )
    with refused("second_person_needed"):
        consent_to_erasure(request=asked, by=managers[0], at=NOON)
    assert "ada@example.org" in everything()

    consent_to_erasure(request=asked, by=managers[1], at=NOON)

    asked.refresh_from_db()
    assert (asked.status, asked.address) == (ErasureStatus.DONE, "")
    assert asked.reason == "[erased] asked by mail."
    assert dict(asked.counts.values_list("table", "number"))["members.HistoricalFocalPoint"] == 1
    assert "ada@example.org" not in everything()
    with refused("already_decided"):
        consent_to_erasure(request=asked, by=managers[1], at=NOON)


def test_cancelled_request_forgets_the_address(grace, managers):
    asked = request_person_erasure(
        address="ada@example.org", reason="By mail.", by=managers[0], at=NOON
    )

    cancel_erasure_request(request=asked, by=managers[0], at=NOON)

    assert (asked.status, asked.address) == (ErasureStatus.CANCELLED, "")
    with refused("already_decided"):
        cancel_erasure_request(request=asked, by=managers[1], at=NOON)


def test_erasing_an_organisation_closes_the_requests_about_its_people(grace, managers):
    about_ada = request_person_erasure(
        address="ada@example.org", reason="Ada Lovelace asked.", by=managers[0], at=NOON
    )

    erase_organisation(member=grace, by=managers[1], at=NOON)

    about_ada.refresh_from_db()
    assert (about_ada.status, about_ada.address) == (ErasureStatus.CANCELLED, "")


def test_requests_are_refused(grace, managers):
    kim, noor = managers
    inactive = UserFactory(is_active=False)
    noor.is_active = False
    noor.save()
    request_organisation_erasure(member=grace, reason="Closed down.", by=kim, at=NOON)

    def ask(address, by=inactive):
        request_person_erasure(address=address, reason="By mail.", by=by, at=NOON)

    with refused("nothing_found"):
        ask("nobody@example.org")
    with pytest.raises(Refused, match="Ministry of Health"):
        ask("grace@example.org")
    with refused("own_account"):
        ask(kim.email, by=kim)
    with refused("last_desk_manager"):
        ask(kim.email)
    with refused("account_in_use"):
        ask(UserFactory().email)
    with refused("nothing_found"):
        ask("erased-1@erased.invalid")
    settling = FocalPointFactory(
        member__status=MemberStatus.DECLINED,
        member__settles_at=timezone.now() + timedelta(minutes=1),
        member__shown_version=1,
        member__version=2,
    )
    with refused("decision_not_settled"):
        ask(settling.email)
    with refused("decision_not_settled"):
        request_organisation_erasure(member=settling.member, reason="Gone.", by=kim, at=NOON)
    with refused("already_requested"):
        request_organisation_erasure(member=grace, reason="Again.", by=kim, at=NOON)
    assert ErasureRequest.objects.count() == 1
