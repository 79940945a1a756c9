"""With the demonstration, the first commitment of the register is near the top of a phone."""

import pytest
from django.db import transaction

from p2c_portal.demonstration.mail import without_tasks
from p2c_portal.management.commands.load_demonstration import Command

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long, pytest.mark.timeout(300)]

PHONE = {"width": 360, "height": 740}
# In pixels. The sums of money may take so much of it.
FIRST_COMMITMENT, MONEY = 900, 300
PLACES = """() => {
  const [row, money] = ["tbody tr", "section[aria-labelledby=money]"].map(
    selector => document.querySelector(selector).getBoundingClientRect());
  return [row.top + scrollY, money.height];
}"""


@pytest.fixture
def _demonstration():
    with without_tasks(), transaction.atomic():
        Command().load(password="not-used")


@pytest.mark.usefixtures("_demonstration")
def test_first_commitment_is_near_the_top_in_each_language(page):
    page.set_viewport_size(PHONE)

    for language in ("en", "fr", "ar", "ru"):
        page.goto(f"/{language}/commitments/")

        top, money = page.evaluate(PLACES)
        assert top - money < FIRST_COMMITMENT - MONEY, language
