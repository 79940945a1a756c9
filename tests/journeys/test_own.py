"""Focal points on the page of their EOI, on a phone, with and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from eoi.services.link_requests import send_requested_links
from members.models import FocalPoint, Member, MemberStatus
from members.services.private_links import LinkPurpose, confirmation_code, token_for
from outbox.models import Message
from tests.eoi.own import YESTERDAY, own_member, own_person
from tests.factories import UserFactory
from tests.journeys.steps import SCRIPT_ON_AND_OFF

pytestmark = pytest.mark.django_db(transaction=True)


def page_of(person):
    return f"/en/expression-of-interest/{token_for(person, LinkPurpose.EOI)}/"


@pytest.fixture
def check(broken_rules, assert_fits):
    """Check the rules and the width of a page."""

    def look(page):
        assert broken_rules(page, also_dark=True) == []
        assert_fits(page)

    return look


@SCRIPT_ON_AND_OFF
def test_focal_point_confirms_answers_and_withdraws(new_page, check, options):
    officer = UserFactory(email="amina@p2c.example")
    person = own_person(member=own_member(MemberStatus.INFORMATION_REQUESTED, assignee=officer))
    page = new_page(**options)

    page.goto(page_of(person))
    check(page)
    expect(page.get_by_role("listitem").filter(has_text="Now")).to_contain_text(
        "Information needed"
    )
    page.get_by_role("button", name="Confirm the address").click()
    expect(page.get_by_text("Your email address is confirmed.")).to_be_visible()

    page.get_by_role("link", name="Answer our question").click()
    expect(page.get_by_text("Which ministry are you?")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Send your answer").click()
    summary = page.get_by_role("alert")
    expect(summary.get_by_role("link", name="Enter your answer")).to_be_visible()
    check(page)
    page.get_by_label("Your answer").fill("The ministry of villages.")
    page.get_by_role("button", name="Send your answer").click()
    expect(page.get_by_text("We received your reply")).to_be_visible()
    check(page)

    page.get_by_role("link", name="Withdraw", exact=True).click()
    expect(page.get_by_role("heading", name="What it means")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Yes, withdraw").click()
    expect(page.get_by_text("Your expression of interest is withdrawn.")).to_be_visible()
    check(page)
    assert Member.objects.get().status == MemberStatus.WITHDRAWN


@SCRIPT_ON_AND_OFF
def test_focal_point_without_a_link_has_one_sent(new_page, check, options):
    person = own_person(email="ada@example.org")
    page = new_page(**options)

    page.goto("/en/expression-of-interest/broken-broken-broken/")
    check(page)
    page.get_by_role("link", name="Request a new link by email").click()
    check(page)
    page.get_by_label("Email address").fill("Ada@example.org")
    page.get_by_role("button", name="Send me the links").click()
    expect(page.get_by_role("heading", name="Check your email")).to_be_visible()
    check(page)

    send_requested_links(at=YESTERDAY)
    page.goto(Message.objects.get().private_page)
    expect(page.get_by_role("heading", name=person.member.organisation_name)).to_be_visible()


@SCRIPT_ON_AND_OFF
def test_focal_point_who_cannot_click_types_the_code(new_page, check, options):
    person = own_person(member=own_member(reference="P2C-7K3MQ9"))
    code = confirmation_code(person).lower()
    page = new_page(**options)

    page.goto("/en/expression-of-interest/code/")
    check(page)
    page.get_by_label("Reference").fill("7k3 mq9")
    page.get_by_label("Code", exact=True).fill("2222 2222")
    page.get_by_role("button", name="Confirm and open").click()
    expect(page.get_by_role("alert")).to_contain_text("The reference and the code do not match")
    check(page)
    page.get_by_label("Code", exact=True).fill(f"{code[:4]} {code[4:]}")
    page.get_by_role("button", name="Confirm and open").click()

    expect(page.get_by_text("Your email address is confirmed.")).to_be_visible()
    assert FocalPoint.objects.get().confirmed_at is not None


def test_page_on_paper_has_everything_that_was_sent_and_no_way_on(new_page):
    page = new_page()
    page.goto(page_of(own_person(MemberStatus.ADMITTED)))

    page.emulate_media(media="print", color_scheme="dark")

    expect(page.get_by_text("To connect people.")).to_be_visible()
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    for way_on in (
        page.get_by_role("navigation"),
        page.get_by_role("button"),
        page.get_by_role("link", name="Withdraw", exact=True),
    ):
        assert [each for each in way_on.all() if each.is_visible()] == []
    left_out = page.locator(".no-print")
    displays = left_out.evaluate_all("all => all.map(each => getComputedStyle(each).display)")
    assert set(displays) == {"none"}
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert re.fullmatch(r"rgb\(255, 255, 255\)", background)
