"""The chapters of the handbook: their text, and the place of each page for staff in them."""

import re

import pytest
from django.apps import apps
from django.urls import ResolverMatch
from PIL import Image

from handbook.services.chapters import chapters, read_chapter
from handbook.services.contents import CHAPTERS, PLACES, Place, place_of
from tests.handbook.sources import write_chapter
from tests.sweeps.addresses import addresses

# The help itself, and addresses that show no page to staff: the sign-in is not part of the desk.
PLACELESS = {
    *("help", "help_chapter", "login", "logout", "autocomplete", "jsi18n", "view_on_site"),
    "app_list",
}
APPS = {app.label for app in apps.get_app_configs()}
NAMES = sorted(
    {
        name.removeprefix("admin:")
        for name, _pattern, _route in addresses()
        if name and name.startswith("admin:")
    }
)


def match(url_name, *, namespace="admin", **kwargs):
    return ResolverMatch(print, (), kwargs, url_name, namespaces=[namespace] if namespace else [])


@pytest.mark.parametrize("name", [name for name in NAMES if name not in PLACELESS])
def test_each_page_of_the_admin_has_a_place_of_its_own_or_of_its_model(name):
    # The chapter of an app is only for the list of its models: a new model needs its own place.
    beginnings = [key for key in PLACES if key not in APPS and f"{name}_".startswith(f"{key}_")]

    assert beginnings != [], f"handbook/services/contents.py needs a place for {name}"


def test_list_of_models_of_each_app_has_a_place():
    [pattern] = [str(p.pattern) for name, p, _route in addresses() if name == "admin:app_list"]
    labels = re.search(r"\(\?P<app_label>([\w|]+)\)", pattern)[1].split("|")

    assert [label for label in labels if label not in PLACES] == []


def test_table_names_no_page_that_is_gone():
    names = [*NAMES, *APPS]

    unused = [key for key in PLACES if not any(f"{name}_".startswith(f"{key}_") for name in names)]

    assert unused == []


@pytest.mark.parametrize("place", sorted(set(PLACES.values())))
def test_each_place_is_a_chapter_or_a_section_of_it(place):
    slug, _hash, anchor = place.partition("#")

    anchors = {section.anchor for section in chapters("en")[slug].sections}

    assert slug in CHAPTERS
    assert anchor in {"", *anchors}


@pytest.mark.parametrize(
    ("page", "place"),
    [
        (match("members_member_changelist"), "members_member"),
        (match("members_member_compare", pk=1, other=2), "members_member_compare"),
        # The beginning of several names, and of a model whose name begins like another one.
        (match("members_member_import_confirm"), "members_member_import"),
        (match("members_membermessage_changelist"), "members_membermessage"),
        (match("app_list", app_label="privacy"), "privacy"),
        (match("index"), "index"),
    ],
)
def test_place_is_the_one_of_the_longest_beginning(page, place, monkeypatch):
    places = {"index": "day", "members_member": "day", "members": "day", place: "decisions#undo"}
    monkeypatch.setattr("handbook.services.contents.PLACES", places)

    assert place_of(page) == Place("decisions", "undo")


@pytest.mark.parametrize(
    "page", [None, match("help"), match("help_chapter"), match("index", namespace="public")]
)
def test_pages_without_a_place_have_none(page):
    assert place_of(page) is None


ENGLISH = """# Decisions

For **officers**.

## Undo a decision

1. Press *Undo*.
2. Wait.

## What does `letter` mean?

| a | b |
|---|---|
| 1 | 2 |

## Undo a decision
"""
FRENCH = """# Décisions

Pour les officiers.

## Annuler une décision

Voir [plus bas](#undo-a-decision-1).

## Que veut dire « lettre » ?

Rien.

## Annuler encore
"""


def test_sections_have_the_anchors_of_github_in_french_those_of_the_english_ones(tmp_path):
    write_chapter(tmp_path, ENGLISH)
    write_chapter(tmp_path, FRENCH, language="fr")

    chapter, in_french = (
        read_chapter("decisions", language, folder=tmp_path) for language in ("en", "fr")
    )

    assert chapter.title == "Decisions"
    assert [(section.anchor, section.heading) for section in chapter.sections] == [
        ("undo-a-decision", "Undo a decision"),
        ("what-does-letter-mean", "What does letter mean?"),
        ("undo-a-decision-1", "Undo a decision"),
    ]
    assert [(section.anchor, section.heading) for section in in_french.sections] == [
        ("undo-a-decision", "Annuler une décision"),
        ("what-does-letter-mean", "Que veut dire « lettre » ?"),
        ("undo-a-decision-1", "Annuler encore"),
    ]
    assert 'href="#undo-a-decision-1"' in in_french.sections[0].html


def test_chapter_with_more_or_fewer_sections_in_french_is_shown(tmp_path):
    write_chapter(tmp_path, ENGLISH)
    write_chapter(tmp_path, FRENCH.rpartition("##")[0], language="fr")
    write_chapter(tmp_path, "# Doublons\n\n## Chercher\n\n## Fermer\n", "duplicates", "fr")
    write_chapter(tmp_path, "# Duplicates\n\n## Search\n", "duplicates")

    fewer = read_chapter("decisions", "fr", folder=tmp_path)
    more = read_chapter("duplicates", "fr", folder=tmp_path)

    assert [section.anchor for section in fewer.sections] == [
        "undo-a-decision",
        "what-does-letter-mean",
    ]
    assert [section.anchor for section in more.sections] == ["search", "fermer"]


def test_lists_tables_and_emphasis_are_rendered_and_html_is_not(tmp_path):
    write_chapter(tmp_path, f"{ENGLISH}\n<b onclick='x()'>Bold</b>\n")

    chapter = read_chapter("decisions", "en", folder=tmp_path)

    assert "<strong>officers</strong>" in chapter.introduction.html
    assert "<ol>\n<li>Press <em>Undo</em>.</li>" in chapter.sections[0].html
    assert "<td>1</td>" in chapter.sections[1].html
    assert "&lt;b onclick='x()'&gt;" in chapter.sections[2].html
    assert chapter.sections[0].text == "Press Undo. Wait."
    assert chapter.sections[1].text == "a b 1 2"


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("duplicates.md", "/admin/help/duplicates/"),
        ("public-pages.md#add-a-link", "/admin/help/public-pages/#add-a-link"),
        ("#undo-a-decision", "#undo-a-decision"),
        ("https://www.itu.int/a.md#b", "https://www.itu.int/a.md#b"),
        ("other.md", "other.md"),
    ],
)
def test_links_to_chapters_lead_to_help_pages(link, address, tmp_path):
    write_chapter(tmp_path, f"# Title\n\nSee [there]({link}).\n")

    chapter = read_chapter("decisions", "en", folder=tmp_path)

    assert chapter.introduction.html == f'<p>See <a href="{address}">there</a>.</p>\n'


def test_picture_has_its_static_address_its_size_and_its_description_or_that_alone(tmp_path):
    (tmp_path / "pictures" / "en").mkdir(parents=True)
    Image.new("RGB", (300, 200)).save(tmp_path / "pictures" / "en" / "letter.png")
    shown, missing = '![A "letter"](../pictures/en/letter.png)', "![A <page>](../pictures/en/a.png)"
    write_chapter(tmp_path, f"# Title\n\n{shown}\n\n{missing}\n")

    chapter = read_chapter("decisions", "en", folder=tmp_path)

    assert chapter.introduction.html == (
        '<p><img src="/static/handbook/en/letter.png" alt="A &quot;letter&quot;" width="240" '
        'height="160" loading="lazy" /></p>\n<p>[A &lt;page&gt;]</p>\n'
    )
    assert chapter.introduction.text == "[A <page>]"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_all_chapters_can_be_read(language):
    handbook = chapters(language)

    assert tuple(handbook) == CHAPTERS
    assert all(chapter.introduction.text for chapter in handbook.values())
    assert all(section.text for chapter in handbook.values() for section in chapter.sections)
