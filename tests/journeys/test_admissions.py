"""Bulk admission in a real browser: roles, and letters to read first."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from members.models import Member, MemberStatus, SpamSignal
from outbox.models import Message
from tests.factories import FocalPointFactory, MemberFactory
from tests.triage.staff import QUEUE, officer
from triage.duplicates.services.matching import match_new_members


@pytest.fixture
def _four_that_wait():
    """One wants to participate, two similar ones want to observe, one wants to lead."""
    for name, role, language, spam_signal in (
        ("Ministry of Posts", "participant", "fr", ""),
        ("Observatory", "observer", "en", SpamSignal.HONEYPOT),
        ("Observatory", "observer", "en", ""),
        ("Union of Leaders", "lead", "en", ""),
    ):
        member = MemberFactory(
            organisation_name=name,
            role=role,
            spam_signal=spam_signal,
            country="CH",
            submitted_at=timezone.now(),
        )
        FocalPointFactory(member=member, language=language)
    while match_new_members(at=timezone.now()):
        pass


@pytest.mark.usefixtures("_four_that_wait")
def test_each_is_admitted_in_the_role_of_its_row_once_the_letters_were_read(page_of, assert_sound):
    page = page_of(officer())

    page.goto(QUEUE)
    for box in page.get_by_role("checkbox", name="Select this object").all():
        box.check()
    page.get_by_role("button", name="Admit", exact=True).click()
    expect(page.get_by_role("heading", name="Admit", level=1)).to_be_visible()
    of_leaders = page.get_by_role("combobox", name=re.compile("Role granted.*Union of Leaders"))
    expect(page.get_by_text("possible spam: honeypot field filled in")).to_be_visible()
    expect(page.get_by_text("possible duplicate")).to_have_count(2)
    assert_sound(page)

    page.get_by_role("button", name="Preview letters").click()
    expect(page.get_by_text("Choose a role.", exact=True)).to_be_visible()
    assert_sound(page)
    of_leaders.select_option("Participant")
    page.get_by_role("button", name="Preview letters").click()
    expect(page.get_by_role("heading", name="French · Participant")).to_be_visible()
    mails = page.locator("iframe").all()
    roles = ["Observer", "Participant", "Participant"]
    for mail, role in zip(mails, roles, strict=True):
        expect(mail.content_frame.get_by_text(role, exact=False).first).to_be_visible()
    assert_sound(page)

    of_leaders.select_option("Co-lead")
    page.get_by_role("button", name="Admit", exact=True).click()
    expect(page.get_by_role("heading", name="English · Co-lead")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("Not saved: your choice needs letters")
    assert list(Message.objects.all()) == []
    page.get_by_role("button", name="Admit", exact=True).click()

    expect(page.get_by_text("2 members admitted.")).to_be_visible()
    # The two similar ones have a flag to answer first.
    expect(page.get_by_role("alert")).to_contain_text("2 applicants were not changed:")
    assert_sound(page)
    page.get_by_text("2 members admitted.").click()
    page.get_by_role("link", name="Union of Leaders").click()
    expect(page.get_by_text("as: Co-lead")).to_be_visible()
    assert list(
        Member.objects.filter(status=MemberStatus.ADMITTED)
        .order_by("pk")
        .values_list("granted_role", flat=True)
    ) == ["participant", "co_lead"]
    assert Message.objects.count() == 2
