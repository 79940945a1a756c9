"""The pictures of the chapter on public pages."""

from focus_areas.models import FocusArea, Pillar
from members.models import PublicProfile

DESK = "/admin/focus_areas"


def test_texts_of_a_focus_area(desk, take, words):
    page = desk("officer", viewport={"width": 1000, "height": 800})
    area = FocusArea.objects.get(number=1)
    page.goto(f"{DESK}/focusarea/{area.pk}/change/")

    summaries = page.get_by_role("group", name=words("Summary in each language"))
    take(page, "public-pages-focus-area", summaries, max_height=480)


def test_text_that_is_not_translated(visitor, take):
    FocusArea.objects.update(summary_es="", description_es="")
    Pillar.objects.update(name_es="", summary_es="")
    page = visitor(viewport={"width": 1000, "height": 800})
    page.goto("/es/focus-areas/connecting-people-everywhere/")

    take(page, "public-pages-not-translated", page.get_by_role("main"), margin=0, max_height=430)


def test_sections_of_the_home_page(desk, take):
    page = desk("officer", viewport={"width": 800, "height": 800})
    page.goto(f"{DESK}/homesection/")

    take(page, "public-pages-sections", page.get_by_role("table"))


def test_public_page_of_a_member(visitor, take, language):
    profile = PublicProfile.objects.exclude(published_at=None).order_by("pk")[0]
    page = visitor(viewport={"width": 1000, "height": 800})
    page.goto(f"/{language}/members/{profile.member.slug}/")

    take(page, "public-pages-member", page.get_by_role("main"), margin=0, max_height=700)
