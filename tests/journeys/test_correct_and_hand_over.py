"""A focal point corrects the EOI on a phone with a slow connection, and transfers the role."""

import time

import pytest
from playwright.sync_api import expect

from focus_areas.models import FocusArea
from members.models import FocalPoint, Member, MemberStatus, RoleTransfer, TimelineEntry
from members.services.corrections import correct_answers
from members.services.private_links import role_transfer_url, status_page_url, working_group_url
from outbox.models import Message
from tests.factories import NOON, FocalPointFactory, MemberFactory, UserFactory
from tests.journeys.steps import use_slow_line

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"viewport": {"width": 360, "height": 640}, "has_touch": True}
# A phone's keyboard: five characters a second.
BETWEEN_KEYS = 200


@pytest.fixture
def person():
    member = MemberFactory(
        organisation_name="Ministry of Health",
        country="KE",
        first_choice=FocusArea.objects.get(number=1),
    )
    return FocalPointFactory(
        member=member,
        given_name="Wanjikũ",
        family_name="Ng’ang’a",
        position="Director",
        email="wanjiku@example.org",
        phone="+254712345678",
        time_zone="Africa/Nairobi",
    )


def test_a_phone_number_is_corrected_in_less_than_a_minute(new_page, person):
    page = new_page(is_new=True, **PHONE)
    page.set_default_timeout(60_000)
    use_slow_line(page)
    link = status_page_url(person, "en")

    started = time.monotonic()
    page.goto(link)
    page.get_by_role("link", name="Correct your answers").tap()
    phone = page.get_by_label("Phone (optional)")
    phone.tap()
    phone.press("Control+a")
    phone.press_sequentially("0712 345 679", delay=BETWEEN_KEYS)
    page.get_by_role("button", name="Check your changes").tap()
    expect(page.get_by_text("+254712345678")).to_be_visible()
    page.get_by_role("button", name="Save changes").tap()
    expect(page.get_by_text("Your corrections are saved.")).to_be_visible(timeout=60_000)
    seconds = time.monotonic() - started

    assert str(FocalPoint.objects.get().phone) == "+254712345679"
    assert seconds < 60


def test_what_a_colleague_changed_meanwhile_is_shown_and_nothing_typed_is_lost(
    new_page, assert_accessible, assert_fits, person
):
    page = new_page(**PHONE)
    page.goto(f"{status_page_url(person, 'en')}correct/")
    assert_accessible(page)
    assert_fits(page)
    page.get_by_label("Position", exact=True).fill("")
    page.get_by_role("button", name="Check your changes").click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("link", name="Enter the position in the organisation").click()
    page.get_by_label("Position", exact=True).fill("Minister")
    correct_answers(
        member=Member.objects.get(),
        facts={"acronym": "MOH"},
        focal_points={},
        reason="They called.",
        by=UserFactory(),
        at=NOON,
    )

    page.get_by_role("button", name="Check your changes").click()
    expect(page.get_by_role("alert")).to_contain_text("Not saved yet: the answers have changed")
    expect(page.get_by_role("region", name="Differences")).to_contain_text("MOH")
    assert_accessible(page)
    assert_fits(page)
    page.get_by_label("Acronym (optional)").fill("MOH")
    page.get_by_role("button", name="Save my answers instead").click()

    expect(page.get_by_text("Your corrections are saved.")).to_be_visible()
    assert (Member.objects.get().acronym, FocalPoint.objects.get().position) == ("MOH", "Minister")


def test_a_change_is_looked_at_and_changed_again_by_keyboard(page, assert_accessible, person):
    page.goto(f"{status_page_url(person, 'en')}correct/")
    page.get_by_label("Position", exact=True).fill("Minister")
    page.get_by_label("Position", exact=True).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your changes")
    assert_accessible(page)
    page.get_by_role("button", name="Change Position").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Position", exact=True)).to_be_focused()
    page.get_by_label("Position", exact=True).fill("Minister of Health")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Save changes").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_text("Your corrections are saved.")).to_be_visible()
    assert TimelineEntry.objects.get().note == (
        "Focal point, position: Director → Minister of Health"
    )


def test_a_role_is_handed_over_and_the_old_links_end(
    new_page, assert_accessible, assert_fits, person
):
    leaves, comes = new_page(**PHONE), new_page(**PHONE)
    Member.objects.update(
        status=MemberStatus.ADMITTED,
        focus_area=FocusArea.objects.get(number=1),
        granted_role="participant",
        decided_at=NOON,
        decided_by=UserFactory(),
    )
    old = [status_page_url(person, "en"), working_group_url(person, "en")]

    leaves.goto(f"{old[0]}hand-over/")
    assert_accessible(leaves)
    assert_fits(leaves)
    leaves.get_by_label("Given name (optional)").fill("Grace")
    leaves.get_by_label("Family name", exact=True).fill("Hopper")
    leaves.get_by_label("Position", exact=True).fill("Deputy")
    leaves.get_by_label("Email address", exact=True).fill("grace@gmial.com")
    leaves.get_by_role("button", name="Send request").click()
    expect(leaves.get_by_role("alert")).to_contain_text("Did you mean grace@gmail.com?")
    leaves.get_by_label("Email address", exact=True).fill("grace@gmail.com")
    leaves.get_by_role("button", name="Send request").click()
    expect(leaves.get_by_text("We have sent an email to Grace Hopper.")).to_be_visible()
    assert_accessible(leaves)
    assert_fits(leaves)

    letter = Message.objects.get(recipient="grace@gmail.com")
    assert letter.private_page == role_transfer_url(RoleTransfer.objects.get(), "en")
    comes.goto(letter.private_page)
    expect(comes.get_by_text("asks you to become the focal point")).to_be_visible()
    assert_accessible(comes)
    assert_fits(comes)
    comes.get_by_role("button", name="Accept the role").click()
    expect(comes.get_by_role("alert")).to_be_focused()
    comes.get_by_label("I have read and agree to the privacy notice").check()
    comes.get_by_role("button", name="Accept the role").click()
    expect(comes.get_by_text("You now have the role.")).to_be_visible()

    answers = [leaves.goto(address) for address in old]
    assert [answer.status for answer in answers] == [404, 404]
    group = Message.objects.get(recipient="grace@gmail.com", topic__contains="/admitted/")
    assert comes.goto(group.private_page).status == 200
    comes.goto(letter.private_page)
    expect(comes.get_by_role("heading", level=1)).to_have_text(
        "This role transfer link is not valid"
    )
    assert_accessible(comes)
