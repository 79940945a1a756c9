"""Staff read the reports that were sent, publish them or ask, and see the overdue ones."""

from datetime import timedelta

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from commitments.models import Report, ReportStatus
from commitments.services.conditions import update_conditions
from commitments.services.report_requests import ask_for_reports
from focus_areas.models import FocusArea
from members.models import MemberStatus
from tests.commitments.reporting import a_commitment, sent
from tests.factories import ReportFactory
from tests.triage.staff import coordinator, officer, read, signed_in

LIST = "/admin/commitments/report/"
OVERDUE = f"{LIST}overdue/"
NOW = timezone.now()
TODAY = timezone.localdate()


def page_of(report):
    return reverse("admin:commitments_report_change", args=[report.pk])


def in_area(number, **facts):
    return a_commitment(
        focus_area=FocusArea.objects.get(number=number),
        published_at=NOW - timedelta(days=400),
        **facts,
    )


def listed(response):
    return [row.pk for row in response.context["cl"].result_list]


def test_list_has_reports_that_wait_first_and_no_draft():
    published = ReportFactory(commitment=in_area(1), status=ReportStatus.PUBLISHED)
    waiting = sent(in_area(1), day=TODAY)
    ReportFactory(commitment=in_area(1))

    response = signed_in(officer()).get(LIST)

    assert listed(response) == [waiting.pk, published.pk]


def test_staff_read_before_publishing_why_it_is_behind():
    report = sent(in_area(1), day=TODAY, behind_reason="It snowed.")

    response = signed_in(officer()).get(page_of(report))

    assert "Why it is behindIt snowed." in strip_tags(response.text)


def test_list_is_filtered_by_status_and_area(browser):
    first, second = sent(in_area(1), day=TODAY), sent(in_area(2), day=TODAY)
    published = ReportFactory(commitment=in_area(2), status=ReportStatus.PUBLISHED)

    assert listed(browser.get(f"{LIST}?status=published")) == [published.pk]
    assert listed(browser.get(f"{LIST}?status=sent")) == [first.pk, second.pk]
    assert listed(browser.get(f"{LIST}?status=sent&area=2")) == [second.pk]


def test_several_reports_are_published_at_once_and_refusals_are_said():
    reports = [sent(in_area(1), day=TODAY) for _each in range(2)]
    published = ReportFactory(commitment=in_area(1), status=ReportStatus.PUBLISHED)
    chosen = [each.pk for each in (*reports, published)]

    response = signed_in(officer()).post(
        LIST, {"action": "publish", ACTION_CHECKBOX_NAME: chosen}, follow=True
    )

    assert set(Report.objects.values_list("status", flat=True)) == {ReportStatus.PUBLISHED}
    said = [str(message) for message in response.context["messages"]]
    assert "2 reports were published." in said
    assert any("the status of the report is “Published”" in each for each in said)


def test_report_is_published_or_asked_about_on_its_page(browser):
    commitment = in_area(1)
    report = sent(commitment, day=TODAY)

    page = browser.get(page_of(report))
    empty = browser.post(page_of(report), {"version": 1, "question": ""})
    asked = browser.post(page_of(report), {"version": 1, "question": "How many women?"})
    stale = browser.post(page_of(report), {"version": 1, "publish": "1"})
    version = Report.objects.get().version
    published = browser.post(page_of(report), {"version": version, "publish": "1"})

    assert "We trained 400 teachers." in page.text
    assert (empty.status_code, asked["Location"]) == (422, LIST)
    assert stale.status_code == 409
    assert "changed this report" in stale.text
    assert published["Location"] == LIST
    assert Report.objects.get().status == ReportStatus.PUBLISHED


def test_coordinator_sees_only_reports_of_their_own_areas():
    own, other = sent(in_area(1), day=TODAY), sent(in_area(2), day=TODAY)
    browser = signed_in(coordinator(FocusArea.objects.get(number=1)))

    assert listed(browser.get(LIST)) == [own.pk]
    assert browser.get(page_of(other)).status_code == 404


@pytest.fixture
def overdue():
    """Two overdue reports in area 1 and one in area 2, asked for once; one that is not overdue."""
    rows = [in_area(1), in_area(1), in_area(2)]
    in_time = in_area(1)
    sent(in_time, day=TODAY)
    ask_for_reports(at=NOW)
    update_conditions(at=NOW)
    return rows


def test_overdue_reports_are_counted_by_area_with_when_they_were_asked_for(overdue, browser):
    everything = browser.get(OVERDUE)
    of_one = browser.get(f"{OVERDUE}?area=2")

    assert [(area.number, n) for area, n in everything.context["areas"]] == [(1, 2), (2, 1)]
    assert everything.context["total"] == 3
    assert [row.commitment for row, _due, _asked in everything.context["rows"]] == overdue
    assert "1 time:" in read(everything)
    crumbs = "Home › Commitments › Reports › Overdue reports"
    assert crumbs in " ".join(strip_tags(everything.text).split())
    for commitment in overdue:
        page = reverse("admin:commitments_commitment_change", args=[commitment.pk])
        assert f'href="{page}"' in everything.text
    assert [row.commitment for row, _due, _asked in of_one.context["rows"]] == overdue[2:]


def test_coordinator_sees_overdue_reports_of_their_own_areas(overdue):
    response = signed_in(coordinator(FocusArea.objects.get(number=2))).get(OVERDUE)

    assert [row.commitment for row, _due, _asked in response.context["rows"]] == overdue[2:]
    assert response.context["total"] == 1


def test_overdue_report_of_a_former_member_says_that_nobody_is_asked(overdue):
    lead = overdue[0].lead
    lead.status, lead.focus_area, lead.granted_role = MemberStatus.DECLINED, None, ""
    lead.save()

    response = signed_in(officer()).get(OVERDUE)

    assert read(response).count("No longer a member: nobody is asked") == 1
