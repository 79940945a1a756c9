"""The addresses of public pages."""

import pytest

from members.models import GrantedRole, MemberStatus
from members.services.decisions import admit_to_focus_area, reopen, withdraw
from tests.factories import NOON, FocalPointFactory, FocusAreaFactory, MemberFactory, UserFactory
from tests.members.test_corrections import correct


def admitted(name, *, consent=True, **facts):
    member = MemberFactory(organisation_name=name, publication_consent=consent, slug="", **facts)
    FocalPointFactory(member=member)
    admit_to_focus_area(
        member=member,
        focus_area=FocusAreaFactory(),
        role=GrantedRole.PARTICIPANT,
        by=UserFactory(),
        at=NOON,
    )
    member.refresh_from_db()
    return member


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Liquid Intelligent Technologies", "liquid-intelligent-technologies"),
        ("Agência Nacional de Telecomunicações", "agencia-nacional-de-telecomunicacoes"),
        ("中兴通讯", "zhongxingtongxun"),
        ("Казахтелеком", "kazakhtelekom"),
        ("…", "member"),
        ("a" * 200, "a" * 80),
        ("a" * 79 + " b", "a" * 79),
    ],
)
def test_slug_is_the_name_in_latin_letters(name, slug):
    member = admitted(name)

    assert member.slug == slug


def test_slug_of_a_name_that_is_taken_has_a_number_and_who_is_not_listed_takes_none():
    slugs = [admitted("Acme", consent=consent).slug for consent in (False, True, True, True)]

    assert slugs == ["", "acme", "acme-2", "acme-3"]


def test_slug_is_given_with_the_consent_and_stays_when_name_consent_and_membership_change():
    member = admitted("Acme", consent=False)
    correct(member, {"publication_consent": True})
    member.refresh_from_db()
    assert member.slug == "acme"

    correct(member, {"organisation_name": "Bacme", "publication_consent": False})
    withdraw(member=member, by=UserFactory(), at=NOON)
    reopen(member=member, by=UserFactory(), at=NOON)

    member.refresh_from_db()
    assert (member.status, member.slug) == (MemberStatus.PENDING, "acme")
