"""A focal point reports about a commitment on a phone, from the mail that asks for it.

The time is that of a person on a phone: 200 ms for each key, 3 s for each choice or press, and 10 s
to read each page. Three minutes are the limit.
"""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from commitments.models import CommitmentVersion, Report, ReportStatus
from commitments.services.conditions import update_conditions
from commitments.services.report_requests import ask_for_reports
from commitments.services.reports import publish_report
from core.dates import format_date_short
from outbox.models import Message
from outbox.services.delivery import compose
from tests.commitments.reporting import a_commitment, path_of, reporter, sent
from tests.factories import (
    AmountFactory,
    ReportFactory,
    TargetFactory,
    TargetValueFactory,
    UserFactory,
)
from tests.journeys.steps import PHONE
from tests.triage.staff import officer

pytestmark = pytest.mark.django_db(transaction=True)
KEY, CHOICE, PAGE = 0.2, 3, 10
LIMIT = 180
NARRATIVE = (
    "We connected 231 schools, 190 of them by satellite, and trained 600 teachers. All schools of "
    "the northern districts are online now; the south follows next year."
)


class Clock:
    """The time that a person takes."""

    def __init__(self):
        self.seconds = PAGE

    def typed(self, field, text):
        field.fill(text)
        self.seconds += CHOICE + KEY * len(text)

    def chosen(self, control, *, opens_page=False):
        control.click()
        self.seconds += CHOICE + (PAGE if opens_page else 0)


def a_due_commitment():
    """A commitment with two targets, a policy and money, reported once before."""
    commitment = a_commitment(targets=2, published_at=timezone.now() - timedelta(days=731))
    commitment.lead.focal_points.update(language="en")
    AmountFactory(commitment=commitment, original=Decimal(31_000_000))
    TargetFactory(
        commitment=commitment,
        position=3,
        indicator="Prices for schools are published",
        is_yes_no=True,
        value=None,
        baseline=None,
        unit="",
    )
    a_year_ago = timezone.localdate() - timedelta(days=366)
    earlier = ReportFactory(
        commitment=commitment,
        due_on=a_year_ago,
        status=ReportStatus.PUBLISHED,
        sent_at=timezone.now() - timedelta(days=366),
        paid=Decimal(8_000_000),
        paid_currency="USD",
        paid_until=a_year_ago,
        narrative="159 schools were added.",
    )
    for target in commitment.targets.filter(is_yes_no=False):
        TargetValueFactory(report=earlier, target=target, value=250, on=a_year_ago)
    return commitment


def link_in_mail():
    """The private link in the English mail that asks for the report."""
    message = Message.objects.get(topic__contains="/report-request/")
    return re.search(r"http\S+/commitments/report/\S+/", compose(message).body)[0]


@pytest.mark.parametrize("has_scripts", [True, False])
def test_report_is_sent_in_three_minutes_from_the_mail(
    new_page, broken_rules, assert_fits, has_scripts
):
    commitment = a_due_commitment()
    ask_for_reports(at=timezone.now())
    page, clock = new_page(**PHONE, java_script_enabled=has_scripts), Clock()

    def look():
        assert broken_rules(page, also_dark=True) == []
        assert_fits(page)

    page.goto(link_in_mail())
    expect(page.get_by_role("heading", name=commitment.title)).to_be_visible()
    look()
    clock.chosen(page.get_by_role("button", name="Send the report"), opens_page=True)
    expect(page.get_by_role("alert")).to_be_focused()
    look()
    values = page.get_by_label("Value (people)")
    clock.typed(values.nth(0), "481")
    clock.typed(values.nth(1), "850")
    clock.chosen(page.get_by_label("Yes", exact=True))
    clock.typed(page.get_by_label("Paid since the beginning"), "12.400.000")
    clock.typed(page.get_by_label("What was done"), NARRATIVE)
    clock.chosen(page.get_by_role("button", name="Send the report"), opens_page=True)

    expect(page.get_by_text("Thank you. The report is sent.")).to_be_visible()
    expect(page.get_by_text("481 people")).to_be_visible()
    expect(page.get_by_text("USD 12,400,000")).to_be_visible()
    look()
    assert clock.seconds <= LIMIT
    assert Report.objects.get(status=ReportStatus.SENT).narrative == NARRATIVE

    page.reload()
    expect(page.get_by_text("481 people")).to_be_visible()
    assert Report.objects.filter(status=ReportStatus.SENT).count() == 1


def test_lead_writes_a_report_that_nobody_asked_for(new_page, assert_sound):
    commitment = a_due_commitment()
    send_and_publish(commitment)
    page = new_page(**PHONE)

    page.goto(path_of(commitment))
    assert_sound(page)
    page.get_by_role("link", name="Write a report now").click()
    assert_sound(page)
    page.get_by_label("What was done").fill("The south is online too.")
    page.get_by_role("button", name="Send the report").click()

    today = format_date_short(timezone.localdate())
    expect(page.get_by_role("heading", name=f"Report of {today}")).to_be_visible()


def test_staff_remind_chosen_leads_and_read_who_was_asked(new_page, page_of, assert_sound):
    commitments = [a_due_commitment() for _each in range(2)]
    CommitmentVersion.objects.all().delete()
    ask_for_reports(at=timezone.now() - timedelta(days=8))
    update_conditions(at=timezone.now())
    page = page_of(officer())

    page.goto(reverse("admin:commitments_report_overdue"))
    assert_sound(page)
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Remind the chosen ones").click()
    expect(page.get_by_text(reporter(commitments[0]).email)).to_be_visible()
    assert_sound(page)
    page.get_by_role("button", name="Remind the leads of 2 commitments").click()

    expect(page.get_by_text("The leads of 2 commitments were reminded.")).to_be_visible()
    assert_sound(page)
    page.get_by_role("link", name=commitments[0].title).first.click()
    expect(page.get_by_role("heading", name="Who was asked for a report")).to_be_visible()
    assert_sound(page)


def send_and_publish(commitment):
    """Let the report that is due be sent and published, yesterday."""
    yesterday = timezone.localdate() - timedelta(days=1)
    report = sent(commitment, day=yesterday)
    publish_report(report=report, by=UserFactory(), at=timezone.now())
