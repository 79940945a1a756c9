"""Each letter in six languages as a mail: subject, preheader, button, end and direction.

The values are long ones: the longest title and names of the demonstration.
"""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.html import escape
from django.utils.translation import get_language_info, override

from outbox.models.template_types import template_types
from outbox.services.default_templates import read_texts
from outbox.services.letters import closing_of
from outbox.services.mail_parts import PREHEADER_PADDING, parts_of, preheader, split_off_end
from outbox.services.rendering import MARKDOWN, as_html, as_text, without_keys
from outbox.services.sample_sending import render_sample
from outbox.services.template_rendering import (
    NO_ISOLATES,
    TemplateText,
    max_subject_length,
    render_subject,
    sample_values,
)

TITLE = "Frigate: cybersecurity officers for small administrations (demonstration)"
NAME = (
    "Autorité de régulation des communications électroniques, des postes et de la distribution de "
    "la presse"
)
LONGEST = {
    "title": TITLE,
    "other_title": TITLE,
    "organisation": NAME,
    "lead": NAME,
    "partner": NAME,
    "country": "Bolivia (Plurinational State of)",
    "reference": "P2C-7K3MQ9",
}
# The words that matter are seen on a phone, which shows about this many characters of a subject.
PHONE_LENGTH = 40
# In an alphabet, and in Chinese.
MIN_PREHEADER_LENGTH = (20, 10)
MAX_WORDS_OF_THE_END = 45
DEFAULT_TEXTS = {
    (text.template_type, text.language): text
    for folder in sorted(Path(settings.BASE_DIR).glob("*/data/letters"))
    for text in read_texts(folder, template_types())
}
LINK_RE = re.compile(r"\[([^\]]*)\]\([^)]*\)|<http[^>]*>")

KINDS = [kind for kind in template_types() if kind.has_subject]
each_language = pytest.mark.parametrize("language", settings.MODELTRANSLATION_LANGUAGES)


def text_of(kind, language):
    found = DEFAULT_TEXTS[kind.name, language]
    return TemplateText(kind.name, language, found.subject, found.body)


@each_language
def test_subjects_with_the_longest_values_are_short(language):
    too_long = {}
    for kind in KINDS:
        text = text_of(kind, language)
        with override(language):
            subject = render_subject(text, {**sample_values(kind), **LONGEST})
        if len(subject.translate(NO_ISOLATES)) > max_subject_length(text.subject):
            too_long[kind.name] = subject

    assert too_long == {}


@each_language
def test_words_of_subjects_come_before_what_may_be_shortened(language):
    found = {}
    for kind in KINDS:
        subject = text_of(kind, language).subject
        names = [each.name for each in kind.placeholders if each.may_be_shortened]
        before = re.split("|".join(f"{{{name}}}" for name in names) or "$^", subject)
        if not re.search(r"\w", before[0]) or len(before) > 2 or len(before[0]) > PHONE_LENGTH:
            # Without such a value, the whole subject is words.
            found |= {kind.name: subject} if len(before) > 1 else {}

    assert found == {}


def buttons_of(kind, language):
    """The addresses of the buttons of a text; tests/outbox/test_letter_texts.py says which."""
    tokens = MARKDOWN.parse(text_of(kind, language).body)
    return [button.address for part in parts_of(tokens) for button in part.buttons]


def faults_of(kind, language):
    """The faults of a letter with samples, as a mail."""
    letter = render_sample(kind, text_of(kind, language))
    tokens, end = split_off_end(MARKDOWN.parse(without_keys(letter.body)))
    words = preheader(tokens)
    html = as_html(letter.subject, letter.body, language=language)
    direction = "rtl" if get_language_info(language)["bidi"] else "ltr"
    facts = {
        "direction": html.count(f'lang="{language}" dir="{direction}"') == 2,
        "preheader": f"{escape(words)}{PREHEADER_PADDING}</div>" in html,
        "its length": len(words) >= MIN_PREHEADER_LENGTH[language == "zh-hans"],
        "its own words": words != letter.subject and not re.search("http|Connect ·", words),
        "end": bool(end),
        "buttons": buttons_of(kind, language) == buttons_of(kind, "en"),
        "no brace": not re.search("[{}]", letter.subject + as_text(letter.body)),
    }
    return [fact for fact, is_true in facts.items() if not is_true]


@each_language
def test_letters_are_mails(db, language):
    faults = {kind.name: faults_of(kind, language) for kind in KINDS}

    assert {name: found for name, found in faults.items() if found} == {}


def test_ends_of_english_letters_are_short(db):
    ends = {kind.name: LINK_RE.sub(r"\1", closing_of(kind.name, "en")) for kind in KINDS}

    assert {end for end in ends.values() if len(end.split()) > MAX_WORDS_OF_THE_END} == set()
