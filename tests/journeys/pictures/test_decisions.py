"""The pictures of the chapter on decisions."""

from playwright.sync_api import expect

from tests.journeys.steps import open_first
from tests.triage.staff import QUEUE


def test_decision_with_its_letter(desk, take, words):
    page = desk("officer", viewport={"width": 1280, "height": 1000})
    page.goto(QUEUE)
    open_first(page)
    page.get_by_role("radio", name=words("Participant")).check()
    expect(page.get_by_role("region", name=words("Email", "a message"))).to_be_visible()

    take(page, "decisions-admit", page.get_by_role("region", name=words("Admit")), margin=0)


def test_undo(desk, take, words):
    page = desk("officer", viewport={"width": 1280, "height": 1000})
    page.goto(f"{QUEUE}?view=mine")
    open_first(page)
    page.get_by_role("button", name=words("Admit"), exact=True).click()

    done = page.get_by_text(words("The applicant was admitted."))
    expect(done).to_be_visible()
    panes = [page.get_by_role("article"), page.get_by_role("region", name=words("Status"))]
    take(page, "decisions-undo", [done, *panes], margin=16, max_height=290)


def test_result_for_several_members(desk, take, words):
    page = desk("officer", viewport={"width": 900, "height": 800})
    page.goto(f"{QUEUE}?view=unassigned")
    for row in range(1, 4):
        page.get_by_role("row").nth(row).get_by_role("checkbox").check()
    page.get_by_role("button", name=words("Admit"), exact=True).click()
    for choice in page.get_by_role("combobox").all():
        choice.select_option(label=words("Participant"))
    page.get_by_role("button", name=words("Preview letters")).click()
    page.get_by_role("button", name=words("Admit"), exact=True).click()

    undo = page.get_by_role("button", name=words("Undo all"))
    results = page.get_by_role("main").get_by_role("list")
    take(page, "decisions-several", [page.get_by_role("heading", level=1), undo, results])
