"""What identifies a person."""

import pytest

from members.models import FocalPoint
from members.services.focal_points import accept_role_transfer
from privacy.services.people import find_holders, find_person
from tests.factories import NOON, FocalPointFactory, UserFactory
from tests.members.successors import a_member, name

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    """Ada, who handed her role over to Grace."""
    member, ada, _alan = a_member()
    accept_role_transfer(role_transfer=name(ada), at=NOON)
    return member, FocalPoint.objects.get(pk=ada.pk)


def test_a_former_focal_point_is_found_by_the_versions_of_their_time(ada):
    member, role = ada
    FocalPointFactory(given_name="Ada", family_name="Lovelace", email="another@example.org")

    person = find_person("ADA@example.org")

    assert person.addresses == {"ada@example.org"}
    assert person.names == {"Ada Lovelace"}
    assert person.link_versions == {role.pk: {1}}
    assert find_person("grace@example.org").link_versions == {role.pk: {2}}
    assert {tuple(each.addresses) for each in find_holders(member.pk)} == {
        ("ada@example.org",),
        ("alan@example.org",),
        ("grace@example.org",),
    }


def test_a_corrected_address_belongs_to_the_same_person(ada):
    _member, role = ada
    role.email = "g.hopper@example.org"
    role.save(update_fields=["email"])
    user = UserFactory(email="grace@example.org", name="G. Hopper")

    person = find_person("grace@example.org")

    assert person.addresses == {"grace@example.org", "g.hopper@example.org"}
    assert person.names == {"Grace Hopper", "G. Hopper"}
    assert person.phones == {"+41227305111"}
    assert person.keys("accounts.User") == {user.pk}


def test_an_unknown_address_has_no_rows():
    person = find_person("nobody@example.org")

    assert (person.names, person.rows["members.FocalPoint"]) == (frozenset(), frozenset())
