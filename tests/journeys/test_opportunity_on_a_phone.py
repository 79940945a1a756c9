"""On a phone: an offer, a match in the mail, its answer from the mail, and a commitment from it.

The time of the offer is counted: 1.5 seconds for a tap, 0.3 for a character, 3 for a page.
"""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from commitments.models import Commitment
from commitments.services.drafts import Typed, autosave_part
from commitments.services.publication import publish as publish_commitment
from core.autosave import Page
from focus_areas.models import FocusArea
from opportunities.models import Opportunity, OpportunityStatus
from opportunities.services.committing import close_committed
from opportunities.services.decisions import publish
from opportunities.services.digest import send_digests
from opportunities.services.reader import link_to
from participation.services.member_accounts import sync_member_accounts
from tests.accounts.codes import code_in
from tests.commitments.writing import TYPED
from tests.factories import OpportunityFactory, OpportunityPlaceFactory, SupportOfferedFactory
from tests.journeys.steps import PHONE
from tests.journeys.test_commitment_life import newest_link
from tests.journeys.test_propose_on_a_phone import CHARACTER, TAP, Phone
from tests.participation.people import focal_point_in
from tests.triage.staff import officer

pytestmark = pytest.mark.django_db(transaction=True)

# Three minutes.
LIMIT = 180
OFFER = "Training of 300 teachers in Niger"
TEXT = "Our trainers teach in French and Hausa, and stay for one school year in each district."


@pytest.fixture
def people(settings):
    """The focal points of a ministry with an open need, and of a member that can help."""
    settings.MAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    area = FocusArea.objects.get(number=2)
    facts = {"member__publication_consent": True, "language": "en"}
    asking = focal_point_in(area, "Ministry of Education of Niger", **facts)
    helping = focal_point_in(area, "Teachers Without Borders", **facts)
    now = timezone.now()
    need = OpportunityFactory(
        member=asking.member,
        focus_area=area,
        published_at=now - timedelta(days=12),
        open_until=now + timedelta(days=48),
    )
    OpportunityPlaceFactory(opportunity=need, country="NE")
    SupportOfferedFactory(opportunity=need, kind="training")
    sync_member_accounts(at=now)
    return asking, helping


def fill_in_the_rest(commitment, person):
    """Add what the draft of a commitment needs, beside what it was filled in with."""
    for part in ("what", "targets", "places"):
        own = commitment.typed["parts"].get(part, {}).get("fields", {})
        fields = {**TYPED[part], **own}
        if part == "what":
            fields["type"] = ["programmatic"]
        autosave_part(
            commitment=commitment,
            part=part,
            typed=Typed(fields, "en"),
            page=Page("test", commitment.typed["parts"].get(part, {}).get("version", 0), False),
            by=person,
            at=timezone.now(),
        )


def test_offer_becomes_a_commitment_that_closes_the_need(
    new_page, assert_sound, people, sent_codes
):
    asking, helping = people
    need = Opportunity.objects.get()
    helper, ministry = new_page(**PHONE), new_page(**PHONE)

    # An offer in three counted minutes.
    phone = Phone(helper, link_to(helping, "write", "offer"))
    assert_sound(helper)
    for label, text in (("What do you offer, in one line?", OFFER), ("Describe it", TEXT)):
        helper.get_by_label(label).fill(text)
        phone.seconds += TAP + CHARACTER * len(text)
    for choice in ("Training", "The least developed countries"):
        phone.tap(helper.get_by_label(choice, exact=True), opens_page=False)
    phone.tap(helper.get_by_role("button", name="Send the offer"))
    expect(helper.get_by_text("It is sent.")).to_be_visible()
    assert_sound(helper)
    assert phone.seconds <= LIMIT
    offer = Opportunity.objects.get(kind="offer")
    publish(offer, by=officer(), at=timezone.now() - timedelta(hours=1))

    # A match in the mail, and a message from it.
    send_digests(at=timezone.now())
    helper.goto(newest_link(helping.email, f"/{need.reference}/"))
    assert_sound(helper)
    helper.get_by_role("link", name="Offer help").click()
    helper.get_by_label(re.compile("^Your message|^Message")).fill("We can train 300 of them.")
    helper.get_by_role("button", name="Send the message").click()
    expect(helper.get_by_text("Your message was sent to")).to_be_visible()

    # The ministry accepts it from the mail.
    ministry.goto(newest_link(asking.email, "/contacts/"))
    assert asking.email not in helper.content()
    ministry.get_by_role("button", name="Accept").click()
    expect(ministry.get_by_text(helping.email)).to_be_visible()
    assert_sound(ministry)

    # The member that helps makes a commitment from it; the click is not lost at the sign-in.
    helper.goto(newest_link(helping.email, "/contacts/"))
    helper.get_by_role("button", name="Make a commitment from this").click()
    helper.get_by_label("Email address").fill(helping.email)
    helper.get_by_role("button", name="Send me a code").click()
    helper.get_by_label("Code").fill(code_in(sent_codes()[-1]))
    helper.get_by_role("button", name="Sign in").click()
    expect(helper.get_by_label("Title")).to_have_value(need.title)
    assert_sound(helper)
    commitment = Commitment.objects.get()
    address = f"/en/my/commitments/{commitment.reference}/"
    helper.goto(f"{address}edit/places/")
    expect(helper.get_by_label("Country, region or the whole world").first).to_have_value("Niger")
    helper.goto(f"{address}edit/partners/")
    expect(helper.get_by_label("Organisation", exact=True).first).to_have_value(
        asking.member.organisation_name
    )
    fill_in_the_rest(commitment, helping)
    helper.goto(f"{address}check/")
    helper.get_by_label("We agree that this commitment is published").check()
    helper.get_by_role("button", name="Send the commitment").click()
    expect(helper.get_by_text("The commitment is sent.")).to_be_visible()

    # It is published, and the need closes.
    commitment.refresh_from_db()
    publish_commitment(commitment, by=officer(), at=timezone.now() - timedelta(hours=1))
    close_committed(at=timezone.now())
    ministry.goto(newest_link(asking.email, f"/commitments/{commitment.reference}/"))
    expect(ministry.get_by_role("heading", level=1)).to_contain_text(need.title)
    ministry.goto(f"/en/opportunities/{need.reference}/")
    expect(ministry.get_by_text("A commitment was made:")).to_be_visible()
    assert_sound(ministry)
    offer.refresh_from_db()
    assert offer.status == OpportunityStatus.OPEN
