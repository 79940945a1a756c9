"""What the database refuses of likeness that was found."""

import pytest
from django.db import IntegrityError, transaction

from members.models import Resemblance, Trait
from tests.factories import NOON, MemberFactory, ResemblanceFactory, TraitFactory
from tests.members.models.refusing import refused_by


@pytest.mark.parametrize(
    ("constraint", "facts"),
    [
        ("members_resemblance_has_a_reason", {"same_domain": False}),
        ("members_resemblance_dismissed_by_somebody", {"dismissed_at": NOON}),
    ],
)
def test_resemblance_constraint_refuses(constraint, facts):
    with refused_by(constraint), transaction.atomic():
        ResemblanceFactory(**facts)

    assert not Resemblance.objects.exists()


def test_resemblance_is_of_two_files_in_one_order():
    one, other = MemberFactory(), MemberFactory()

    for earlier, later in [(other, one), (one, one)]:
        with refused_by("members_resemblance_two_files_in_order"), transaction.atomic():
            ResemblanceFactory(earlier=earlier, later=later)


def test_resemblance_of_two_files_is_there_once():
    pair = ResemblanceFactory()

    # members_resemblance_once: PostgreSQL names the constraint, SQLite its columns.
    with pytest.raises(IntegrityError), transaction.atomic():
        ResemblanceFactory(earlier=pair.earlier, later=pair.later)


@pytest.mark.parametrize(
    ("constraint", "facts"),
    [
        ("members_trait_known_kind", {"kind": "colour"}),
        ("members_trait_has_a_value", {"value": ""}),
    ],
)
def test_trait_constraint_refuses(constraint, facts):
    with refused_by(constraint), transaction.atomic():
        TraitFactory(**facts)

    assert not Trait.objects.exists()


def test_trait_is_once_in_a_file():
    trait = TraitFactory()
    TraitFactory(value=trait.value)

    # members_trait_once_in_a_file: PostgreSQL names the constraint, SQLite its columns.
    with pytest.raises(IntegrityError), transaction.atomic():
        TraitFactory(member=trait.member, value=trait.value)
