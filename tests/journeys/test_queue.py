"""The queue as a team uses it: views, filters, bulk actions, the workload."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from members.models import MemberStatus
from tests.factories import (
    BulkItemFactory,
    BulkRunFactory,
    CallFactory,
    FocalPointFactory,
    MemberFactory,
)
from tests.triage.staff import QUEUE, officer
from triage.desk.services.bulk_runs import process_run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def amina():
    return officer(name="Amina Diallo")


@pytest.fixture
def bo():
    return officer(name="Bo Lind")


@pytest.fixture
def _members(amina, bo):
    """Some members of each colleague and of nobody."""
    today = timezone.now()
    call = CallFactory(closes_at=today + timedelta(days=7))
    for name, facts in {
        "Ministry of Posts": {"assignee": bo, "country": "CH"},
        "Radio Union": {"assignee": bo, "country": "KE"},
        "Union of Schools": {"assignee": bo, "status": MemberStatus.INFORMATION_REQUESTED},
        "University of Bern": {"country": "CH"},
        "Open Maps": {"assignee": amina, "country": "FR"},
    }.items():
        same = {"call": call, "submitted_at": today}
        FocalPointFactory(member=MemberFactory(organisation_name=name, **same, **facts))


def names(page):
    """The names in the list."""
    return page.get_by_role("rowheader")


@pytest.mark.usefixtures("_members")
def test_officer_narrows_a_view_and_acts_on_what_is_left(page_of, amina, assert_sound):
    page = page_of(amina)
    page.goto(QUEUE)
    views = page.get_by_role("navigation", name="Views")
    expect(views.get_by_role("link", name="Needs action 4")).to_have_attribute(
        "aria-current", "page"
    )
    expect(names(page)).to_have_count(4)

    views.get_by_role("link", name="Unassigned 1").click()
    expect(names(page)).to_have_text([re.compile("University of Bern")])

    views.get_by_role("link", name=re.compile("^All")).click()
    expect(names(page)).to_have_count(5)
    page.get_by_label("Assignee", exact=True).select_option("Bo Lind")
    page.get_by_text("More", exact=True).click()
    page.get_by_label("Status", exact=True).select_option("Pending")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(names(page)).to_have_count(2)
    expect(page).to_have_url(re.compile(r"\?taken_by=\d+&status=pending&view=all$"))
    assert_sound(page)

    page.get_by_role("link", name="Remove filter: status").click()
    expect(names(page)).to_have_count(3)

    page.get_by_role("row", name="Radio Union").get_by_role("checkbox").check()
    expect(page.get_by_text("1 of 3 selected")).to_be_visible()
    page.get_by_role("button", name="Reassign", exact=True).click()
    expect(page.get_by_role("heading", name="Reassign", level=1)).to_be_visible()
    page.get_by_label("Assignee:").select_option("Amina Diallo")
    page.get_by_role("button", name="Reassign", exact=True).click()
    expect(page.get_by_text("1 member reassigned.")).to_be_visible()


@pytest.mark.parametrize("has_script", [True, pytest.param(False, marks=pytest.mark.long)])
def test_officer_sees_how_far_a_bulk_action_is_and_then_its_result(
    page_of, amina, assert_sound, has_script
):
    run = BulkRunFactory(by=amina, confirmed_at=timezone.now())
    for name in ("Ministry of Posts", "Radio Union"):
        member = MemberFactory(organisation_name=name, version=1)
        BulkItemFactory(run=run, member=FocalPointFactory(member=member).member, version=1)
    stale = BulkItemFactory(run=run, version=9).member
    page = page_of(amina, java_script_enabled=has_script)
    page.goto(f"{QUEUE}bulk-runs/{run.pk}/")
    expect(page.get_by_text("0 of 3 members processed.")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_attribute("max", "3")
    assert_sound(page)

    process_run(run=run, clock=timezone.now)
    if not has_script:
        page.get_by_role("link", name="Check the progress").click()

    expect(page.get_by_text("2 members closed.")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_text(re.compile("1 member was not processed"))
    expect(page.get_by_role("link", name=stale.reference)).to_be_visible()
    assert_sound(page)
