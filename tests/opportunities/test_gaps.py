"""Which countries commitments name, by pillar, and which needs nobody answered."""

import csv
import io
from datetime import timedelta
from time import perf_counter

import lxml.html
import pytest
from django.utils.timezone import now
from django.utils.translation import override
from pytest_django.asserts import assertContains

from commitments.models import Commitment, CommitmentStatus, Place
from focus_areas.models import FocusArea, Pillar
from members.services.countries import CountryGroup, countries_in
from opportunities.models import ContactStatus
from opportunities.services.gaps import gap_table
from tests.commitments.register import listed_member, published
from tests.commitments.test_register_pages import weight_of
from tests.factories import (
    NOON,
    CommitmentFactory,
    ContactFactory,
    FocusAreaFactory,
    OfferFactory,
    OpportunityFactory,
    OpportunityPlaceFactory,
    PillarFactory,
    PlaceFactory,
)
from tests.queries import queries_of

GAPS, CSV = "/en/opportunities/gaps/", "/data/opportunities/gaps.csv"
pytestmark = pytest.mark.django_db


@pytest.fixture
def areas():
    """The first focus area, and the last one, which has no pillars."""
    return FocusAreaFactory(number=1), FocusAreaFactory(number=4)


@pytest.fixture
def pillar():
    return Pillar.objects.get(name_en="Infrastructure")


def commitment_for(*countries, region="", **facts):
    commitment = published(**{"focus_area": FocusArea.objects.get(number=1), **facts})
    for country in countries:
        PlaceFactory(commitment=commitment, country=country)
    if region or not countries:
        PlaceFactory(commitment=commitment, country="", region=region)
    return commitment


def need_of(*countries, days=3, **facts):
    facts = {"focus_area": FocusArea.objects.get(number=1), **facts}
    need = OpportunityFactory(**facts, published_at=NOON - timedelta(days=days))
    for country in countries:
        OpportunityPlaceFactory(opportunity=need, country=country)
    return need


def numbers(table):
    """The commitments of each row that has some, by country and column."""
    return {
        (row.code, column.key): gap.commitments
        for row in [*table.rows, table.regional]
        for column, gap in row.fields
        if gap.commitments
    }


# What counts


def test_commitment_for_africa_or_the_world_fills_no_country(pillar):
    commitment_for(region="AFR", pillar=pillar)
    both = commitment_for(region="AFR", pillar=pillar)
    PlaceFactory(commitment=both, country="", region="")
    commitment_for("NE", region="AFR", pillar=pillar)

    table = gap_table(at=NOON)

    key = f"pillar-{pillar.pk}"
    assert numbers(table) == {("NE", key): 1, ("", key): 3}


def test_commitment_counts_in_each_country_and_pillar_that_it_names(pillar, areas):
    commitment_for("NE", "TD", pillar=pillar)
    commitment_for("NE", pillar=pillar)
    commitment_for("NE", focus_area=areas[1])
    # In none of the groups.
    commitment_for("FR", pillar=pillar)

    table = gap_table(at=NOON)

    key = f"pillar-{pillar.pk}"
    assert numbers(table) == {("NE", key): 2, ("TD", key): 1, ("NE", "area-4"): 1}


def test_only_public_commitments_in_force_count(pillar):
    place = {"country": "NE"}
    other = CommitmentFactory(status=CommitmentStatus.PUBLISHED)
    for facts in (
        {"status": CommitmentStatus.WITHDRAWN, "published_at": NOON, "reason": "Funds."},
        {"status": CommitmentStatus.SUPERSEDED, "superseded_by": other},
        {"status": CommitmentStatus.SUBMITTED},
        {"status": CommitmentStatus.DECLINED, "reason": "No."},
    ):
        PlaceFactory(commitment=CommitmentFactory(pillar=pillar, **facts), **place)
    ended = CommitmentFactory(status=CommitmentStatus.ENDED, pillar=pillar)
    PlaceFactory(commitment=ended, **place)

    table = gap_table(at=NOON)

    assert numbers(table) == {("NE", f"pillar-{pillar.pk}"): 1}


def test_country_in_two_groups_is_there_once():
    ldc, lldc, sids = (countries_in(group, on=NOON.date()) for group in CountryGroup)

    codes = [row.code for row in gap_table(at=NOON).rows]

    assert len(codes) == len(set(codes)) == len(ldc | lldc | sids)
    assert "NE" in ldc & lldc
    assert len(codes) < len(ldc) + len(lldc) + len(sids)


def test_there_are_ninety_two_countries_today():
    assert len(gap_table(at=now()).rows) == 92


def test_columns_are_the_published_pillars_and_an_area_without_any(pillar, areas):
    PillarFactory(focus_area=areas[1], is_published=False)
    Pillar.objects.filter(name_en="Affordability").update(is_published=False)

    columns = gap_table(at=NOON).columns

    assert [column.name for column in columns] == [
        "Infrastructure",
        "Cybersecurity",
        "Skills",
        "Digital inclusion",
        "Digital innovation and entrepreneurship",
        "Incentivizing Investments",
    ]
    assert (columns[0].key, columns[-1].key) == (f"pillar-{pillar.pk}", "area-4")


def test_what_has_no_pillar_or_a_former_one_has_a_column_of_its_own(pillar, areas):
    Pillar.objects.filter(focus_area=areas[0]).update(is_published=False)
    commitment_for("NE", pillar=pillar)
    need_of("TD")

    columns = gap_table(at=NOON).columns

    assert [column.name for column in columns if column.area == areas[0]] == [
        "Infrastructure",
        "Connecting People Everywhere: no pillar",
    ]


def test_needs_count_while_they_are_open_and_nobody_accepted(pillar):
    need_of("NE", pillar=pillar, days=3)
    oldest = need_of("NE", "TD", pillar=pillar, days=20)
    ContactFactory(opportunity=oldest, status=ContactStatus.DECLINED)
    ContactFactory(opportunity=oldest)
    answered = need_of("NE", pillar=pillar, days=50)
    ContactFactory(opportunity=answered, status=ContactStatus.ACCEPTED)
    need_of("NE", pillar=pillar, days=60, status="expired")
    need_of("NE", pillar=pillar, days=70, status="withdrawn")
    offer = OfferFactory(pillar=pillar, published_at=NOON - timedelta(days=90))
    OpportunityPlaceFactory(opportunity=offer, country="NE")

    rows = {row.code: row for row in gap_table(at=NOON).rows}

    assert [(rows[code].total.needs, rows[code].total.waiting_days) for code in ("NE", "TD")] == [
        (2, 20),
        (1, 20),
    ]
    _column, gap = rows["TD"].fields[0]
    assert (gap.needs, gap.waiting_days, gap.reference) == (1, 20, oldest.reference)


# What is shown, and in which order


def test_table_has_a_group_and_a_region(pillar):
    landlocked = gap_table(group=CountryGroup.LLDC, region="AFR", at=NOON)

    codes = {row.code for row in landlocked.rows}

    assert {"NE", "TD"} <= codes
    assert codes.isdisjoint({"NP", "MR", "CV"})


def test_table_shows_countries_with_an_empty_field_or_a_need(pillar, areas):
    for each in Pillar.objects.all():
        commitment_for("NE", pillar=each)
    commitment_for("NE", focus_area=areas[1])
    commitment_for("TD", pillar=pillar)
    need_of("NE", pillar=pillar)

    empty, waiting = (gap_table(show=show, at=NOON).rows for show in ("empty", "need"))

    assert [row.code for row in waiting] == ["NE"]
    codes = {row.code for row in empty}
    assert ("NE" in codes, "TD" in codes) == (False, True)


def test_table_is_sorted_by_name_pillar_and_wait(pillar):
    commitment_for("NE", "TD", pillar=pillar)
    commitment_for("TD", pillar=pillar)
    need_of("NP", pillar=pillar, days=5)
    need_of("ZM", pillar=pillar, days=9)
    key = f"pillar-{pillar.pk}"

    def first(sort, number=3):
        with override("en"):
            return [row.code for row in gap_table(sort=sort, at=NOON).rows[:number]]

    assert first("country") == first("") == first("unknown") == first("-unknown")
    assert first("country") == ["AF", "AO", "AG"]
    assert first("-country") == ["ZW", "ZM", "YE"]
    assert first(f"-{key}") == ["TD", "NE", "AF"]
    assert [row.code for row in gap_table(sort=key, at=NOON).rows[-2:]] == ["NE", "TD"]
    assert first("-needs") == ["ZM", "NP", "AF"]


def test_names_are_sorted_in_the_readers_language():
    with override("fr"):
        names = [row.name for row in gap_table(at=NOON).rows]

    assert names.index("Éthiopie") < names.index("Fidji")


# The page and the file


def page_of(response):
    return lxml.html.fromstring(response.content)


def cells_of(response):
    """The numbers of the table of a page, with the name of each row; an offer is 0."""
    table = page_of(response).get_element_by_id("gaps")
    return [
        [row.find("th").text_content(), *row.xpath("td[position() < last()]/*[1]/text()[1]")]
        for row in table.xpath("(tbody|tfoot)/tr")
    ]


def lines_of(client, query):
    text = client.get(f"{CSV}{query}").getvalue().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize("query", ["", "?group=LLDC&region=AFR&sort=-country", "?show=need"])
def test_file_has_what_the_page_shows(client, pillar, query):
    commitment_for("NE", "TD", pillar=pillar)
    commitment_for("NE", region="AFR", pillar=pillar)
    need_of("NE", pillar=pillar)
    page = client.get(f"{GAPS}{query}")

    head, *lines = lines_of(client, query)

    shown = [
        [name, *(cell.replace("Offer", "0") for cell in cells)] for name, *cells in cells_of(page)
    ]
    assert [[line[1], *line[3::3]] for line in lines] == shown
    assert head[:6] == [
        *("code", "country", "groups", "Infrastructure: commitments"),
        *("Infrastructure: needs without an answer", "Infrastructure: longest wait in days"),
    ]
    niger = next(line for line in lines if line[0] == "NE")
    assert niger[2:5] == ["LDC LLDC", "2", "1"]


def test_file_is_in_english_has_no_formula_and_refuses_what_it_does_not_know(client, pillar):
    pillar.name_en = "=1+1"
    pillar.save()

    head, *lines = lines_of(client, "")

    assert head[3] == "'=1+1: commitments"
    assert lines[-1][1] == "Regional and global"
    wrong = client.get(f"{CSV}?group=XYZ")
    assert (wrong.status_code, wrong.text) == (400, "'XYZ' is not a value of this filter.\n")


def test_page_links_commitments_needs_and_offers(client, pillar, areas):
    commitment_for("NE", pillar=pillar)
    need = need_of("TD", pillar=pillar)
    need_of("ZM", pillar=pillar)
    need_of("ZM", pillar=pillar)

    page = client.get(GAPS)

    register = f"/en/commitments/?country=NE&amp;pillar={pillar.pk}"
    assertContains(page, f'href="{register}"')
    assertContains(page, f'href="/en/opportunities/{need.reference}/"')
    assertContains(
        page,
        f'href="/en/opportunities/?country=ZM&amp;pillar={pillar.pk}"',
    )
    area = f"?country=NE&amp;area={areas[1].slug}"
    assertContains(page, f'href="/en/opportunities/offer-here/{area}"')
    here = f"?country=TD&amp;pillar={pillar.pk}"
    assertContains(page, f'href="/en/opportunities/offer-here/{here}"')
    listed = client.get(register.replace("&amp;", "&"))
    assert listed.context["page"].paginator.count == 1


def test_register_finds_what_has_no_pillar_and_what_is_regional(client, pillar, areas):
    commitment_for("NE", pillar=pillar, title="With a pillar")
    without = commitment_for("NE", title="Without")
    africa = commitment_for(region="AFR", pillar=pillar, title="Africa")

    def found(query):
        rows = client.get(f"/en/commitments/?{query}").context["rows"]
        return [row.commitment for row in rows]

    assert found(f"area={areas[0].slug}&pillar=none") == [without]
    assert found("region=regional") == [africa]
    assertContains(client.get("/en/commitments/?pillar=none"), "Pillar")
    assertContains(client.get("/en/commitments/?pillar=99999"), "is not a valid filter")


def test_heading_sorts_and_says_how_the_table_is_sorted(client, pillar):
    key = f"pillar-{pillar.pk}"

    for query, heading, direction, following in (
        ("", "Country", "ascending", "-country"),
        ("?sort=-country", "Country", "descending", "country"),
        (f"?sort={key}", "Infrastructure", "ascending", f"-{key}"),
        ("?sort=-needs", "Needs without an answer", "descending", "needs"),
    ):
        heads = page_of(client.get(f"{GAPS}{query}")).xpath("//table[@id='gaps']/thead/tr/th")
        sorted_by = [head for head in heads if head.get("aria-sort")]

        assert [head.text_content() for head in sorted_by] == [heading]
        assert sorted_by[0].get("aria-sort") == direction
        assert sorted_by[0].find("a").get("href") == f"?sort={following}#table"


def test_one_country_is_chosen_and_has_neighbours(client, pillar):
    page = client.get(f"{GAPS}?group=LLDC&country=NP")

    section = page_of(page).xpath("//section[@aria-labelledby='country']")[0]
    assert section.find("h2").text == "Nepal"
    assert [(link.get("rel"), link.text) for link in section.xpath("nav/a")] == [
        ("prev", "Mongolia"),
        ("next", "Niger"),
    ]
    assert section.xpath("nav/a")[1].get("href") == "?group=LLDC&country=NE#country"
    assert section.xpath(".//option[@selected]/@value") == ["NP"]


def test_wrong_filters_are_ignored_and_said(client):
    page = client.get(f"{GAPS}?group=XYZ&country=XX&sort=nothing")

    assertContains(page, "“XYZ” is not a valid filter and was ignored.")
    assert len(page.context["table"].rows) == 92
    assert page.context["country"].code == "AF"


def test_page_without_countries_says_so(client):
    assertContains(client.get(f"{GAPS}?show=need"), "No country matches these filters.")


def test_visitor_reads_how_to_join_and_signs_in_to_the_same_offer(client, pillar):
    address = f"/en/opportunities/offer-here/?country=NE&pillar={pillar.pk}"

    page = client.get(address)

    assertContains(page, "Offer help: Niger")
    next_page = f"/en/opportunities/offer-here/%3Fcountry%3DNE%26pillar%3D{pillar.pk}"
    assertContains(page, f"?next={next_page}")
    assertContains(page, "How to join the coalition")


# How much it costs


def test_page_is_light_and_takes_as_many_queries_for_many_commitments(client, areas):
    pillars = list(Pillar.objects.all())
    for pillar in pillars:
        commitment_for("NE", "TD", pillar=pillar)
    few = queries_of(client, GAPS)
    codes = [row.code for row in gap_table(at=NOON).rows]
    for number, pillar in enumerate(pillars):
        for _each in range(number):
            commitment_for(*codes, pillar=pillar)
        need_of(*codes[:10], pillar=pillar)
    many = queries_of(client, GAPS)

    weight = weight_of(client.get(GAPS.replace("/en/", "/ar/")))

    assert (few, many) == (few, few)
    assert weight < 40_000


@pytest.mark.long
def test_table_of_five_thousand_commitments_is_quick(areas):
    pillars = list(Pillar.objects.all())
    codes = [row.code for row in gap_table(at=NOON).rows]
    lead = listed_member()
    facts = CommitmentFactory.build
    made = [
        facts(
            lead=lead,
            focus_area=areas[0],
            pillar=pillars[number % 6],
            status=CommitmentStatus.PUBLISHED,
            published_at=NOON,
            reference=f"C-{number:06}",
        )
        for number in range(5_000)
    ]
    made = Commitment.objects.bulk_create(made)
    Place.objects.bulk_create(
        Place(commitment=commitment, country=codes[(number + step) % len(codes)])
        for number, commitment in enumerate(made)
        for step in range(3)
    )

    started = perf_counter()
    table = gap_table(at=NOON)
    seconds = perf_counter() - started

    assert sum(row.total.commitments for row in table.rows) == 15_000
    assert seconds < 1
