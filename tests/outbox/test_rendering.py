import re
import sys
import unicodedata
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbox.services.rendering import (
    PRIVATE_CODE,
    PRIVATE_PAGE,
    PRIVATE_UNSUBSCRIBE,
    as_html,
    as_text,
    escape_inline,
    escape_paragraphs,
    one_line,
)

HOSTILE = [
    "<script>alert(1)</script>",
    '<img src="https://evil.example/x.png">',
    "![x](https://evil.example/x.png)",
    "[Click](https://evil.example)",
    "[Click](javascript:alert(1))",
    "<https://evil.example>",
    "<mailto:evil@evil.example>",
    "https://evil.example/pay",
    "www.evil.example",
    "evil.example/pay",
    "# Heading",
    "1. Item",
    "- Item",
    "> Quote",
    "=====",
    "~~~",
    "    indented",
    "[x]: https://evil.example",
    "a | b",
    "a\r\nBcc: victim@example.org",
    "a\u2028b",
    "abc\u202egpj.exe",
    "`code` **bold** _em_ \\ & &lt; &#60;",
    PRIVATE_PAGE,
    f"<{PRIVATE_UNSUBSCRIBE}>",
]


class Links(HTMLParser):
    def __init__(self, document):
        super().__init__()
        self.found = []
        self.tags = set()
        self.feed(document)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.found += [value for name, value in attrs if name in ("href", "src", "background")]


@pytest.mark.parametrize("value", HOSTILE)
def test_typed_shows_what_was_typed_and_nothing_else(value):
    escaped = escape_inline(value)
    body = f"Dear {escaped},\n\n{escaped}\n\nEnd of **{escaped}**."

    html = Links(as_html("Subject", body, language="en", private_page="https://p2c.example/p"))

    assert html.found == []
    assert not html.tags & {"script", "img", "code", "ol", "ul", "blockquote", "h2", "em"}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Ministry of Digital & Co.", "Ministry of Digital & Co."),
        ("AT&T", "AT&T"),
        ("Fondation_des_*", "Fondation_des_*"),
        ("O'Brien [sic] <x>", "O'Brien [sic] <x>"),
        ("1. FC Köln", "1. FC Köln"),
        ("# 7 \\ `x`", "# 7 \\ `x`"),
        ("وزارة الاتصالات", "وزارة الاتصالات"),
        ("工业和信息化部", "工业和信息化部"),
        ("می‌خواهم", "می‌خواهم"),
        ("two\nlines\tand \x00 more", "two lines and more"),
        ("https://evil.example", "https: //evil.\u200bexample"),
        ("www.evil.example", "www .evil.\u200bexample"),
        ("evil.भारत evil。example", "evil.\u200bभारत evil。\u200bexample"),
        ("mailto:x@evil.example", "mailto: x@evil.\u200bexample"),
        ("Dr. J.R.R. Tolkien, Ph.D, of the U.S.A.", "Dr. J.R.R. Tolkien, Ph.D, of the U.S.A."),
    ],
)
def test_typed_keeps_names_as_they_are(value, shown):
    text = as_text(escape_inline(value))

    assert text == shown + "\n"


@given(st.text(max_size=250))
def test_typed_is_one_paragraph_whatever_is_typed(value):
    html = Links(as_html("Subject", f"{escape_inline(value)}\n\nNext.", language="en"))
    text = as_text(f"{escape_inline(value)}\n\nNext.")

    assert html.found == []
    assert len(text.rstrip("\n").split("\n")) <= 3


def test_one_line_has_neither_controls_nor_breaks():
    letters = map(chr, range(sys.maxunicode + 1))
    breaking = "".join(each for each in letters if unicodedata.category(each) in {"Cc", "Zl", "Zp"})

    assert one_line(f"a{breaking}b\N{ZERO WIDTH SPACE}c") == "a b\N{ZERO WIDTH SPACE}c"


def test_as_text_lays_out_paragraphs_lists_and_links():
    body = (
        "Dear **Ada**,\n\nfirst\nline\\\nsecond line\n\n- one\n- two\n  - three\n\n1. a\n2. b\n\n"
        "## Next\n\nSee [the site](https://p2c.example/en/) or write to <x@p2c.example>."
    )

    text = as_text(body)

    assert text == (
        "Dear Ada,\n\nfirst line\nsecond line\n\n- one\n- two\n  - three\n\n1. a\n2. b\n\n"
        "Next\n\nSee the site <https://p2c.example/en/> or write to x@p2c.example.\n"
    )


@pytest.mark.parametrize(
    "body",
    [
        "[x](javascript:alert(1))",
        "[x](data:text/html,x)",
        "[x](vbscript:x)",
        "[x](ftp://example.org)",
        "![x](https://example.org/x.png)",
        "<b onclick=x>x</b>",
        '<a href="https://example.org" style="color:red">x</a>',
        "<style>p{}</style>",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
    ],
)
def test_as_html_has_no_picture_no_script_and_no_other_kind_of_link(body):
    html = Links(as_html("Subject", body, language="en"))

    assert [link for link in html.found if not link.startswith("https://example.org/x.png")] == []
    assert not html.tags & {"img", "script", "b"}


TABLE = """| Meeting | Day | Seats |
|:--|:-:|--:|
| [First](https://example.org/1) | 3 **May** | 12 |
| {typed} | | 3 |

After."""


def test_table_is_a_line_a_cell_in_plain_text_and_a_blank_line_ends_a_row():
    text = as_text(TABLE.replace("{typed}", escape_inline("Second | last")))

    assert text == (
        "Meeting: First <https://example.org/1>\nDay: 3 May\nSeats: 12\n\n"
        "Meeting: Second | last\nSeats: 3\n\nAfter.\n"
    )


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("| A | B |\n|---|---|", "A\nB\n"),
        ("| | B |\n|---|---|\n| one | two |", "one\nB: two\n"),
        ("- item\n\n| A |\n|---|\n| one |\n\n- item", "- item\n\nA: one\n\n- item\n"),
    ],
)
def test_table_without_rows_or_headings_keeps_its_words_in_plain_text(body, text):
    assert as_text(body) == text


@pytest.mark.parametrize(("language", "end"), [("en", "right"), ("ar", "left")])
def test_table_has_headings_borders_and_sides_that_follow_the_language(language, end):
    document = as_html("Subject", TABLE, language=language)

    cells = dict(re.findall(r"<th([^>]*)>(\w+)<", document)[i][::-1] for i in range(3))
    start = {"right": "left", "left": "right"}[end]
    aligned = {name: re.findall(r"text-align: (\w+)", tag) for name, tag in cells.items()}
    assert aligned == {"Meeting": [start], "Day": ["center"], "Seats": [end]}
    assert all('scope="col"' in tag and "border: 1px solid" in tag for tag in cells.values())
    # The tables of the layout are no data for a screen reader, and this one is.
    assert re.findall(r"<table[^>]*data[^>]*>", document)[0].count("role=") == 0


def test_typed_paragraphs_keep_paragraphs_and_lines_as_long_as_they_were():
    long = "word " * 100

    body = escape_paragraphs(f"  First.\r\nSecond line.\n \n\n{long}\n")

    assert as_text(body) == f"First.\nSecond line.\n\n{long.strip()}\n"


@pytest.mark.parametrize(
    "hostile",
    [
        *HOSTILE,
        "- a list\n- of two",
        "```\nfence",
        "Title\n=====",
        "a | b\n|---|---|\nc | d",
        "a | b\n:---|:---\nc | d",
        "a \\| b\n:---",
    ],
)
def test_typed_paragraphs_show_what_was_written_and_do_nothing_else(hostile):
    page = Links(as_html("Subject", escape_paragraphs(hostile), language="en"))
    plain = Links(as_html("Subject", "Text.", language="en"))

    assert page.tags - {"br"} == plain.tags - {"br"}
    assert page.found == plain.found


def test_as_html_loads_nothing_from_afar_and_carries_its_styles_inline_and_for_the_night():
    document = as_html("Subject", "A [link](https://example.org/).", language="en")

    assert re.findall(r"url\(|@import|<link|src=", document) == []
    assert Links(document).found == ["https://example.org/"]
    assert '<p style="margin: 0 0 16px;">A <a' in document
    assert "prefers-color-scheme: dark" in document


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_as_html_escapes_its_subject_and_names_language_and_direction(language, direction):
    document = as_html("<script>x</script>", "Text.", language=language)

    assert "<script>" not in document
    assert document.count("&lt;script&gt;x&lt;/script&gt;") == 2
    assert document.count(f'lang="{language}" dir="{direction}"') == 2


def test_typed_adds_a_backslash_only_where_one_is_needed_and_is_cut_at_200_characters():
    plain = "Smith & Sons, St. John's (1999) - 50% + VAT"

    assert escape_inline(plain) == plain
    assert escape_inline("x" * 201) == "x" * 199 + "…"


def test_private_values_are_put_where_their_markers_stand_and_are_not_shown_to_others():
    body = (
        f"{PRIVATE_PAGE}\n\n[No more]({PRIVATE_UNSUBSCRIBE})\n\n<{PRIVATE_UNSUBSCRIBE}>\n\n"
        f"**{PRIVATE_CODE}**"
    )
    page, no_more = "https://p2c.example/w/a_b:c-_d_/", "https://p2c.example/u/*x*/"
    values = {
        "private_page": page,
        "private_unsubscribe": no_more,
        "private_code": "7K3M-Q9XY",
    }

    html = Links(as_html("Subject", body, language="en", **values))

    assert as_text(body, **values) == (f"{page}\n\nNo more <{no_more}>\n\n{no_more}\n\n7K3M-Q9XY\n")
    # The button, its address below it, and the link.
    assert html.found == [page, no_more, no_more, no_more]
    link = "(the recipient's private link)"
    assert as_text(body) == f"{link}\n\nNo more {link}\n\n{link}\n\n(the recipient's code)\n"
