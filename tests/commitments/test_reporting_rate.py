"""How many leads sent the reports that were due in a year."""

from datetime import UTC, date, datetime

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from commitments.models import CommitmentStatus, ReportStatus
from commitments.services.reporting_rate import ReportingRate, rates_shown, reporting_rates
from members.models import Category
from tests.commitments.register import published, report_of
from tests.factories import MemberFactory, ReportFactory

TODAY = date(2026, 12, 1)
NBSP = "\N{NO-BREAK SPACE}"


def due(lead=None, *, on=(6, 7), year=2024, **facts):
    """Return a commitment whose report is due on a day of each year after its publication."""
    lead = lead or MemberFactory(category=Category.MEMBER_STATE)
    return published(lead=lead, published_at=datetime(year, *on, 9, tzinfo=UTC), **facts)


def reported(commitment, year=2026, **facts):
    return report_of(commitment, due_on=date(year, 6, 7), **facts)


def rates(year=2026, *, on=TODAY):
    return [tuple(rate) for rate in reporting_rates(year, on=on)]


def test_leads_are_counted_once_by_kind():
    for category in (Category.SECTOR_MEMBER, Category.OTHER):
        reported(due(MemberFactory(category=category)))
    due(MemberFactory(category=Category.ACADEMIA))
    government = MemberFactory(category=Category.MEMBER_STATE)
    reported(due(government))
    reported(due(government))

    assert rates() == [("government", 1, 1), ("company", 2, 2), ("academia", 1, 0)]


def test_lead_has_reported_only_if_it_sent_all_reports_that_were_due():
    lead = MemberFactory(category=Category.MEMBER_STATE)
    reported(due(lead))
    due(lead)

    assert rates() == [("government", 1, 0)]


@pytest.mark.parametrize(
    ("status", "is_counted"),
    [
        (ReportStatus.DRAFT, False),
        (ReportStatus.SENT, True),
        (ReportStatus.QUESTION_ASKED, True),
        (ReportStatus.PUBLISHED, True),
    ],
)
def test_report_counts_once_it_is_sent(status, is_counted):
    ReportFactory(commitment=due(), due_on=date(2026, 6, 7), status=status, question="?")

    assert rates() == [("government", 1, int(is_counted))]


@pytest.mark.parametrize(("year", "is_counted"), [(2025, False), (2026, True), (2027, True)])
def test_report_is_for_its_anniversary_and_earlier_ones(year, is_counted):
    reported(due(), year)

    assert rates() == [("government", 1, int(is_counted))]


def test_report_is_due_once_its_day_has_passed():
    due(on=(12, 1))

    assert rates(on=date(2026, 12, 1)) == []
    assert rates(on=date(2026, 12, 2)) == [("government", 1, 0)]


def test_no_report_is_due_in_the_year_of_publication_which_is_that_of_geneva():
    # In Geneva it is 2026 already.
    published(published_at=datetime(2025, 12, 31, 23, 30, tzinfo=UTC))

    assert rates(2026) == []
    assert len(rates(2027, on=date(2027, 1, 2))) == 1


def test_commitment_that_has_ended_before_the_day_owes_no_report():
    on_the_day, before = (datetime(2026, 6, day, 9, tzinfo=UTC) for day in (7, 6))
    due(status=CommitmentStatus.ENDED, ended_at=on_the_day)
    due(status=CommitmentStatus.ENDED, ended_at=before)

    assert rates() == [("government", 1, 0)]


def test_last_report_that_was_sent_before_its_day_counts():
    reported(due(status=CommitmentStatus.ENDED, ended_at=datetime(2026, 5, 20, tzinfo=UTC)))

    assert rates() == [("government", 1, 1)]


@pytest.mark.parametrize("status", [CommitmentStatus.WITHDRAWN, CommitmentStatus.SUPERSEDED])
def test_commitment_that_is_not_in_force_is_left_out(status):
    successor = {"superseded_by": due(year=2026)} if status == "superseded" else {}
    due(status=status, **successor)

    assert rates() == []


@pytest.mark.parametrize("number", [1, 3])
def test_rates_take_two_queries(number, django_assert_num_queries):
    for _each in range(number):
        reported(due())

    with django_assert_num_queries(2):
        assert rates() == [("government", number, number)]


def test_rates_are_shown_beside_those_of_2022():
    given = [ReportingRate("government", 3, 2), ReportingRate("un_agency", 1_200, 600)]

    with override("en"):
        shown = [
            (each.label, str(each.reported), str(each.due), each.percent, each.before)
            for each in rates_shown(given)
        ]
    with override("fr"):
        french = [each.percent for each in rates_shown(given)]

    assert shown == [
        ("Governments and regulators", "2", "3", "67%", ""),
        ("UN agencies", "600", "1,200", "50%", "38%"),
    ]
    assert french == [f"67{NBSP}%", f"50{NBSP}%"]


def render(given):
    context = {"rates": rates_shown(given), "year": 2026, "as_of": "today"}
    with override("en"):
        return render_to_string("commitments/_reporting_rate.html", context)


def test_page_has_bars_a_table_and_the_source():
    page = render([ReportingRate("company", 4, 3)])

    words = " ".join(page.split())
    assert '<a href="/en/commitments/?kind=company">Companies, foundations and others</a>' in words
    assert '3 of 4</span></span><b>75% <span class="muted">in 2022: 45%</span></b>' in words
    assert '<rect width="75%"' in words
    assert '<th scope="col" class="num">Rate in 2022</th>' in words
    assert "ITU’s report on the coalition" in words


def test_page_says_that_no_report_was_due():
    page = render([])

    assert "No report was due in 2026 so far." in page
    assert "<svg" not in page
