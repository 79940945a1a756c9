"""With the demonstration, the first commitment of the register is near the top of a phone."""

import pytest
from django.db import transaction

from p2c_portal.demonstration.mail import without_tasks
from p2c_portal.management.commands.load_demonstration import Command

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long, pytest.mark.timeout(300)]

PHONE = {"width": 360, "height": 740}
# In pixels.
FIRST_COMMITMENT = 900
TOP = """() => document.querySelector("tbody tr").getBoundingClientRect().top + scrollY"""


@pytest.fixture
def _demonstration():
    with without_tasks(), transaction.atomic():
        Command().load(password="not-used")


@pytest.mark.usefixtures("_demonstration")
def test_first_commitment_is_near_the_top_in_each_language(page):
    page.set_viewport_size(PHONE)

    for language in ("en", "fr", "ar", "ru"):
        page.goto(f"/{language}/commitments/")

        assert page.evaluate(TOP) < FIRST_COMMITMENT, language
