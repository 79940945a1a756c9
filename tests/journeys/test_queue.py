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
from tests.journeys.steps import open_menu, tab_to
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


@pytest.fixture
def many(amina, bo):
    """More applicants than fit on a screen, as long and as marked as they come."""
    today = timezone.now()
    call = CallFactory(closes_at=today + timedelta(days=7))
    names = (
        "Ministry of Posts",
        "وزارة الاتصالات وتقنية المعلومات",
        "Union " * 12,
        "Malone College",
    )
    for number in range(40):
        member = MemberFactory(
            organisation_name=f"{names[number % 4]} {number}",
            acronym="MPT" if number % 3 else "",
            assignee=(amina, bo, None)[number % 3],
            country=("CH", "GB", "CD")[number % 3],
            call=call,
            submitted_at=today - timedelta(days=number),
            replied_at=today if number % 5 == 0 else None,
        )
        FocalPointFactory(member=member, confirmed_at=today if number % 2 else None)


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

    page.locator(".views-line summary").click()
    page.get_by_role("link", name="All", exact=True).click()
    expect(names(page)).to_have_count(5)
    page.get_by_text("More filters", exact=True).click()
    page.get_by_label("Assignee", exact=True).select_option("Bo Lind")
    page.get_by_label("Country", exact=True).select_option("Kenya")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(names(page)).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?country=KE&taken_by=\d+&view=all$"))
    assert_sound(page)

    page.get_by_role("link", name="Remove filter: Country").click()
    expect(names(page)).to_have_count(3)

    page.get_by_role("row", name="Radio Union").get_by_role("checkbox").check()
    expect(page.get_by_text("1 of 3 selected")).to_be_visible()
    page.get_by_role("button", name="Reassign", exact=True).click()
    expect(page.get_by_role("heading", name="Reassign", level=1)).to_be_visible()
    page.get_by_label("Assignee", exact=True).select_option("Amina Diallo")
    page.get_by_role("button", name="Reassign", exact=True).click()
    expect(page.get_by_text("1 applicant reassigned.")).to_be_visible()


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
    expect(page.get_by_text("0 of 3 applicants processed.")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_attribute("max", "3")
    assert_sound(page)

    process_run(run=run, clock=timezone.now)
    if not has_script:
        page.get_by_role("link", name="Check the progress").click()

    expect(page.get_by_text("2 applicants closed.")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("1 applicant was not changed:")
    expect(page.get_by_role("link", name=stale.reference)).to_be_visible()
    assert_sound(page)


def rows_in_sight(page):
    """The number of rows of the list that are wholly on the screen, without scrolling."""
    return page.get_by_role("rowheader").evaluate_all(
        """cells => cells.filter(cell => {
          const row = cell.closest("tr").getBoundingClientRect();
          return row.top >= 0 && row.bottom <= innerHeight;
        }).length"""
    )


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(
    ("width", "height", "at_least"), [(1280, 720, 10), (1024, 768, 10), (1920, 1080, 20)]
)
def test_list_shows_its_rows_on_one_screen(page_of, amina, assert_sound, width, height, at_least):
    page = page_of(amina, viewport={"width": width, "height": height})
    page.goto(QUEUE)

    assert rows_in_sight(page) >= at_least
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.get_by_role("banner").bounding_box()["height"] == 44
    assert_sound(page)


@pytest.mark.parametrize(("language", "due"), [("en", "due"), ("fr", "pour le")])
@pytest.mark.parametrize("width", [1024, 1280])
def test_list_shows_the_whole_day_on_which_an_answer_is_due(page_of, amina, language, due, width):
    at = timezone.now()
    for days in (0, 26):
        MemberFactory(submitted_at=at - timedelta(days=days))
    page = page_of(amina, locale=language, viewport={"width": width, "height": 720})
    page.goto(QUEUE)

    cells = page.get_by_role("cell").filter(has_text=due)
    expect(cells).to_have_count(2)
    # What does not fit in its cell is cut off.
    hidden = cells.evaluate_all("all => all.map(each => each.scrollWidth - each.clientWidth)")
    assert hidden == [0, 0]


@pytest.mark.usefixtures("many")
def test_first_row_is_near_the_top_of_a_phone_and_all_of_the_bar_is_in_a_menu(
    page_of, amina, assert_sound
):
    page = page_of(amina, viewport={"width": 360, "height": 740})
    page.goto(QUEUE)

    first = page.get_by_role("row").filter(has=page.get_by_role("rowheader")).first
    assert first.bounding_box()["y"] < 400
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    expect(page.get_by_label("Assignee", exact=True)).to_be_hidden()
    page.get_by_text("Filters", exact=True).click()
    page.get_by_text("More filters", exact=True).click()
    page.get_by_label("Assignee", exact=True).select_option("Bo Lind")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(names(page)).to_have_count(13)

    page.get_by_role("banner").get_by_text("Menu", exact=True).click()
    page.get_by_role("banner").get_by_text("Set-up", exact=True).click()
    assert_sound(page)
    page.get_by_role("link", name="Email templates").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Email templates")


@pytest.mark.usefixtures("_members")
def test_actions_take_the_place_of_the_filters_for_selected_rows(page_of, amina, assert_sound):
    page = page_of(amina)
    page.goto(QUEUE)
    filters = page.get_by_role("search", name="Search and filters")
    actions = page.get_by_role("group", name="Actions on the selected rows")
    first = names(page).first
    expect(actions).to_be_hidden()
    before = first.bounding_box()["y"]

    page.get_by_role("row", name="Radio Union").get_by_role("checkbox").check()

    expect(actions).to_be_visible()
    expect(filters).to_be_hidden()
    # The list does not jump under the pointer.
    assert abs(first.bounding_box()["y"] - before) <= 4
    assert_sound(page)
    actions.get_by_role("link", name="Clear", exact=True).click()
    expect(actions).to_be_hidden()
    expect(filters).to_be_visible()


@pytest.mark.usefixtures("_members")
def test_actions_stand_below_the_list_without_a_script(page_of, amina):
    page = page_of(amina, java_script_enabled=False)
    page.goto(QUEUE)

    actions = page.get_by_role("group", name="Actions on the selected rows")
    expect(actions).to_be_visible()
    assert actions.bounding_box()["y"] > names(page).last.bounding_box()["y"]
    expect(page.get_by_role("search", name="Search and filters")).to_be_visible()


@pytest.mark.usefixtures("_members")
def test_menus_of_the_bar_open_by_keyboard_and_close_by_escape_or_a_click_elsewhere(
    page_of, amina, assert_sound
):
    page = page_of(amina)
    page.goto("/admin/audit/")
    set_up = page.get_by_role("banner").get_by_text("Set-up", exact=True)
    audit = page.get_by_role("link", name="Audit", exact=True)

    tab_to(page, set_up)
    page.keyboard.press("Enter")
    expect(audit).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(audit).to_be_hidden()
    expect(set_up).to_be_focused()

    page.keyboard.press("Enter")
    assert_sound(page)
    page.get_by_role("heading", level=1).click()
    expect(audit).to_be_hidden()
    open_menu(page, "Amina Diallo")
    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    open_menu(page, "Set-up")
    expect(page.get_by_role("button", name="Log out")).to_be_hidden()


@pytest.mark.usefixtures("_members")
def test_search_of_the_bar_looks_in_all_and_next_leads_to_what_is_free(page_of, amina):
    page = page_of(amina)
    page.goto("/admin/audit/")
    page.get_by_role("searchbox", name="Search applicants and members").fill("schools")
    page.keyboard.press("Enter")
    expect(names(page)).to_have_text([re.compile("Union of Schools")])

    page.goto(QUEUE)
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="Open Maps")).to_be_visible()
