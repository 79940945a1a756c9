"""A pasted text becomes paragraphs."""

from django.utils.translation import override

from framework.models import ParagraphKind
from framework.services.pasted_text import paragraphs_in, sentences_in


def in_pairs(text):
    return [(str(each.kind), each.text) for each in paragraphs_in(text)]


def test_empty_line_is_between_two_paragraphs():
    assert in_pairs("One,\nstill one.\r\n \r\n\r\nTwo.") == [
        ("text", "One,\nstill one."),
        ("text", "Two."),
    ]


def test_line_with_a_mark_begins_a_paragraph():
    assert in_pairs("Heading: Why\nBecause.\nACTION : Connect.\nAction: Publish.") == [
        ("heading", "Why\nBecause."),
        ("action", "Connect."),
        ("action", "Publish."),
    ]
    assert in_pairs("## Why\n\nThe next action: publish.") == [
        ("heading", "Why"),
        ("text", "The next action: publish."),
    ]


def test_marks_may_be_in_the_language_of_the_page():
    with override("fr"):
        marked = f"{ParagraphKind.ACTION.label} : Connect."

        assert in_pairs(marked) == [("action", "Connect.")]


def test_empty_text_has_no_paragraph():
    assert in_pairs(" \n\n Heading: \n") == []


def test_sentences_end_with_their_mark():
    assert sentences_in("One third is offline. Why? 1.5 billion cannot pay.") == [
        "One third is offline.",
        "Why?",
        "1.5 billion cannot pay.",
    ]
    assert sentences_in("三分之一的人不上网。为什么？") == ["三分之一的人不上网。", "为什么？"]
