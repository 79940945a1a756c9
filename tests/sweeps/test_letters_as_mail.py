"""Each letter in six languages as a mail: subject, first words, button, end and direction.

The values of subjects are long ones: the longest title and names of the demonstration.
"""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.html import escape
from django.utils.translation import get_language_info, override

from outbox.models.template_types import PlaceholderType, get_template_type, template_types
from outbox.services.default_templates import read_texts
from outbox.services.letters import closing_of
from outbox.services.mail_parts import PREHEADER_PADDING, is_greeting, preheader, split_off_end
from outbox.services.rendering import MARKDOWN, as_html, as_text, without_keys
from outbox.services.sample_sending import render_sample
from outbox.services.template_rendering import (
    NO_ISOLATES,
    TemplateText,
    max_subject_length,
    placeholders_in,
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
MAX_LABEL_LENGTH = 30
# In an alphabet, and in Chinese.
MIN_PREHEADER_LENGTH = (20, 10)
# The words, in Chinese the characters, of a preheader that its subject does not have.
MIN_NEW_WORDS = 3
# A character of Chinese, or a word.
WORD_RE = re.compile(r"[\u4e00-\u9fff]|\w+")
MAX_END_WORDS = 45
TEXTS = {
    (text.template_type, text.language): TemplateText(
        text.template_type, text.language, text.subject, text.body
    )
    for folder in sorted(Path(settings.BASE_DIR).glob("*/data/letters"))
    for text in read_texts(folder, template_types())
}
BUTTON_RE = re.compile(r"\[([^\]\n]+)\]\(\{(\w+)\}\)")
LINK_RE = re.compile(r"\]\(|<\{\w+\}>|https?:")
TARGET_RE = re.compile(r"\[([^\]]*)\]\([^)]*\)|<http[^>]*>")
# What the end of a letter says, or what its author no longer asks for.
OUTDATED_RE = re.compile(
    r"Yours sincerely|Questions\? Reply|The Partner2Connect team|keep the reference|"
    r"You receive this"
)
# Addresses that are in a sentence, or in a list, and are no action.
SECONDARY_ADDRESSES = {
    "change_link",
    "close_link",
    "code_page",
    "commitment",
    "feed_page",
    "preferences",
    "private_code",
    "switch_off_link",
}

KINDS = [kind for kind in template_types() if kind.has_subject]
each_language = pytest.mark.parametrize("language", settings.MODELTRANSLATION_LANGUAGES)


def paragraphs(text):
    """The paragraphs of a text after its greeting. The sender puts none before such a text."""
    first, *rest = text.body.split("\n\n")
    return rest if is_greeting(first) else [first, *rest]


def actions(kind):
    """The addresses of a kind that its letter asks the reader to open."""
    found = {
        known.name
        for known in kind.placeholders
        if known.type is PlaceholderType.ADDRESS and known.name not in SECONDARY_ADDRESSES
    }
    # One can also sign in, instead of opening the private link.
    return found - {"page"} if "private_link" in found else found


def faults_of_text(kind, text):
    """The faults of a text before it is filled in."""
    blocks = {each.name for each in kind.placeholders if each.type is PlaceholderType.BLOCK}
    first, *_others = after_greeting = paragraphs(text)
    buttons = [found.groups() for each in after_greeting if (found := BUTTON_RE.fullmatch(each))]
    others = text.body.replace("".join(f"[{label}]({{{name}}})" for label, name in buttons), "")
    facts = {
        "begins with words": first[0] not in ">#-"
        and not LINK_RE.search(first)
        and not blocks & {*placeholders_in(first)},
        "one button for its action": len(buttons) <= 1
        and {name for _label, name in buttons} == actions(kind)
        and not actions(kind) & {*placeholders_in(others)},
        "short label": all(len(label) <= MAX_LABEL_LENGTH for label, _name in buttons),
        "leaves to the end what it says": not OUTDATED_RE.search(text.body),
        "reason": str(kind.reason) != "",
    }
    return [fact for fact, is_true in facts.items() if not is_true]


def words_of(text):
    return set(WORD_RE.findall(text.lower()))


def faults_of_mail(kind, text):
    """The faults of a text with samples, as a mail."""
    letter = render_sample(kind, text)
    tokens, end = split_off_end(MARKDOWN.parse(without_keys(letter.body)))
    words, language = preheader(tokens), text.language
    html = as_html(letter.subject, letter.body, language=language)
    direction = "rtl" if get_language_info(language)["bidi"] else "ltr"
    facts = {
        "direction": html.count(f'lang="{language}" dir="{direction}"') == 2,
        "preheader": f"{escape(words)}{PREHEADER_PADDING}</div>" in html,
        "its length": len(words) >= MIN_PREHEADER_LENGTH[language == "zh-hans"],
        "its own words": len(words_of(words) - words_of(letter.subject)) >= MIN_NEW_WORDS
        and not re.search("http|Connect ·", words),
        "end": bool(end),
        "no brace": not re.search("[{}]", letter.subject + as_text(letter.body)),
    }
    return [fact for fact, is_true in facts.items() if not is_true]


@each_language
@pytest.mark.parametrize("faults_of", [faults_of_text, faults_of_mail])
def test_letters_are_messages(db, faults_of, language):
    faults = {kind.name: faults_of(kind, TEXTS[kind.name, language]) for kind in KINDS}

    assert {name: found for name, found in faults.items() if found} == {}


@each_language
def test_subjects_with_the_longest_values_are_short(language):
    too_long = {}
    for kind in KINDS:
        text = TEXTS[kind.name, language]
        with override(language):
            values = {**sample_values(kind, in_subject=True), **LONGEST}
            subject = render_subject(text, values).translate(NO_ISOLATES)
        if len(subject) > max_subject_length(text.subject):
            too_long[kind.name] = subject

    assert too_long == {}


@each_language
def test_words_of_subjects_come_before_what_may_be_shortened(language):
    found = {}
    for kind in KINDS:
        subject = TEXTS[kind.name, language].subject
        names = [each.name for each in kind.placeholders if each.may_be_shortened]
        before = re.split("|".join(f"{{{name}}}" for name in names) or "$^", subject)
        if not re.search(r"\w", before[0]) or len(before) > 2 or len(before[0]) > PHONE_LENGTH:
            # Without such a value, the whole subject is words.
            found |= {kind.name: subject} if len(before) > 1 else {}

    assert found == {}


@each_language
def test_days_in_subjects_are_short(language):
    days = {}
    for kind in KINDS:
        with override(language):
            samples = sample_values(kind, in_subject=True)
        for name in {"day", "due_on"} & {*samples}:
            with override(language):
                days[kind.name] = samples[name]()

    assert {"meeting_cancelled", "commitment_report_request_before"} <= {*days}
    assert {name for name, day in days.items() if re.search(r"\d{4}", day)} == set()


def test_sample_of_the_last_day_of_an_invitation_is_in_the_active_language():
    with override("fr"):
        day = sample_values(get_template_type("staff_invitation"))["expires_on"]()

    assert day == "lundi 1er novembre 2021"


def test_placeholder_that_is_cut_in_a_subject_is_allowed_in_it():
    cut = [each for kind in KINDS for each in kind.placeholders if each.may_be_shortened]

    assert [each.name for each in cut if not each.may_be_in_subject] == []


def test_ends_of_english_letters_are_short(db):
    ends = {kind.name: TARGET_RE.sub(r"\1", closing_of(kind.name, "en")) for kind in KINDS}

    assert {end for end in ends.values() if len(end.split()) > MAX_END_WORDS} == set()
