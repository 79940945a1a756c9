import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from members.models import Call, Category, Member, MemberStatus
from members.services.countries import CountryGroup, Region
from tests.eoi.form import make_call, words_of
from tests.factories import NOON, CallFactory, FocusAreaFactory, MemberFactory, UserFactory
from tests.triage.staff import coordinator, observer, officer, signed_in
from triage.statistics.models import StatisticsKind
from triage.statistics.services import call_charts
from triage.statistics.services.queries import call_statistics
from triage.statistics.services.snapshots import refresh_snapshots

FIGURES = "/admin/figures/applied/"
DAY = timedelta(days=1)


@pytest.fixture
def call():
    return make_call(title="The latest call")


def page_of(user, **asked):
    refresh_snapshots(at=now())
    return signed_in(user).get(FIGURES, asked)


def totals_of(response):
    return {total.label: total.number for total in response.context["totals"]}


@pytest.mark.parametrize("person", [observer, lambda: UserFactory(is_superuser=True)])
def test_reader_of_every_member_sees_every_figure(person, call):
    MemberFactory(call=call)

    response = page_of(person())

    charts = ["arrivals", "decisions", "first-choices", "areas", "categories", "regions", "groups"]
    assert [chart.name for chart in response.context["charts"]] == charts
    assert totals_of(response) == {
        "Received": "1",
        "Admitted": "0",
        "Declined": "0",
        "Closed": "0",
        "Withdrawn": "0",
        "Not decided yet": "1",
    }


def test_coordinator_sees_the_figures_of_their_areas_alone(call):
    second, third = FocusAreaFactory(number=2), FocusAreaFactory(number=3)
    for area in (second, third, third):
        MemberFactory(call=call, status=MemberStatus.ADMITTED, focus_area=area)
    MemberFactory(call=call, first_choice=second)

    response = page_of(coordinator(second))
    of_none = words_of(page_of(coordinator()))

    charts = ["decisions", "areas", "categories", "regions", "groups"]
    assert [chart.name for chart in response.context["charts"]] == charts
    assert totals_of(response) == {"Admitted": "1", "Withdrawn": "0"}
    text = words_of(response)
    assert "2 · Empowering Communities" in text
    assert "3 · Building Digital Ecosystems" not in text
    assert "Received" not in text
    assert "Figures for the members admitted to the focus areas that you coordinate." in text
    assert "You coordinate none." in of_none
    assert "Received" not in of_none


def test_without_a_call_that_has_opened_there_are_no_figures():
    Call.objects.update(
        opens_at=now() + DAY, closes_at=now() + 2 * DAY, grace_ends_at=now() + 3 * DAY
    )

    assert "Figures appear here once a call has opened." in words_of(page_of(officer()))


# The parameters of the lists to which the figures lead.
FILTERS = {
    "coordinator": {
        "view",
        "call__id__exact",
        "status",
        "decided",
        "focus_area",
        "category__exact",
        "region",
        "group",
    }
}
FILTERS["officer"] = FILTERS["coordinator"] | {"submitted", "first_choice"}


@pytest.mark.parametrize("person", FILTERS)
def test_each_figure_leads_to_a_list_of_exactly_as_many(person, call):
    second, third = FocusAreaFactory(number=2), FocusAreaFactory(number=3)
    another = CallFactory(opens_at=NOON, closes_at=NOON + DAY)
    countries = ("NE", "NE", "CH", "TL", "HK")
    for number, country in enumerate(countries):
        facts = {"call": call, "country": country, "submitted_at": now() - number * DAY}
        MemberFactory(**facts, first_choice=(second, third)[number % 2])
        for days in (1, number):
            MemberFactory(
                **facts,
                first_choice=third,
                status=MemberStatus.ADMITTED,
                focus_area=(second, third)[number % 2],
                category=list(Category)[number],
                decided_at=now() - days * DAY,
            )
    for status in set(MemberStatus) - {MemberStatus.PENDING, MemberStatus.ADMITTED}:
        MemberFactory(call=call, country="NE", first_choice=second, status=status)
    for status in MemberStatus:
        MemberFactory(call=another, country="NE", first_choice=second, status=status)
    user = officer() if person == "officer" else coordinator(second)
    client = signed_in(user)

    response = page_of(user)

    links = re.findall(r'<a href="(/admin/members/member/\?[^"]*)">(\d+)\b', response.text)
    lists = {url: client.get(unescape(url)).context["cl"].result_count for url, _number in links}
    assert lists == {url: int(number) for url, number in links}
    # Each filter was followed, and no number of the tables but zero lacks a link.
    kinds = {kind for url, _number in links for kind in QueryDict(unescape(url).split("?")[1])}
    assert kinds == FILTERS[person]
    cells = [
        cell
        for chart in response.context["charts"]
        for _label, cells in chart.table.rows
        for cell in cells
    ]
    assert {cell.text for cell in cells if not cell.url and "%" not in cell.text} == {"0"}


def test_figures_are_of_the_latest_call_that_has_opened_or_of_the_one_asked_for(call):
    to_come = CallFactory(title="The next", opens_at=now() + DAY, closes_at=now() + 2 * DAY)
    last = CallFactory(title="The last one", opens_at=NOON, closes_at=NOON + DAY)

    latest, asked_for = page_of(officer()), page_of(officer(), call=last.pk)

    assert latest.context["call"] == call
    for no_call in (to_come.pk, "0", "\0", "9" * 400, "１"):
        assert page_of(officer(), call=no_call).context["call"] == call
    assert "The next" not in words_of(latest)
    assert asked_for.context["call"] == last
    assert f'<option value="{last.pk}" selected>The last one</option>' in asked_for.text


def test_each_chart_has_its_title_description_and_table_and_the_page_says_as_of_when(call):
    for country in ("NE", "NE", "TL", "CH"):
        MemberFactory(call=call, country=country, submitted_at=now() - DAY)

    response = page_of(officer())

    ids = re.findall(r'\bid="([^"]+)"', response.text)
    charts = [svg for svg in re.findall(r"<svg[^>]*>", response.text) if 'role="img"' in svg]
    named = [re.search(r'aria-labelledby="([^"]+)"', svg)[1].split() for svg in charts]
    assert len(ids) == len(set(ids))
    assert [len(names) for names in named] == [2] * 7
    assert {name for names in named for name in names} <= set(ids)
    assert response.text.count("<caption") >= 7
    assert re.findall(r"<style|\sstyle=", response.text) == []
    as_of = r"As of \w+ \d+ \w+ \d{4}, \d\d:\d\d Geneva \(UTC\+\d\)\."
    assert len(re.findall(as_of, words_of(response))) == 1
    # Each group is compared with all.
    for words in ("3 of 4 (75%)", "2 of 4 (50%)", "1 of 4 (25%)", "do not add the groups up"):
        assert words in words_of(response)
    assert words_of(response).count("Groups as of the list of 27 November 2026.") == 1


def test_time_to_decision_is_said_of_ten_and_not_of_nine(call):
    for _n in range(9):
        MemberFactory(
            call=call, status=MemberStatus.ADMITTED, submitted_at=NOON, decided_at=NOON + DAY
        )
    nine = words_of(page_of(officer()))
    MemberFactory(call=call, status=MemberStatus.DECLINED, submitted_at=NOON, decided_at=NOON)
    MemberFactory(call=call, status=MemberStatus.CLOSED)

    page = page_of(officer())

    ten = words_of(page)
    assert "A smaller number is not representative" in nine
    assert "working day" not in nine
    assert "Half within (median) 1 working day" in ten
    assert "Nine of ten within (90th percentile) 1 working day" in ten
    assert "Based on 10 decisions to admit or decline" in ten
    [chart] = [chart for chart in page.context["charts"] if chart.name == "decisions"]
    assert sum(value.amount for value in chart.values) == 10
    [url] = re.findall(r'<a href="([^"]+)">10 decisions</a>', page.text)
    assert signed_in(officer()).get(unescape(url)).context["cl"].result_count == 10


def test_before_the_first_count_nothing_is_said(call):
    text = words_of(signed_in(officer()).get(FIGURES))

    assert "Organisations are being counted for the first time." in text
    assert "Submissions" not in text


def drawn(call, **facts):
    refresh_snapshots(at=now())
    figures = call_statistics(call, areas=None, at=now())
    return figures, {chart.name: chart for chart in call_charts.call_charts(figures)}


def test_every_kind_category_region_area_and_group_is_drawn_and_in_a_table(call):
    _figures, charts = drawn(call)

    lists = {
        "categories": [str(category.label) for category in Category],
        "regions": [*(str(region.label) for region in Region), "No ITU region"],
        "areas": [f"{number} · {name}" for number, name in call_charts.FOCUS_AREA_NAMES.items()],
        "first-choices": [
            f"{number} · {name}" for number, name in call_charts.FOCUS_AREA_NAMES.items()
        ],
        "groups": [str(group.label) for group in CountryGroup],
    }
    for name, labels in lists.items():
        assert [value.label for value in charts[name].values] == labels
        assert [label for label, _cells in charts[name].table.rows] == labels
    for name in ("first-choices", "areas"):
        colours = [f"area-{number}" for number in (1, 2, 3, 4)]
        assert [bar.mark for bar in charts[name].drawing.bars] == colours
    for name in ("categories", "regions"):
        assert charts[name].table.columns == [str(kind.label) for kind in StatisticsKind]


def test_what_is_drawn_is_what_the_table_says(call):
    MemberFactory(call=call, submitted_at=now() - DAY)
    MemberFactory(
        call=call, submitted_at=now() - DAY, status=MemberStatus.DECLINED, decided_at=now()
    )
    MemberFactory(call=call, submitted_at=now() - DAY, status=MemberStatus.CLOSED)

    _figures, charts = drawn(call)

    for chart in charts.values():
        for value, (_label, cells) in zip(chart.values, chart.table.rows, strict=True):
            numbers = [int(cell.text) for cell in cells if cell.text.isdecimal()]
            decided = sum(numbers[:2]) if chart.name == "decisions" else numbers[0]
            assert value.figure.split()[0] == str(decided)


@pytest.mark.parametrize("days", [10, 100, 1_000, 4_000])
def test_days_weeks_months_and_years_have_names(days):
    call = CallFactory(
        opens_at=now() - days * DAY, closes_at=now() - DAY, grace_ends_at=now() - DAY
    )
    MemberFactory(call=call, submitted_at=now() - 2 * DAY)

    _figures, charts = drawn(call)

    labels = [value.label for value in charts["arrivals"].values]
    rows = [label for label, _cells in charts["arrivals"].table.rows]
    assert len(set(labels)) == len(labels) == len(set(rows)) == len(rows)


def test_figures_cost_the_same_for_three_and_for_nine(call):
    reader = officer()

    def queries_of(number):
        Member.objects.bulk_create(
            MemberFactory.build(
                call=call, first_choice=FocusAreaFactory(number=1), submitted_at=now() - DAY
            )
            for _n in range(number)
        )
        refresh_snapshots(at=now())
        client = signed_in(reader)
        with CaptureQueriesContext(connection) as queries:
            client.get(FIGURES)
        return len(queries)

    # Session, user, permissions twice, calls, statistics, counts of the bar.
    assert [queries_of(3), queries_of(6)] == [7, 7]
