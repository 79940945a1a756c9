"""How names are sorted, and the addresses of public pages that follow from them."""

from importlib.util import find_spec, module_from_spec
from itertools import product

import pytest

from members.models import GrantedRole, Member, MemberStatus
from members.services.decisions import admit_to_focus_area, reopen, withdraw
from members.services.names import MAX_SORT_KEY_LENGTH, sort_key_of
from tests.factories import NOON, FocalPointFactory, FocusAreaFactory, MemberFactory, UserFactory
from tests.hostile.values import HOSTILE, LINES, NAMES
from tests.members.test_corrections import correct

# As the Unicode Collation Algorithm sorts them: punctuation, figures, letters without regard to
# accents and case, and then the scripts in the order of its table.
SORTED_NAMES = [
    "“Quoted” organisation",
    "3rd Network",
    "African Union",
    "Agencia",
    "Agência Nacional",
    "Åland Post",
    "Alpha",
    "América Móvil",
    "beta",
    "Beta Two",
    "Córdoba",
    "cordoba Telecom",
    "Ecole",
    "École",
    "École Supérieure",
    "Łódź University",
    "Zürich",
    "Ελληνική Αρχή",
    "Министерство",
    "جامعة",
    "هيئة الاتصالات",
    "中兴通讯",
    "北京大学",
]


def test_members_are_sorted_as_the_algorithm_sorts_names():
    for name in reversed(SORTED_NAMES):
        MemberFactory(organisation_name=name)

    by_name = Member.objects.order_by("sort_key", "pk")

    assert [member.organisation_name for member in by_name] == SORTED_NAMES


def test_database_compares_sort_keys_as_bytes():
    some = b"\x00\x01%AZ_az\x7f\x80\xfe\xff"
    keys = [*(bytes([first]) for first in some), *(bytes(pair) for pair in product(some, some))]
    for key in keys:
        MemberFactory(sort_key=key)

    stored = Member.objects.order_by("sort_key").values_list("sort_key", flat=True)

    assert [*map(bytes, stored)] == sorted(keys)


@pytest.mark.parametrize("name", [*NAMES.values(), *HOSTILE.values(), *LINES.values(), "字" * 200])
def test_every_name_has_a_sort_key_of_bounded_length(name):
    assert 0 < len(sort_key_of(name)) <= MAX_SORT_KEY_LENGTH


def test_history_leaves_out_what_follows_from_the_name():
    columns = {field.name for field in Member.history.model._meta.get_fields()}

    assert columns & {"sort_key", "search_text"} == set()


def test_module_is_imported_without_the_table_of_the_collation():
    spec = find_spec("members.services.names")
    names = module_from_spec(spec)

    spec.loader.exec_module(names)

    assert names._collator.cache_info().currsize == 0


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
