"""A mailing in a real browser, from the queue to the results, and a reader who unsubscribes."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from mailings.models import Mailing, MailingKind, MailingStatus
from mailings.services.sending import send_due_mailings
from mailings.services.unsubscribe_links import unsubscribe_address
from outbox.models import Message
from tests.factories import NOON, MailingTextFactory
from tests.mailings.mailings import begun, confirmed, deliver, going, person
from tests.triage.staff import officer

WIDE = {"viewport": {"width": 1280, "height": 900}}
NARROW = {
    "viewport": {"width": 320, "height": 700},
    "color_scheme": "dark",
}
LONG = "Ministry of Very Long Names " * 7


@pytest.mark.sample
def test_bulletin_goes_from_the_queue_to_the_results(page_of, assert_sound):
    ada = person(email="ada@example.org", organisation_name=LONG[:200])
    person(email="Ada@example.org", organisation_name="Institute of Stars")
    person(email="alan@example.org", language="fr")
    person(email="quiet@example.org", newsletter=False)
    desk = page_of(officer(name="Amina Diallo", email="amina@p2c.example"), **WIDE)

    desk.goto("/admin/members/member/?status=admitted")
    desk.get_by_role("link", name=re.compile("^Write to all")).click()
    desk.get_by_label("Bulletin with news, only to recipients who agreed to receive it").check()
    assert_sound(desk)
    desk.get_by_role("button", name="Create draft").click()

    subject = desk.get_by_label("Subject").first
    subject.fill("News for {reference}")
    desk.get_by_label("Text", exact=True).first.fill("There is news for {organisation")
    desk.get_by_role("button", name="Save draft").click()
    # The preview says it as well.
    expect(desk.get_by_text("Unmatched brace.").first).to_be_visible()
    assert_sound(desk)
    desk.get_by_label("Text", exact=True).first.fill("There is **news** for {organisation}.")
    desk.get_by_role("button", name="Save draft").click()

    desk.get_by_role("button", name="Save and preview").click()
    mail = desk.frame_locator("iframe[title$='on a phone']")
    # The link of each recipient is in none of the others' mails, and not in a preview.
    unsubscribe = "Unsubscribe from the bulletins (the recipient's private link)"
    expect(mail.get_by_text(unsubscribe)).to_be_visible()
    expect(mail.get_by_role("paragraph").filter(has_text="news for Ministry")).to_be_visible()
    assert_sound(desk)
    desk.get_by_role("button", name="Send a test email to me").click()
    expect(desk.get_by_text("A test copy is being sent to amina@p2c.example only.")).to_be_visible()
    desk.get_by_role("link", name="Next recipient").click()
    expect(
        desk.get_by_text("Preferred language: French. There is no text in this language.")
    ).to_be_visible()
    desk.get_by_role("link", name="Back to the mailing").click()

    desk.get_by_role("button", name="Save and view recipients").click()
    expect(desk.get_by_text("also for")).to_be_visible()
    assert_sound(desk)
    desk.get_by_role("link", name="Back to the mailing").click()

    desk.get_by_role("button", name="Save and review before sending").click()
    expect(desk.get_by_text("did not agree to receive bulletins")).to_be_visible()
    assert_sound(desk)
    desk.get_by_label("At the day and time below").check()
    expect(desk.get_by_role("button", name="Schedule for 2 people", exact=True)).to_be_visible()
    desk.get_by_label("Now").check()
    desk.get_by_role("button", name="Send to 2 people", exact=True).click()
    expect(desk.get_by_text("The mailing is being sent now.")).to_be_visible()

    send_due_mailings(at=timezone.now())
    desk.get_by_role("link", name="Refresh").click()
    assert_sound(desk)
    desk.get_by_role("link", name="Pause mailing").click()
    assert_sound(desk)
    desk.get_by_role("button", name="Pause mailing").click()
    expect(desk.get_by_text("The mailing is paused.")).to_be_visible()
    assert Mailing.objects.get().status == MailingStatus.PAUSED

    desk.goto("/admin/mailings/mailing/")
    assert_sound(desk)
    desk.get_by_role("link", name="News for [reference]", exact=True).click()
    expect(desk.get_by_role("heading", name="Text of the mailing")).to_be_visible()
    assert Message.objects.filter(recipient=ada.email, reference=ada.member.reference).exists()


TABLE = """The seats of each meeting:

| Meeting | Day | Seats |
| --- | --- | --: |
| First meeting of the Action Coalition | 3 May | 120 |
| Second | 4 May | 12 |

[Read the agenda](https://example.org/agenda)"""


def test_earlier_mailing_is_copied_gets_a_table_and_is_sent_to_a_colleague(page_of, assert_sound):
    begun(person(email="ada@example.org"))
    officer(name="Grace Hopper", email="grace@p2c.example")
    desk = page_of(officer(name="Amina Diallo", email="amina@p2c.example"), **WIDE)

    desk.goto("/admin/mailings/mailing/")
    desk.get_by_role("link", name="Copy: News for [reference]").click()
    assert_sound(desk)
    desk.get_by_role("button", name="Create draft").click()
    expect(desk.get_by_role("heading", name="News for [reference]", exact=True)).to_be_visible()

    text = desk.get_by_label("Text", exact=True).first
    text.fill("![Our logo](https://example.org/logo.png)")
    desk.get_by_text("How to write").click()
    expect(desk.get_by_text("[Read the agenda](https://example.org/agenda)")).to_be_visible()
    desk.get_by_role("button", name="Save draft").click()
    expect(desk.get_by_text("An email has no pictures: “Our logo”.").first).to_be_visible()
    assert_sound(desk)
    text.fill(TABLE)
    desk.get_by_role("button", name="Save and preview").click()
    mail = desk.frame_locator("iframe").first
    expect(mail.get_by_role("columnheader", name="Seats")).to_be_visible()
    assert_sound(desk)

    desk.get_by_role("link", name="Back to the mailing").click()
    desk.get_by_role("button", name="Save and send test copies").click()
    desk.get_by_label("Grace Hopper").check()
    assert_sound(desk)
    desk.get_by_role("button", name="Send test copies").click()
    expect(desk.get_by_text("2 test copies are being sent.")).to_be_visible()


def test_page_follows_a_mailing_until_it_is_sent(page_of, assert_sound):
    mailing = going(person(), person())
    desk = page_of(officer(name="Amina Diallo", email="amina@p2c.example"), **WIDE)
    desk.goto(f"/admin/mailings/mailing/{mailing.pk}/change/")
    waiting = desk.get_by_role("link", name="2", exact=True)
    expect(waiting).to_be_visible()
    desk.get_by_role("link", name="Preview").focus()

    deliver(*Message.objects.all(), at=timezone.now())

    expect(waiting).to_have_attribute("href", re.compile(r"of=sent$"))
    expect(desk.get_by_role("link", name="Preview")).to_be_focused()
    send_due_mailings(at=timezone.now())
    expect(desk.get_by_role("link", name="Pause mailing")).to_have_count(0)
    expect(desk.get_by_role("status").filter(has_text="This mailing has been sent.")).to_have_count(
        1
    )
    assert_sound(desk)


def test_second_person_reads_and_confirms_what_a_colleague_requested(
    page_of, assert_sound, settings
):
    settings.MAILING_SECOND_PERSON_ABOVE = 1
    mailing = begun(person(organisation_name=LONG[:200]), person())
    place = f"/admin/mailings/mailing/{mailing.pk}/change/"
    desk = page_of(officer(name="Amina Diallo", email="amina@p2c.example"), **WIDE)
    other = page_of(officer(name="Kofi Mensah", email="kofi@p2c.example"), **NARROW)

    desk.goto(place)
    desk.get_by_role("button", name="Save and review before sending").click()
    assert_sound(desk)
    desk.get_by_role("button", name="Request to send to 2 people").click()
    expect(desk.get_by_text("Amina Diallo requested on")).to_be_visible()
    assert_sound(desk)

    other.goto("/admin/")
    other.get_by_role("link", name="1 mailing waits for a second person").click()
    assert_sound(other)
    other.get_by_role("link", name="News for [reference]", exact=True).click()
    other.get_by_role("link", name="Read and confirm").click()
    assert_sound(other)
    other.get_by_role("button", name="Return with this reason").click()
    expect(other.get_by_text("Enter a reason: your colleagues read it.")).to_be_visible()
    other.get_by_label("Reason").fill("The second paragraph is too long.")
    other.get_by_role("button", name="Return with this reason").click()

    desk.goto(place)
    expect(desk.get_by_text("The second paragraph is too long.")).to_be_visible()
    assert_sound(desk)
    desk.get_by_role("button", name="Save and review before sending").click()
    desk.get_by_role("button", name="Request to send to 2 people").click()
    other.goto(place)
    other.get_by_role("link", name="Read and confirm").click()
    other.get_by_role("button", name="Send to 2 people").click()
    expect(other.get_by_text("The mailing is being sent now.")).to_be_visible()
    assert_sound(other)


def test_reader_unsubscribes_and_comes_back_by_the_link_of_the_mail(
    new_page, assert_accessible, assert_fits
):
    ada = person(email="ada@example.org", language="fr")
    mailing = begun(ada, kind=MailingKind.BULLETIN)
    MailingTextFactory(mailing=mailing, language="fr")
    confirmed(mailing)
    send_due_mailings(at=NOON)
    reader = new_page(**NARROW)

    reader.goto(unsubscribe_address(mailing.recipients.get()))
    expect(reader).to_have_url(re.compile(r"/fr/bulletins/"))
    assert_accessible(reader)
    assert_fits(reader)
    reader.get_by_role("main").get_by_role("button").click()
    expect(reader.get_by_text("ada@example.org")).to_be_visible()
    assert_accessible(reader)
    reader.get_by_role("main").get_by_role("button").click()
    expect(reader.get_by_role("main").get_by_role("button")).to_be_visible()
