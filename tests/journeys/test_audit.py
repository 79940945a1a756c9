from playwright.sync_api import expect

from core.history import set_history_actor
from tests.factories import NOON, LinkFactory, UserFactory
from tests.journeys.steps import open_menu
from tests.triage.staff import observer


def test_observer_finds_who_changed_what(page_of, assert_sound):
    link = LinkFactory(title="Concept Note", url="https://example.org/old")
    set_history_actor(link, UserFactory(name="Grace Hopper"), NOON)
    link.url = "https://example.org/new"
    link.save()
    desk = page_of(observer())

    desk.goto("/admin/")
    open_menu(desk, "Set-up")
    desk.get_by_role("link", name="Audit").click()
    assert_sound(desk)
    desk.get_by_label("Changed by").fill("hopper")
    desk.get_by_role("button", name="Show").click()

    row = desk.get_by_role("row").filter(has_text="Grace Hopper")
    expect(row).to_contain_text("https://example.org/old")
    expect(row).to_contain_text("https://example.org/new")
    assert_sound(desk)
    desk.get_by_label("Changed by").fill("nobody")
    desk.get_by_role("button", name="Show").click()
    expect(desk.get_by_text("No matches. Clear the filters to see all changes.")).to_be_visible()
    assert_sound(desk)
