"""A call closes under a person's hands: they ask to send their form late, and an officer agrees."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from members.models import Call, TimelineEntry, TimelineKind
from outbox.models import Message
from tests.eoi.form import make_call
from tests.journeys.steps import PHONE, delete_calls, fill_in, press
from tests.triage.staff import officer

pytestmark = pytest.mark.django_db(transaction=True)


def test_form_that_came_too_late_is_accepted_and_sent(new_page, page_of, assert_sound):
    delete_calls()
    make_call()
    person, desk = new_page(**PHONE), page_of(officer(name="Amina Diallo"))

    person.goto("/en/expression-of-interest/")
    fill_in(person)
    Call.objects.update(closes_at=timezone.now(), grace_ends_at=timezone.now())
    press(person, "Check your answers")
    expect(person.get_by_text("it cannot be sent now")).to_be_visible()
    expect(person.get_by_label("Position", exact=True)).to_have_value("Director")
    assert_sound(person)
    press(person, "Save it first")
    press(person, "Save and send me the link")
    person.get_by_role("link", name="Ask to send it late").click()
    expect(person.get_by_label("Name of the organisation")).to_have_value(
        "Ministry of Digital Affairs"
    )
    assert_sound(person)
    press(person, "Ask to send it late")
    expect(person.get_by_text("We have received your request.")).to_be_visible()
    assert_sound(person)

    desk.goto("/admin/")
    desk.get_by_role("link", name="1 organisation asks to send its form late").click()
    assert_sound(desk)
    desk.get_by_role("link", name="Ministry of Digital Affairs").click()
    expect(desk.get_by_text("wanjiku@example.org")).to_be_visible()
    assert_sound(desk)
    desk.get_by_role("link", name="Accept until…").click()
    assert_sound(desk)
    press(desk, "Accept")
    expect(desk.get_by_text("An email to wanjiku@example.org is on its way.")).to_be_visible()

    person.goto(Message.objects.get(topic__contains="/late/").private_page)
    expect(person.get_by_text("We accept this form after the deadline")).to_be_visible()
    assert_sound(person)
    press(person, "Check your answers")
    expect(person.get_by_text("Send it no later than:")).to_be_visible()
    assert_sound(person)
    press(person, "Send your expression of interest")
    expect(person.get_by_role("heading", level=1)).to_have_text(
        "We have received your expression of interest"
    )
    entry = TimelineEntry.objects.get(kind=TimelineKind.ACCEPTED_LATE)
    assert entry.by_name == "Amina Diallo"
    desk.goto(f"/admin/members/member/{entry.member_id}/change/")
    timeline = desk.get_by_text(re.compile("Accepted after the deadline"))
    expect(timeline.first).to_be_visible()
