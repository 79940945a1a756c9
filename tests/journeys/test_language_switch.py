"""A visitor opens a page in another language than the browser's, and switches."""

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import expect

from accounts.services.staff_roles import TRIAGE_OFFICERS
from members.models import MemberStatus
from tests.eoi.own import address_of, own_person
from tests.factories import UserFactory
from tests.journeys.steps import PHONE, SCRIPT_ON_AND_OFF, choose_language, open_menu

pytestmark = pytest.mark.django_db(transaction=True)

# On phones, the language switch is a menu.


@SCRIPT_ON_AND_OFF
def test_reader_of_english_leaves_french_pages_and_comes_back(new_page, assert_fits, options):
    page = new_page(**options, locale="en-GB")

    page.goto("/fr/members/?group=AFR")
    choose_language(page, now="Français", wanted="English")
    page.wait_for_url("**/en/members/?group=AFR")
    expect(page.get_by_role("heading", level=1)).to_have_text("Members")
    page.goto("/")
    page.wait_for_url("**/en/")
    assert_fits(page)
    choose_language(page, now="English", wanted="Français")
    page.wait_for_url("**/fr/")
    page.goto("/")
    page.wait_for_url("**/fr/")


def test_focal_point_loses_no_word_of_an_answer(new_page, assert_accessible, assert_fits):
    words = "We are the ministry.\nنحن الوزارة <b>"
    person = own_person(MemberStatus.INFORMATION_REQUESTED)
    page = new_page(**PHONE, locale="en-GB")

    page.goto(address_of(person, "answer"))
    page.get_by_label("Your answer").fill(words)
    choose_language(page, now="English", wanted="العربية")
    page.wait_for_url(f"**{address_of(person, 'answer', 'ar')}")
    expect(page.get_by_label("إجابتكم")).to_have_value(words)
    assert_accessible(page)
    assert_fits(page)
    page.get_by_label("إجابتكم").fill(f"{words}!")
    choose_language(page, now="العربية", wanted="English")
    page.wait_for_url(f"**{address_of(person, 'answer')}")
    expect(page.get_by_label("Your answer")).to_have_value(f"{words}!")
    page.get_by_role("button", name="Send your answer").click()
    page.wait_for_url(f"**{address_of(person)}")
    expect(page.get_by_text("Thank you. We received your reply")).to_be_visible()
    # The portal remembers the language that was chosen last.
    page.goto("/")
    page.wait_for_url("**/en/")


def test_enter_key_sends_the_form_and_does_not_switch_the_language(page):
    page.goto("/en/expression-of-interest/code/")

    page.get_by_label("Reference").fill("P2C-7K3MQ9")
    page.get_by_label("Reference").press("Enter")

    expect(page.get_by_role("alert").get_by_role("link", name="Enter the code")).to_be_visible()
    expect(page.get_by_label("Reference")).to_have_value("P2C-7K3MQ9")
    # The errors are in the reader's language.
    page.get_by_role("banner").get_by_role("button", name="Français").click()
    page.wait_for_url("**/fr/expression-of-interest/code/")
    expect(page.get_by_role("alert").get_by_role("link", name="Saisissez le code")).to_be_visible()


def test_staff_switch_where_the_address_has_no_language(new_page, page_of):
    officer = UserFactory()
    officer.groups.add(Group.objects.get(name=TRIAGE_OFFICERS))
    stranger, desk = new_page(locale="fr-FR"), page_of(officer, locale="fr-FR")

    stranger.goto("/accounts/sign-in/")
    stranger.get_by_role("button", name="English", exact=True).click()
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Staff sign-in")
    desk.goto("/admin/members/member/")
    open_menu(desk, str(officer))
    desk.get_by_role("button", name="English", exact=True).click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Applicants")
    open_menu(desk, str(officer))
    desk.get_by_role("button", name="Français", exact=True).click()
    desk.wait_for_url("**/admin/members/member/")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Candidats")
