"""From a failed message to its member, a corrected address and sending it again, in a browser."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from members.models import Member
from outbox.models import Message, MessageStatus
from tests.factories import FocalPointFactory, MemberFactory, MessageFactory
from tests.triage.staff import officer


def failed_letter(**facts):
    """A letter to a focal point with a mistyped address."""
    member = MemberFactory(organisation_name="Ministry of Posts", **facts)
    person = FocalPointFactory(member=member, email="ada@exmaple.org", position="Director")
    return MessageFactory(
        reference=member.reference,
        topic=f"{member.reference}/received/entry-1/focal-point-{person.pk}",
        recipient=person.email,
        subject="We have your expression of interest",
        status=MessageStatus.FAILED,
        server_response="550 5.1.2 Domain not found",
    )


def member_of(letter):
    return Member.objects.get(reference=letter.reference)


@pytest.mark.sample
def test_officer_finds_failed_mail_corrects_the_address_and_writes_again(page_of, assert_sound):
    letter = failed_letter()
    page = page_of(officer(name="Amina Diallo"))

    page.goto("/admin/")
    page.get_by_role("link", name="1 undelivered message").click()
    expect(page.get_by_role("link", name=letter.reference)).to_be_visible()
    assert_sound(page)
    page.get_by_role("link", name=letter.subject, exact=True).click()
    assert_sound(page)
    page.get_by_role("link", name="Correct answers").click()
    page.get_by_label("Email").first.fill("ada@example.org")
    page.get_by_label("Reason").fill("They called: the address was mistyped.")
    page.get_by_role("button", name="Correct answers").click()
    expect(page.get_by_text("Answers corrected.")).to_be_visible()

    page.goto("/admin/outbox/message/?arrival=failed")
    page.get_by_role("link", name=f"Resend: {letter.subject}, to ada@exmaple.org").click()
    expect(page.get_by_text("at the current address, ada@example.org")).to_be_visible()
    page.get_by_role("button", name="Resend").click()
    expect(page.get_by_text("Email resent to ada@example.org.")).to_be_visible()

    page.goto("/admin/")
    expect(page.get_by_text("No undelivered messages")).to_be_visible()
    page.goto(f"/admin/outbox/message/{letter.pk}/change/")
    page.get_by_role("link", name="Resend").click()
    expect(page.get_by_text(re.compile("Resent: .*, by Amina Diallo"))).to_be_visible()
    assert_sound(page)
    assert list(Message.objects.order_by("pk").values_list("recipient", "status")) == [
        ("ada@exmaple.org", "failed"),
        ("ada@example.org", "queued"),
    ]


def test_failed_letter_is_put_right_in_two_clicks_on_the_page_of_the_member(page_of, assert_sound):
    letter = failed_letter()
    page = page_of(officer(name="Amina Diallo"), viewport={"width": 1280, "height": 900})
    page.goto("/admin/members/member/?view=mail_failed")

    page.get_by_role("link", name="Ministry of Posts").click()
    form = page.get_by_role("form", name=f"Resend: {letter.subject}")
    expect(form.get_by_label("Send to")).to_have_value("ada@exmaple.org")
    assert_sound(page)
    form.get_by_label("Send to").fill("ada@example.org")
    form.get_by_role("button", name="Resend").click()

    expect(page.get_by_text("Email resent to ada@example.org.")).to_be_visible()
    expect(form).to_have_count(0)
    assert list(Message.objects.order_by("pk").values_list("recipient", "status")) == [
        ("ada@exmaple.org", "failed"),
        ("ada@example.org", "queued"),
    ]


def test_letters_about_one_thing_are_folded_once_all_have_arrived(page_of, assert_sound):
    letter = failed_letter()
    alternate = FocalPointFactory(member=member_of(letter), is_alternate=True)
    sent = {"status": MessageStatus.SENT, "sent_at": timezone.now(), "subject": letter.subject}
    begin = f"{letter.reference}/received/entry-1/focal-point-{alternate.pk}"
    MessageFactory(reference=letter.reference, topic=begin, recipient=alternate.email, **sent)
    page = page_of(officer(), viewport={"width": 1280, "height": 900})
    page.goto(f"/admin/members/member/{alternate.member.pk}/change/")

    form = page.get_by_role("form", name=f"Resend: {letter.subject}")
    expect(form).to_be_visible()
    assert_sound(page)
    form.get_by_role("button", name="Resend").click()
    Message.objects.filter(status=MessageStatus.QUEUED).update(
        status=MessageStatus.SENT, sent_at=timezone.now()
    )
    expect(page.get_by_text("Email resent to")).to_be_visible()
    page.reload()

    link = page.get_by_role("link", name=f"In the outbox: {letter.subject}, to {alternate.email}")
    expect(link).to_be_hidden()
    page.get_by_text("3 messages").click()
    expect(link).to_be_visible()
    assert_sound(page)
