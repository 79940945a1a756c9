"""The help pages in the admin, and the link to them on each page for staff."""

import re

import pytest
from django.conf import settings as portal
from django.urls import reverse

from handbook.services.chapters import chapters, read_chapter
from handbook.services.contents import CHAPTERS
from tests.factories import FocalPointFactory, UserFactory
from tests.handbook.sources import write_chapter
from tests.triage.staff import (
    desk_manager,
    may,
    observer,
    read,
    signed_in,
)

CONTENTS = "/admin/help/"
DECISIONS = "/admin/help/decisions/"
HELP_LINK = re.compile(r'<a href="(/admin/help/[^"]*)" title="([^"]+)"([^>]*)>Help</a>')


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Two sections to search in, in place of the handbook."""
    for slug in CHAPTERS:
        write_chapter(tmp_path, f"# {slug}\n\nText.\n\n## Nothing\n\nNothing.\n", slug)
    write_chapter(tmp_path, "# Staff\n\nText.\n\n## Invite\n\nPress the <b>button</b>.\n", "staff")
    handbook = {slug: read_chapter(slug, "en", folder=tmp_path) for slug in CHAPTERS}
    monkeypatch.setattr("handbook.views.chapters", lambda _language: handbook)


@pytest.fixture
def _places(monkeypatch):
    places = {
        "audit": "staff",
        "index": "calls",
        "members_member": "day",
        "members_member_admit": "decisions#admit",
        "privacy": "personal-data",
    }
    monkeypatch.setattr("handbook.services.contents.PLACES", places)


def french(user):
    client = signed_in(user)
    client.cookies[portal.LANGUAGE_COOKIE_NAME] = "fr"
    return client


def link_of(response):
    """Return the address, the title and the rest of the link, which some pages have twice."""
    [link] = set(HELP_LINK.findall(read(response)))
    return link


def test_contents_link_to_each_chapter_and_section():
    page = read(signed_in(observer()).get(CONTENTS))

    for chapter in chapters("en").values():
        address = reverse("admin:help_chapter", args=[chapter.slug])
        assert f'<a href="{address}">' in page
        for section in chapter.sections:
            assert f'<a href="{address}#{section.anchor}">' in page


def test_chapter_has_its_sections_and_its_neighbours():
    client = signed_in(observer())

    first, response, last = (
        client.get(f"/admin/help/{slug}/") for slug in (CHAPTERS[0], "decisions", CHAPTERS[-1])
    )

    assert client.get("/admin/help/unknown/").status_code == 404
    page = read(response)
    assert response.context["title"] == chapters("en")["decisions"].title
    for section in chapters("en")["decisions"].sections:
        assert f'<h2 id="{section.anchor}"' in page
        assert f'<a href="#{section.anchor}">' in page
    assert '<a href="/admin/help/day/" rel="prev">' in page
    assert '<a href="/admin/help/duplicates/" rel="next">' in page
    assert ('rel="prev"' in first.text, 'rel="next"' in first.text) == (False, True)
    assert ('rel="prev"' in last.text, 'rel="next"' in last.text) == (True, False)


@pytest.mark.parametrize("slug", CHAPTERS)
def test_no_section_has_the_anchor_of_another_part_of_the_page(slug):
    page = signed_in(observer()).get(f"/admin/help/{slug}/").text

    anchors = re.findall(r' id="([^"]+)"', page)

    assert len(anchors) > 5
    assert [anchor for anchor in anchors if anchors.count(anchor) > 1] == []


@pytest.mark.usefixtures("written")
def test_search_shows_the_sections_with_their_words_marked():
    page = read(signed_in(observer()).get(CONTENTS, {"q": "BUTTON press"}))

    assert "1 section found" in page
    assert '<h3><a href="/admin/help/staff/#invite">Invite</a></h3>' in page
    assert "<mark>Press</mark> the &lt;b&gt;<mark>button</mark>&lt;/b&gt;." in page
    assert 'value="BUTTON press"' in page
    assert '<a href="/admin/help/day/">' not in page


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize(
    "query", ["", "  ", "\0", "unheard", "press unheard", "كلمة", "<script>", "?!"]
)
def test_search_without_result_says_so_and_shows_the_contents_and_the_nearest_sections(query):
    response = signed_in(observer()).get(CONTENTS, {"q": query})

    page = read(response)
    assert ("No section has all words of" in page) == bool(query.strip(" \0"))
    assert '<a href="/admin/help/day/">' in page
    assert "<script>" not in page
    nearest = '<h2><a href="/admin/help/staff/#invite">Invite</a></h2>'
    assert (nearest in page) == ("press" in query)


@pytest.mark.usefixtures("written")
def test_long_query_is_cut():
    response = signed_in(observer()).get(CONTENTS, {"q": "button " * 1_500})

    assert response.status_code == 200
    assert len(response.context["query"]) == 200
    assert "1 section found" in read(response)


def test_french_desk_shows_and_searches_the_french_handbook():
    client = french(observer())
    handbook = chapters("fr")["decisions"]
    section = handbook.sections[0]

    page = read(client.get(DECISIONS))
    found = read(client.get(CONTENTS, {"q": section.heading.upper()}))

    assert handbook.title in page
    assert f'<h2 id="{chapters("en")["decisions"].sections[0].anchor}"' in page
    assert section.heading in page
    assert f'<a href="{DECISIONS}#{section.anchor}"><mark>' in found


@pytest.mark.usefixtures("_places")
def test_each_page_links_to_its_place():
    member = FocalPointFactory().member
    client = signed_in(desk_manager())

    admit = client.get(reverse("admin:members_member_admit", args=[member.pk]))
    queue = client.get(reverse("admin:members_member_changelist"))
    front = client.get(reverse("admin:index"))
    models = client.get(reverse("admin:app_list", args=["privacy"]))
    in_french = read(french(observer()).get(reverse("admin:members_member_changelist")))

    assert link_of(admit) == (f"{DECISIONS}#admit", chapters("en")["decisions"].title, "")
    assert link_of(queue)[0] == "/admin/help/day/"
    assert link_of(front)[0] == "/admin/help/calls/"
    assert link_of(models)[0] == "/admin/help/personal-data/"
    title = chapters("fr")["day"].title.replace("'", "&#x27;")
    assert f'<a href="/admin/help/day/" title="{title}">' in in_french


@pytest.mark.usefixtures("_places")
def test_link_is_right_on_pages_of_refusals():
    client = signed_in(may(UserFactory(), "view_member"))

    refused = client.get(reverse("admin:audit"))
    unknown = client.get("/admin/nothing/of/the/kind/")

    assert (refused.status_code, link_of(refused)[0]) == (403, "/admin/help/staff/")
    assert (unknown.status_code, link_of(unknown)[0]) == (404, CONTENTS)


def test_link_on_the_help_pages_says_that_it_is_the_current_page():
    client = signed_in(observer())

    assert link_of(client.get(CONTENTS))[0::2] == (CONTENTS, ' aria-current="page"')
    assert link_of(client.get(DECISIONS))[0::2] == (CONTENTS, ' aria-current="true"')
