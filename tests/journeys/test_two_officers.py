"""Two officers at the same member, each in a browser of their own."""

import re

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from members.models import Member, MemberStatus
from outbox.models import Message, MessageStatus
from tests.factories import FocalPointFactory
from tests.triage.staff import address, officer

DESK = {"viewport": {"width": 1280, "height": 900}}


@pytest.fixture(autouse=True)
def _undo_is_on(settings):
    settings.UNDO_SECONDS = 120
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def member():
    return FocalPointFactory(member__organisation_name="Ministry of Posts").member


@pytest.fixture
def amina(page_of):
    return page_of(officer(name="Amina Diallo"), is_new=True, **DESK)


@pytest.fixture
def chen(page_of):
    return page_of(officer(name="Chen Wei"), **DESK)


def heading(page, name):
    return page.get_by_role("heading", level=1, name=name, exact=True)


def open_member(page, member):
    page.goto(address("change", member))
    expect(heading(page, "Ministry of Posts")).to_be_visible()


def press_undo(page):
    page.get_by_role("button", name=re.compile(r"^Undo")).click()


def test_officer_sees_who_else_reads_the_member(amina, chen, member, broken_rules):
    open_member(amina, member)
    # Her page has asked once; nobody else was there.
    expect(amina.get_by_text("is reading this now.")).to_have_count(0)

    open_member(chen, member)

    expect(chen.get_by_text("Amina Diallo is reading this now.")).to_be_visible()
    assert broken_rules(chen) == []


def test_officer_undoes_a_decision_and_no_letter_is_sent(amina, member):
    amina.goto(address("request_information", member))
    amina.get_by_label("Other missing information").fill("Which ministry are you?")
    # The letter follows what is typed.
    expect(amina.get_by_role("region", name="Email").get_by_text("Which ministry")).to_be_visible()
    amina.get_by_role("button", name="Request information", exact=True).click()
    last = amina.get_by_role("group", name="Your last decisions")
    expect(last.get_by_text(re.compile(r"^[12]:\d\d left$"))).to_be_visible()

    press_undo(amina)

    expect(amina.get_by_text("The decision is undone. No letter is sent.")).to_be_visible()
    expect(amina.get_by_text("Decision undone", exact=True)).to_be_visible()
    assert Member.objects.get().status == MemberStatus.PENDING
    assert {message.status for message in Message.objects.all()} == {MessageStatus.CANCELLED}


def test_note_of_a_colleague_appears_on_the_open_page(amina, chen, member):
    amina.clock.install()
    open_member(amina, member)
    open_member(chen, member)
    chen.get_by_label("Note", exact=True).fill("They answer by Friday.")
    chen.get_by_role("button", name="Add note").click()
    expect(chen.get_by_text("Note added.")).to_be_visible()

    # The page asks every 20 seconds.
    amina.clock.run_for(21_000)

    expect(amina.get_by_text("New since you opened this page")).to_be_visible()
    expect(amina.get_by_text("They answer by Friday.")).to_be_visible()
    expect(amina.get_by_text("Chen Wei is reading this now.")).to_be_visible()
