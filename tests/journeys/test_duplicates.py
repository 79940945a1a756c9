"""A duplicate is closed in a real browser: find the original, compare both, then close one."""

from playwright.sync_api import expect

from members.models import Member, MemberStatus
from tests.factories import FocalPointFactory, MemberFactory
from tests.triage.staff import QUEUE, officer


def test_original_is_searched_for_and_seen_beside_the_file_that_is_closed(page_of, assert_sound):
    original = MemberFactory(
        organisation_name="Ministry of Posts and Telegraphs", reference="P2C-FRST23", country="CH"
    )
    copied = MemberFactory(organisation_name="PTT", country="CH")
    for member in (original, copied):
        FocalPointFactory(member=member)
    page = page_of(officer())

    page.goto(QUEUE)
    page.get_by_role("link", name="PTT").click()
    page.get_by_role("navigation", name="Decisions").get_by_text("More", exact=True).click()
    page.get_by_role("link", name="Close without notification").click()
    page.get_by_role("link", name="Close as duplicate").click()
    expect(page.get_by_role("heading", name="Close as duplicate: PTT")).to_be_visible()
    assert_sound(page)

    search = page.get_by_label("Find the other organisation")
    search.fill("nobody has this name")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("No other organisation that you can view matches.")).to_be_visible()
    search.fill("posts")
    search.press("Enter")
    expect(page.get_by_role("link", name="Ministry of Posts and Telegraphs")).to_be_visible()
    assert_sound(page)
    page.get_by_role("link", name="Close this one as duplicate of P2C-FRST23").click()

    both = page.get_by_role("table")
    expect(both.get_by_role("link", name="Ministry of Posts and Telegraphs")).to_be_visible()
    expect(both.get_by_role("row", name="Organisation")).to_contain_text("PTT")
    expect(both.get_by_role("row", name="Organisation")).to_contain_text("differs")
    assert_sound(page)
    assert Member.objects.filter(status=MemberStatus.CLOSED).count() == 0
    page.get_by_role("button", name="Close as duplicate", exact=True).click()

    expect(page.get_by_text("The applicant was closed as duplicate.")).to_be_visible()
    copied.refresh_from_db()
    assert (copied.status, copied.duplicate_of) == (MemberStatus.CLOSED, original)
