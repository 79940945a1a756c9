"""The pages of the figures: their filters, tables and charts, and the list of organisations."""

import lxml.html
import pytest
from django.utils.formats import number_format
from pytest_django.asserts import assertContains, assertNotContains

from commitments.models import CommitmentType, Condition, Stage
from commitments.services.figures import refresh_figures
from focus_areas.models import FocusArea
from tests.commitments.register import filled, in_dollars, listed_member, published
from tests.factories import NOON, AmountFactory, PlaceFactory
from tests.queries import queries_of

FIGURES, GIVERS = "/en/commitments/figures/", "/en/commitments/figures/organisations/"
NBSP = "\N{NO-BREAK SPACE}"


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
    assert [*charts] == ["areas", "types", "kinds", "groups", "years"]
    for name, label in (
        ("areas", "1 · Connecting People Everywhere"),
        ("types", "Financial"),
        ("years", "2021"),
    ):
        [value] = charts[name].values
        assert (value.heading, value.label, value.figure) == (
            label,
            "Promised",
            f"USD{NBSP}4.0{NBSP}m",
        )
    assert [value.heading for value in charts["groups"].values] == [
        "Least developed country (LDC)",
        "Landlocked developing country (LLDC)",
    ]
    [africa, world_row, everything] = response.context["regions"].rows
    assert (africa[0], [cell.text for cell in africa[1]]) == (
        "Africa",
        ["2", *[f"USD{NBSP}4.0{NBSP}m"] * 2, "–", "0", "0"],
    )
    assert africa[1][0].url == "/en/commitments/?region=AFR"
    assert (world_row[0], everything[0]) == ("The whole world", "All")
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
        f"Programmatic (Promised: USD{NBSP}5)",
    )
    assert [text.text for text in chart.xpath("./text")] == [
        "Programmatic",
        f"USD{NBSP}5",
        "Promised",
    ]
    [row] = chart.getparent().xpath("./details//tbody/tr")
    cells = [cell.text_content() for cell in row.xpath("./*")]
    assert cells == ["Programmatic", "1", *[f"USD{NBSP}5"] * 2, "–", "0", "0"]


def test_dimension_without_money_has_a_table_and_no_empty_chart(client):
    published()
    refresh_figures(at=NOON)

    page = lxml.html.fromstring(client.get(FIGURES).content)

    [section] = page.xpath('//section[@aria-labelledby="types"]')
    assert (len(section.xpath("./svg")), len(section.xpath(".//tbody/tr"))) == (0, 1)


def test_figures_lead_to_the_commitments_that_they_count(client):
    filled(2)

    context = client.get(FIGURES).context

    tables = [context["regions"], context["countries"], *(each.table for each in context["charts"])]
    cells = [cell for table in tables for _row, [cell, *_money] in table.rows if cell.url]
    assert len(cells) >= 5
    for cell in cells:
        listed = client.get(cell.url).context["page"].paginator.count
        assert cell.text == number_format(listed)


def test_figures_say_what_will_be_there_while_there_are_none(client):
    assertContains(client.get(FIGURES), "Figures appear here once commitments are published.")


def test_figures_answer_the_question_of_their_filters(client):
    for region, usd in (("AFR", 4_000_000), ("ASP", 1)):
        commitment = published(type=CommitmentType.FINANCIAL)
        PlaceFactory(commitment=commitment, country="", region=region)
        AmountFactory(commitment=commitment, **in_dollars(usd))
    refresh_figures(at=NOON)

    response = client.get(f"{FIGURES}?region=AFR&type=financial&member=unknown")

    assert response.context["money"].answer.promised == f"USD{NBSP}4.0{NBSP}m"
    assertContains(response, "1 commitment is in force.")
    assertContains(response, "Only for this place.")
    assertContains(response, 'href="/en/commitments/?type=financial&amp;region=AFR"')
    assertContains(response, 'href="?region=AFR&amp;member=unknown"')
    assert response.context["charts"][1].table.rows[0][1][0].url == (
        "/en/commitments/?type=financial&region=AFR"
    )


def test_figures_ignore_a_filter_that_does_not_exist_and_say_so(client):
    published()

    response = client.get(f"{FIGURES}?region=MARS")

    assertContains(response, "“MARS” is not a valid filter and was ignored.")
    assertContains(response, "1 commitment is in force.")


def test_figures_of_nothing_offer_to_remove_a_filter(client):
    published()

    for address in (FIGURES, GIVERS):
        response = client.get(f"{address}?region=AFR")

        assertContains(response, "No commitments match these filters.")
        assertNotContains(response, "For where")


def givers(client, query_string=""):
    page = client.get(f"{GIVERS}{query_string}").context["page"]
    return [giver.name for giver in page]


def test_organisations_are_listed_with_their_own_money_in_each_order(client):
    bank, union = (
        listed_member(organisation_name=name, slug=name.lower()) for name in ("Bank", "Union")
    )
    led = published(lead=bank, present_condition=Condition.BEHIND)
    AmountFactory(commitment=led, **in_dollars(5))
    AmountFactory(
        commitment=led, contributor=union, contributor_answer="confirmed", **in_dollars(8)
    )
    AmountFactory(
        commitment=led,
        contributor_name="A fund",
        contributor_answer="confirmed",
        stage=Stage.FIRM,
        **in_dollars(2),
    )
    AmountFactory(commitment=led, stage=Stage.PAID, **in_dollars(1))
    refresh_figures(at=NOON)

    assert givers(client) == ["Union", "Bank", "A fund"]
    assert givers(client, "?order=firm") == ["A fund", "Bank", "Union"]
    assert givers(client, "?order=paid") == ["Bank", "A fund", "Union"]
    assert givers(client, "?order=name") == ["A fund", "Bank", "Union"]
    assert givers(client, "?order=nonsense") == ["Union", "Bank", "A fund"]
    response = client.get(GIVERS)
    assertContains(response, 'href="/en/commitments/?member=bank"')
    assertContains(response, "1 · Behind")
    assert len(client.get(FIGURES).context["givers"]) == 3


def test_organisation_that_is_not_listed_has_no_link(client):
    AmountFactory(commitment=published(), **in_dollars(5))
    refresh_figures(at=NOON)

    [giver] = client.get(GIVERS).context["page"]

    assert (giver.url, giver.member) == ("", None)


@pytest.mark.parametrize("query_string", ["", "?region=AFR", "?order=name"])
def test_list_of_organisations_takes_as_many_queries_for_nine_as_for_three(client, query_string):
    filled(3)
    for_three = queries_of(client, f"{GIVERS}{query_string}")
    filled(6)

    assert queries_of(client, f"{GIVERS}{query_string}") == for_three


def test_register_leads_to_the_figures_with_its_filters(client):
    response = client.get("/en/commitments/?q=fibre&region=AFR&sort=lead")

    assertContains(response, 'href="/en/commitments/figures/?region=AFR"')
