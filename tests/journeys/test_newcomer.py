"""What a newcomer asks, answered on the home page or one click away from it."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from focus_areas.models import FocusArea
from meetings.models import Meeting, MeetingStatus
from members.models import MemberStatus
from tests.factories import CallFactory, MeetingFactory, MemberFactory

pytestmark = pytest.mark.django_db(transaction=True)

WINDOWS = pytest.mark.parametrize(
    "width", [pytest.param(1280, id="desktop"), pytest.param(360, id="phone")]
)


@pytest.fixture(autouse=True)
def _coalition():
    Meeting.objects.all().delete()
    now = timezone.now()
    CallFactory(title="The winter call", closes_at=now + timedelta(days=9))
    area = FocusArea.objects.get(number=1)
    MemberFactory(
        organisation_name="Smart Africa Secretariat",
        status=MemberStatus.ADMITTED,
        focus_area=area,
        publication_consent=True,
    )
    MeetingFactory(
        title="Targets for school connectivity",
        focus_area=area,
        is_public=True,
        starts_at=now + timedelta(days=3),
        ends_at=now + timedelta(days=3, hours=1),
        status=MeetingStatus.SCHEDULED,
    )


@pytest.fixture
def home(new_page, width):
    page = new_page(viewport={"width": width, "height": 800})
    page.goto("/en/")
    return page


@WINDOWS
def test_newcomer_reads_what_it_is(home, assert_sound):
    expect(home.get_by_role("heading", level=1)).to_be_in_viewport()
    expect(
        home.get_by_role("main").get_by_text("International Telecommunication Union")
    ).to_be_visible()
    assert_sound(home)


@pytest.mark.sample
@WINDOWS
def test_newcomer_sees_who_is_in_it(home):
    home.get_by_role("link", name="All members").click()

    expect(home.get_by_role("link", name="Smart Africa Secretariat")).to_be_visible()


@WINDOWS
def test_newcomer_sees_when_the_next_meeting_is(home, assert_sound):
    home.get_by_role("link", name="Targets for school connectivity").click()

    expect(home.get_by_role("heading", level=1)).to_have_text("Targets for school connectivity")
    expect(home.get_by_text("where you are").or_(home.get_by_text("Geneva")).first).to_be_visible()
    assert_sound(home)
