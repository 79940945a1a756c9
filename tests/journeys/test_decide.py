"""A decision with a letter in a real browser: by keyboard only, with a draft."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from members.models import LetterDraft, Member, MemberStatus
from members.services import assignment
from outbox.models import Message
from tests.factories import FocalPointFactory, MemberFactory, UserFactory
from tests.journeys.steps import tab_to
from tests.triage.staff import officer


@pytest.fixture
def member():
    member = MemberFactory(
        organisation_name="Network", submitted_at=timezone.now() - timedelta(days=1)
    )
    FocalPointFactory(member=member, given_name="Ada", family_name="King", language="fr")
    return member


def press_by_keyboard(page, name):
    tab_to(page, page.get_by_role("button", name=name, exact=True))
    page.keyboard.press("Enter")


def test_member_is_declined_by_keyboard_with_a_draft(page_of, assert_sound, member):
    desk = page_of(officer(), viewport={"width": 1280, "height": 900})
    desk.goto(f"/admin/members/member/{member.pk}/decline/")
    press_by_keyboard(desk, "Decline")
    expect(desk.get_by_text("Choose at least one reason.")).to_be_visible()
    assert_sound(desk)

    tab_to(desk, desk.get_by_label("Outside the four focus areas"))
    desk.keyboard.press("Space")
    letter = desk.get_by_role("region", name="Email")
    expect(letter.get_by_text("ne relève d’aucun des quatre domaines d’action")).to_be_visible()
    tab_to(desk, desk.get_by_text("Edit the email"))
    desk.keyboard.press("Enter")
    tab_to(desk, desk.get_by_label("Text", exact=True))
    desk.keyboard.press("Control+Home")
    desk.keyboard.type("Mes propres mots. ")
    expect(letter.get_by_text("Mes propres mots.").first).to_be_visible()
    press_by_keyboard(desk, "Save draft")
    expect(desk.get_by_text("Draft saved.")).to_be_visible()
    expect(desk.get_by_text("It is shown below as you saved it.")).to_be_visible()
    expect(letter.locator("[lang=fr]").get_by_text("Mes propres mots.").first).to_be_visible()
    expect(letter.get_by_text("Your changes are not translated.")).to_be_visible()
    assert_sound(desk)
    assert list(Message.objects.all()) == []

    press_by_keyboard(desk, "Decline")
    expect(desk.get_by_text("The applicant was declined.")).to_be_visible()
    assert Member.objects.get().status == MemberStatus.DECLINED
    assert "Mes propres mots." in Message.objects.get().body
    assert list(LetterDraft.objects.all()) == []


def test_who_comes_second_reads_who_decided_what(page_of, assert_accessible, member):
    amina = officer(name="Amina Diallo")
    desk = page_of(amina)
    desk.goto(f"/admin/members/member/{member.pk}/decline/")
    desk.get_by_label("Outside the four focus areas").check()
    expect(desk.get_by_text("ne relève d’aucun des quatre domaines d’action")).to_be_visible()
    assignment.assign_to_self(member=member, by=UserFactory(name="Grace Hopper"), at=timezone.now())

    desk.get_by_role("button", name="Decline", exact=True).click()

    refusal = desk.get_by_role("alert").filter(has_text="Nothing was changed.")
    expect(refusal.get_by_text("Assignee:")).to_contain_text("Grace Hopper")
    assert_accessible(desk)
    desk.get_by_label("I have seen the changes. Decide anyway").check()
    desk.get_by_role("button", name="Decline", exact=True).click()
    expect(desk.get_by_text("The applicant was declined.")).to_be_visible()
    assert Member.objects.get().decided_by == amina
