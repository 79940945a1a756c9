"""The pictures of the README: each in light and in dark mode, all of one size."""

import pytest
from django.conf import settings
from playwright.sync_api import expect

from accounts.models import User
from p2c_portal.management.commands.load_demonstration import a_co_lead
from tests.journeys.steps import open_first
from tests.triage.staff import QUEUE

SIZE = {"width": 1200, "height": 900}


@pytest.fixture
def language():
    return "en"


@pytest.fixture
def folder():
    return settings.BASE_DIR / "docs" / "pictures"


@pytest.fixture(params=["light", "dark"])
def scheme(request):
    return request.param


@pytest.fixture
def look(look, scheme):
    return {**look, "viewport": SIZE, "device_scale_factor": 1, "color_scheme": scheme}


@pytest.fixture
def show(take, scheme):
    """Take a picture of a page from its top, or from the top of its contents."""

    def show_page(page, name, part="html"):
        file = name if scheme == "light" else f"{name}-dark"
        take(page, file, page.locator(part), margin=0, max_height=SIZE["height"])

    return show_page


def test_home_page(visitor, show):
    page = visitor()
    page.goto("/en/")

    show(page, "home")


def test_register_of_commitments(visitor, show):
    page = visitor()
    page.goto("/en/commitments/")

    show(page, "commitments")


def test_commitment_with_its_progress(visitor, show):
    page = visitor()
    page.goto("/en/commitments/")
    page.get_by_label("Words or reference").fill("Halo")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Halo: capacity for atolls").click()
    expect(page.get_by_role("heading", name="Progress")).to_be_visible()

    show(page, "commitment", "main")


def test_form(visitor, show):
    page = visitor()
    page.goto("/en/expression-of-interest/")

    show(page, "form")


def test_list_of_members(desk, show):
    page = desk("officer")
    page.goto(QUEUE)

    show(page, "members")


def test_member_with_the_decision(desk, show):
    page = desk("officer")
    page.goto(QUEUE)
    open_first(page)
    expect(page.get_by_role("region", name="Admit")).to_be_visible()

    show(page, "member")


def test_framework(page_of, look, show):
    page = page_of(User.objects.get(email=a_co_lead()), **look)
    page.goto("/en/focus-areas/connecting-people-everywhere/framework/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    show(page, "framework", "main")


def test_page_of_a_focal_point(page_of, look, show):
    page = page_of(User.objects.get(email=a_co_lead()), **look)
    page.goto("/en/my/")

    show(page, "my")
