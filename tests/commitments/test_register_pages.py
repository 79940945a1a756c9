"""The pages of the register: the list, its filters and its figures."""

import gzip
import re
from datetime import timedelta
from decimal import Decimal

import lxml.html
import pytest
from django.db import connection
from django.utils.formats import number_format
from pytest_django.asserts import assertContains

from commitments.models import (
    Commitment,
    CommitmentStatus,
    CommitmentType,
    Condition,
    NotCounted,
    Stage,
)
from commitments.services.figures import refresh_figures
from commitments.services.register import ConditionGroup, matching
from commitments.services.summaries import places_in_brief, summaries_of, with_summaries
from focus_areas.models import FocusArea
from tests.commitments.register import in_dollars, listed_member, published, report_of
from tests.commitments.test_register import form_of, several  # noqa: F401 (a fixture)
from tests.factories import (
    NOON,
    AmountFactory,
    CommitmentFactory,
    PartnerFactory,
    PlaceFactory,
    TargetFactory,
)
from tests.queries import queries_of

REGISTER, FIGURES = "/en/commitments/", "/en/commitments/figures/"
# In bytes, compressed: the page itself. Its style sheets are those of all pages.
MAX_WEIGHT = 40_000
NBSP = "\N{NO-BREAK SPACE}"


def summaries():
    return summaries_of(with_summaries(Commitment.objects.public()))


def titles_in(response):
    return [row.commitment.title for row in response.context["rows"]]


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def weight_of(response):
    return len(gzip.compress(response.content))


@pytest.mark.parametrize("query_string", ["q=fibre", "member=liquide"])
def test_register_shows_what_matching_finds_and_links_files_with_the_same_filter(
    client,
    query_string,
    several,  # noqa: F811
):
    wanted = matching(form_of(query_string).cleaned_data)

    response = client.get(f"{REGISTER}?{query_string}")

    assert titles_in(response) == [commitment.title for commitment in wanted]
    assert titles_in(response) != []
    for address in ("csv", "json", "xml"):
        assertContains(response, f'href="/data/commitments.{address}?{query_string}"')
    [(_label, _words, without)] = response.context["active_filters"]
    assert without == "?"


def test_register_ignores_an_invalid_filter_and_gives_it_to_no_file(client):
    published(title="Fibre")

    response = client.get(f"{REGISTER}?country=XX&q=fibre")

    assertContains(response, "“XX” is not a valid filter and was ignored.")
    assert titles_in(response) == ["Fibre"]
    assertContains(response, 'href="/data/commitments.csv?q=fibre"')


def test_register_without_a_commitment_or_a_match_says_so_and_keeps_the_form(client):
    CommitmentFactory(status=CommitmentStatus.APPROVED, title="Copper")

    empty = client.get(REGISTER)
    published(title="Fibre")
    response = client.get(f"{REGISTER}?q=copper&condition=behind&year=2021")

    assertContains(empty, "Commitments appear here once the coalition's desk")
    assert empty.context["all_tab"] == (0, "?")
    assertContains(response, "No commitments match these filters.")
    assertContains(response, 'value="copper"')
    assertContains(response, '<input type="hidden" name="condition" value="behind">', html=True)
    assertContains(response, '<details class="fold" open>')


def test_tabs_count_the_list_without_their_own_filter(client):
    published(title="Fibre one", condition=Condition.BEHIND)
    published(title="Fibre two", condition=Condition.REACHED)
    published(title="Copper", condition=Condition.REACHED)

    response = client.get(f"{REGISTER}?q=fibre&condition=reached")

    counts = {group: number for group, number, *_rest in response.context["tabs"]}
    assert counts == dict.fromkeys(ConditionGroup, 0) | {"behind": 1, "reached": 1}
    assert response.context["all_tab"] == (2, "?q=fibre")
    assert titles_in(response) == ["Fibre two"]
    current = [
        query for _group, _number, query, is_current in response.context["tabs"] if is_current
    ]
    assert current == ["?q=fibre&condition=reached"]


def test_register_has_pages_of_twenty_and_keeps_the_filter(client):
    for number in range(21):
        published(title=f"Fibre {number}", published_at=NOON + timedelta(days=number))

    first, last = client.get(f"{REGISTER}?q=fibre"), client.get(f"{REGISTER}?q=fibre&page=99")

    assert titles_in(first) == [f"Fibre {number}" for number in range(20, 0, -1)]
    assert titles_in(last) == ["Fibre 0"]
    assertContains(first, 'href="?q=fibre&amp;page=2#list"')
    assertContains(first, "1 to 20 of 21, newest report first.")


def test_title_has_its_own_language_and_direction(client):
    published(title="مهارات رقمية", language="ar", reference="C-ARB001")

    response = client.get(REGISTER)

    assertContains(response, '<bdi lang="ar">مهارات رقمية</bdi>', html=True)
    assertContains(
        client.get("/en/commitments/C-ARB001/"),
        '<h1 lang="ar" dir="auto">مهارات رقمية</h1>',
        html=True,
    )


def test_money_of_the_whole_register_is_computed_in_advance_and_that_of_a_list_at_once(client):
    for title, usd in (("Fibre", 3_000_000), ("Copper", 1_500_000)):
        AmountFactory(commitment=published(title=title), stage=Stage.FIRM, **in_dollars(usd))
    refresh_figures(at=NOON)
    AmountFactory(commitment=published(title="Later"), stage=Stage.FIRM, **in_dollars(1))

    whole, some = client.get(REGISTER), client.get(f"{REGISTER}?q=copper")

    firm = [response.context["money"].stages[1] for response in (whole, some)]
    assert [(stage.money, stage.amounts) for stage in firm] == [
        (f"USD{NBSP}4.5{NBSP}m", "2 amounts"),
        (f"USD{NBSP}1.5{NBSP}m", "1 amount"),
    ]
    assertContains(whole, "As of Monday 25 October 2021, 14:00 Geneva (UTC+2).")
    assertContains(some, "Only the commitments that match the filters below.")


def test_register_says_what_is_in_no_sum(client):
    commitment = published()
    AmountFactory(commitment=commitment, not_counted=NotCounted.CONDITIONAL)
    AmountFactory(commitment=commitment, not_counted=NotCounted.ANNOUNCED_BEFORE)
    AmountFactory(commitment=commitment, currency="ETB")
    AmountFactory(commitment=commitment, currency="SSP")
    published(type=CommitmentType.FINANCIAL, amount_not_disclosed=True)

    response = client.get(f"{REGISTER}?year=2021")

    text = text_of(response)
    assert "Not counted: 2 amounts." in text
    assert "Announced before: 1." in text
    assert "Depends on others: 1." in text
    assert "Not converted to US dollars: 2 amounts in 2 currencies." in text
    assert "1 commitment does not disclose its amount." in text


@pytest.mark.parametrize(
    ("facts", "amounts", "words"),
    [
        ({"type": CommitmentType.POLICY}, [], ["Not financial"]),
        ({"type": CommitmentType.FINANCIAL, "amount_not_disclosed": True}, [], ["Not disclosed"]),
        ({}, [{"not_counted": NotCounted.DUPLICATE}], ["Not counted"]),
        ({}, [{"currency": "ETB", "original": 5_000}], [f"ETB{NBSP}5,000 pledged"]),
        (
            {},
            [{"currency": "ETB", "original": 1}, {"currency": "SSP", "original": 1}],
            ["several currencies pledged"],
        ),
        # Stages are not added up.
        (
            {},
            [
                {"stage": stage, **in_dollars(usd)}
                for stage, usd in (("pledged", 9_000_000), ("firm", 5_000_000), ("firm", 2_000_000))
            ],
            [f"USD{NBSP}9.0{NBSP}m pledged", f"USD{NBSP}7.0{NBSP}m firm"],
        ),
    ],
)
def test_row_says_how_much_it_is_or_why_there_is_no_sum(facts, amounts, words):
    commitment = published(**facts)
    for amount in amounts:
        AmountFactory(commitment=commitment, **amount)

    assert [each.money for each in summaries()] == [words]


def test_row_shows_an_amount_that_counts_again():
    withdrawn = CommitmentFactory(status=CommitmentStatus.WITHDRAWN, published_at=None)
    facts = {"not_counted": NotCounted.DUPLICATE, "counted_in": withdrawn}
    AmountFactory(commitment=published(), **facts, **in_dollars(2_000_000))

    assert [each.money for each in summaries()] == [[f"USD{NBSP}2.0{NBSP}m pledged"]]


@pytest.mark.parametrize(
    ("places", "words"),
    [
        (["MW"], "Malawi"),
        (["MW", "ZM", "FJ"], "Malawi, Zambia and Fiji"),
        (["MW", "ZM", "KE", "GH"], "4 countries in the region Africa"),
        (["MW", "ZM", "KE", "FJ"], "4 countries"),
        (["MW", "ZM", "KE", "region:ARB"], "4 places"),
        (["region:AFR"], "Africa (ITU region)"),
        ([""], "The whole world"),
        ([], ""),
    ],
)
def test_places_are_named_while_they_are_few(places, words):
    commitment = published()
    for place in places:
        is_region = place.startswith("region:")
        PlaceFactory(
            commitment=commitment,
            country="" if is_region else place,
            region=place.removeprefix("region:") if is_region else "",
        )

    assert places_in_brief(commitment.places.order_by("pk")) == words


def filled(number):
    for _n in range(number):
        commitment = published(lead=listed_member(), condition=Condition.ON_COURSE)
        PlaceFactory(commitment=commitment)
        AmountFactory(commitment=commitment)
        PartnerFactory(commitment=commitment)
        report_of(commitment, (TargetFactory(commitment=commitment), Decimal(400)))
    refresh_figures(at=NOON)


@pytest.mark.parametrize(
    ("address", "queries"),
    [
        # Focus areas, the tabs, the page with its places and amounts, and the figures.
        (REGISTER, 6),
        (f"{REGISTER}?country=MW&type=programmatic", 8),
        # The figures and the focus areas.
        (FIGURES, 2),
        ("/en/commitments/method/", 0),
    ],
)
def test_pages_take_as_many_queries_for_nine_commitments_as_for_three(client, address, queries):
    filled(3)
    for_three = queries_of(client, address)
    filled(6)
    for_nine = queries_of(client, address)

    assert (for_three, for_nine) == (queries, queries)


@pytest.mark.parametrize("query_string", ["", "?country=MW", "?q=fibre&condition=on_course"])
def test_pages_ask_the_same_of_the_database_for_two_pages_of_rows_as_for_four(client, query_string):
    """No list of keys grows with the register, and only the rows of the page are read."""

    def publish(number):
        for _n in range(number):
            commitment = published(lead=lead, title="Fibre", condition=Condition.ON_COURSE)
            PlaceFactory(commitment=commitment, country="MW")

    lead = listed_member()
    publish(25)
    refresh_figures(at=NOON)
    for_two = statements_of(client, f"{REGISTER}{query_string}")
    publish(40)
    for_four = statements_of(client, f"{REGISTER}{query_string}")

    assert for_two == for_four


def statements_of(client, address):
    """Return the statements of a page without their values."""
    statements = []

    def keep(execute, sql, params, many, context):
        statements.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        assert client.get(address).status_code == 200
    return statements


def test_full_pages_are_light(client):
    for number in range(20):
        commitment = published(title=f"{'W' * 190} {number}", lead=listed_member())
        PlaceFactory(commitment=commitment)
        AmountFactory(commitment=commitment)
    refresh_figures(at=NOON)

    # Arabic takes most bytes.
    for address in (REGISTER, FIGURES, "/en/commitments/method/"):
        response = client.get(address.replace("/en/", "/ar/"))

        assert (response.status_code, weight_of(response) < MAX_WEIGHT) == (200, True)


def test_figures_show_each_dimension_and_never_fill_a_country_with_a_region(client):
    area = FocusArea.objects.get(number=1)
    schools = published(focus_area=area, type=CommitmentType.FINANCIAL)
    PlaceFactory(commitment=schools, country="MW", is_ldc=True, is_lldc=True)
    AmountFactory(commitment=schools, stage=Stage.FIRM, **in_dollars(4_000_000))
    PlaceFactory(commitment=published(focus_area=area), country="", region="AFR")
    PlaceFactory(commitment=published(focus_area=area), country="")
    refresh_figures(at=NOON)

    response = client.get(FIGURES)

    charts = {chart.name: chart for chart in response.context["charts"]}
    assert [*charts] == ["areas", "types", "regions", "groups", "years"]
    for name, label in (
        ("areas", "1 · Connecting People Everywhere"),
        ("types", "Financial"),
        ("regions", "Africa"),
        ("years", "2021"),
    ):
        [value] = charts[name].values
        assert (value.heading, value.label, value.figure) == (label, "Firm", f"USD{NBSP}4.0{NBSP}m")
    assert [value.heading for value in charts["groups"].values] == [
        "Least developed country (LDC)",
        "Landlocked developing country (LLDC)",
    ]
    [africa, *others] = charts["regions"].table.rows
    assert (africa[0], [cell.text for cell in africa[1]]) == (
        "Africa",
        ["2", "–", f"USD{NBSP}4.0{NBSP}m", "–", "0"],
    )
    assert africa[1][0].url == "/en/commitments/?region=AFR"
    assert [row for row, _cells in others] == ["Several places, or the whole world"]
    world = response.context["world"]
    assert {each.code: each.number for each in world.countries if each.number} == {"MW": 1}
    assertContains(response, "Malawi: 1 commitment")
    assertContains(response, "As of Monday 25 October 2021, 14:00 Geneva (UTC+2).")


def test_chart_of_figures_is_a_picture_with_a_title_a_description_and_a_table(client):
    AmountFactory(commitment=published(), stage=Stage.FIRM, **in_dollars(5))
    refresh_figures(at=NOON)

    page = lxml.html.fromstring(client.get(FIGURES).content)

    [chart] = page.xpath('//section[@aria-labelledby="types"]/svg')
    assert (chart.get("role"), chart.get("aria-labelledby")) == (
        "img",
        "types-title types-description",
    )
    title, description = chart.xpath("./title|./desc")
    assert (title.get("id"), title.text) == ("types-title", "By type")
    assert (description.get("id"), description.text) == (
        "types-description",
        f"Programmatic (Firm: USD{NBSP}5)",
    )
    assert [text.text for text in chart.xpath("./text")] == ["Programmatic", f"USD{NBSP}5", "Firm"]
    [row] = chart.getparent().xpath("./details//tbody/tr")
    cells = [cell.text_content() for cell in row.xpath("./*")]
    assert cells == ["Programmatic", "1", "–", f"USD{NBSP}5", "–", "0"]


def test_dimension_without_money_has_a_table_and_no_empty_chart(client):
    published()
    refresh_figures(at=NOON)

    page = lxml.html.fromstring(client.get(FIGURES).content)

    [section] = page.xpath('//section[@aria-labelledby="types"]')
    assert (len(section.xpath("./svg")), len(section.xpath(".//tbody/tr"))) == (0, 1)


def test_figures_lead_to_the_commitments_that_they_count(client):
    filled(2)

    charts = client.get(FIGURES).context["charts"]

    cells = [cell for chart in charts for _row, [cell, *_money] in chart.table.rows if cell.url]
    assert len(cells) >= 4
    for cell in cells:
        listed = client.get(cell.url).context["page"].paginator.count
        assert cell.text == number_format(listed)


def test_figures_say_what_will_be_there_while_there_are_none(client):
    assertContains(client.get(FIGURES), "Figures appear here once commitments are published.")
