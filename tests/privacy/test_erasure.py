"""Erase a person and an organisation."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.core import serializers

from accounts.services.staff_groups import DESK_MANAGERS
from members.models import FocalPoint, MemberStatus, TimelineEntry
from members.services.decisions import withdraw
from members.services.focal_points import accept_role_transfer
from members.services.notes import add_note
from outbox.models import ERASED, Message, MessageStatus
from privacy.models import ErasureRequest, ErasureStatus
from privacy.services.erasure import (
    AccountInUse,
    AlreadyDecided,
    AlreadyRequested,
    LastDeskManager,
    NothingFound,
    OwnAccount,
    RoleNotTransferred,
    SecondPersonNeeded,
    cancel_erasure_request,
    consent_to_erasure,
    erase_organisation,
    erase_person,
    request_organisation_erasure,
    request_person_erasure,
)
from tests.factories import NOON, UserFactory
from tests.members.successors import a_member, name

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
