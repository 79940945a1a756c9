"""A letter is a greeting, a text and a closing in one language, with the links that it uses."""

from dataclasses import replace

import pytest
from django.utils.translation import gettext_lazy

from core.conflicts import Refused
from outbox.models import Queue
from outbox.models.template_types import Placeholder, _declared
from outbox.services.letters import (
    Addressee,
    EditableLetter,
    greeting,
    keys_in,
    render_letter,
    texts_of,
    write,
)
from outbox.services.queue import Envelope, post
from outbox.services.rendering import PRIVATE_PAGE, PRIVATE_UNSUBSCRIBE
from outbox.services.template_rendering import any_language
from tests.factories import NOON
from tests.outbox import texts
from tests.outbox.texts import KIND, declare, reviewed

LETTER = EditableLetter("A subject", "A text.", "en", closing="Yours")
VALUES = {"name": "Ada", "number": "17", "contents": "- tea", "private_page": PRIVATE_PAGE}


def unexpected():
    raise AssertionError("made without a place for it")


@pytest.fixture
def declared(monkeypatch, db):
    declare(monkeypatch)


def reader(language="en", **facts):
    return Addressee(
        **{
            "email": "ada@example.org",
            "language": language,
            "name": "Ada",
            "greeting": gettext_lazy("Dear %(name)s,"),
            **facts,
        }
    )


def test_text_and_closing_are_read_in_one_query(declared, django_assert_num_queries):
    texts.write()

    with django_assert_num_queries(1):
        words = texts_of("parcel")
        letter = write("parcel", "en", VALUES, words=words)

    assert letter.subject == "Parcel 17"
    assert letter.body == f"Dear Ada,\n\n- tea\n\n{PRIVATE_PAGE}"
    assert (letter.language, letter.closing) == ("en", "Yours")


def test_letter_tells_whether_its_text_was_reviewed(declared):
    reviewed()
    texts.write("fr")
    texts.write("fr", template_type="goodbye", subject="", body="Salutations")

    letters = [write("parcel", language, VALUES) for language in ("en", "fr")]

    assert [letter.is_reviewed for letter in letters] == [True, False]


def test_subject_has_values_of_its_own(declared):
    texts.write(body="{number}")

    letter = write("parcel", "en", {"number": "\\*17\\*"}, subject_values={"number": "*17*"})

    assert (letter.subject, letter.body) == ("Parcel *17*", "\\*17\\*")


def test_placeholder_that_is_fixed_needs_no_value(declared, monkeypatch):
    fixed = Placeholder("contact", "where to ask", lambda: "desk@example.org", is_fixed=True)
    monkeypatch.setitem(_declared, "parcel", replace(KIND, placeholders=(fixed,)))
    texts.write(subject="Parcel", body="Questions? {contact}")

    assert write("parcel", "en").body == "Questions? desk@example.org"


def test_greeting_is_in_the_language_of_the_letter_and_does_nothing_but_greet():
    hostile = reader("en", name="*Ada* www.evil.example")

    lines = [greeting(hostile, language) for language in ("en", "fr")]

    assert lines[0] == "Dear \\*Ada\\* www .evil.\u200bexample,"
    assert lines[0] != lines[1]


def test_letter_opens_with_the_greeting_and_ends_with_the_closing():
    letter = render_letter(reader(), LETTER)

    assert (letter.subject, letter.body) == ("A subject", "Dear Ada,\n\nA text.\n\n---\n\nYours")
    assert letter.text == "Dear Ada,\n\nA text.\n\n--\n\nYours\n"
    assert render_letter(reader(greeting=""), LETTER).body == "A text.\n\n---\n\nYours"
    assert render_letter(reader("fr"), EditableLetter("Un", "Deux.")).language == "fr"


def test_only_the_keys_are_made_that_a_body_has_a_place_for():
    made = keys_in(
        f"Here: {PRIVATE_PAGE}",
        {"private_page": lambda: "/page", "private_unsubscribe": unexpected},
    )

    assert made == {"private_page": "/page"}


def test_letter_is_refused_without_a_key_that_it_has_a_place_for():
    with pytest.raises(Refused, match="needs a private link"):
        post(
            Envelope(
                EditableLetter("A subject", PRIVATE_UNSUBSCRIBE),
                reader(),
                topic="letter",
                keys={"private_page": unexpected},
            ),
            at=NOON,
        )


@pytest.mark.parametrize(
    ("closings", "is_whole", "found"),
    [
        ((), any_language, "en"),
        (("fr",), any_language, "fr"),
        # One of its values is available only in English.
        (("fr",), lambda language: language == "en", "en"),
    ],
)
def test_letter_is_in_english_as_a_whole_where_a_part_is_missing(
    declared, closings, is_whole, found
):
    texts.write()
    texts.write("fr")
    for language in closings:
        texts.write(language, template_type="goodbye", subject="", body="Salutations")

    letter = write("parcel", "fr", VALUES, is_whole=is_whole)

    assert letter.language == found
    assert letter.closing == {"en": "Yours", "fr": "Salutations"}[found]


@pytest.mark.django_db
def test_message_is_to_its_reader_about_its_topic_and_says_what_language_was_wanted():
    facts = {"reference": "P2C-AAAAAA", "anonymous_body": "A text.", "queue": Queue.BULK}

    message, other = (
        post(Envelope(LETTER, reader(language), topic=topic, **facts), at=NOON)
        for topic, language in (("letter", "en"), ("other", "ru"))
    )

    assert (message.recipient, message.recipient_name) == ("ada@example.org", "Ada")
    assert (message.topic, message.reference) == ("letter", "P2C-AAAAAA")
    assert (message.subject, message.body) == ("A subject", "Dear Ada,\n\nA text.\n\n---\n\nYours")
    assert (message.anonymous_body, message.queue) == ("A text.", Queue.BULK)
    assert (message.preferred_language, other.preferred_language) == ("", "ru")
