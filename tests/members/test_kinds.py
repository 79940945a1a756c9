"""The kinds of organisations that the public tells apart."""

from members.models import Category
from members.services.kinds import KIND_OF_CATEGORY, OrganisationKind, categories_of


def test_each_category_is_of_one_kind_and_each_kind_has_one():
    found = [category for kind in OrganisationKind for category in categories_of(kind)]

    assert sorted(found) == sorted(Category)
    assert set(KIND_OF_CATEGORY.values()) == set(OrganisationKind)


def test_companies_are_sector_members_and_others():
    assert categories_of(OrganisationKind.COMPANY) == [Category.SECTOR_MEMBER, Category.OTHER]
