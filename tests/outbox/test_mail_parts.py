"""Buttons, boxes, the end and the preheader of a mail, found in the Markdown of a letter."""

import re

import pytest

from outbox.services.mail_parts import (
    MAX_PREHEADER_LENGTH,
    Button,
    parts_of,
    preheader,
    split_off_end,
)
from outbox.services.rendering import MARKDOWN, PRIVATE_PAGE, as_html, as_text

PAGE = "https://p2c.example/en/eoi/abc/"
YES, NO = Button("Yes", f"{PAGE}y/"), Button("No", f"{PAGE}n/")
BUTTON_RE = re.compile(r'<td bgcolor="#00609C"[^>]*>\s*<a href="([^"]*)"[^>]*>([^<]*)</a>')
BARE_RE = re.compile(r"<b[^>]*>([^<]*)</b>([^<]*)</a>")
BOX_RE = re.compile(r'<td bgcolor="#E6F0F7"[^>]*>(.*?)</td>', re.DOTALL)
BARE_PARAGRAPH_RE = re.compile(r'<p class="bare".*?</p>', re.DOTALL)
CHOICE_STYLE_RE = re.compile(r'<td class="choice"[^>]*>\s*<a href="[^"]*" style="([^"]*)"')
PREHEADER_RE = re.compile(r'<div class="preheader"[^>]*>(.*?)</div>', re.DOTALL)


def parsed(body):
    return MARKDOWN.parse(body)


def buttons_of(body):
    return [list(part.buttons) for part in parts_of(parsed(body)) if part.buttons]


@pytest.mark.parametrize(
    ("body", "buttons"),
    [
        (f"[Confirm]({PAGE})", [[Button("Confirm", PAGE)]]),
        (f"[**Confirm** it]({PAGE})", [[Button("Confirm it", PAGE)]]),
        (
            f"[Yes]({PAGE}y/)\n[No]({PAGE}n/)",
            [[YES, NO]],
        ),
        (
            f"[Yes]({PAGE}y/)\\\n[No]({PAGE}n/)",
            [[YES, NO]],
        ),
        (f"Please [confirm]({PAGE}).", []),
        (f"[Confirm]({PAGE}).", []),
        (f"- [Confirm]({PAGE})", []),
        (f"> [Confirm]({PAGE})", []),
        (f"<{PAGE}>", []),
        (f"[Confirm]({PAGE})\n<{PAGE}>", []),
        ("[x](javascript:alert(1))", []),
        ("[x](ftp://example.org)", []),
        ("", []),
    ],
)
def test_paragraph_that_is_nothing_but_links_is_buttons(body, buttons):
    assert buttons_of(body) == buttons


def test_button_is_a_cell_with_a_colour_and_its_address_is_below_it():
    html = as_html("Subject", f"Dear Ada,\n\n[Say “yes” & go]({PAGE}?a=1&b=2)", language="en")

    assert BUTTON_RE.findall(html) == [(f"{PAGE}?a=1&amp;b=2", "Say “yes” &amp; go")]
    assert BARE_RE.findall(html) == [("p2c.example", "/en/eoi/abc/?a=1&amp;b=2")]


def test_address_below_a_button_is_not_read_aloud_after_the_button():
    html = as_html("Subject", f"[Confirm]({PAGE})", language="en")

    [address] = BARE_PARAGRAPH_RE.findall(html)
    assert 'aria-hidden="true"' in address
    # What is not read takes no focus either.
    assert re.search(r'<a href="[^"]*" dir="ltr" tabindex="-1"', address)


def test_words_of_answers_beside_each_other_are_not_cut():
    html = as_html("Subject", f"[Yes]({PAGE}y/)\n[No]({PAGE}n/)", language="en")

    styles = CHOICE_STYLE_RE.findall(html)
    assert ["overflow-wrap: break-word" in style for style in styles] == [True, True]


def test_list_at_the_end_of_a_box_leaves_no_space_below_it():
    [box] = BOX_RE.findall(
        as_html("Subject", "> Please bring:\n>\n> - One\n> - Two", language="en")
    )

    margins = re.findall(r'<(?:ul|li) style="[^"]*\bmargin: ([^;"]*)', box)
    assert margins == ["0", "0 0 8px", "0"]


def test_answers_beside_each_other_have_no_addresses_below_them():
    body = f"[Yes]({PAGE}y/)\n[No]({PAGE}n/)"

    html = as_html("Subject", body, language="en")

    assert html.count('class="choice"') == 2
    assert BARE_RE.findall(html) == []
    assert as_text(body) == f"Yes <{PAGE}y/>\nNo <{PAGE}n/>\n"


def test_button_without_its_private_link_is_shown_and_leads_nowhere():
    body = f"[Confirm]({PRIVATE_PAGE})"

    html = as_html("Subject", body, language="en")

    assert BUTTON_RE.findall(html) == [("#private-link", "Confirm")]
    assert "(the recipient&#x27;s private link)" in html or "(the recipient's private link)" in html
    assert as_text(body) == "Confirm (the recipient's private link)\n"


def test_quotation_is_a_box_and_the_same_words_in_plain_text():
    body = "Before\n\n> Send it by:\n>\n> **Tuesday**\\\n> 14:00 Geneva\n\nAfter"

    html = as_html("Subject", body, language="en")

    [box] = BOX_RE.findall(html)
    assert re.sub(r"<[^>]*>|\s+", " ", box).split() == [
        "Send",
        "it",
        "by:",
        "Tuesday",
        "14:00",
        "Geneva",
    ]
    assert as_text(body) == "Before\n\nSend it by:\n\nTuesday\n14:00 Geneva\n\nAfter\n"


def test_box_whose_placeholder_had_no_value_is_not_shown():
    assert [part.is_box for part in parts_of(parsed("Before\n\n> \n\nAfter"))] == [False, False]


def test_end_is_what_stands_below_the_last_rule():
    letter, end = split_off_end(parsed("One\n\n---\n\nTwo\n\n---\n\nThe team"))

    assert [token.content for token in letter if token.type == "inline"] == ["One", "Two"]
    assert [token.content for token in end if token.type == "inline"] == ["The team"]


@pytest.mark.parametrize(
    "greeting",
    [
        "Dear Ms Banda,",
        "Bonjour,",
        "Estimada señora, estimado señor:",
        "Estimada Sra. Banda:",
        "تحية طيبة وبعد،",
        "Здравствуйте!",
        "尊敬的先生/女士：",
        "",
    ],
)
def test_preheader_is_the_first_text_after_the_greeting(greeting):
    text = f"**Confirm** your [address]({PAGE}).\nThank you."
    body = f"{greeting}\n\n[Confirm]({PAGE})\n\n{text}\n\nMore"

    assert preheader(parsed(body)) == "Confirm your address. Thank you."


def test_first_text_is_no_greeting_because_of_its_last_character():
    texts = [
        "You are admitted. Welcome!",
        "You are in (Ghana). Welcome!",
        "贵组织已获准加入。欢迎！",
    ]

    assert [preheader(parsed(f"{text}\n\nMore.")) for text in texts] == texts


def test_long_preheader_ends_at_a_word():
    text = preheader(parsed("word " * 100))

    assert text.endswith("word…")
    assert len(text) <= MAX_PREHEADER_LENGTH


def test_preheader_is_hidden_and_followed_by_nothing_that_is_read():
    html = as_html("The subject", "Do this.\n\nThen that.", language="en")

    [shown] = PREHEADER_RE.findall(html)
    assert shown.rstrip("\u034f\u2007") == "Do this."
    assert len(shown) > MAX_PREHEADER_LENGTH
    assert html.index(shown) < html.index("Digital Coalition")
