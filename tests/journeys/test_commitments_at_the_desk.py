"""Commitments at the desk in a real browser: a decision by keyboard, and a change on a phone."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from commitments.services import publication
from outbox.models import Message
from tests.commitments.desk import S, proposed, sent
from tests.factories import AmountFactory, PartnerFactory
from tests.triage.staff import officer

PHONE = {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}


def test_officer_asks_by_keyboard_and_accepts_a_change_on_a_phone(page_of, assert_sound):
    ada, now = officer(name="Amina Diallo"), timezone.now()
    commitment = sent(S.SUBMITTED, languages=("fr",), submitted_at=now - timedelta(days=9))
    AmountFactory(commitment=commitment)
    PartnerFactory(commitment=commitment)
    public = sent(S.SUBMITTED, title="Fibre for 1,200 schools", submitted_at=now)
    publication.publish(public, by=ada, at=now)
    proposed(public, title="Fibre for 1,500 schools")

    desk = page_of(ada)
    desk.goto("/admin/")
    desk.get_by_role("link", name="Needs action: 1").click()
    expect(desk.get_by_role("link", name="Needs action 1")).to_have_attribute(
        "aria-current", "page"
    )
    assert_sound(desk)
    desk.get_by_role("link", name="Digital skills for 1,000 teachers").focus()
    desk.keyboard.press("Enter")
    desk.get_by_role("link", name="Ask for information").focus()
    desk.keyboard.press("Enter")
    desk.get_by_label("Question").fill("Combien d’enseignants ?")
    expect(
        desk.locator("#letter-shown").get_by_text("Combien d’enseignants ?").first
    ).to_be_visible()
    assert_sound(desk)
    desk.get_by_role("button", name="Ask for information").focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("The question is on its way.")).to_be_visible()
    assert "Combien d’enseignants" in Message.objects.get(language="fr").body

    phone = page_of(ada, **PHONE)
    phone.goto("/admin/commitments/commitment/?view=changes")
    phone.get_by_role("link", name="Fibre for 1,200 schools").click()
    expect(phone.locator("ins", has_text="1,500").first).to_be_visible()
    phone.get_by_role("link", name="Decide").click()
    phone.get_by_role("link", name="Accept the change").click()
    assert_sound(phone)
    phone.get_by_role("button", name="Accept the change").click()
    expect(phone.get_by_text("The new version is published.")).to_be_visible()
    expect(phone.get_by_role("heading", name="Fibre for 1,500 schools")).to_be_visible()
