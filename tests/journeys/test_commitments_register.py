"""A visitor finds a commitment in the register by keyboard, and reads it on any screen."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from commitments.models import HostAnswer, NotCounted
from commitments.services.conditions import update_condition
from commitments.services.figures import refresh_figures
from tests.commitments.register import in_dollars, listed_member, published, report_of
from tests.factories import (
    AcknowledgementFactory,
    AmountFactory,
    CommitmentVersionFactory,
    PartnerFactory,
    PlaceFactory,
    TargetFactory,
)
from tests.journeys.steps import tab_to

pytestmark = pytest.mark.django_db(transaction=True)

LONG_TITLE = "Connectivity for every school, clinic and administration of the outer islands " * 2
NARROW = {"width": 320, "height": 800}
# The document is not wider than the window.
FITS = "document.documentElement.scrollWidth <= innerWidth"


@pytest.fixture(autouse=True)
def _register():
    now = timezone.now()
    lead = listed_member(organisation_name="Liquid Intelligent Technologies", slug="liquid")
    schools = published(
        reference="C-SCH234",
        title="Fibre to 1,200 schools",
        lead=lead,
        published_at=now - timedelta(days=700),
        ends=(now + timedelta(days=700)).date(),
    )
    target = TargetFactory(
        commitment=schools,
        indicator="Schools connected",
        unit="schools",
        value=1200,
        by=schools.ends,
        baseline_on=schools.published_at.date(),
    )
    for days, value in ((380, 96), (20, 255)):
        report_of(
            schools,
            (target, Decimal(value)),
            at=now - timedelta(days=days),
            narrative="Dug.\n\nLit.",
        )
    PlaceFactory(commitment=schools, country="MW", is_ldc=True)
    AmountFactory(commitment=schools, **in_dollars(1_000_000))
    AmountFactory(commitment=schools, not_counted=NotCounted.CONDITIONAL, currency="ETB")
    PartnerFactory(commitment=schools, name="A school")
    AcknowledgementFactory(commitment=schools, answer=HostAnswer.SUPPORTS, answered_at=now)
    AcknowledgementFactory(commitment=schools, country="ZM")
    CommitmentVersionFactory(commitment=schools)
    schools.statement = "We will connect 1,200 schools."
    schools.save()
    CommitmentVersionFactory(commitment=schools, number=2, reason="More schools.")
    islands = published(title=LONG_TITLE.strip(), lead=listed_member(organisation_name="W" * 60))
    PlaceFactory(commitment=islands, country="FJ", is_sids=True)
    published(title="مهارات رقمية لألف معلم", language="ar")
    for each in (schools, islands):
        update_condition(each, at=now)
    refresh_figures(at=now)


# The texts of charts that their picture cuts off.
CUT_OFF = """() => [...document.querySelectorAll(".bar-chart text")].filter(text => {
  const [box, chart] = [text, text.closest("svg")].map(each => each.getBoundingClientRect());
  return box.left < chart.left - 1 || box.right > chart.right + 1;
}).map(text => text.textContent)"""


@pytest.mark.sample
def test_visitor_finds_a_commitment_by_keyboard_and_reads_it(page, assert_sound):
    page.goto("/en/commitments/")
    assert_sound(page)
    tab_to(page, page.get_by_label("Words or reference"))
    page.keyboard.type("schools")
    country = page.get_by_label("Country", exact=True)
    tab_to(page, country)
    # One letter many times: on a slow machine, the browser takes the letters of a word as several.
    while country.input_value() != "MW":
        page.keyboard.press("m")
    tab_to(page, page.get_by_role("button", name="Show"))
    page.keyboard.press("Enter")
    page.wait_for_url("**q=schools*country=MW*")

    link = page.get_by_role("link", name="Fibre to 1,200 schools")
    assert page.get_by_role("row").count() == 2
    assert page.get_by_role("link", name=re.compile("^Remove.*Country$")).is_visible()
    tab_to(page, link)
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/commitments/C-SCH234/")

    assert page.get_by_role("heading", level=1).inner_text() == "Fibre to 1,200 schools"
    assert page.get_by_role("img", name="Schools connected: 96 on").is_visible()
    assert_sound(page)
    page.get_by_role("link", name="Read version 1").click()
    expect(page.get_by_text("This is an old version.")).to_be_visible()
    assert_sound(page)


def test_visitor_sorts_by_a_head_of_the_table(page, assert_sound):
    page.goto("/en/commitments/")
    head = page.get_by_role("columnheader", name="Condition")
    tab_to(page, head.get_by_role("link"))
    page.keyboard.press("Enter")
    page.wait_for_url("**sort=condition**")

    expect(head).to_have_attribute("aria-sort", "descending")
    assert head.get_by_role("link").count() == 0
    assert page.get_by_role("row").nth(1).get_by_role("link").inner_text() == LONG_TITLE.strip()
    assert_sound(page)


def test_visitor_opens_the_filters_on_a_phone_and_sorts_by_name(page, assert_sound):
    page.set_viewport_size(NARROW)
    page.goto("/en/commitments/")
    order = page.get_by_label("Order")
    assert not order.is_visible()
    assert page.get_by_role("link", name="Condition", exact=True).count() == 0

    tab_to(page, page.get_by_text("Search, filter or sort"))
    page.keyboard.press("Enter")
    order.select_option("By name of the lead")
    assert_sound(page)
    page.get_by_role("button", name="Show").press("Enter")
    page.wait_for_url("**sort=lead**")

    assert not page.get_by_label("Country", exact=True).is_visible()
    expect(page.get_by_text("1 to 3 of 3. By name of the lead.")).to_be_visible()
    page.get_by_text("Search, filter or sort").click()
    expect(order).to_have_value("lead")


def test_wide_window_shows_the_filters_without_opening_them(page):
    page.goto("/en/commitments/")

    assert page.get_by_label("Order").is_visible()
    assert not page.get_by_text("Search, filter or sort").is_visible()


@pytest.mark.parametrize("path", ["figures/", "method/"])
def test_figures_and_method_are_accessible(page, assert_sound, path):
    page.goto(f"/en/commitments/{path}")

    assert_sound(page)


def test_pages_fit_a_phone_in_arabic(page):
    page.set_viewport_size(NARROW)

    for path in ("", "C-SCH234/", "C-SCH234/versions/1/", "figures/", "method/"):
        page.goto(f"/ar/commitments/{path}")

        assert page.evaluate(FITS), path
        assert page.locator("html").get_attribute("dir") == "rtl"


def test_texts_of_charts_fit_a_phone_in_the_widest_letters(page):
    page.set_viewport_size(NARROW)

    for language in ("ru", "zh-hans", "ar"):
        page.goto(f"/{language}/commitments/figures/")

        assert page.locator(".bar-chart text").count() > 10
        assert page.evaluate(CUT_OFF) == []


# For each amount: where the code of the currency, the word and the number begin.
PARTS_OF_AMOUNTS = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.parentElement.checkVisibility()) continue;
    for (const part of node.data.matchAll(/([0-9.]+)\\u00a0(مليون|مليار)\\u00a0(USD)/g)) {
      const [whole, number, word] = part;
      const edge = (from, length) => {
        const range = document.createRange();
        range.setStart(node, part.index + from);
        range.setEnd(node, part.index + from + length);
        return range.getBoundingClientRect().left;
      };
      const code = whole.length - 3;
      found.push([edge(code, 3), edge(number.length + 1, word.length), edge(0, number.length)]);
    }
  }
  return found;
}"""


@pytest.mark.parametrize(
    "path", ["", "commitments/", "commitments/figures/", "commitments/C-SCH234/"]
)
def test_amount_is_read_from_the_right_in_arabic(page, path):
    page.goto(f"/ar/{path}")

    amounts = page.evaluate(PARTS_OF_AMOUNTS)

    assert amounts
    for code, word, number in amounts:
        assert code < word < number
