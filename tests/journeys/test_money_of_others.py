"""Money of an organisation that nobody asked counts nothing, and goes when it declines."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from commitments.models import Partner, PartnerAnswer
from commitments.services.figures import refresh_figures
from commitments.services.lead_letters import partner_page_url
from tests.commitments.desk import S, sent
from tests.factories import AmountFactory, PartnerFactory
from tests.triage.staff import officer

pytestmark = pytest.mark.django_db(transaction=True)

GHOST = "Ghost Fibre Fund"
NBSP = "\N{NO-BREAK SPACE}"


def test_invented_money_of_a_partner_never_counts_and_goes_when_it_declines(
    page_of, new_page, assert_sound
):
    ada, now = officer(name="Amina Diallo"), timezone.now()
    commitment = sent(S.SUBMITTED, title="Fibre for 1,200 schools", submitted_at=now)
    AmountFactory(commitment=commitment, original=2_000_000)
    AmountFactory(
        commitment=commitment,
        position=1,
        original=5_000_000_000,
        contributor_name=GHOST,
        contributor_answer="",
    )
    partner = PartnerFactory(
        commitment=commitment, name=GHOST, answer=PartnerAnswer.INVITED, invited_at=now
    )
    refresh_figures(at=now)
    desk, visitor, ghost = page_of(ada), new_page(), new_page()

    # Staff read before they publish that five billion wait.
    desk.goto(f"/admin/commitments/commitment/{commitment.pk}/change/")
    desk.get_by_role("link", name="Publish now").click()
    forecast = desk.get_by_role("region", name="What would count")
    expect(forecast.get_by_text(f"USD{NBSP}2,000,000")).to_be_visible()
    expect(forecast.get_by_text("Its contributor has not answered yet.")).to_be_visible()
    assert_sound(desk)
    desk.get_by_role("button", name="Publish now").click()
    expect(desk.get_by_text("The commitment is published.")).to_be_visible()

    # The total has only what the lead gives, and the page says why.
    visitor.goto("/en/commitments/")
    expect(visitor.get_by_text(f"USD{NBSP}2.0{NBSP}m", exact=True).first).to_be_visible()
    assert "5.0" not in visitor.get_by_role("main").inner_text()
    visitor.goto(f"/en/commitments/{commitment.reference}/")
    row = visitor.get_by_role("row").filter(has_text=GHOST)
    expect(row.get_by_text("No: Not confirmed by the contributor")).to_be_visible()
    assert_sound(visitor)

    # The partner declines: its name and the amount are gone everywhere.
    ghost.goto(partner_page_url(Partner.objects.get(pk=partner.pk), "en"))
    ghost.get_by_label("Your name").fill("Chen Wei")
    ghost.get_by_role("button", name="No, we are not").click()
    expect(ghost.get_by_text("You have declined.")).to_be_visible()
    for address in (
        f"/en/commitments/{commitment.reference}/",
        f"/en/commitments/{commitment.reference}/versions/1/",
        "/en/commitments/",
    ):
        visitor.goto(address)
        expect(visitor.get_by_text("Fibre for 1,200 schools").first).to_be_visible()
        assert GHOST not in visitor.content()
        assert "5,000,000,000" not in visitor.content()
    visitor.goto("/en/data/")
    visitor.get_by_role("link", name="retractions", exact=True).click()
    expect(visitor.get_by_role("heading", level=1)).to_contain_text("Retractions")
    assert_sound(visitor)
