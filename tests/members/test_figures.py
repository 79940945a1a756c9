from datetime import date

from members.models import Category, MemberStatus
from members.services.countries import CountryGroup, countries_in
from members.services.figures import OUTSIDE_REGIONS, Coverage, public_figures
from tests.factories import FocusAreaFactory, MemberFactory
from tests.members.test_directory import listed

TODAY = date(2021, 10, 25)


def test_figures_count_the_listed_members_by_region_category_area_and_country():
    first, second = FocusAreaFactory(number=1), FocusAreaFactory(number=2)
    listed(country="CH", category=Category.ACADEMIA, focus_area=first)
    listed(country="CH", category=Category.OTHER, focus_area=second)
    listed(country="KE", category=Category.ACADEMIA, focus_area=first)
    # New Caledonia is in no region of ITU.
    listed(country="NC", category=Category.MEMBER_STATE, focus_area=first)

    figures = public_figures(on=TODAY)

    assert (figures.listed, figures.admitted, figures.countries) == (4, 4, 3)
    assert figures.by_region == {"EUR": 2, "AFR": 1, OUTSIDE_REGIONS: 1}
    assert figures.by_category == {"academia": 2, "other": 1, "member_state": 1}
    assert figures.by_focus_area == {first.pk: 3, second.pk: 1}
    assert figures.by_country == {"CH": 2, "KE": 1, "NC": 1}


def test_figures_count_who_did_not_agree_to_be_listed_only_in_all():
    listed(country="CH")
    listed(country="KE", publication_consent=False)
    for status in set(MemberStatus) - {MemberStatus.ADMITTED}:
        MemberFactory(status=status, publication_consent=True, country="FR")

    figures = public_figures(on=TODAY)

    assert (figures.listed, figures.admitted) == (1, 2)
    assert figures.by_country == {"CH": 1}
    assert sum(figures.by_region.values()) == 1
    assert sum(figures.by_category.values()) == 1
    assert sum(figures.by_focus_area.values()) == 1


def test_figures_say_how_many_countries_of_a_group_have_a_member():
    for country in ("SN", "SN", "RW", "CH"):
        listed(country=country)
    listed(country="TV", publication_consent=False)

    figures = public_figures(on=TODAY)

    ldcs = countries_in(CountryGroup.LDC, on=TODAY)
    assert {"SN", "RW", "TV"} <= ldcs
    assert figures.with_member(CountryGroup.LDC, TODAY) == Coverage(2, len(ldcs))
