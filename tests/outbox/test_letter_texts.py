"""The default texts of letters are messages: what to do, one button, a short subject.

Each rule is tested on the text itself, with the samples of its placeholders in place of values.
"""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import override

from members.services.template_types import CLOSING
from outbox.models.template_types import PlaceholderType, template_types
from outbox.services.default_templates import read_texts
from outbox.services.rendering import as_text
from outbox.services.template_rendering import (
    TemplateText,
    placeholders_in,
    render_subject,
    sample_values,
)

# The languages whose texts are messages.
LANGUAGES = ("en",)
# The texts that are put at the end of others.
ENDINGS = {CLOSING, "bulletin_ending"}
KINDS = {kind.name: kind for kind in template_types() if kind.name not in ENDINGS}
FOLDERS = sorted(Path(settings.BASE_DIR).glob("*/data/letters"))
TEXTS = {
    (text.template_type, text.language): text
    for folder in FOLDERS
    for text in read_texts(folder, template_types())
}
REFERENCE = "P2C-7K3MQ9"
MAX_SUBJECT_LENGTH = 60
MAX_SUBJECT_LENGTH_WITH_REFERENCE = 75
MAX_LABEL_LENGTH = 30
MAX_END_WORDS = 45
# A greeting in the text itself: the sender puts none before it.
GREETING_RE = re.compile(r"(?:Dear |Good day)[^\n]*,")
BUTTON_RE = re.compile(r"\[([^\]\n]+)\]\(\{(\w+)\}\)")
LINK_RE = re.compile(r"\]\(|<\{\w+\}>|https?:")
# What the end of a message says, or what its author no longer asks for.
OUTDATED_RE = re.compile(
    r"Yours sincerely|Questions\? Reply|The Partner2Connect team|keep the reference|"
    r"You receive this"
)
# Addresses that are in a sentence, or in a list, and are no action.
IN_SENTENCES = {"code_page", "private_code", "feed_page", "preferences"}
each_kind = pytest.mark.parametrize("kind", sorted(KINDS))
each_language = pytest.mark.parametrize("language", LANGUAGES)


def paragraphs(text):
    """The paragraphs of a text after its greeting."""
    first, *rest = text.body.split("\n\n")
    return rest if GREETING_RE.fullmatch(first) else [first, *rest]


def buttons(text):
    """The label and the placeholder of each paragraph that is nothing but a link."""
    return [found.groups() for each in paragraphs(text) if (found := BUTTON_RE.fullmatch(each))]


def actions(kind):
    """The addresses of a kind that its message asks the reader to open."""
    found = {
        known.name
        for known in KINDS[kind].placeholders
        if known.type is PlaceholderType.ADDRESS and known.name not in IN_SENTENCES
    }
    # One can also sign in, instead of opening the private link.
    return found - {"page"} if "private_link" in found else found


def subject_of(kind, language):
    text = TEXTS[kind, language]
    with override(language):
        wording = TemplateText(kind, language, text.subject, text.body)
        return render_subject(wording, sample_values(KINDS[kind]))


@each_language
@each_kind
def test_letter_begins_with_a_paragraph_of_words_without_a_link(kind, language):
    first = paragraphs(TEXTS[kind, language])[0]
    blocks = {
        known.name for known in KINDS[kind].placeholders if known.type is PlaceholderType.BLOCK
    }

    assert LINK_RE.search(first) is None
    assert blocks & set(placeholders_in(first)) == set()
    assert first[0] not in ">#-"


@each_language
@each_kind
def test_letter_has_one_button_for_what_it_asks(kind, language):
    text = TEXTS[kind, language]

    found = buttons(text)

    assert {address for _label, address in found} == actions(kind)
    assert len(found) <= 1
    assert [label for label, _address in found if len(label) > MAX_LABEL_LENGTH] == []
    others = text.body.replace("".join(f"[{label}]({{{name}}})" for label, name in found), "")
    assert actions(kind) & set(placeholders_in(others)) == set()


@each_language
@each_kind
def test_subject_is_short_enough_for_the_list_of_a_phone(kind, language):
    subject = subject_of(kind, language)
    without = re.sub(rf"{REFERENCE}\W+", "", subject)
    # Letters about a member have its reference added where they have none.
    with_reference = f"{REFERENCE}: {without}"

    assert len(without) <= MAX_SUBJECT_LENGTH
    assert len(with_reference) <= MAX_SUBJECT_LENGTH_WITH_REFERENCE


@each_language
@each_kind
def test_letter_leaves_to_its_end_what_the_end_says(kind, language):
    text = TEXTS[kind, language]

    assert OUTDATED_RE.findall(text.body) == []
    assert str(KINDS[kind].reason) != ""


@each_language
def test_end_of_a_letter_is_short(language):
    with override(language):
        closing = shown(CLOSING, language)
        ends = {kind: f"{closing} {KINDS[kind].reason} Privacy" for kind in KINDS}
        ends["bulletin"] = f"{closing} {shown('bulletin_ending', language)} Privacy"

    assert {kind: end for kind, end in ends.items() if len(end.split()) > MAX_END_WORDS} == {}


@each_language
@each_kind
def test_placeholder_that_is_cut_in_a_subject_is_allowed_in_it(kind, language):
    cut = [known for known in KINDS[kind].placeholders if known.may_be_shortened]

    assert [known.name for known in cut if not known.may_be_in_subject] == []


def shown(kind, language):
    """The words of an ending, without its addresses."""
    words = BUTTON_RE.sub(r"\1", TEXTS[kind, language].body)
    return as_text(words)
