"""Between calls: a visitor requests an alert about the next one, on a phone."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from eoi.models import CallAlert
from eoi.services.call_alerts import announce_open_call
from outbox.models import Message
from tests.eoi.form import make_call
from tests.journeys.steps import SCRIPT_ON_AND_OFF, delete_calls

pytestmark = pytest.mark.django_db(transaction=True)


@SCRIPT_ON_AND_OFF
def test_visitor_asks_confirms_and_is_told(new_page, options, broken_rules, assert_fits):
    delete_calls()
    page = new_page(**options)

    def check():
        assert broken_rules(page, also_dark=True) == []
        assert_fits(page)

    page.goto("/en/")
    page.get_by_role("link", name="Tell me when the next call opens").click()
    check()
    page.get_by_role("button", name="Tell me when it opens").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter your email address")
    check()
    page.get_by_label("Email address").fill("ada@example.org")
    page.get_by_label("Language of the email").select_option("French")
    page.get_by_role("button", name="Tell me when it opens").click()
    expect(page.get_by_role("heading", name="Check your email")).to_be_visible()
    check()

    page.goto(Message.objects.get().private_page.replace("/fr/", "/en/"))
    check()
    page.get_by_role("button", name="Yes, tell me").click()
    expect(page.get_by_role("heading", name="We will write to you")).to_be_visible()
    check()
    make_call()
    assert announce_open_call(at=timezone.now()) == 1
    page.get_by_role("button", name="Delete my address").click()

    expect(page.get_by_text("Your address was deleted.")).to_be_visible()
    assert (CallAlert.objects.count(), Message.objects.count()) == (0, 0)
