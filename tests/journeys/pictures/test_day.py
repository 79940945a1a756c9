"""The pictures of the chapter on the officer's day."""

from playwright.sync_api import expect

from tests.triage.staff import QUEUE


def test_list_of_members(desk, take, words):
    page = desk("officer")
    page.goto(QUEUE)

    views = page.get_by_role("navigation", name=words("Views"))
    take(page, "day-views", [views, page.get_by_role("table")], max_height=620)


def test_decision_with_its_letter(desk, take, words):
    page = desk("officer", viewport={"width": 1280, "height": 1000})
    page.goto(QUEUE)
    page.get_by_role("link", name=words("Open the first member")).click()
    page.get_by_role("radio", name=words("Participant")).check()
    expect(page.get_by_role("region", name=words("Email", "a message"))).to_be_visible()

    take(page, "day-decision", page.get_by_role("region", name=words("Admit")), margin=0)
