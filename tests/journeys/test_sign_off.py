"""Two people on two phones: one fills in the form, and the other may sign."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from eoi.forms.drafts import storable_data
from members.models import FocalPoint, Member, TimelineEntry, TimelineKind
from members.services.private_links import token_for_object
from outbox.models import Message
from tests.eoi.form import make_call, posted, query
from tests.factories import EoiDraftFactory
from tests.journeys.steps import PHONE, press

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def draft():
    return EoiDraftFactory(
        submission_key=posted()["submission_key"],
        call=make_call(),
        form_data=storable_data(query(email="wanjiku@exmaple.org")),
        expires_at=timezone.now() + timedelta(days=9),
    )


def test_person_who_may_sign_confirms_what_is_then_sent(new_page, assert_sound, draft):
    officer, minister = new_page(**PHONE), new_page(**PHONE)

    officer.goto(f"/en/expression-of-interest/draft/{token_for_object(draft)}/")
    officer.get_by_role("link", name="Show it to the person who may sign").click()
    assert_sound(officer)
    press(officer, "Make a link")
    assert_sound(officer)

    minister.goto(officer.get_by_text(re.compile("/sign-off/")).inner_text())
    press(minister, "Confirm the answers")
    expect(minister.get_by_role("alert")).to_contain_text("Enter your name")
    assert_sound(minister)
    minister.get_by_label("Your name").fill("Ada Lovelace")
    minister.get_by_label("Your position").fill("Minister")
    press(minister, "Confirm the answers")
    expect(minister.get_by_text("You have confirmed the answers.")).to_be_visible()
    assert_sound(minister)

    officer.get_by_role("link", name="Back to the draft").click()
    expect(officer.get_by_text("confirmed these answers")).to_be_visible()
    press(officer, "Check your answers")
    press(officer, "Send your expression of interest")
    expect(officer.get_by_role("heading", level=1)).to_have_text(
        "We have received your expression of interest"
    )
    minister.reload()
    expect(minister.get_by_role("heading", level=1)).to_have_text("This link no longer works")
    entry = TimelineEntry.objects.get(kind=TimelineKind.ANSWERS_CONFIRMED)
    assert entry.note.startswith("Ada Lovelace\nMinister\n")

    officer.get_by_text("Correct it now").click()
    assert_sound(officer)
    officer.get_by_label("Family name of this person").fill("Ng’ang’a")
    officer.get_by_label("Correct email address").fill("wanjiku@example.org")
    press(officer, "Correct the address")
    expect(officer.get_by_text("The address is corrected.")).to_be_visible()
    assert FocalPoint.objects.get().email == "wanjiku@example.org"
    officer.goto("/en/expression-of-interest/")
    expect(
        officer.get_by_role("heading", name=re.compile("You have just sent P2C-"))
    ).to_be_visible()
    assert_sound(officer)


def test_person_who_may_sign_sends_what_a_clerk_may_not(new_page, assert_sound):
    clerk, minister = new_page(**PHONE), new_page(**PHONE)
    draft = EoiDraftFactory(
        submission_key=posted()["submission_key"],
        call=make_call(),
        form_data=storable_data(query(is_authorised=None, motivation="")),
        expires_at=timezone.now() + timedelta(days=9),
    )
    clerk.goto(f"/en/expression-of-interest/draft/{token_for_object(draft)}/")
    clerk.get_by_label("Somebody else signs for the organisation").check()
    press(clerk, "Save")
    clerk.goto(f"/en/expression-of-interest/draft/{token_for_object(draft)}/sign-off/")
    assert_sound(clerk)
    clerk.get_by_role("link", name="What do you want to bring or achieve?").click()
    clerk.get_by_label("What do you want to bring or achieve?").fill("Every school.")
    press(clerk, "Check your answers")
    expect(clerk.get_by_role("button", name="Send your expression of interest")).to_have_count(0)
    assert_sound(clerk)
    press(clerk, "Show it to the person who may sign")
    press(clerk, "Make a link")

    minister.goto(clerk.get_by_text(re.compile("/sign-off/")).inner_text())
    minister.get_by_label("Your name").fill("Ada Lovelace")
    minister.get_by_label("Your position").fill("Minister")
    assert_sound(minister)
    press(minister, "Confirm and send")

    expect(minister.get_by_role("heading", level=1)).to_have_text(
        "We have received your expression of interest"
    )
    member = Member.objects.get()
    assert (member.motivation, member.is_authorised) == ("Every school.", True)
    expect(minister.get_by_text(member.reference)).to_be_visible()
    letter = Message.objects.get(recipient=draft.email)
    assert letter.subject == (
        f"{member.reference}: Your expression of interest was confirmed and sent"
    )
    clerk.get_by_role("link", name="Back to the draft").click()
    expect(clerk.get_by_text(member.reference)).to_be_visible()
