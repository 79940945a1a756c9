"""The front page and the figures in a real browser: each number links to the rows it counts."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from members.models import MemberStatus, SpamSignal, TimelineKind
from outbox.models import MessageStatus
from tests.factories import (
    CallFactory,
    FocusAreaFactory,
    FollowUpFactory,
    LateRequestFactory,
    MemberFactory,
    MessageFactory,
    PossibleDuplicateFactory,
    TimelineEntryFactory,
)
from tests.triage.staff import officer
from triage.follow_ups.models import FollowUpStep
from triage.statistics.services.snapshots import refresh_snapshots

DAY = timedelta(days=1)


@pytest.fixture
def area():
    return FocusAreaFactory(number=2)


@pytest.fixture
def person():
    return officer(name="Amina Diallo", email="amina@p2c.example")


@pytest.fixture
def _two_weeks(person, area):
    """A call of two weeks in which everything has happened."""
    now = timezone.now()
    call = CallFactory(
        title="Call for expressions of interest",
        opens_at=now - 10 * DAY,
        closes_at=now + 4 * DAY,
        reply_within_days=1,
    )
    CallFactory(title="The call before", opens_at=now - 90 * DAY, closes_at=now - 80 * DAY)
    for number in range(12):
        MemberFactory(
            call=call,
            submitted_at=now - 5 * DAY,
            assignee=person if number % 3 else None,
            country=("NE", "TO", "GL")[number % 3],
        )
    for status in (MemberStatus.ADMITTED, MemberStatus.DECLINED) * 6:
        MemberFactory(
            call=call,
            submitted_at=now - 5 * DAY,
            status=status,
            decided_at=now - DAY,
            focus_area=area if status == MemberStatus.ADMITTED else None,
        )
    MemberFactory(call=call, status=MemberStatus.INFORMATION_REQUESTED, assignee=person)
    silent = TimelineEntryFactory(
        member=MemberFactory(call=call, status=MemberStatus.INFORMATION_REQUESTED),
        kind=TimelineKind.INFORMATION_REQUESTED,
    )
    FollowUpFactory(entry=silent, step=FollowUpStep.PROPOSE_CLOSING)
    replied = MemberFactory(call=call, submitted_at=now - 5 * DAY, replied_at=now, assignee=person)
    MessageFactory(reference=replied.reference, status=MessageStatus.FAILED)
    MemberFactory(call=call, submitted_at=now - 5 * DAY, spam_signal=SpamSignal.TOO_FAST)
    pair = [MemberFactory(call=call, submitted_at=now - 5 * DAY) for _n in range(2)]
    PossibleDuplicateFactory(earlier=pair[0], later=pair[1])
    LateRequestFactory(requested_at=now, draft__expires_at=now + DAY)
    refresh_snapshots(at=now)


@pytest.fixture
def front_page(page_of):
    """Open the front page for a member of staff."""

    def open_front_page(person):
        page = page_of(person)
        page.goto("/admin/")
        expect(page.get_by_role("heading", name="Work queue")).to_be_visible()
        return page

    return open_front_page


@pytest.mark.usefixtures("_two_weeks")
def test_figures_are_for_everybody(front_page, assert_sound, person):
    page = front_page(person)
    assert_sound(page)
    page.get_by_role("link", name="All figures").click()
    expect(page.get_by_role("heading", name="Figures", level=1)).to_be_visible()

    expect(page.get_by_role("img")).to_have_count(2)
    expect(page.get_by_role("heading", name="The team")).to_be_visible()
    for table in page.locator(".figures-grid details > summary").all():
        table.press("Enter")
    assert_sound(page)

    page.get_by_role("link", name="Who applied").click()
    expect(page.get_by_role("img")).to_have_count(7)
    assert_sound(page)

    for table in page.locator(".charts details > summary").all():
        table.press("Enter")
    expect(page.get_by_role("table").locator("visible=true")).to_have_count(7)
    assert_sound(page)


@pytest.mark.usefixtures("_two_weeks")
def test_other_calls_are_chosen_and_stock_tables_are_behind(front_page, assert_accessible, person):
    page = front_page(person)

    expect(page.get_by_role("link", name="Heartbeats")).to_be_hidden()
    page.get_by_text("All tables").click()
    assert_accessible(page)
    page.get_by_role("link", name="Heartbeats").click()
    expect(page.get_by_role("heading", name="Heartbeats", level=1)).to_be_visible()

    page.get_by_role("link", name="Figures").click()
    page.get_by_label("Figures for").select_option("The call before")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="The call before")).to_be_visible()
    assert_accessible(page)
