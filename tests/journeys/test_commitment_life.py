"""The whole life of one commitment: sent, asked about, published, reported on by mail, changed."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from commitments.models import Commitment, CommitmentStatus, Condition
from commitments.services.report_requests import ask_for_reports
from p2c_portal.demonstration.mail import deliver_due
from tests.commitments.writing import a_lead, draft_of
from tests.participation.people import account_of
from tests.triage.staff import officer

pytestmark = pytest.mark.django_db(transaction=True)

A_YEAR = timedelta(days=366)
LISTS = "/admin/commitments"


def newest_link(address, path):
    """Send all mail that waits, and return the address in the newest one to a person."""
    mail.outbox.clear()
    deliver_due(at=timezone.now())
    texts = [message.body for message in mail.outbox if message.to == [address]]
    links = [link for text in texts for link in re.findall(r"https?://[^\s<>]+", text)]
    return urlsplit([link for link in links if path in link][-1]).path


def publish_a_year_ago():
    """Move the publication of the commitment back, so that its first report is due."""
    commitment = Commitment.objects.get()
    published_at = commitment.published_at - A_YEAR
    Commitment.objects.filter(pk=commitment.pk).update(published_at=published_at)
    commitment.versions.update(published_at=published_at)
    ask_for_reports(at=timezone.now())


def test_commitment_from_its_first_sending_to_its_second_version(
    page_of, new_page, settings, assert_sound
):
    settings.MAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    person = a_lead()
    draft = draft_of(person)
    mine = f"/en/my/commitments/{draft.reference}/"
    public = f"/en/commitments/{draft.reference}/"
    lead, desk, visitor = page_of(account_of(person)), page_of(officer()), new_page()

    # The lead sends it, staff ask, the lead answers, staff publish.
    lead.goto(f"{mine}check/")
    lead.get_by_label("We agree that this commitment is published").check()
    lead.get_by_role("button", name="Send the commitment").click()
    expect(lead.get_by_text("The commitment is sent.")).to_be_visible()
    partner_page = newest_link("contact@example.org", "/commitments/partner/")

    desk.goto(f"{LISTS}/commitment/")
    desk.get_by_role("link", name="Fibre and satellite to 1,200 schools").click()
    desk.get_by_role("link", name="Ask for information").click()
    desk.get_by_label("Question").fill("In which districts?")
    expect(desk.locator("#letter-shown").get_by_text("In which districts?").first).to_be_visible()
    desk.get_by_role("button", name="Ask for information", exact=True).click()
    expect(desk.get_by_text("The question is on its way.")).to_be_visible()

    lead.goto(newest_link(person.email, "/my/commitments/"))
    expect(lead.get_by_text("In which districts?").first).to_be_visible()
    lead.goto(f"{mine}answer/")
    lead.get_by_label("Your answer").fill("In Zomba and Mulanje.")
    lead.get_by_role("button", name="Send the answer").click()

    assert visitor.goto(public).status == 404
    desk.goto(f"{LISTS}/commitment/{draft.pk}/change/")
    expect(desk.get_by_text("In Zomba and Mulanje.").first).to_be_visible()
    desk.get_by_role("link", name="Publish now").click()
    desk.get_by_role("button", name="Publish now", exact=True).click()
    expect(desk.get_by_text("The commitment is published.")).to_be_visible()

    # The public finds it, and the partner confirms.
    visitor.goto("/en/commitments/")
    visitor.get_by_role("link", name="Fibre and satellite to 1,200 schools").first.click()
    expect(visitor).to_have_url(re.compile(f"{public}$"))
    assert "In Zomba" not in visitor.content()
    visitor.goto(partner_page)
    visitor.get_by_label("Your name").fill("Chen Wei")
    visitor.get_by_role("button", name="Yes, we are a partner").click()
    expect(visitor.get_by_text("You have confirmed the partnership.")).to_be_visible()

    # A year later the lead reports by the link in the mail, and staff publish the report.
    publish_a_year_ago()
    report = new_page()
    report.goto(newest_link(person.email, "/commitments/report/"))
    report.get_by_label(re.compile("^Value")).fill("700")
    report.get_by_label("What was done").fill("The first 700 schools have a line.")
    report.get_by_role("button", name="Send the report").click()
    expect(report.get_by_text("Our team reads it, then it is published.").first).to_be_visible()
    assert_sound(report)

    visitor.goto(public)
    assert "The first 700 schools" not in visitor.content()
    desk.goto(f"{LISTS}/report/")
    desk.get_by_role("link", name=draft.reference).first.click()
    desk.get_by_role("button", name="Publish the report").click()
    visitor.goto(public)
    expect(visitor.get_by_text("The first 700 schools have a line.")).to_be_visible()
    assert Commitment.objects.get().condition == Condition.ON_COURSE

    # The lead proposes a change, and staff publish it as the second version.
    lead.goto(f"{mine}edit/what/")
    lead.get_by_label("Title").fill("Fibre and satellite to 1,500 schools")
    lead.get_by_role("button", name="Save and see the whole").click()
    lead.goto(f"{mine}change/")
    lead.get_by_label("Why").fill("A district was added.")
    lead.get_by_role("button", name="Propose the change").click()
    visitor.goto(public)
    expect(visitor.get_by_role("heading", level=1)).to_contain_text("1,200 schools")
    desk.goto(f"{LISTS}/commitment/?view=changes")
    desk.get_by_role("link", name="Fibre and satellite to 1,200 schools").click()
    desk.get_by_role("link", name="Accept the change").click()
    desk.get_by_role("button", name="Accept the change", exact=True).click()
    expect(desk.get_by_text("The new version is published.")).to_be_visible()

    visitor.goto(public)
    expect(visitor.get_by_role("heading", level=1)).to_contain_text("1,500 schools")
    expect(visitor.get_by_text("A district was added.").first).to_be_visible()
    expect(visitor.get_by_text("The first 700 schools have a line.")).to_be_visible()
    assert_sound(visitor)
    commitment = Commitment.objects.get()
    assert commitment.status == CommitmentStatus.PUBLISHED
    assert commitment.versions.count() == 2
    assert [each.answer for each in commitment.partners.all()] == ["confirmed"]
