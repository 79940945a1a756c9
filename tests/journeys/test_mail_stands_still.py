"""A mail server that accepts nothing: an officer sees it, and tries all messages again."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from outbox.models import Message
from tests.factories import MessageFactory
from tests.triage.staff import officer

WORDS = "450 4.3.0 " + "TemporaryLookupFailureOfAVeryLongName" * 3


@pytest.fixture
def _waiting():
    at = timezone.now()
    for number in range(3):
        MessageFactory(
            subject=f"P2C-WAIT0{number}: received",
            queued_at=at - timedelta(minutes=20),
            first_due_at=at - timedelta(minutes=20),
            due_at=at + timedelta(hours=6),
            server_trouble_at=at,
            server_response=WORDS,
        )


@pytest.mark.usefixtures("_waiting")
def test_officer_sees_that_mail_stands_still_and_tries_all_again(page_of, site, assert_sound):
    person = officer(name="Amina Diallo", email="amina@p2c.example")
    page = page_of(person)

    page.goto(f"{site}/admin/")
    notice = page.locator(".notice.is-error")
    expect(notice).to_contain_text(WORDS[:60])
    assert_sound(page)
    notice.get_by_role("link").click()
    expect(page).to_have_url(f"{site}/admin/outbox/message/?status__exact=queued")
    expect(page.locator(".notice.is-error")).to_contain_text(WORDS[:60])
    assert_sound(page)
    page.locator(".notice.is-error").get_by_role("link").nth(1).click()
    assert_sound(page)
    page.get_by_role("button").and_(page.locator(".btn-main")).click()

    expect(page).to_have_url(f"{site}/admin/outbox/message/")
    expect(page.get_by_role("list").and_(page.locator(".messagelist"))).to_contain_text("3")
    assert Message.objects.filter(due_at__lte=timezone.now()).count() == 3
