"""The pages of the register: the list, its filters and its figures."""

import gzip
import re
from datetime import timedelta

import lxml.html
import pytest
from django.db import connection
from pytest_django.asserts import assertContains, assertNotContains

from commitments.models import (
    Commitment,
    CommitmentStatus,
    CommitmentType,
    Condition,
    NotCounted,
    ReportStatus,
    Stage,
)
from commitments.services.figures import refresh_figures
from commitments.services.register import ConditionGroup, matching
from commitments.services.summaries import places_in_brief, summaries_of, with_summaries
from tests.commitments.register import filled, in_dollars, listed_member, published, report_of
from tests.commitments.test_register import form_of, several  # noqa: F401 (a fixture)
from tests.factories import (
    NOON,
    AmountFactory,
    CommitmentFactory,
    PlaceFactory,
    ReportFactory,
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
    for name in ("register.xlsx", "register.csv", "commitments.json", "commitments.xml"):
        assertContains(response, f'href="/data/{name}?{query_string}"')
    [(_label, _words, without)] = response.context["active_filters"]
    assert without == "?"


def test_register_ignores_an_invalid_filter_and_gives_it_to_no_file(client):
    published(title="Fibre")

    response = client.get(f"{REGISTER}?country=XX&q=fibre")

    assertContains(response, "“XX” is not a valid filter and was ignored.")
    assert titles_in(response) == ["Fibre"]
    assertContains(response, 'href="/data/register.csv?q=fibre"')


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


def test_commitment_that_is_behind_says_why_in_the_words_of_its_newest_report(client):
    lead = listed_member(slug="liquid")
    behind = published(lead=lead, condition=Condition.BEHIND)
    report_of(behind, due_on=NOON.date() - timedelta(days=400), behind_reason="Snow.")
    report_of(behind, behind_reason="Le câble est arrivé <tard>.", language="fr")
    again = published(lead=lead, condition=Condition.ON_COURSE)
    report_of(again, behind_reason="It was late before.")
    unsent = published(lead=lead, condition=Condition.BEHIND)
    ReportFactory(commitment=unsent, status=ReportStatus.SENT, behind_reason="Nobody read it.")

    pages = [client.get(address) for address in (REGISTER, "/en/members/liquid/", page_of(behind))]

    for page in pages:
        reason = '<span lang="fr" dir="auto">Le câble est arrivé &lt;tard&gt;.</span></p>'
        assertContains(page, reason)
        assertNotContains(page, "It was late before.")
        assertNotContains(page, "Nobody read it.")
    assertNotContains(client.get(page_of(again)), '<p class="small"><strong>Why it is behind')


def page_of(commitment):
    return f"{REGISTER}{commitment.reference}/"


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
    assertContains(first, "1 to 20 of 21. Newest report first.")


def test_tabs_pages_and_filters_keep_the_order_and_files_ignore_it(client):
    for number in range(21):
        published(title=f"Fibre {number:02}", published_at=NOON + timedelta(days=number))

    response = client.get(f"{REGISTER}?q=fibre&sort=published")

    assert titles_in(response)[:2] == ["Fibre 20", "Fibre 19"]
    assertContains(response, 'href="?q=fibre&amp;sort=published&amp;page=2#list"')
    assertContains(response, '<option value="published" selected>')
    assertContains(response, '"/data/register.csv?q=fibre"')
    assert response.context["all_tab"] == (21, "?q=fibre&sort=published")
    assert response.context["show_all"] == "?sort=published"
    [(_label, _words, without)] = response.context["active_filters"]
    assert without == "?sort=published"


def test_order_alone_is_no_filter(client):
    published(title="Fibre")

    response = client.get(f"{REGISTER}?sort=condition")

    assert response.context["active_filters"] == []
    assertNotContains(response, "Only the commitments that match the filters below.")
    assertContains(response, '<details class="fold is-narrow">')


def test_unknown_order_is_ignored_and_told(client):
    published(title="Fibre")

    response = client.get(f"{REGISTER}?sort=size")

    assertContains(response, "“size” is not a valid filter and was ignored.")
    assertContains(response, "1 to 1 of 1. Newest report first.")


@pytest.mark.parametrize(
    ("sort", "heads"),
    [
        ("", {}),
        ("published", {}),
        ("promised", {"Amount and stage": "descending"}),
        ("lead", {"Commitment · Lead": "ascending"}),
        ("condition", {"Condition": "descending"}),
    ],
)
def test_head_of_the_table_says_and_links_the_order(client, sort, heads):
    published(title="Fibre")

    response = client.get(f"{REGISTER}?type=programmatic&sort={sort}&page=1")

    page = lxml.html.fromstring(response.content)
    found = {
        " ".join(head.text_content().split()): head.get("aria-sort")
        for head in page.xpath("//th[@aria-sort]")
    }
    assert found == heads
    links = page.xpath("//thead//a/@href")
    others = [each for each in ("lead", "promised", "condition") if each != sort]
    assert links == [f"?type=programmatic&sort={each}#list" for each in others]


def test_only_countries_with_a_commitment_and_the_chosen_one_are_offered(client):
    for country in ("MW", "FJ"):
        PlaceFactory(commitment=published(), country=country)
    PlaceFactory(commitment=published(), country="", region="AFR")
    PlaceFactory(commitment=CommitmentFactory(status=CommitmentStatus.SUBMITTED), country="KE")
    refresh_figures(at=NOON)

    offered = {
        address: lxml.html.fromstring(client.get(address).content).xpath(
            "//select[@id='id_country']/option/@value"
        )
        for address in (REGISTER, f"{REGISTER}?country=BT", "/ru/commitments/")
    }

    assert offered == {
        REGISTER: ["", "FJ", "MW"],
        f"{REGISTER}?country=BT": ["", "BT", "FJ", "MW"],
        "/ru/commitments/": ["", "MW", "FJ"],
    }


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

    answers = [response.context["money"].answer for response in (whole, some)]
    assert [answer.firm for answer in answers] == [f"USD{NBSP}4.5{NBSP}m", f"USD{NBSP}1.5{NBSP}m"]
    assertContains(
        some,
        f"Promised USD{NBSP}1.5{NBSP}m: USD{NBSP}0.0{NBSP}m not binding, USD{NBSP}1.5{NBSP}m "
        f"binding. Paid: USD{NBSP}0.",
    )
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
    assert "Not counted: 2 amounts (" in text
    assert "Announced before: 1" in text
    assert "Depends on others: 1" in text
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


@pytest.mark.parametrize(
    ("address", "queries"),
    [
        # Focus areas, the tabs, the page with its places and amounts, and the figures.
        (REGISTER, 6),
        # Shares of places are read too.
        (f"{REGISTER}?country=MW&type=programmatic&sort=lead", 10),
        # The figures, the focus areas, who gives, and the result of the month.
        (FIGURES, 5),
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
