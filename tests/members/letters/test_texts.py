"""The default templates of letters: each kind, in each of the six languages.

Those about members, meetings and papers.
"""

import csv
import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.db.models import CharField, F, Value
from django.db.models.functions import Concat
from django.utils.translation import get_language_info, override
from modeltranslation.utils import build_localized_fieldname

from accounts.services.sign_in_codes import send_code
from commitments.services import desk_types as about_commitments
from eoi.services import template_types as draft_kinds
from meetings.models import Meeting
from members.models import GrantedRole, Title
from members.seed import read_reason_texts
from members.services import officer_types as of_officers
from members.services import template_types as of_members
from members.services.letters.composing import addressee
from members.services.letters.decisions import acknowledge, draft_admission
from members.services.template_types import CLOSING
from outbox.models import MessageTemplate
from outbox.models.template_types import PlaceholderType, template_types
from outbox.services.default_templates import read_texts
from outbox.services.delivery import compose
from outbox.services.letters import greeting
from outbox.services.rendering import MARKERS, as_html, as_text, as_text_and_html
from outbox.services.template_rendering import (
    placeholders_in,
    render_text,
    sample_values,
    validate_text,
)
from participation.services import paper_kinds as about_papers
from participation.services import template_types as about_meetings
from tests.catalogues import in_catalogue, record_look_ups
from tests.factories import (
    NOON,
    FocalPointFactory,
    FocusAreaFactory,
    MeetingFactory,
    MemberFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.members.every_letter import NUMBER, write_every_letter
from tests.participation.every_notice import write_every_notice
from tests.participation.paper_news import write_news_of_papers
from triage.desk.services import template_types as of_the_desk

LANGUAGES = settings.MODELTRANSLATION_LANGUAGES
NOT_ENGLISH = [language for language in LANGUAGES if language != "en"]
APPS = (
    of_members,
    of_officers,
    draft_kinds,
    of_the_desk,
    about_meetings,
    about_papers,
    about_commitments,
)
TEXTS = {
    (text.template_type, text.language): text
    for app in APPS
    for folder in Path().glob("*/data/letters")
    for text in read_texts(folder, app.TEMPLATE_TYPES)
}
KIND = {kind.name: kind for app in APPS for kind in app.TEMPLATE_TYPES}
each_language = pytest.mark.parametrize("language", LANGUAGES)

# Sentences before and after a correction, with the reason, by language and letter.
with (Path(__file__).parent / "corrections.csv").open(encoding="utf-8", newline="") as file:
    CORRECTIONS = list(csv.DictReader(file))
# What is written in Latin letters in every language: names, and a heading of the desk, which is in
# English and French only.
LATIN_EVERYWHERE = re.compile(r"Partner2Connect|\bBDT\b|\bITU\b|Conversation")
# English words that are no words of French or Spanish.
ENGLISH = re.compile(
    r"\b(the|of|and|you|your|is|are|this|that|it|not|we|our|to|from|with|mail|link|here)\b",
    re.IGNORECASE,
)
LATIN = re.compile(r"[A-Za-z]")
# Punctuation that differs in the language.
WRONG = {
    "fr": re.compile(r"[^\u00a0\n][:;?!»]|«[^\u00a0]|'"),
    "zh-hans": re.compile(r"""[,.;:?!()'"]"""),
    "ar": re.compile(r"[,;?]"),
}


def said(text):
    """The text itself, without its placeholders and the markup around them."""
    whole = f"{text.subject}\n{text.body}"
    return re.sub(r"<?\{\w+\}>?|\]\(\{\w+\}\)", "", whole).replace("**", "").replace("\\\n", "\n")


def in_their_place(kind, text):
    """The placeholders of a text for URLs or paragraphs, in order."""
    return [
        name
        for name in placeholders_in(text.body)
        if KIND[kind].placeholder(name).type is not PlaceholderType.WORDS
    ]


class Document(HTMLParser):
    """The languages and directions of a document, and its links."""

    def __init__(self, document):
        super().__init__()
        self.said = []
        self.links = []
        self.feed(document)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if "lang" in found:
            self.said.append((found["lang"], found["dir"]))
        if tag == "a":
            self.links.append(found["href"])


def rendered(kind, language):
    """A text as it is sent, with samples in place of its placeholders."""
    text = TEXTS[kind, language]
    with override(language):
        values = sample_values(KIND[kind])
        subject = render_text(text.subject, values, language=language)
        body = render_text(text.body, values, language=language)
    plain, document = as_text_and_html(
        subject, body, language=language, private_page="https://p2c.example/own"
    )
    return subject, plain, Document(document), document


def test_every_kind_has_a_text_in_each_of_the_six_languages():
    assert set(TEXTS) == {(kind, language) for kind in KIND for language in LANGUAGES}


def letters_with_a_sentence_of_before(language):
    """The letters with a sentence that was wrong, ambiguous or clumsy, with the sentence."""
    for row in CORRECTIONS:
        for name in row["letters"].split(", ") if row["language"] == language else ():
            [letter] = Path().glob(f"*/data/letters/{language}/{name}.md")
            if row["original"] in letter.read_text(encoding="utf-8"):
                yield name, row["original"]


@each_language
def test_no_corrected_sentence_comes_back(language):
    assert len(CORRECTIONS) == 253
    assert list(letters_with_a_sentence_of_before(language)) == []


@each_language
def test_text_has_what_its_kind_needs_in_the_same_order_as_in_english(language):
    for name, kind in KIND.items():
        text, english = TEXTS[name, language], TEXTS[name, "en"]

        assert validate_text(kind, subject=text.subject, body=text.body) == {}, name
        assert set(placeholders_in(text.body)) == set(placeholders_in(english.body)), name
        assert in_their_place(name, text) == in_their_place(name, english), name
        assert placeholders_in(text.subject) == placeholders_in(english.subject), name


@each_language
def test_text_renders_whole_in_its_language(language):
    direction = "rtl" if get_language_info(language)["bidi"] else "ltr"
    for kind in KIND:
        subject, plain, html, document = rendered(kind, language)
        _subject, english, html_in_english, _document = rendered(kind, "en")

        seen = f"{subject}{plain}{document.partition('<body')[2]}"
        assert re.findall(r"[{}]|\[\[|\]\]|\*\*", seen) == [], kind
        assert html.said == [(language, direction)] * 2, kind
        assert len(html.links) == len(html_in_english.links), kind
        assert bool(subject) == (kind != CLOSING), kind
        assert len(subject) <= 100, kind
        assert "\n" not in subject, kind
        assert 0.3 < len(plain) / len(english) < 2.5, kind


@pytest.mark.parametrize("language", NOT_ENGLISH)
def test_text_is_in_no_other_language(language):
    foreign = ENGLISH if language in ("fr", "es") else LATIN
    words = {kind: LATIN_EVERYWHERE.sub("", said(TEXTS[kind, language])) for kind in KIND}

    assert {kind: found for kind in KIND if (found := foreign.findall(words[kind]))} == {}


@pytest.mark.parametrize("language", WRONG)
def test_text_has_the_punctuation_of_its_language(language):
    wrong = {kind: WRONG[language].findall(said(TEXTS[kind, language])) for kind in KIND}

    assert {kind: found for kind, found in wrong.items() if found} == {}


@each_language
def test_reasons_of_ours_are_in_their_language_and_have_its_punctuation(language):
    columns = [build_localized_fieldname(field, language) for field in ("label", "snippet")]
    words = "\n".join(text[column] for text in read_reason_texts().values() for column in columns)

    foreign = ENGLISH if language in ("fr", "es") else LATIN
    assert language == "en" or foreign.findall(words) == []
    assert language not in WRONG or WRONG[language].findall(words) == []


def test_text_in_spanish_opens_what_it_asks():
    words = {kind: said(TEXTS[kind, "es"]) for kind in KIND}

    assert [kind for kind in KIND if words[kind].count("¿") != words[kind].count("?")] == []
    assert "¿" in "".join(words.values())


# The quotation marks of the language, with the text around them.
CALLED = {"zh-hans": "“X” 数字部（部）", "ar": "(X) جمعية (أ)"}


@pytest.mark.parametrize(
    "language",
    [
        *("en", *CALLED),
        *(pytest.param(language, marks=pytest.mark.long) for language in ("es", "fr", "ru")),
    ],
)
def test_letters_use_every_text_and_emphasise_names_with_any_signs_around_them(language):
    told = Concat(
        F("body"), Value("\n\nThis is "), F("template_type"), Value("."), output_field=CharField()
    )
    MessageTemplate.objects.update(body=told)
    called = CALLED.get(language, "(X)")

    messages, _theirs = write_every_letter(called, language)
    assert len(messages) == NUMBER
    messages += write_every_notice(called, language)
    messages += write_news_of_papers(called, language)

    bodies = "\n".join(message.body for message in messages)
    # tests/commitments/test_desk_letters.py has those about commitments.
    here = KIND.keys() - {kind.name for kind in about_commitments.TEMPLATE_TYPES}
    assert {kind for kind in here if f"This is {kind}." not in bodies} == set()
    to_focal_points = [message for message in messages if "/user-" not in message.topic]
    assert {message.language for message in to_focal_points} == {language}
    for message in messages:
        mail = compose(message)
        # An invitation has its event too.
        [document] = [text for text, kind in mail.alternatives if kind == "text/html"]
        assert "**" not in mail.body + document


def test_letter_says_in_its_own_language_that_a_private_link_is_left_out():
    body = "\n\n".join(MARKERS.values())

    with override("en"):
        documents = [as_html("Subject", body, language=language) for language in LANGUAGES]

    assert ["the recipient" in document for document in documents] == [True] + [False] * 5


def test_names_in_arabic_letters_keep_their_direction():
    person = FocalPointFactory(language="ar", member__organisation_name="Ministry of Health (MoH)")

    [letter] = acknowledge(person.member, [person], TimelineEntryFactory(member=person.member))

    text = as_text(letter.body)
    assert "\u2068Ministry of Health (MoH)\u2069" in text
    assert f"\u2068{letter.reference}\u2069" in text


DAY = timedelta(days=1)
# Four meetings, two in each working group: in one zone, past midnight, one day, several days.
MEETINGS = [
    {},
    {
        "starts_at": datetime(2021, 11, 2, 20, tzinfo=UTC),
        "ends_at": datetime(2021, 11, 3, 1, tzinfo=UTC),
    },
    {
        "is_all_day": True,
        "starts_at": datetime(2021, 11, 3, 23, tzinfo=UTC),
        "ends_at": datetime(2021, 11, 4, 23, tzinfo=UTC),
    },
    {
        "is_all_day": True,
        "starts_at": datetime(2021, 11, 4, 23, tzinfo=UTC),
        "ends_at": datetime(2021, 11, 6, 23, tzinfo=UTC),
    },
]


@pytest.fixture
def looked_up(monkeypatch):
    return record_look_ups(monkeypatch)


def write_letters(language):
    """Queue every letter, including those to people with each title, in each group, on each day."""
    messages, _theirs = write_every_letter("Ada", language)
    Meeting.objects.all().delete()
    areas = [FocusAreaFactory(number=number) for number in range(1, 5)]
    for number, facts in enumerate(MEETINGS):
        MeetingFactory(focus_area=areas[number % 2], **facts)
    roles = list(GrantedRole)
    for number, title in enumerate(["", *Title]):
        # The week that ends with the first of a month.
        member = MemberFactory(submitted_at=datetime(2021, 10, 26, 12, tzinfo=UTC) + number * DAY)
        person = FocalPointFactory(
            member=member, title=title, language=language, time_zone="Africa/Nairobi"
        )
        entry = TimelineEntryFactory(member=member)
        messages += acknowledge(member, [person], entry)
        draft_admission(
            member=member, focus_area=areas[number % 4], role=roles[number % 3], at=NOON
        )
        greeting(addressee(person), language)
    reader = UserFactory(language=language, is_staff=False)
    send_code(email=reader.email, seed="seed", at=NOON)
    messages += write_every_notice("Ada", language)
    messages += write_news_of_papers("Ada", language)
    for message in messages:
        compose(message)


def test_whatever_letters_look_up_has_a_translation(looked_up):
    # All catalogues but the French one leave the texts of the desk out.
    language = "ar"
    with override(language):
        for kind in template_types():
            body = "\n\n".join(f"{{{name.name}}}" for name in kind.placeholders)
            filled = render_text(body, sample_values(kind), language=language)
            as_text_and_html("…", f"{filled}\n\n{MARKERS}", language=language)
    write_letters(language)

    texts = {(context, text) for active, context, text in looked_up if active == language}
    assert texts - in_catalogue(language) == set()
