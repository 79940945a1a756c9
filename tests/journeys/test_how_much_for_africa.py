"""A minister's assistant answers: how much for Africa, by whom, how much is paid, what is late?

A counted minute: 1.5 seconds for a tap, 0.3 for a character, 3 for a page.
"""

import pytest
from django.utils import timezone

from commitments.models import Condition, Stage
from commitments.services.figures import refresh_figures
from tests.commitments.register import in_dollars, listed_member, published
from tests.factories import AmountFactory, PlaceFactory

pytestmark = pytest.mark.django_db(transaction=True)

TAP, CHARACTER, PAGE = 1.5, 0.3, 3.0


class Assistant:
    """A person with a browser, whose seconds are counted."""

    def __init__(self, page, address):
        self.page, self.seconds = page, PAGE
        page.goto(address)

    def follow(self, link):
        link.click()
        self.page.wait_for_load_state()
        self.seconds += TAP + PAGE

    def choose(self, field, label):
        field.select_option(label=label)
        self.seconds += 2 * TAP


@pytest.fixture(autouse=True)
def _register():
    now = timezone.now()
    banks = {
        name: listed_member(organisation_name=name, slug=slug)
        for name, slug in (("African Development Bank", "afdb"), ("Sonatel", "sonatel"))
    }
    for lead, places, usd, condition in (
        ("African Development Bank", ["AFR"], 300_000_000, Condition.OVERDUE),
        ("Sonatel", ["AFR"], 39_600_000, Condition.ON_COURSE),
        ("Sonatel", ["AFR", "ASP"], 600_000_000, Condition.BEHIND),
        ("Sonatel", ["ASP"], 7, Condition.BEHIND),
    ):
        commitment = published(lead=banks[lead], present_condition=condition)
        for region in places:
            PlaceFactory(commitment=commitment, country="", region=region)
        AmountFactory(commitment=commitment, **in_dollars(usd))
        AmountFactory(commitment=commitment, stage=Stage.PAID, **in_dollars(usd // 4))
    refresh_figures(at=now)


@pytest.mark.parametrize("width", [1280, 360])
def test_assistant_answers_within_a_counted_minute(page, assert_sound, width):
    page.set_viewport_size({"width": width, "height": 740})
    assistant = Assistant(page, "/en/")
    if width < 500:
        page.get_by_text("Menu", exact=True).click()
        assistant.seconds += TAP
    navigation = page.get_by_role("navigation", name="Main")
    assistant.follow(navigation.get_by_role("link", name="Commitments").locator("visible=true"))
    assistant.follow(page.get_by_role("link", name="Figures", exact=True))
    if width < 500:
        page.get_by_text("Narrow the figures").click()
        assistant.seconds += TAP
    assistant.choose(page.get_by_label("Region", exact=True), "Africa")
    assistant.follow(page.get_by_role("button", name="Show"))

    assert page.get_by_text("Promised USD 339.6 m: USD 339.6 m not binding").is_visible()
    assert page.get_by_text("Paid: USD 84.9 m.").is_visible()
    assert page.get_by_text("Promised USD 600.0 m").is_visible()
    givers = page.get_by_role("table", name="What each gives itself.").get_by_role("rowheader")
    assert givers.get_by_role("link").all_inner_texts() == ["African Development Bank", "Sonatel"]
    late = page.get_by_role("link", name="Report overdue")
    assistant.follow(late)
    assert page.get_by_role("row").count() == 2
    assert assistant.seconds < 60
    assert_sound(page)
