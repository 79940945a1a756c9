"""A computer that several people use: the next one takes nothing over."""

import pytest
from playwright.sync_api import expect

from members.models import FocalPoint, Member
from outbox.models import Message
from tests.eoi.form import make_call
from tests.journeys.steps import FORM, PHONE, fill_in, press

pytestmark = pytest.mark.django_db(transaction=True)


def correct(page, family_name, email):
    page.get_by_text("Correct it now").click()
    page.get_by_label("Family name of this person").fill(family_name)
    page.get_by_label("Correct email address").fill(email)
    page.get_by_role("button", name="Correct the address").click()


def test_next_person_corrects_nothing_and_the_device_forgets(new_page, assert_sound):
    make_call()
    page = new_page(**PHONE)
    page.goto(FORM)
    fill_in(page, email="wanjiku@exmaple.org")
    press(page, "Check your answers")
    page.get_by_role("button", name="Send your expression of interest").click()
    reference = Member.objects.get().reference

    page.goto(FORM)
    page.get_by_role("link", name="See it and correct it").click()
    expect(page.get_by_text("w…@exmaple.org").first).to_be_visible()
    correct(page, "Mallory", "mallory@example.org")
    expect(page.get_by_role("alert")).to_contain_text("This is not the family name")
    assert_sound(page)
    assert FocalPoint.objects.get().email == "wanjiku@exmaple.org"

    page.reload()
    page.get_by_label("Family name of this person").fill("Ng’ang’a")
    page.get_by_label("Correct email address").fill("wanjiku@example.org")
    page.get_by_role("button", name="Correct the address").click()
    expect(page.get_by_text("The address is corrected.")).to_be_visible()
    assert FocalPoint.objects.get().email == "wanjiku@example.org"
    subjects = Message.objects.filter(recipient="wanjiku@exmaple.org").values_list("subject")
    assert (f"{reference}: Email address corrected",) in subjects

    page.get_by_role("button", name="Done: forget this on this device").click()
    expect(page.get_by_text("This device has forgotten what you sent.")).to_be_visible()
    page.goto(FORM)
    expect(page.get_by_text(reference)).to_have_count(0)
