"""Staff read the reports that were sent, publish them or ask, and see the overdue ones."""

from datetime import timedelta

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from commitments.models import CommitmentVersion, Report, ReportStatus
from commitments.services.conditions import update_conditions
from commitments.services.report_requests import ask_for_reports
from focus_areas.models import FocusArea
from members.models import MemberStatus
from outbox.models import Message
from tests.commitments.reporting import a_commitment, reporter, sent
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
    assert [len(row.asked) for row, _due, _reminder in everything.context["rows"]] == [1, 1, 1]
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


REMIND = f"{OVERDUE}remind/"
A_WEEK_AGO = NOW - timedelta(days=8)


@pytest.fixture
def asked_a_week_ago():
    """Two overdue reports that were asked for more than a week ago."""
    rows = [in_area(1), in_area(2)]
    ask_for_reports(at=A_WEEK_AGO)
    update_conditions(at=NOW)
    return rows


def chosen(rows):
    """The rows as a form names them. Their pages show no version."""
    CommitmentVersion.objects.all().delete()
    return {"pk": [row.pk for row in rows]}


def test_chosen_leads_are_reminded_after_a_page_that_says_to_whom(asked_a_week_ago, browser):
    listed = browser.get(OVERDUE)
    page = browser.get(REMIND, chosen(asked_a_week_ago))
    before = Message.objects.filter(topic__contains="/reminder-").count()
    done = browser.post(REMIND, chosen(asked_a_week_ago), follow=True)

    assert f'name="pk" value="{asked_a_week_ago[0].pk}"' in listed.text
    for commitment in asked_a_week_ago:
        for person in commitment.lead.focal_points.all():
            assert f"{person.full_name}" in page.text
            assert f"{person.email}" in page.text
    assert "Remind the leads of 2 commitments" in page.text
    assert before == 0
    assert Message.objects.filter(topic__contains="/reminder-").count() == 4
    assert done.redirect_chain == [(OVERDUE, 302)]
    assert "The leads of 2 commitments were reminded." in done.text
    assert done.text.count("reminded the lead on") == 2


def test_one_lead_is_reminded_from_the_page_of_the_commitment(asked_a_week_ago, browser):
    commitment = asked_a_week_ago[0]
    address = reverse("admin:commitments_commitment_change", args=[commitment.pk])

    facts = chosen([commitment])
    before = browser.get(address)
    done = browser.post(REMIND, facts, follow=True)

    assert f'href="{REMIND}?pk={commitment.pk}"' in before.text
    assert done.redirect_chain == [(address, 302)]
    assert "Reminded by" in done.text
    assert f'&lt;<bdi dir="ltr">{reporter(commitment).email}</bdi>&gt;' in done.text
    assert f'href="{REMIND}?pk={commitment.pk}"' not in done.text


def test_lead_that_was_asked_lately_is_said_and_left_out(overdue, browser):
    page = browser.get(REMIND, chosen(overdue[:1]))
    done = browser.post(REMIND, chosen(overdue[:1]), follow=True)

    assert "The portal asked the lead on" in page.text
    assert '<button class="btn btn-main">' not in page.text
    assert "The portal asked the lead on" in done.text
    assert not Message.objects.filter(topic__contains="/reminder-").exists()


def test_nothing_chosen_says_so(browser):
    assert "Choose the commitments" in browser.get(REMIND, follow=True).text
    assert "Choose the commitments" in browser.post(REMIND, {"pk": "x"}, follow=True).text


def test_coordinator_reminds_nobody_of_another_area(asked_a_week_ago):
    browser = signed_in(coordinator(FocusArea.objects.get(number=2)))

    answers = [browser.get(REMIND, chosen(asked_a_week_ago)).status_code]
    answers.append(browser.post(REMIND, chosen(asked_a_week_ago)).status_code)

    assert answers == [403, 403]
    assert "Remind now" not in browser.get(OVERDUE).text


def test_pages_of_reminders_read_as_much_for_six_as_for_two(browser):
    def queries(number):
        rows = [in_area(1) for _each in range(number)]
        ask_for_reports(at=A_WEEK_AGO)
        update_conditions(at=NOW)
        counts = []
        for address, facts in ((OVERDUE, {}), (REMIND, chosen(rows))):
            with CaptureQueriesContext(connection) as counted:
                browser.get(address, facts)
            counts.append(len(counted))
        return counts

    queries(2)
    assert queries(2) == queries(6)
