"""Every public page by the accessibility rules: light, dark and narrow."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from commitments.services.open_data.snapshots import take_due_snapshot
from focus_areas.models import FocusArea
from meetings.models import MeetingStatus
from members.models import GrantedRole, MemberStatus
from tests.factories import CallFactory, MeetingFactory, MemberFactory, PublicProfileFactory
from tests.factories.opportunities import (
    ContactFactory,
    OpportunityEventFactory,
    OpportunityFactory,
    OpportunityPlaceFactory,
    SupportOfferedFactory,
)
from tests.framework.reading import KEY, a_framework, a_whole_round
from tests.journeys.rules import RUNS_SCRIPTS

pytestmark = pytest.mark.django_db(transaction=True)

LONG_NAME = "Ministry of Communications, Information Technology and the Digital Economy " * 2
FRAMEWORK = "/en/focus-areas/connecting-people-everywhere/framework/"
PAGES = {
    "home": "/en/",
    "members": "/en/members/?category=academia",
    "member": "/en/members/zhongguo/",
    "before you start": "/en/expression-of-interest/before-you-start/",
    "focus areas": "/en/focus-areas/",
    "focus area": "/en/focus-areas/connecting-people-everywhere/",
    "country": "/en/countries/bermuda/",
    "country without anything": "/en/countries/tuvalu/",
    "framework": f"{FRAMEWORK}?open={KEY}",
    "closed draft of a framework": f"{FRAMEWORK}drafts/0/?open={KEY}",
    "history of a paragraph": f"{FRAMEWORK}paragraphs/{KEY}/",
    "comparison of drafts": f"{FRAMEWORK}drafts/0/1/?what=all",
    "framework not begun": "/en/focus-areas/empowering-communities/framework/",
    "open data": "/en/data/",
    "columns": "/en/data/amounts/",
    "snapshot": "/en/data/snapshots/2026-11/",
    "needs and offers": "/en/opportunities/?q=900&support=training",
    "need": "/en/opportunities/N-8WZC3M/",
    "report of a need": "/en/opportunities/N-8WZC3M/report/",
    "calendar": "/en/calendar/",
    "past meetings": "/en/calendar/past/",
    "help": "/en/help/",
    "privacy": "/en/privacy/",
    "accessibility": "/en/accessibility/",
    "style guide": "/styleguide/",
    "style guide of the desk": "/styleguide/?density=desk",
}


@pytest.fixture(autouse=True)
def _coalition(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.STYLE_GUIDE = True
    now = timezone.now()
    take_due_snapshot(at=datetime(2026, 11, 1, tzinfo=UTC))
    area = FocusArea.objects.get(number=1)
    listed = {"status": MemberStatus.ADMITTED, "focus_area": area, "publication_consent": True}
    a_whole_round(a_framework())
    CallFactory(closes_at=now + timedelta(days=9))
    PublicProfileFactory(
        member=MemberFactory(
            **listed,
            organisation_name="中国信息通信研究院",
            country="CN",
            granted_role=GrantedRole.CO_LEAD,
            slug="zhongguo",
        ),
        about="我们连接学校。",
        language="zh-hans",
    )
    need = OpportunityFactory(
        reference="N-8WZC3M",
        focus_area=area,
        member__organisation_name=LONG_NAME.strip(),
        details="Twelve trainers.",
    )
    OpportunityPlaceFactory(opportunity=need)
    SupportOfferedFactory(opportunity=need)
    ContactFactory(opportunity=need)
    OpportunityEventFactory(opportunity=need, kind="published", is_shared=True)
    for name in (LONG_NAME.strip(), "هيئة الاتصالات والفضاء والتقنية"):
        MemberFactory(**listed, organisation_name=name, acronym="ACRO", country="BM")
    for days in (-30, 3):
        MeetingFactory(
            title=f"Meeting {days}",
            focus_area=area,
            is_public=True,
            recording_link="https://video.example.org/1",
            is_recording_public=True,
            starts_at=now + timedelta(days=days),
            ends_at=now + timedelta(days=days, hours=1),
            status=MeetingStatus.SCHEDULED,
        )


@pytest.mark.sample
def test_heading_of_the_home_page_is_in_view_on_a_phone(new_page):
    page = new_page(viewport={"width": 360, "height": 800})

    page.goto("/en/")

    expect(page.get_by_role("heading", level=1)).to_be_in_viewport()


@pytest.mark.parametrize("has_script", [True, False])
def test_rules_are_run_in_each_page_that_runs_scripts(new_page, has_script):
    page = new_page(java_script_enabled=has_script)

    page.goto("/en/accessibility/")

    assert page.evaluate(RUNS_SCRIPTS) == has_script


@pytest.mark.parametrize("address", PAGES.values(), ids=PAGES.keys())
def test_public_page_is_accessible_in_light_dark_and_narrow_windows(page, assert_sound, address):
    response = page.goto(address)

    assert response.status == 200
    assert_sound(page)


@pytest.mark.parametrize("shown_from", [0, 10])
@pytest.mark.parametrize("width", [1200, 1280])
def test_longest_links_of_the_header_are_in_one_row(page, settings, shown_from, width):
    settings.OPPORTUNITIES_SHOWN_FROM = shown_from
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/ru/members/")

    links = page.locator(".site-nav.wide a")

    assert links.count() == 5
    assert len({link.bounding_box()["y"] for link in links.all()}) == 1
