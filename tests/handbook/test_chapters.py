"""A chapter becomes HTML with anchors, links to help pages, and pictures with their size."""

import pytest
from PIL import Image

from handbook.services.chapters import chapters, read_chapter
from handbook.services.contents import CHAPTERS
from tests.handbook.sources import write_chapter

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


def test_sections_have_the_anchors_of_github(tmp_path):
    write_chapter(tmp_path, ENGLISH)

    chapter = read_chapter("decisions", "en", folder=tmp_path)

    assert chapter.title == "Decisions"
    assert [(section.anchor, section.heading) for section in chapter.sections] == [
        ("undo-a-decision", "Undo a decision"),
        ("what-does-letter-mean", "What does letter mean?"),
        ("undo-a-decision-1", "Undo a decision"),
    ]


def test_french_sections_have_the_anchors_of_the_english_ones(tmp_path):
    write_chapter(tmp_path, ENGLISH)
    write_chapter(tmp_path, FRENCH, language="fr")

    chapter = read_chapter("decisions", "fr", folder=tmp_path)

    assert [(section.anchor, section.heading) for section in chapter.sections] == [
        ("undo-a-decision", "Annuler une décision"),
        ("what-does-letter-mean", "Que veut dire « lettre » ?"),
        ("undo-a-decision-1", "Annuler encore"),
    ]
    assert 'href="#undo-a-decision-1"' in chapter.sections[0].html


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


def test_picture_has_its_static_address_its_size_and_its_description(tmp_path):
    (tmp_path / "pictures" / "en").mkdir(parents=True)
    Image.new("RGB", (300, 200)).save(tmp_path / "pictures" / "en" / "letter.png")
    write_chapter(tmp_path, '# Title\n\n![A "letter"](../pictures/en/letter.png)\n')

    chapter = read_chapter("decisions", "en", folder=tmp_path)

    assert chapter.introduction.html == (
        '<p><img src="/static/handbook/en/letter.png" alt="A &quot;letter&quot;" width="240" '
        'height="160" loading="lazy" /></p>\n'
    )
    assert chapter.introduction.text == ""


def test_picture_that_is_not_there_is_replaced_by_its_description(tmp_path):
    write_chapter(tmp_path, "# Title\n\n![A <letter>](../pictures/en/letter.png)\n")

    chapter = read_chapter("decisions", "en", folder=tmp_path)

    assert chapter.introduction.html == "<p>[A &lt;letter&gt;]</p>\n"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_all_chapters_can_be_read(language):
    handbook = chapters(language)

    assert tuple(handbook) == CHAPTERS
    assert all(chapter.introduction.text for chapter in handbook.values())
    assert all(section.text for chapter in handbook.values() for section in chapter.sections)
