"""Scheduled steps in a browser: shown, taken early, skipped; and preferences."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from members.services.decisions import request_information
from tests.factories import FocalPointFactory, MemberFactory
from tests.triage.follow_ups.silence import wrote_to
from tests.triage.staff import QUEUE, officer
from triage.follow_ups.models import FollowUp, FollowUpStep

DAY = timedelta(days=1)


@pytest.fixture
def amina():
    return officer(name="Amina Diallo")


@pytest.fixture
def silent(amina):
    """A member with a request from yesterday and an unconfirmed address."""
    member = MemberFactory(organisation_name="Ministry of Posts")
    person = FocalPointFactory(member=member, given_name="Ada", family_name="Lovelace")
    wrote_to(person, at=timezone.now() - DAY)
    request_information(member=member, missing="Who?", by=amina, at=timezone.now() - DAY)
    return member


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({}, id="plain"),
        pytest.param({"java_script_enabled": False}, id="bare", marks=pytest.mark.long),
    ],
)
def test_officer_does_one_step_now_and_skips_another(page_of, amina, silent, options):
    page = page_of(amina, **options)
    page.goto(f"{QUEUE}?view=mine")
    page.get_by_role("link", name="Ministry of Posts").click()

    page.get_by_role("button", name=re.compile("Run now.*Remind to confirm")).click()
    expect(page.get_by_text("Done: Remind to confirm the email address.")).to_be_visible()
    page.get_by_role(
        "button", name=re.compile("Skip.*Remind the organisation of the information request")
    ).click()
    expect(
        page.get_by_text("Skipped: Remind the organisation of the information request.")
    ).to_be_visible()

    expect(
        page.get_by_role("button", name=re.compile("Run now.*Notify the assignee"))
    ).to_be_visible()
    assert list(FollowUp.objects.order_by("pk").values_list("step", "is_skipped")) == [
        (FollowUpStep.REMIND_TO_CONFIRM, False),
        (FollowUpStep.REMIND_OF_REQUEST, True),
    ]
    page.get_by_role("link", name="Back to members").click()
    expect(page).to_have_url(re.compile(rf"{QUEUE}\?view=mine$"))
