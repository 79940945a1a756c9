import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbox.models.template_types import Placeholder, TemplateType, _declared
from outbox.services.rendering import PRIVATE_PAGE, as_text, escape_paragraphs
from outbox.services.template_rendering import (
    FIRST_STRONG_ISOLATE,
    POP_ISOLATE,
    InvalidPlaceholders,
    NoTemplateText,
    TemplateSet,
    TemplateText,
    placeholders_in,
    render_subject,
    render_text,
    sample_values,
    validate_text,
)
from tests.outbox.texts import BODY, KIND, write


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        ("no placeholder, {{braces}}", []),
        ("{name}", ["name"]),
        ("{name} and {number}, {name}", ["name", "number", "name"]),
        ("{имя}", ["имя"]),
    ],
)
def test_placeholders_in_finds_each_in_order(text, names):
    assert placeholders_in(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "}",
        "{name",
        "name}",
        "{}",
        "{name.email}",
        "{name[0]}",
        "{name!r}",
        "{name:>9}",
        "{na me}",
        "{name }",
        "{0}",
        "{{name}",
        "{name}}",
    ],
)
def test_placeholders_in_refuses_what_is_malformed(text):
    with pytest.raises(InvalidPlaceholders):
        placeholders_in(text)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.text())
def test_braces_that_are_doubled_stand_as_they_are(before, value):
    escaped = before.replace("{", "{{").replace("}", "}}")

    filled = render_text(f"({escaped})|{{name}}|", {"name": lambda: "\n" + value}, language="en")

    assert filled.startswith(re.sub(r"\n{3,}", "\n\n", f"({before})").rstrip())


@given(st.text(alphabet="abn{}me ume[]!:.", max_size=40))
def test_a_text_without_complaints_can_be_filled(body):
    if not validate_text(KIND, subject="", body=f"{body}\n\n{{private_page}}"):
        render_text(body, sample_values(KIND), language="en")


def test_a_text_that_is_right_has_no_complaints():
    assert validate_text(KIND, subject="Parcel {number}", body=BODY) == {}
    assert validate_text(KIND, subject="", body="{private_page}") == {}


@pytest.mark.parametrize(
    ("subject", "body", "field", "words"),
    [
        ("", BODY + "{colour}", "body", "{colour} is not available in this kind of message."),
        ("{colour}", BODY, "subject", "{colour} is not available in this kind of message."),
        ("{name}", BODY, "subject", "{name} cannot be used in the subject."),
        ("", "{name}", "body", "{private_page} is missing"),
        ("", BODY + "{name.email}", "body", "{name.email} is not a placeholder."),
        ("", BODY + "{name!r:>9}", "body", "{name!r:>9} is not a placeholder."),
        ("{number", BODY, "subject", "Unmatched brace."),
        ("", "x {contents}\n{private_page}", "body", "{contents} must be alone on its line"),
        (
            "",
            f"{BODY} {PRIVATE_PAGE}",
            "body",
            "Replace [[private-page]] with {private_page}",
        ),
        ("", f"{BODY} [private page]]", "body", "Replace [private page]] with {private_page}."),
        ("", f"{BODY} [[lien-privé]]", "body", "[[lien-privé]] is not replaced by a private link"),
        (PRIVATE_PAGE, BODY, "subject", "[[private-page]] is not replaced by a private link here"),
    ],
)
def test_complaints_name_what_is_wrong(subject, body, field, words):
    found = validate_text(KIND, subject=subject, body=body)

    assert list(found) == [field]
    assert any(words in sentence for sentence in found[field])


def test_only_placeholders_that_a_text_names_are_computed_and_each_once():
    computed = []

    def name():
        computed.append("name")
        return "Ada"

    def number():
        raise AssertionError("nobody asked for it")

    assert (
        render_text("{name}, {name}", {"name": name, "number": number}, language="en") == "Ada, Ada"
    )
    assert computed == ["name"]


def test_a_block_that_is_nothing_leaves_no_gap():
    assert render_text("One\n\n{contents}\n\nTwo", {"contents": ""}, language="en") == "One\n\nTwo"


def test_a_value_is_never_a_placeholder_itself():
    assert render_text("{name}", {"name": "{number}"}, language="en") == "{number}"


@pytest.mark.parametrize(
    ("value", "language", "is_isolated"),
    [
        ("Ada", "en", False),
        ("Ada", "ar", True),
        ("وزارة الاتصالات", "en", True),
        ("وزارة الاتصالات", "ar", True),
        (PRIVATE_PAGE, "ar", False),
        ("https://p2c.example/", "ar", False),
        ("- one\n- two", "ar", False),
        ("- one", "ar", False),
        ("**at noon**", "ar", False),
        ("", "ar", False),
    ],
)
def test_a_name_keeps_its_direction_whatever_stands_around(value, language, is_isolated):
    filled = render_text("{name}", {"name": value}, language=language)

    assert filled == (f"{FIRST_STRONG_ISOLATE}{value}{POP_ISOLATE}" if is_isolated else value)


# As escape_paragraphs() writes it: two spaces keep the break of a line.
TWO_PARAGRAPHS = "We (the team) agree.  \n50% now\n\nوزارة الاتصالات"


@pytest.mark.parametrize(
    ("value", "language", "isolated"),
    [
        (TWO_PARAGRAPHS, "ar", "<We (the team) agree.>  \n<50% now>\n\n<وزارة الاتصالات>"),
        # In a text from left to right, only the other direction needs it.
        (TWO_PARAGRAPHS, "en", "We (the team) agree.  \n50% now\n\n<وزارة الاتصالات>"),
        # Escaped characters are no Markdown. The first line ends with an escaped backslash, and the
        # second one with a backslash that keeps its break.
        ("\\*C:\\\\\n\\- two\\\nthree", "ar", "<\\*C:\\\\>\n<\\- two>\\\n<three>"),
        # A character beside Markdown could disable it.
        (
            "**Monday (UTC+2)**\\\nGeneva\\\n[Yes]([[private-link-1]])",
            "ar",
            "**Monday (UTC+2)**\\\n<Geneva>\\\n[Yes]([[private-link-1]])",
        ),
        ("1. one\n2. two", "ar", "1. one\n2. two"),
    ],
)
def test_each_line_of_a_value_keeps_its_direction(value, language, isolated):
    filled = render_text("{name}", {"name": value}, language=language)

    marks = {"<": FIRST_STRONG_ISOLATE, ">": POP_ISOLATE}
    assert filled == isolated.translate(str.maketrans(marks))


def test_typed_text_of_two_paragraphs_is_read_as_typed_in_an_arabic_letter():
    typed = "1. We (the team) *agree*:\n- 50% [now]\n\nSee C:\\new\\"

    filled = render_text("{name}", {"name": escape_paragraphs(typed)}, language="ar")

    shown = as_text(filled).replace(FIRST_STRONG_ISOLATE, "<").replace(POP_ISOLATE, ">")
    assert shown == "<1. We (the team) *agree*:>\n<- 50% [now]>\n\n<See C:\\new\\>\n"


def test_wordings_are_read_in_one_query(django_assert_num_queries):
    write()
    write(template_type="postcard")
    write(language="fr")

    with django_assert_num_queries(1):
        words = TemplateSet("parcel", "postcard")
        words.find("parcel", "fr")
        words.find("postcard", "en")


@pytest.mark.parametrize(
    ("there", "wanted", "found"),
    [
        (["en", "fr", "es"], "es", "es"),
        (["en", "fr"], "es", "en"),
        (["fr"], "es", "fr"),
        (["en"], "fr", "en"),
    ],
)
def test_find_takes_what_is_wanted_else_english_else_french(there, wanted, found):
    for language in there:
        write(language=language)

    assert TemplateSet("parcel").find("parcel", wanted).language == found


def test_find_passes_by_what_is_not_in_use_and_what_is_not_whole():
    for language in ("en", "fr", "es"):
        write(language=language, is_active=language != "es")

    words = TemplateSet("parcel")

    assert words.find("parcel", "es").language == "en"
    assert words.find("parcel", "es", is_whole=lambda code: code == "fr").language == "fr"
    assert not words.has("parcel", "es")


def test_find_says_where_there_is_no_text_at_all():
    with pytest.raises(NoTemplateText):
        TemplateSet("parcel").find("parcel", "en")


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("Schools online", "Published: Schools online, by Ada"),
        ("x" * 41, f"Published: {'x' * 41}, by Ada"),
        ("x" * 42, f"Published: {'x' * 40}…, by Ada"),
        ("x" * 9000, f"Published: {'x' * 40}…, by Ada"),
    ],
)
def test_subject_that_is_too_long_shortens_the_title_alone(monkeypatch, title, subject):
    declare_published(monkeypatch)
    text = TemplateText("published", "en", "Published: {title}, by {name}", "…")

    assert render_subject(text, {"title": title, "name": "Ada"}) == subject


def test_subject_with_the_reference_may_be_longer_and_arabic_titles_stay_isolated(monkeypatch):
    declare_published(monkeypatch)
    text = TemplateText("published", "en", "{reference}: {title}", "…")

    subject = render_subject(text, {"title": "م" * 90, "reference": "P2C-7K3MQ9"})

    assert subject == f"P2C-7K3MQ9: {FIRST_STRONG_ISOLATE}{'م' * 62}…{POP_ISOLATE}"


def declare_published(monkeypatch):
    names = {"title": True, "name": False, "reference": False}
    kind = TemplateType(
        "published",
        "Published",
        "",
        tuple(
            Placeholder(name, "", "", may_be_in_subject=True, may_be_shortened=is_shortened)
            for name, is_shortened in names.items()
        ),
    )
    monkeypatch.setitem(_declared, kind.name, kind)


def test_block_in_a_box_has_each_of_its_lines_in_it():
    assert render_text("> {when}\n\nAfter", {"when": "Tuesday\\\nGeneva"}, language="en") == (
        "> Tuesday\\\n> Geneva\n\nAfter"
    )
    assert validate_text(KIND, subject="", body=BODY.replace("{contents}", "> {contents}")) == {}
