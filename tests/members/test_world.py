from datetime import date
from itertools import chain
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from members.services import countries
from members.services.countries import Region
from members.services.world import draw_world

TODAY = date(2026, 11, 27)


def address_of(code):
    return f"/members/?country={code}&page=1"


def drawn(members, **facts):
    with override("en"):
        return draw_world(members, on=TODAY, **facts)


def squares_of(world):
    regions = chain.from_iterable(world.columns)
    return {square.country.code: square for region in regions for square in region.squares}


def page_of(world, template="members/_world.html", language="en"):
    with override(language):
        page = render_to_string(template, {"world": world, "as_of": "noon"})
    return page, ElementTree.fromstring(f"<div>{page}</div>")  # noqa: S314 (our own page)


def test_world_has_the_regions_of_itu_with_the_number_of_their_countries_and_of_those_with_some():
    world = drawn({"US": 17, "CA": 1, "MX": 0, "FR": 2, "CK": 1})

    regions = [
        [(region.name, region.with_some, region.countries) for region in column]
        for column in world.columns
    ]
    assert regions == [
        [("Americas", 2, 35)],
        [("Europe", 1, 46), ("Africa", 0, 44)],
        [
            ("Commonwealth of Independent States", 0, 9),
            ("Arab States", 0, 22),
            ("Asia and the Pacific", 0, 39),
        ],
    ]
    # Two countries without a region are drawn with Asia, and not counted there.
    asia = world.columns[2][2]
    assert {square.country.code for square in asia.squares if square.is_regionless} == {"CK", "NU"}
    assert squares_of(world)["CK"].country.region == "No ITU region"


def test_world_has_a_square_for_each_country_at_a_place_of_its_own_within_the_drawing():
    world = drawn({})

    for region in chain.from_iterable(world.columns):
        places = {(square.x, square.y) for square in region.squares}
        assert len(places) == len(region.squares)
        assert max(x for x, _y in places) + 33 <= region.width
        assert max(y for _x, y in places) + 33 == region.height
    squares = squares_of(world)
    assert len(squares) == 197
    for region in Region:
        assert set(countries.codes_in_region(region)) <= set(squares)


@pytest.mark.parametrize(
    ("members", "shade"),
    [(0, 0), (1, 1), (2, 2), (3, 2), (4, 3), (6, 3), (7, 4), (1_000, 4)],
)
def test_square_is_the_darker_the_more_members_there_are(members, shade):
    world = drawn({"CH": members})

    assert squares_of(world)["CH"].shade == shade


def test_world_names_the_groups_of_the_day():
    before, after = (
        squares_of(draw_world({}, on=day))["BT"] for day in (date(2023, 12, 12), date(2023, 12, 13))
    )

    assert before.country.groups == (
        "Least developed country (LDC)",
        "Landlocked developing country (LLDC)",
    )
    assert after.country.groups == ("Landlocked developing country (LLDC)",)
    assert (before.is_ldc, after.is_ldc) == (True, False)


def test_world_links_countries_that_have_members_and_an_address():
    world = drawn(
        {"CH": 1, "FR": 0, "US": 2, "BM": 1},
        address_of=lambda code: None if code == "US" else address_of(code),
    )

    linked = {country.code: country.address for country in world.countries if country.address}
    assert linked == {code: address_of(code) for code in ("CH", "BM")}


REGIONS = [
    *("Americas", "Europe", "Africa", "Commonwealth of Independent States"),
    *("Arab States", "Asia and the Pacific"),
]


def test_map_without_addresses_is_six_pictures_that_tell_each_country_in_words():
    page, tree = page_of(drawn({"US": 17, "CH": 1, "CK": 1}))

    pictures = [svg for svg in tree.findall("div//svg") if svg.get("role") == "img"]
    assert [svg.get("aria-label") for svg in pictures] == REGIONS
    titles = [title.text for title in tree.iter("title")]
    assert len(titles) == 197
    for expected in (
        "United States of America: 17 members",
        "Switzerland: 1 member",
        "France: no member yet",
        "Cook Islands: 1 member · No ITU region · Small island developing State (SIDS)",
        "Bhutan: no member yet · Landlocked developing country (LLDC)",
    ):
        assert titles.count(expected) == 1
    assert "<bdi>Americas: 1 of 35</bdi>" in page
    assert "Groups as of the list of 27 November 2026." in page
    # A dot for each least developed country.
    assert len(tree.findall("div//circle")) == 44
    assert "Elsewhere" not in page
    assert list(tree.iter("a")) == []


def test_map_with_addresses_is_six_groups_with_links_and_a_line_for_members_elsewhere():
    world = drawn({"CH": 1, "BM": 2, "FO": 1, "GL": 0}, address_of=address_of)

    _page, tree = page_of(world)

    assert {svg.get("role") for svg in tree.findall("div//svg")} == {"group"}
    links = [address_of(code) for code in ("CH", "BM", "FO")]
    assert [link.get("href") for link in tree.iter("a")] == links
    assert [(each.name, each.number) for each in world.elsewhere] == [
        ("Bermuda", 2),
        ("Faroe Islands", 1),
    ]
    assert (world.elsewhere_in_words, world.total) == ("Elsewhere: 3 members", 4)
    assert len(world.countries) == 199
    lines = ["Elsewhere: 3 members", "Bermuda: 2 members", "Faroe Islands: 1 member"]
    assert [" ".join("".join(line.itertext()).split()) for line in tree.iter("li")][-3:] == lines


@pytest.mark.parametrize("language", ["ar", "fr", "ru"])
def test_map_has_the_same_coordinates_in_each_language(language):
    def coordinates(tree):
        return [(text.get("x"), text.get("y"), text.text) for text in tree.iter("text")]

    with override(language):
        world = draw_world({"CH": 1}, on=TODAY)
    _page, tree = page_of(world, language=language)

    assert coordinates(tree) == coordinates(page_of(drawn({"CH": 1}))[1])


def test_map_asks_the_database_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        page_of(drawn({"CH": 1}, address_of=address_of))


def test_table_has_the_figures_of_the_map_and_of_elsewhere():
    world = drawn({"CH": 3, "BM": 2, "HT": 1}, address_of=address_of)

    page, tree = page_of(world, "members/_world_table.html")

    rows = [[("".join(cell.itertext())) for cell in row] for row in tree.iter("tr")]
    assert len(rows) == 1 + 198 + 1
    for row in (
        ["Afghanistan", "Asia and the Pacific"],
        ["Bermuda", "No ITU region", "", "2"],
        ["Switzerland", "Europe", "", "3"],
        [
            "Haiti",
            "Americas",
            "Least developed country (LDC) · Small island developing State (SIDS)",
            "1",
        ],
        ["Total", "", "", "6"],
    ):
        assert [found[: len(row)] for found in rows].count(row) == 1
    assert [link.get("href") for link in tree.iter("a")] == [
        address_of(code) for code in ("BM", "HT", "CH")
    ]
    assert "Groups as of the list of 27 November 2026." in page


@pytest.mark.parametrize(
    ("members", "facts", "language", "is_kept"),
    [
        ({"FJ": 1}, {}, "en", True),
        ({"FJ": 2}, {}, "en", False),
        ({"FJ": 1}, {"address_of": address_of}, "en", False),
        ({"FJ": 1}, {}, "fr", False),
    ],
    ids=["nothing", "numbers", "addresses", "language"],
)
def test_map_is_drawn_again_after_a_change(members, facts, language, is_kept):
    before, _tree = page_of(drawn({"FJ": 1}))
    world = drawn(members, **facts)

    after, _tree = page_of(world, language=language)

    assert (after == before) == is_kept
    assert ("_countries" in vars(world)) == (not is_kept)
