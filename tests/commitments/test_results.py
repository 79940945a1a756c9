"""Results beside promises: what is added up, what stands alone, and what is left out."""

from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags
from django.utils.translation import override

from commitments.models import Commitment, CommitmentStatus, Report, ReportStatus, Target
from commitments.services.content import TargetContent, fill_row
from commitments.services.figures import refresh_figures, register_figures
from commitments.services.indicators import BY_CODE, INDICATORS, code_of, sentence_parts
from commitments.services.register import matching, place_condition
from commitments.services.reports import publish_report
from commitments.services.results import (
    MAX_OTHERS,
    Sum,
    results_as_json,
    results_from_json,
    results_of,
)
from tests.commitments.register import published, report_of
from tests.commitments.reporting import FIRST_DUE, PUBLISHED_AT, a_commitment, at, sent
from tests.factories import NOON, FocusAreaFactory, PlaceFactory, TargetFactory, UserFactory

FIGURES = "/en/commitments/figures/"
SCHOOLS = {"indicator": "Schools connected", "unit": "schools"}
PEOPLE = {"indicator": "People trained in digital skills", "unit": "people"}


def day(year):
    return datetime(year, 11, 1, 12, tzinfo=UTC)


def promised(value, *reached, target=None, start=0, places=(), **facts):
    """Return a published commitment with a target, and reports of values by year."""
    commitment = published(**facts)
    row = TargetFactory(
        commitment=commitment,
        value=Decimal(value),
        baseline=None if start is None else Decimal(start),
        **(target or SCHOOLS),
    )
    for place in places:
        PlaceFactory(commitment=commitment, **{"country": "", **place})
    for year, number in reached:
        report_of(commitment, (row, Decimal(number)), at=day(year))
    return commitment


def everything(**facts):
    return results_of(Commitment.objects.all(), **facts)


def only():
    [result] = everything().results
    return result


def test_values_of_the_same_indicator_are_added_up_and_no_others():
    promised(1000, (2022, 300))
    promised(500, (2022, 100))
    promised(2000, (2022, 900), target=PEOPLE)

    found = {each.code: each.sum for each in everything().results}

    assert found == {
        "schools_connected": Sum(Decimal(1500), Decimal(400), leads=2, reporting=2),
        "people_trained": Sum(Decimal(2000), Decimal(900), leads=1, reporting=1),
    }


@pytest.mark.parametrize(
    ("start", "value", "newest", "expected"),
    [
        (0, 1000, 300, (1000, 300)),
        (200, 1000, 300, (800, 100)),
        (None, 1000, 300, (1000, 300)),
        # Below the start, nothing is reached.
        (200, 1000, 199, (800, 0)),
        (200, 1000, 200, (800, 0)),
        # More than promised is more.
        (0, 1000, 1200, (1000, 1200)),
    ],
)
def test_promised_and_reached_begin_at_the_value_at_the_start(start, value, newest, expected):
    promised(value, (2022, newest), start=start)

    assert (only().sum.promised, only().sum.reached) == expected


def test_newest_value_counts_and_progress_can_be_lost():
    promised(1000, (2022, 300), (2024, 250), (2023, 900))

    result = only()

    assert result.sum.reached == 250
    assert result.by_year == [(2022, 300), (2023, 900), (2024, 250)]


def test_by_year_is_what_had_been_reached_at_its_end():
    promised(1000, (2022, 300), (2025, 400))
    promised(1000, (2023, 50))

    assert only().by_year == [(2022, 300), (2023, 350), (2024, 350), (2025, 450)]


@pytest.mark.parametrize("status", [ReportStatus.DRAFT, ReportStatus.SENT, "question_asked"])
def test_values_of_reports_that_are_not_published_do_not_count(status):
    promised(1000, (2022, 300))
    asked = {"question": "Where?"} if status == "question_asked" else {}
    sent = None if status == ReportStatus.DRAFT else NOON
    Report.objects.update(status=status, published_at=None, sent_at=sent, **asked)

    assert only().sum == Sum(Decimal(1000), Decimal(0), leads=1, reporting=0)


@pytest.mark.parametrize(
    "status",
    [CommitmentStatus.WITHDRAWN, CommitmentStatus.SUPERSEDED, CommitmentStatus.SUBMITTED],
)
def test_promise_of_a_commitment_that_is_not_in_force_leaves(status):
    promised(1000, (2022, 300), status=status)
    promised(500, status=CommitmentStatus.ENDED)

    assert only().sum == Sum(Decimal(500), Decimal(0), leads=1, reporting=0)


def test_target_that_a_later_version_left_out_leaves():
    promised(1000, (2022, 300))
    Target.objects.update(is_current=False)
    promised(500)

    assert only().sum.promised == 500


def test_lead_counts_once_for_an_indicator():
    lead = promised(1000, (2022, 300)).lead
    promised(500, lead=lead)
    promised(100)

    assert (only().sum.leads, only().sum.reporting) == (2, 1)


def test_focus_areas_of_an_indicator_are_named():
    first, third = FocusAreaFactory(number=1), FocusAreaFactory(number=3)
    promised(1000, focus_area=third)
    promised(1000, focus_area=first)

    assert only().areas == [1, 3]


@pytest.mark.parametrize(
    "target",
    [
        # Own words, another unit, and a share, which cannot be added up.
        {"indicator": "Schools online", "unit": "schools"},
        {"indicator": "Schools connected", "unit": "%"},
        {"indicator": "Price of mobile data, share of monthly income", "unit": "%"},
    ],
)
def test_other_targets_stand_alone(target):
    promised(1000, (2022, 300), target=target)
    promised(10, target=target)

    results = everything()

    assert (results.results, results.other_count) == ([], 2)
    assert [(each.value, each.reached) for each in results.others] == [(1000, 300), (10, None)]


def test_falling_target_and_yes_or_no_stand_alone():
    promised(100, (2022, 150), start=200)
    commitment = published()
    target = TargetFactory(
        commitment=commitment,
        indicator="A law is in force",
        is_yes_no=True,
        unit="",
        baseline=None,
        value=None,
    )
    report_of(commitment, (target, False), at=day(2023))

    assert [each.reached for each in everything().others] == [False, 150]


def test_only_the_first_of_many_other_targets_are_read_with_the_newest_values_first():
    commitment = published()
    for number in range(MAX_OTHERS + 2):
        TargetFactory(commitment=commitment, indicator=f"Own words {number}", unit="things")
    last = TargetFactory(commitment=commitment, indicator="Reported", unit="things")
    report_of(commitment, (last, Decimal(1)))

    results = everything()

    assert (len(results.others), results.other_count_left) == (MAX_OTHERS, 3)
    assert [each.indicator for each in results.others[:2]] == ["Reported", "Own words 0"]


def test_commitment_for_other_places_too_is_told_apart():
    promised(1000, (2022, 300), places=[{"country": "MW"}])
    promised(500, (2022, 100), places=[{"country": "MW"}, {"country": "ZM"}])
    promised(70, places=[{"country": "ZM"}])
    promised(60, places=[{"region": "AFR"}])

    [result] = everything(places=place_condition({"country": "MW"})).results

    assert result.sum == Sum(Decimal(1000), Decimal(300), leads=1, reporting=1)
    assert result.shared == Sum(Decimal(500), Decimal(100), leads=1, reporting=1)


def test_region_has_its_countries():
    promised(500, places=[{"country": "MW"}, {"country": "ZM"}])
    promised(30, places=[{"region": "AFR"}, {}])
    filters = {"region": "AFR"}

    [result] = results_of(matching(filters), places=place_condition(filters)).results

    assert (result.sum.promised, result.shared.promised) == (500, 30)


def test_first_report_is_the_earliest_that_is_due():
    promised(1000, next_report_on=date(2027, 3, 1))
    promised(1000, next_report_on=date(2027, 2, 1))
    promised(1000, next_report_on=date(2026, 2, 1), status=CommitmentStatus.ENDED)

    results = everything()

    assert (results.first_report_on, results.reported) == (date(2027, 2, 1), 0)


def test_indicator_that_most_leads_reported_comes_first_then_by_code():
    promised(1000, (2022, 1), target=PEOPLE)
    promised(1000, (2022, 1))
    promised(1000, target={"indicator": "Villages connected", "unit": "villages"})
    assert [each.code for each in everything().most_reported] == [
        "people_trained",
        "schools_connected",
        "villages_connected",
    ]

    promised(1000, (2022, 1))

    assert everything().most_reported[0].code == "schools_connected"


def test_stored_results_are_the_same():
    promised(1000, (2022, "300.5"), (2023, 400), next_report_on=date(2027, 2, 1))
    promised(1000, (2022, 3), target={"indicator": "Own words", "unit": "things"})
    yes_no = {"is_yes_no": True, "unit": "", "baseline": None, "value": None}
    report_of(policy := published(), (TargetFactory(commitment=policy, **yes_no), True))
    refresh_figures(at=NOON)

    assert (
        register_figures().results
        == results_from_json(results_as_json(Commitment.objects.public()))
        == everything()
    )


def test_results_take_as_many_queries_for_nine_as_for_three():
    def number_of_queries():
        with CaptureQueriesContext(connection) as queries:
            everything(places=place_condition({"country": "MW"}))
        return len(queries)

    for _each in range(3):
        promised(1000, (2022, 300), places=[{"country": "MW"}])
        promised(1000, (2022, 300), places=[{"country": "MW"}], target={**SCHOOLS, "unit": "x"})
    for_three = number_of_queries()
    for _each in range(6):
        promised(1000, (2022, 300), places=[{"country": "MW"}, {}])

    assert (for_three, number_of_queries()) == (5, 5)


def test_indicators_are_known_by_name_and_unit_in_each_language():
    for language in ("en", "fr", "es", "ru", "zh-hans", "ar"):
        with override(language):
            typed = {each.code: (f" {each.name} ".upper(), str(each.unit)) for each in INDICATORS}
        assert {code: code_of(*words) for code, words in typed.items()} == {
            code: code for code in BY_CODE
        }
    assert code_of("Schools connected", "people") == code_of("Schools", "schools") == ""


def test_code_follows_the_words_of_a_target():
    target = Target(indicator_code="people_trained")
    fill_row(target, TargetContent(indicator="schools  Connected", unit="Schools"))
    assert target.indicator_code == "schools_connected"

    fill_row(target, TargetContent(indicator="Schools that are safe", unit="schools"))

    assert target.indicator_code == ""


def test_migration_writes_the_codes_of_targets_so_far():
    migration = import_module("commitments.migrations.0017_indicator_codes")
    for each in INDICATORS:
        TargetFactory(indicator=str(each.name), unit=str(each.unit), indicator_code="")
    other = TargetFactory(indicator="Own words", indicator_code="")

    migration.write_codes(apps, None)

    codes = Target.objects.exclude(pk=other.pk).order_by("pk").values_list("indicator_code")
    assert [code for [code] in codes] == list(BY_CODE)
    other.refresh_from_db()
    assert other.indicator_code == ""


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("0", "0 schools connected"),
        ("1", "1 school connected"),
        ("1.5", "1.5 schools connected"),
        ("12480", "12,480 schools connected"),
        ("4123456", "4.1 million schools connected"),
    ],
)
def test_sentence_has_the_plural_of_its_number(number, words):
    sentence = sentence_parts(BY_CODE["schools_connected"], Decimal(number))

    assert f"{sentence.number} {sentence.after}".replace("\xa0", " ") == words


def words_of(response):
    return " ".join(strip_tags(response.text).split())


def test_page_says_when_the_first_report_is_due_and_what_is_promised(client):
    promised(1000, next_report_on=date(2027, 2, 1))

    words = words_of(client.get(FIGURES))

    assert "No report is published yet. The first one is due on 1 Feb 2027." in words
    assert "0 schools connected of 1,000 promised 0 of 1 lead has reported" in words


def test_page_has_results_first_and_other_targets_alone(client):
    promised(1000, (2022, 300), last_report_at=NOON)
    promised(20, (2022, 5), target={"indicator": "Écoles sûres", "unit": "lieux"}, language="fr")

    response = client.get(FIGURES)

    words = words_of(response)
    assert "300 schools connected of 1,000 promised 1 of 1 lead has reported" in words
    assert "1 other target" in words
    assert '<bdi>5 lieux</bdi></td><td class="num"><bdi>20 lieux</bdi>' in response.text
    assert 'lang="fr" dir="auto">Écoles sûres' in response.text
    assert words.index("Reached, beside promised") < words.index("The money")
    assert "No report is published" not in words


def test_page_has_two_hundred_targets_at_the_most_it_shows(client):
    commitment = published()
    for number in range(200):
        TargetFactory(commitment=commitment, indicator=f"Own words {number}", unit="things")

    words = words_of(client.get(FIGURES))

    assert "200 other targets" in words
    assert "150 more in the open data" in words
    assert words.count("Own words") == MAX_OTHERS


def test_home_has_the_two_results_that_most_leads_reported_at_once(client):
    for target in (
        SCHOOLS,
        PEOPLE,
        PEOPLE,
        {"indicator": "Villages connected", "unit": "villages"},
    ):
        promised(1000, (2022, 300), target=target)
    refresh_figures(at=NOON)

    words = words_of(client.get("/en/"))

    assert "people trained in digital skills 2 of 2 leads have reported 600 of 2,000" in words
    assert "schools connected 1 of 1 lead has reported 300 of 1,000 promised" in words
    assert "villages connected" not in words
    assert "least developed countries have a listed member" not in words


def test_published_report_is_in_the_figures_at_once(django_capture_on_commit_callbacks):
    commitment = a_commitment()
    refresh_figures(at=PUBLISHED_AT)
    report = sent(commitment)

    with django_capture_on_commit_callbacks(execute=True):
        publish_report(report=report, by=UserFactory(), at=at(FIRST_DUE))

    [result] = register_figures().results.results
    assert (result.code, result.sum.reached) == ("teachers_trained", 400)


def test_open_data_have_the_rows_of_all_sums(client):
    promised(1000, (2022, 300), (2023, 250), start=100)
    promised(500, start=None)
    promised(500, (2022, 50), start=60)
    promised(10, (2022, 5), target={"indicator": "Own words", "unit": "things"})
    promised(10, (2022, 5), status=CommitmentStatus.WITHDRAWN)

    rows = client.get("/data/results.json").json()["rows"]

    assert [(row["indicator_code"], row["promised"], row["reached"]) for row in rows] == [
        ("schools_connected", 900, 150),
        ("schools_connected", 500, None),
        ("schools_connected", 440, 0),
    ]
    assert sum(row["promised"] for row in rows) == only().sum.promised
    assert sum(row["reached"] or 0 for row in rows) == only().sum.reached
    assert [row["reached_on"] for row in rows] == ["2023-11-01", None, "2022-11-01"]
