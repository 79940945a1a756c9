"""Two officers publish a large commitment, and settle money that counts nowhere."""

from decimal import Decimal

from playwright.sync_api import expect

from commitments.models import NotCounted
from tests.commitments.desk import S, sent
from tests.commitments.register import published
from tests.factories import AmountFactory, MemberFactory
from tests.triage.staff import officer

WIDE = {"viewport": {"width": 1280, "height": 900}}
NARROW = {"viewport": {"width": 320, "height": 700}, "color_scheme": "dark"}
TITLE = "Fibre to 1,200 health centres of all provinces"


def test_two_officers_publish_and_settle(page_of, assert_sound, settings):
    settings.COMMITMENT_SECOND_PERSON_ABOVE = 100_000_000
    bank = MemberFactory(organisation_name="African Bank of Long Names", acronym="ABLN")
    other = AmountFactory(commitment=published(reference="C-THERE1"), contributor=bank)
    other.original = Decimal(250_000_000)
    other.save()
    AmountFactory(
        commitment=published(reference="C-COPY99", lead=bank),
        not_counted=NotCounted.DUPLICATE,
        counted_in=published(reference="C-EMPTY2"),
    )
    commitment = sent(S.SUBMITTED, title=TITLE)
    AmountFactory(
        commitment=commitment, contributor=bank, contributor_answer="", original=other.original
    )
    AmountFactory(commitment=commitment, original=other.original, currency="USD")
    desk = page_of(officer(name="Amina Diallo", email="amina@p2c.example"), **WIDE)
    second = page_of(officer(name="Kofi Mensah", email="kofi@p2c.example"), **NARROW)
    place = f"/admin/commitments/commitment/{commitment.pk}/change/"

    desk.goto(place)
    desk.get_by_role("link", name="Publish now").click()
    expect(desk.get_by_text("This needs a second person.")).to_be_visible()
    expect(desk.get_by_role("heading", name="What may count twice")).to_be_visible()
    assert_sound(desk)
    desk.get_by_text("Edit the email").click()
    desk.get_by_role("textbox", name="Text").fill("My own words.")
    desk.get_by_role("button", name="Publish now", exact=True).click()
    expect(desk.get_by_text("A colleague must confirm this.")).to_be_visible()
    assert_sound(desk)

    second.goto("/admin/")
    assert_sound(second)
    second.get_by_role("link", name="Second person: 1").click()
    second.get_by_role("link", name=TITLE).click()
    second.get_by_role("link", name="Read and confirm").click()
    expect(second.get_by_text("Amina Diallo asked on")).to_be_visible()
    expect(second.get_by_role("textbox", name="Text")).to_have_value("My own words.")
    assert_sound(second)
    second.get_by_role("button", name="Publish now", exact=True).click()
    expect(second.get_by_text("The commitment is published.")).to_be_visible()

    second.goto("/admin/commitments/amount/double-counts/")
    expect(second.get_by_text("which no longer has this money")).to_be_visible()
    assert_sound(second)
    second.get_by_role("button", name="Count it here").click()
    expect(second.get_by_text("Saved. The figures follow.")).to_be_visible()
