"""A member writes a need: on a phone, with the keyboard, without scripts, and from right to left.

tests/journeys/test_opportunity_on_a_phone.py counts the time of an offer.
"""

import pytest
from playwright.sync_api import expect

from opportunities.models import Opportunity
from opportunities.services.reader import link_to
from tests.factories import (
    ContactFactory,
    OfferFactory,
    OpportunityEventFactory,
    OpportunityFactory,
)
from tests.journeys.steps import PHONE, press, tab_to
from tests.opportunities.writing import a_writer
from tests.processes import eventually

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = "Training for 900 teachers"


@pytest.fixture
def person():
    return a_writer(organisation_name="Ministry of Education of Niger")


@pytest.mark.parametrize("has_scripts", [True, False])
def test_errors_are_corrected_with_the_keyboard_and_nothing_is_lost(
    new_page, assert_sound, person, has_scripts
):
    page = new_page(**PHONE, java_script_enabled=has_scripts)
    page.goto(link_to(person, "write", "need"))
    page.get_by_label("What do you need").fill(TITLE)
    page.get_by_label("In which countries?").fill("Nigerr")
    assert_sound(page)
    press(page, "Send the need")

    expect(page.get_by_role("heading", name="There are 3 errors")).to_be_visible()
    expect(page.get_by_label("What do you need")).to_have_value(TITLE)
    assert_sound(page)
    if has_scripts:
        tab_to(page, page.get_by_role("link", name="“Nigerr” could be"))
        page.keyboard.press("Enter")
        expect(page.get_by_label("In which countries?")).to_be_focused()
        page.keyboard.press("Control+A")
        page.keyboard.type("Niger")
    else:
        page.get_by_label("In which countries?").fill("Niger")
    page.get_by_label("Training").check()
    page.get_by_label("Describe it").fill("For teachers in Hausa and Zarma.")
    press(page, "Send the need")

    expect(page.get_by_text("It is sent.")).to_be_visible()
    expect(page.get_by_role("link", name=TITLE)).to_be_visible()
    assert_sound(page)
    assert Opportunity.objects.get().status == "sent"


def test_what_is_typed_is_kept_by_the_page_and_deleted_on_demand(new_page, assert_sound, person):
    page = new_page(**PHONE)
    page.goto(link_to(person, "write", "offer"))
    page.get_by_label("What do you offer").fill("Courses")
    page.get_by_label("Money").check()
    kept = Opportunity.objects.filter(typed__supports="money")
    assert eventually(kept.exists, within=30)

    page.goto(link_to(person))
    page.get_by_role("link", name="Courses").click()
    expect(page.get_by_label("Money")).to_be_checked()
    page.get_by_text("Delete what is typed").click()
    assert_sound(page)
    press(page, "Delete")

    expect(page.get_by_text("What was typed is deleted.")).to_be_visible()
    assert not Opportunity.objects.exists()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_page_of_a_member_and_a_question_are_sound(new_page, assert_sound, person, language):
    need = OpportunityFactory(member=person.member, title=TITLE)
    asked = OfferFactory(member=person.member, status="question_asked", title="Courses")
    OpportunityEventFactory(opportunity=asked, kind="question_asked", note="?", is_shared=True)
    OpportunityFactory(member=person.member, status="closed_by_staff")
    for status in ("sent", "accepted"):
        ContactFactory(opportunity=need, status=status)
    ContactFactory(opportunity=OfferFactory(), member=person.member)
    page = new_page(**(PHONE if language == "ar" else {}))

    page.goto(link_to(person).replace("/en/", f"/{language}/"))
    page.locator("summary").last.click()
    assert_sound(page)
    page.goto(link_to(person, "change", asked.reference).replace("/en/", f"/{language}/"))
    page.locator("main summary").click()
    assert_sound(page)
