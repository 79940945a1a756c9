"""The pictures of the chapter on the officer's day."""

from playwright.sync_api import expect

from tests.journeys.steps import open_first
from tests.triage.staff import QUEUE


def test_front_page(desk, take, words):
    page = desk("officer", viewport={"width": 1000, "height": 800})
    page.goto("/admin/")

    take(page, "day-front-page", page.get_by_role("region", name=words("Work queue")))


def test_list_of_members(desk, take, words):
    page = desk("officer")
    page.goto(QUEUE)

    views = page.get_by_role("navigation", name=words("Views"))
    take(page, "day-list", [views, page.get_by_role("table")], max_height=620)


def test_member(desk, take, words):
    page = desk("officer", viewport={"width": 1280, "height": 1000})
    page.goto(f"{QUEUE}?view=replied")
    open_first(page)
    expect(page.get_by_role("region", name=words("Email", "a message"))).to_be_visible()

    panes = [
        page.get_by_role("navigation", name=words("Organisations in the list")),
        page.get_by_role("article"),
        page.get_by_role("region", name=words("Admit")),
    ]
    take(page, "day-member", panes, margin=0, max_height=700)
