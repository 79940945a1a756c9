"""Arabic pages are the mirror of the English ones."""

from datetime import timedelta

import pytest
from django.utils import timezone

from focus_areas.models import FocusArea
from meetings.models import Meeting, MeetingStatus
from members.models import GrantedRole, MemberStatus
from tests.factories import CallFactory, MeetingFactory, MemberFactory, PublicProfileFactory
from tests.framework.reading import KEY, a_framework, a_whole_round
from tests.participation.people import account_of, focal_point_in, meeting_of

pytestmark = pytest.mark.django_db(transaction=True)

AREA = "focus-areas/connecting-people-everywhere/"
FRAMEWORK = (f"{AREA}framework/?open={KEY}", f"{AREA}framework/drafts/0/1/")
PAGES = (
    *("", "expression-of-interest/", "members/", "members/bank/", "calendar/", AREA, "my/"),
    *FRAMEWORK,
)
TOLERANCE = 2
# Each landmark: its name, and the distance of its two edges from where lines begin. The edge where
# it ends counts only if it fills its place, because words have other lengths in other languages.
LANDMARKS = """() => {
  const isMirrored = document.dir === "rtl";
  const width = document.documentElement.clientWidth;
  const filling = new Set(["block", "flex", "grid", "table"]);
  const selector = [
    "header > div, .wrap, .brand .mark, main, footer",
    "main :is(h1, h2, section, form, nav, aside, dl, table, input:not([type=hidden]), select)",
    "main :is(.card, .panel, .notice, .field, .date, .choice > input, .aside, figure, .bars > li)",
  ].join();
  return [...document.querySelectorAll(selector)]
    .filter(each => each.checkVisibility() && each.getBoundingClientRect().width > 1)
    .filter(each => !each.closest(".world, .visually-hidden"))
    .map(each => {
      const box = each.getBoundingClientRect();
      const start = isMirrored ? width - box.right : box.left;
      const end = isMirrored ? width - box.left : box.right;
      const parent = getComputedStyle(each.parentElement);
      const fills = filling.has(getComputedStyle(each).display) && parent.display === "block";
      return [`${each.tagName} ${each.id || each.className}`, start, fills ? end : null];
    });
}"""


@pytest.fixture
def person(settings):
    """A focal point, with a coalition that fills every part of the pages."""
    now = timezone.now()
    Meeting.objects.all().delete()
    area = FocusArea.objects.get(number=1)
    CallFactory(closes_at=now + timedelta(days=9))
    listed = {"status": MemberStatus.ADMITTED, "focus_area": area, "publication_consent": True}
    bank = MemberFactory(**listed, slug="bank", granted_role=GrantedRole.CO_LEAD)
    PublicProfileFactory(member=bank, about="We connect schools.", language="en")
    MemberFactory(**listed, organisation_name="هيئة الاتصالات والفضاء والتقنية")
    for days in (-30, 3):
        MeetingFactory(
            focus_area=area,
            is_public=True,
            starts_at=now + timedelta(days=days),
            ends_at=now + timedelta(days=days, hours=1),
            status=MeetingStatus.SCHEDULED,
        )
    a_whole_round(a_framework())
    person = focal_point_in(area)
    meeting_of(area, title="Kick-off", starts_at=now + timedelta(days=2), place="Kigali")
    return person


def test_arabic_pages_mirror_the_english_ones_and_are_accessible(
    page_of, person, assert_accessible
):
    page = page_of(account_of(person), viewport={"width": 1280, "height": 900})

    differences = {}
    for path in PAGES:
        page.goto(f"/en/{path}")
        english = page.evaluate(LANDMARKS)
        page.goto(f"/ar/{path}")
        arabic = page.evaluate(LANDMARKS)
        assert_accessible(page)

        assert [name for name, *_edges in arabic] == [name for name, *_edges in english]
        assert len(english) > 10
        for (name, *edges), (_name, *mirrored) in zip(english, arabic, strict=True):
            for edge, other in zip(edges, mirrored, strict=True):
                if edge is not None and abs(edge - other) > TOLERANCE:
                    differences.setdefault(path, []).append((name, edge, other))

    assert differences == {}


@pytest.mark.parametrize("language", ["ar", pytest.param("ru", marks=pytest.mark.long)])
def test_pages_fit_where_words_are_long_or_run_from_right_to_left(
    page_of, person, assert_fits, language
):
    page = page_of(account_of(person), viewport={"width": 320, "height": 640})

    for path in (*PAGES, "privacy/", "my/calendar/"):
        page.goto(f"/{language}/{path}")
        assert_fits(page)
        # Just wide enough for the layout of a desktop.
        page.set_viewport_size({"width": 960, "height": 640})
        assert_fits(page)
        page.set_viewport_size({"width": 320, "height": 640})
