"""An opinion in a real browser: asked by an officer, given from the link of the email, and read."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from focus_areas.models import FocusArea
from members.models import TimelineKind
from outbox.models import Message
from tests.accounts.second_factor import PASSWORD
from tests.factories import (
    FocalPointFactory,
    MemberFactory,
    TimelineEntryFactory,
)
from tests.journeys.steps import give_password
from tests.triage.staff import coordinator, officer


@pytest.fixture
def colleague():
    colleague = coordinator(
        FocusArea.objects.get(number=1), name="Kofi Mensah", email="kofi@p2c.example"
    )
    colleague.set_password(PASSWORD)
    colleague.save()
    return colleague


@pytest.fixture
def member():
    member = MemberFactory(
        organisation_name="Ministry of Digital Affairs",
        motivation="To connect every school.",
        submitted_at=timezone.now() - timedelta(days=1),
    )
    FocalPointFactory(member=member, given_name="Ada", family_name="King")
    TimelineEntryFactory(member=member, kind=TimelineKind.NOTE_ADDED, note="Met them in Kigali.")
    return member


def link_in_the_email(email):
    body = Message.objects.get(recipient=email).body
    return re.search(r"\]\((http\S+)\)", body)[1]


def test_officer_asks_and_the_colleague_answers_from_the_email(
    page_of, new_page, assert_sound, colleague, member
):
    desk = page_of(officer(name="Amina Diallo", email="amina@p2c.example"))
    desk.goto(f"/admin/members/member/{member.pk}/change/")
    desk.get_by_role("navigation", name="Decisions").get_by_text("More", exact=True).click()
    desk.get_by_role("link", name="Ask for an opinion").click()
    desk.get_by_label("Ask", exact=True).select_option("Kofi Mensah")
    desk.get_by_label("Question").fill("Does your office know them?")
    assert_sound(desk)
    desk.get_by_role("button", name="Ask for an opinion", exact=True).click()
    opinions = desk.get_by_role("region", name="Conversation")
    expect(opinions.get_by_text("waiting", exact=True)).to_be_visible()

    theirs = new_page()
    theirs.goto(link_in_the_email("kofi@p2c.example"))
    give_password(theirs, "kofi@p2c.example")
    heading = theirs.get_by_role("heading", name="Opinion on Ministry of Digital Affairs")
    expect(heading).to_be_visible()
    for text in ("Does your office know them?", "To connect every school.", "Met them in Kigali."):
        expect(theirs.get_by_text(text)).to_be_visible()
    expect(theirs.get_by_text("King")).to_have_count(0)
    assert_sound(theirs)
    theirs.get_by_role("button", name="Send opinion").click()
    expect(theirs.get_by_text("Write your opinion.")).to_be_visible()
    assert_sound(theirs)
    theirs.get_by_label("Your opinion").fill("A reliable partner of our office.")
    theirs.get_by_label("In favour").check()
    theirs.get_by_role("button", name="Send opinion").click()
    expect(theirs.get_by_text("Opinion sent. Amina Diallo gets an email.")).to_be_visible()
    expect(theirs.get_by_text("To connect every school.")).to_have_count(0)
    assert_sound(theirs)

    desk.goto(link_in_the_email("amina@p2c.example"))
    opinions = desk.get_by_role("region", name="Conversation")
    expect(opinions.get_by_text("A reliable partner of our office.")).to_be_visible()
    expect(opinions.get_by_text("In favour")).to_be_visible()
    assert_sound(desk)
