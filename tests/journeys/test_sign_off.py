"""Two people on two phones: one fills in the form, and the other may sign."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from eoi.forms.drafts import storable_data
from members.models import TimelineEntry, TimelineKind
from members.services.private_links import token_for_object
from tests.eoi.form import make_call, posted, query
from tests.factories import EoiDraftFactory
from tests.journeys.steps import PHONE, press

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def draft():
    return EoiDraftFactory(
        submission_key=posted()["submission_key"],
        call=make_call(),
        form_data=storable_data(query(email="wanjiku@example.org")),
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

    officer.goto("/en/expression-of-interest/")
    expect(
        officer.get_by_role("heading", name=re.compile("You have just sent P2C-"))
    ).to_be_visible()
    assert_sound(officer)
