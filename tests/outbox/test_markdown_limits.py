"""What a text cannot show in an email is refused, and nothing else is."""

import pytest

from outbox.models.template_types import Placeholder, PlaceholderType, TemplateType
from outbox.services.markdown_limits import markdown_faults
from outbox.services.template_rendering import validate_text

HTML = "HTML cannot be used, and “{}” would be shown with its signs. Remove the tags."
PICTURE = "An email has no pictures: “{}”. Put the picture on a page and link to it."
LINK = (
    "The link to “{}” does not work in an email. Write its whole address, which begins with "
    "https://, or mailto: and an email address."
)
NO_WORDS = "The link to “{}” has no words. Write them between the square brackets."
CODE = (
    "“{}” would be shown as program code. Remove the signs ``` around it, or the spaces at the "
    "beginning of its lines."
)
STRUCK = "Text cannot be struck out: “{}”. Delete it, or remove the signs ~~."
HEADING = "“{}” has too many signs #. Write one, two or three."
BOX = "Boxes to tick cannot be shown: “{}”. Write a list, whose lines begin with “- ”."
NOTE = "A footnote cannot be shown: “{}”. Write it in the text."
FILE = "“{}” is the content of a file. Put the file on a page and link to it."
HIDDEN = (
    "The line that begins with “{}” would not be shown. Write a link as "
    "[words](https://example.org)."
)
NO_TABLE = (
    "“{}” is not a table yet. Put an empty line before the table. Below its first row, write one "
    "with a part of dashes for each column: | --- | --- |"
)
ROW = (
    "The row “{}” of a table does not have as many cells as its first row. Correct it, and leave "
    "an empty line below the table."
)
COLUMNS = "A table has 5 columns. Use at most 4, to fit a phone."
SUBJECT = (
    "A subject is plain text, and “{}” would be shown with its signs. Write it without bold, "
    "links, HTML and codes such as &amp;."
)


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ("![Our logo](https://example.org/x.png)", [PICTURE.format("Our logo")]),
        ("![](https://example.org/x.png)", [PICTURE.format("https://example.org/x.png")]),
        ("![][x] [y][x]\n\n[x]: https://e.org/x.png", [PICTURE.format("https://e.org/x.png")]),
        ("Some <b>bold</b> words", [HTML.format("<b>")]),
        ("<p>Pasted from\n   elsewhere</p>", [HTML.format("<p>Pasted from elsewhere</p>")]),
        ("One<br>two</i>", [HTML.format("<br>"), HTML.format("<i>")]),
        ("<!-- a comment -->", [HTML.format("<!-- a comment -->")]),
        ("~~Old~~ new", [STRUCK.format("Old")]),
        ("```\nx = 1\n```", [CODE.format("x = 1")]),
        ("    indented by four", [CODE.format("indented by four")]),
        ("#### Small heading", [HEADING.format("Small heading")]),
        ("- [ ] first\n- second", [BOX.format("[ ] first")]),
        ("- [X] first", [BOX.format("[X] first")]),
        ("True.[^1]", [NOTE.format("True.[^1]")]),
        ("True.\n\n[^1]: Source", [NOTE.format("[^1]")]),
        ("[here](www.example.org)", [LINK.format("www.example.org")]),
        ("[here](javascript:alert)", [LINK.format("javascript:alert")]),
        ("<ftp://example.org>", [LINK.format("ftp://example.org")]),
        ("[here](https:example.org)", [LINK.format("https:example.org")]),
        ("[mail](mailto:nobody)", [LINK.format("mailto:nobody")]),
        ("[here](https://[)", [LINK.format("https://[")]),
        ("[here]({name})", [LINK.format("{name}")]),
        ("[](https://example.org)", [NO_WORDS.format("https://example.org")]),
        ("Look: data:image/png;base64,iVBOR", [FILE.format("data:image/png;base64,iVBOR")]),
        ("[link]: https://example.org", [HIDDEN.format("[link]:")]),
        ("| A | B |\n| 1 | 2 |", [NO_TABLE.format("| A | B |")]),
        ("A | B\n--- | --- | ---", [NO_TABLE.format("--- | --- | ---")]),
        ("Dates:\n| A | B |", [NO_TABLE.format("| A | B |")]),
        ("|A|B|C|D|E|\n|-|-|-|-|-|\n|1|2|3|4|5|", [COLUMNS]),
        ("| A | B |\n|---|---|\n| 1 |", [ROW.format("| 1 |")]),
        ("| A | B |\n|---|---|\n| 1 | 2 | 3 |", [ROW.format("| 1 | 2 | 3 |")]),
        ("| A | B |\n|---|---|\n| 1 | 2 |\nNext.", [ROW.format("Next.")]),
        ("> | A | B |\n> |---|---|\n> | 1 |", [ROW.format("| 1 |")]),
        ("| A |\n|---|\n| ![x](y) ~~z~~ |", [PICTURE.format("x"), STRUCK.format("z")]),
        ("x <b>y</b>\n\n" * 2, [HTML.format("<b>")]),
        ("    " + "word " * 20, [CODE.format("word word word word word word word word…")]),
    ],
)
def test_body_names_what_cannot_be_shown_and_what_to_do(body, faults):
    assert markdown_faults(subject="", body=body) == {"body": faults}


@pytest.mark.parametrize(
    "body",
    [
        "# One\n\n## Two\n\n### Three\n\nWith **bold**, *italics*, `code` and 5 < 7 > 3.",
        "- one\n- two\n  1. deep\n\n> {name}\n\n---\n\nEnd: a | b, [x], [ ], ~~, AT&T, &nbsp;, ^.",
        "[page]({link}) [and]({link}#part) [site](http://example.org) <https://example.org>",
        "Write to <ada@example.org> or [Ada](mailto:ada@example.org).",
        "[words][1]\n\n[1]: https://example.org",
        "|A|B|C|D|\n|-|:-:|--:|:--|\n|1|2|3|4|\n| {name} | a \\| b | | |",
        "A | B\n--- | ---\n1 | 2",
        "| A |\n|---|\n| \\| |",
        "x![y] and data: none, data:of this kind",
    ],
)
def test_body_may_have_what_is_shown(body):
    assert markdown_faults(subject="", body=body, addresses=["link"]) == {}


@pytest.mark.parametrize(
    "subject",
    ["**News**", "*News*", "[News](x)", "![x](y)", "<b>News", "News &amp; more", "News&nbsp;"],
)
def test_subject_is_plain_text(subject):
    assert markdown_faults(subject=subject, body="") == {"subject": [SUBJECT.format(subject)]}


@pytest.mark.parametrize(
    "subject", ["AT&T: 5 * 3 * 2", "a_b_c [x] {reference}", "1 < 2 > 1", "# 7"]
)
def test_subject_may_have_signs_that_mean_nothing(subject):
    assert markdown_faults(subject=subject, body="") == {}


def test_limits_are_part_of_the_rules_of_every_kind_of_message():
    link = Placeholder("link", "a link", "https://example.org", PlaceholderType.ADDRESS)
    kind = TemplateType("parcel", "Parcel", "", (link,))

    found = validate_text(kind, subject="{oops} &amp;", body="[a]({link}) [b]({oops})")

    assert found == {
        "subject": [
            "{oops} is not available in this kind of message.",
            SUBJECT.format("{oops} &amp;"),
        ],
        "body": ["{oops} is not available in this kind of message.", LINK.format("{oops}")],
    }
