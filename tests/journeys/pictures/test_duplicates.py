"""The pictures of the chapter on duplicates."""

import re

from tests.journeys.steps import open_first
from tests.triage.staff import QUEUE


def open_a_possible_duplicate(page, words):
    page.goto(f"{QUEUE}?view=duplicates")
    open_first(page)


def test_section_of_a_member(desk, take, words):
    page = desk("officer", viewport={"width": 1280, "height": 1000})
    open_a_possible_duplicate(page, words)

    pairs = page.get_by_role("region", name=words("Possible duplicates"))
    pairs.scroll_into_view_if_needed()
    take(page, "duplicates-section", pairs)


def test_comparison(desk, take, words):
    page = desk("officer", viewport={"width": 1000, "height": 800})
    open_a_possible_duplicate(page, words)
    compare = re.compile("^" + words("Compare with %(reference)s") % {"reference": ""})
    page.get_by_role("link", name=compare).first.click()

    parts = [page.get_by_role("heading", level=1), page.get_by_role("main").get_by_role("table")]
    take(page, "duplicates-comparison", parts, max_height=640)
