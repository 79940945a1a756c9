"""A whole round of a draft: mails, a proposal on a phone, its answer, and the new draft.

The seconds of the proposal are counted as in `test_propose_on_a_phone`.
"""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from framework.models import ParagraphKind
from framework.services.notices import send_notices
from tests.framework.proposing import a_paragraph, a_proposer, an_open_draft
from tests.framework.readers import letters, text_of
from tests.journeys.steps import PHONE, press
from tests.journeys.test_propose_on_a_phone import LIMIT, Phone
from tests.triage.staff import coordinator

pytestmark = pytest.mark.django_db(transaction=True)

DESK = {"viewport": {"width": 1280, "height": 900}}
ORGANISATION = "Réseau des femmes pour le numérique"
BEFORE = "Let people pay for devices in instalments"
ADDED = ", with savings groups as guarantors"
PROPOSE = re.compile(r"^Propose ?, 1\.1$")
REASON = "Four of five women in our groups have no bank account."


def link_in_mail(text):
    """Send what there is to tell, and return the private link in the mail that says something."""
    assert send_notices(at=timezone.now()) == 1
    body = text_of(letters().last())
    assert text in body
    return re.search(r"[^\s<>]+/framework/[^\s<>]+", body)[0]


def test_a_round_from_a_mail_to_the_new_draft(new_page, page_of, assert_sound):
    draft = an_open_draft(number=1)
    a_paragraph(draft, kind=ParagraphKind.HEADING, text_en="Devices that people can afford")
    a_paragraph(draft, text_en=BEFORE)
    a_proposer(organisation_name=ORGANISATION)
    amina = coordinator(draft.framework.focus_area, name="Amina Diallo")
    page, desk = new_page(**PHONE), page_of(amina, **DESK)
    overview = f"/admin/framework/framework/{draft.framework.pk}/change/"

    # A focal point proposes by the link in the mail.
    link = link_in_mail("Draft 1 of the Action Framework")
    phone = Phone(page, link)
    phone.tap(page.get_by_role("link", name=PROPOSE))
    phone.tap(page.get_by_role("link", name=re.compile("Change.*Action")))
    phone.type(ADDED, at_end_of=page.get_by_label("The text"))
    phone.type(REASON, at_end_of=page.get_by_label("Why?"))
    phone.tap(page.get_by_role("button", name="Send the proposal"))
    expect(page.get_by_text("The proposal is sent.")).to_be_visible()
    assert phone.seconds <= LIMIT

    # The coordinator closes the draft, takes the wording and opens the next one.
    desk.goto(overview)
    desk.get_by_role("link", name="Close now").click()
    press(desk, "Close the draft now")
    expect(desk.get_by_text("Draft 1 is closed.")).to_be_visible()
    desk.get_by_role("link", name="Begin draft 2").click()
    press(desk, "Begin the next draft")
    expect(desk.get_by_text("Draft 2 is in preparation.")).to_be_visible()
    desk.goto(overview)
    desk.get_by_role("link", name="Answer the proposals").click()
    desk.get_by_role("link", name="Taken", exact=True).click()
    expect(desk.get_by_label("Wording of Action 1.1 in draft 2")).to_have_value(BEFORE + ADDED)
    press(desk, "Answer")
    expect(desk.get_by_text("1 of 1 proposal is answered.")).to_be_visible()
    desk.goto(overview)
    desk.get_by_role("link", name="Open draft 2").click()
    expect(desk.get_by_text("1 organisation of the working group gets an email.")).to_be_visible()
    press(desk, "Open the draft")
    expect(desk.get_by_text("Draft 2 is open until")).to_be_visible()

    # The answer comes by mail, and its link shows the new draft and who asked for it.
    link = link_in_mail(f"You asked to add “{ADDED[2:]}”. Draft 2 says so.")
    page.goto(link)
    expect(page.get_by_text(BEFORE + ADDED)).to_be_visible()
    page.get_by_role("link", name=PROPOSE).click()
    history = page.get_by_role("region", name="Action 1.1: proposals and history")
    expect(history.get_by_role("insertion").last).to_contain_text(ADDED)
    expect(history.get_by_text(ORGANISATION, exact=True)).to_be_visible()
    expect(history.get_by_text("Taken", exact=True)).to_be_visible()
    assert_sound(page)
