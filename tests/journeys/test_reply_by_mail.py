"""An officer asks, and the organisation replies by mail with a document."""

import pytest
from django.utils.timezone import now
from playwright.sync_api import expect

from inbox.models import IncomingMail, Source
from inbox.services.receiving import receive
from members.models import Member, MemberStatus, TimelineKind
from outbox.models import Message
from tests.factories import FocalPointFactory
from tests.inbox.mails import reply, reply_address
from tests.papers.files import PDF
from tests.triage.staff import address, officer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("folder")]

WORDS = "We are the ministry of posts.\nThe law is attached."


@pytest.fixture(autouse=True)
def with_return_addresses(settings):
    settings.MAIL_RETURN_DOMAIN = "return.example"


def organisation_replies():
    """Answer the letter as a mail program does, and pass the mail on as a mail server does."""
    letter = Message.objects.get(topic__contains="/information-requested/")
    to = reply_address(letter)
    quotation = f"\n\nOn Monday the coalition wrote:\n> {letter.body.splitlines()[0]}"
    mail = reply(to, WORDS + quotation, sender=f"Ada <{letter.recipient}>")
    mail.add_attachment(PDF, maintype="application", subtype="pdf", filename="Law.pdf")
    receive(raw=mail.as_bytes(), envelope_to=to, source=Source.PIPE, at=now())


def test_reply_by_mail_is_recorded_by_one_press(page_of):
    member = FocalPointFactory(member__organisation_name="Ministry of Posts").member
    page = page_of(officer())
    page.goto(address("request_information", member))
    page.get_by_label("Other missing information").fill("Which ministry are you?")
    # The letter follows what is typed.
    expect(page.get_by_role("region", name="Email").get_by_text("Which ministry")).to_be_visible()
    page.get_by_role("button", name="Request information", exact=True).click()
    expect(page.get_by_role("link", name="Record reply")).to_be_visible()

    organisation_replies()

    mail = IncomingMail.objects.replies_of(member.reference).get()
    assert (mail.text, mail.files.get().file_name) == (WORDS, "Law.pdf")
    # A mail decides nothing.
    assert Member.objects.get().status == MemberStatus.INFORMATION_REQUESTED
    page.goto(address("change", member))
    conversation = page.get_by_role("region", name="Conversation")
    expect(conversation.get_by_text("We are the ministry of posts.").first).to_be_visible()
    page.get_by_role("button", name="Record reply", exact=True).click()
    expect(page.get_by_text("Reply recorded.")).to_be_visible()
    assert Member.objects.get().status == MemberStatus.PENDING
    answer = member.timeline.get(kind=TimelineKind.ANSWERED)
    assert answer.note.splitlines() == WORDS.splitlines()
    assert answer.files.get().file_name == "Law.pdf"
