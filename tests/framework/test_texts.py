import pytest

from core.conflicts import Refused
from framework.models import ParagraphKind
from framework.services.texts import as_html, check_reason, check_text, clean_text


def refusal_of(check, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        check(*args, **kwargs)
    return refused.value


@pytest.mark.parametrize(
    "text",
    [
        "Connect **every** school.\n\n- by fibre\n- by *satellite*\n\n1. first",
        "See [the plan](https://example.org/plan), <https://example.org> or <a@example.org>.",
        "5 * 3 < 16, AT&T and a_b_c &amp; 2 \\* 2",
        "A line\\\nand another",
        "学校をつなぐ。",
        "نوصل كل مدرسة.",
        "x" * 5000,
    ],
)
def test_text_of_a_paragraph_is_taken(text):
    assert check_text(text) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# A heading", "# A heading"),
        ("A heading\n===", "A heading ==="),
        ("Bold is <b>here</b>.", "<b>"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("![Map](https://example.org/map.png)", "Map"),
        ("| a | b |\n| --- | --- |\n| c | d |", "| a | b | | --- | --- | | c | d |"),
        ("It is ~~not~~ so.", "not"),
        ("Type `this`.", "this"),
        ("First:\n\n    indented", "indented"),
        ("```\nfenced\n```", "fenced"),
        ("> quoted", "> quoted"),
        ("One\n\n---\n\ntwo", "---"),
        ("[a]: https://example.org\n\nText", "[A]:"),
        ("[press](javascript:alert(1))", "javascript:alert(1)"),
        ("[the plan](/plan)", "/plan"),
        ("Press []( https://example.org ) now", "https://example.org"),
    ],
)
def test_text_that_could_not_be_shown_is_refused_with_its_words(text, words):
    refused = refusal_of(check_text, text)

    assert refused.code == "markup"
    assert str(refused) == (
        f"“{words}” cannot be shown. A paragraph has words, lists, bold, italics and links."
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "no_text"),
        ("... 12 !", "no_text"),
        ("x\x00", "unreadable"),
        ("x\ud800", "unreadable"),
        ("x" * 5001, "too_long"),
    ],
)
def test_text_that_is_empty_unreadable_or_too_long_is_refused(text, code):
    assert refusal_of(check_text, text).code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Why **we** act", "heading"),
        ("Why\nwe act", "heading"),
        ("- Why we act", "heading"),
        ("[Why](https://example.org)", "heading"),
        ("x" * 201, "too_long"),
    ],
)
def test_heading_is_one_plain_line(text, code):
    assert refusal_of(check_text, text, kind=ParagraphKind.HEADING).code == code
    assert check_text("Why we act & how", kind=ParagraphKind.HEADING) is None


def test_clean_text_has_nothing_invisible_and_one_kind_of_line_break():
    assert clean_text(" a\u200bb\u2060\r\nc\rd\u2028e\ufeff \n") == "ab\nc\nd\ne"


@pytest.mark.parametrize("word", ["mot ", "слово ", "كلمة ", "学学"])
def test_reason_has_at_most_150_words_in_every_script(word):
    assert check_reason(word * 150) is None
    assert refusal_of(check_reason, word * 151).code == "too_long"


@pytest.mark.parametrize(
    ("reason", "code"), [("", "no_text"), ("?!", "no_text"), ("x\x07", "unreadable")]
)
def test_reason_without_words_is_refused(reason, code):
    assert refusal_of(check_reason, reason).code == code


def test_reason_of_one_endless_word_is_refused():
    assert refusal_of(check_reason, "x" * 2251).code == "too_long"


def test_html_has_only_the_tags_of_a_paragraph():
    assert as_html("# No\n\n**yes** <b>no</b>\n\n3. three") == (
        "No\n<p><strong>yes</strong> &lt;b&gt;no&lt;/b&gt;</p>\n"
        '<ol start="3">\n<li>three</li>\n</ol>\n'
    )
