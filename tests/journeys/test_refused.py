"""What an officer may not do, in a real browser: the page says so, and who may."""

import pytest
from playwright.sync_api import expect

from members.models import Category
from tests.factories import FocalPointFactory, MemberFactory
from tests.triage.staff import QUEUE, may, observer, officer

DESK = {"viewport": {"width": 1280, "height": 900}}


@pytest.fixture
def member():
    member = MemberFactory(category=Category.MEMBER_STATE, organisation_name="Ministry of Posts")
    FocalPointFactory(member=member)
    return member


def test_officer_reads_why_a_member_state_is_not_theirs_to_decline(page_of, assert_sound, member):
    may(officer(name="Grace Hopper"), "decline_member_state")
    page = page_of(officer(), **DESK)

    page.goto(QUEUE)
    page.get_by_role("link", name="Ministry of Posts").click()
    expect(page.get_by_role("link", name="Decline")).to_have_count(0)
    why = page.get_by_text("This is a Member State: declining it requires a special permission.")
    expect(why).to_contain_text("Grace Hopper")
    assert_sound(page)

    page.goto(f"{QUEUE}{member.pk}/decline/")
    expect(page.get_by_role("heading", name="You do not have access to this page")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Can decline a Member State")
    expect(page.get_by_role("main")).to_contain_text("Grace Hopper")
    assert_sound(page)
    page.get_by_role("link", name="Go to the administration").click()
    expect(page.get_by_role("heading", name="Work queue")).to_be_visible()
    page.get_by_role("navigation", name="Sections").get_by_role("link", name="Members").click()
    expect(page.get_by_role("heading", name="Members", level=1)).to_be_visible()


def test_observer_unfolds_what_they_may_not_do(page_of, assert_sound, member):
    officer(name="Amina Diallo")
    page = page_of(observer(), **DESK)

    page.goto(f"{QUEUE}{member.pk}/change/")
    page.get_by_text("Actions that you cannot do here, and who can").click()

    who = page.get_by_role("listitem").filter(has_text="Can close a member without notification")
    expect(who).to_contain_text("Triage officers")
    expect(who).to_contain_text("Amina Diallo")
    assert_sound(page)
