"""Arbitrary text in the form: stored as typed if accepted, shown again as typed if not.

Stored text differs from typed text only as `stored_file()` describes.
"""

import re
import unicodedata

from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from eoi.forms.expression import ExpressionOfInterestForm
from meetings.services.ical import write_calendar
from members.models import FocalPoint, Member
from tests.eoi.form import CHECK, FORM, RECEIVED, carried_by, make_call, posted, query
from tests.factories import MeetingFactory
from tests.hostile.pages import Page
from tests.hostile.site import assert_harmless, untouched
from tests.hostile.values import HOSTILE, LINES, NAMES

# Without NUL, which PostgreSQL cannot store and every form refuses.
TABLE = [text for text in (*NAMES.values(), *HOSTILE.values(), *LINES.values()) if "\0" not in text]
# Invisible characters in copied text: soft hyphens, direction marks, joiners.
UNSEEN = re.compile("[\u00ad\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
ANY_TEXT = st.one_of(
    st.sampled_from(TABLE),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60),
    # Usually accepted: letters of every script, with spaces and marks between them.
    st.text(st.characters(categories=["L", "M", "N", "P", "Zs"]), min_size=1, max_size=60).map(
        "x{}".format
    ),
)
LONG = ("motivation", "about")
SHORT = ("organisation_name", "acronym", "position", "given_name", "family_name")
PERSON_FIELDS = {"position", "given_name", "family_name"}


def kept(name, typed):
    """The text that must be stored, according to the rules."""
    text = UNSEEN.sub("", windows_marks(typed))
    if name in LONG:
        return re.sub("\r\n?|[\v\f\u2028\u2029]", "\n", text).strip()
    return " ".join(text.split())


def windows_marks(text):
    """Quotation marks and dashes of Windows-1252, whose codes are control characters elsewhere."""
    return "".join(
        letter
        if not 0x80 <= ord(letter) < 0xA0
        else bytes([ord(letter)]).decode("cp1252", errors="ignore") or letter
        for letter in text
    )


@given(typed=st.fixed_dictionaries({}, optional=dict.fromkeys((*SHORT, *LONG), ANY_TEXT)))
def test_text_that_the_form_takes_is_kept_and_shown_as_it_was_typed(typed):
    call = make_call()
    with untouched():
        client = Client()
        checked = client.post(FORM, posted(**typed), follow=True)
        fields = Page(client.get(FORM)).fields_of(FORM)

        assert_harmless(checked)
        assert {name: fields.get(name) for name in typed} == {
            name: [text.encode()] for name, text in typed.items()
        }
        if checked.request["PATH_INFO"] != CHECK:
            return
        sent = client.post(CHECK, carried_by(checked))

        assert sent["Location"] == RECEIVED
        member, person = Member.objects.get(call=call), FocalPoint.objects.get()
        for name, text in typed.items():
            row = person if name in PERSON_FIELDS else member
            assert getattr(row, name) == kept(name, text)


@given(typed=st.fixed_dictionaries({}, optional=dict.fromkeys((*SHORT, *LONG), ANY_TEXT)))
def test_text_is_refused_only_for_a_reason_that_it_gives(typed):
    form = ExpressionOfInterestForm(query(**typed))

    refused = form.errors.keys()

    assert refused <= typed.keys()
    for name in refused:
        text = kept(name, typed[name])
        assert (
            not any(letter.isalpha() for letter in text)
            or any(
                letter == "\ufffd"
                or (unicodedata.category(letter) == "Cc" and letter not in "\n\t")
                for letter in text
            )
            or ("@" in text or "://" in text)
            or len(text) > form.fields[name].max_length
        )


@given(facts=st.fixed_dictionaries(dict.fromkeys(("title", "place", "agenda"), ANY_TEXT)))
def test_meeting_comes_out_of_a_feed_as_it_went_in(facts):
    with untouched():
        meetings = [MeetingFactory(**facts), MeetingFactory()]
        written = write_calendar(meetings, name="Name", with_join_links=True)

    feed = Calendar.from_ical(written)
    first, second = feed.events
    assert len(feed.subcomponents) == 2
    assert set(first) - {"LOCATION", "DESCRIPTION"} == set(second)
    assert str(first["SUMMARY"]) == in_a_calendar(facts["title"])
    assert str(first.get("LOCATION", "")) == in_a_calendar(facts["place"])
    assert str(first.get("DESCRIPTION", "")) == in_a_calendar(facts["agenda"])
    # The calendar has only its own lines, whatever a program treats as a line break.
    assert written.decode().splitlines() == written.decode().removesuffix("\r\n").split("\r\n")


def in_a_calendar(text):
    lines = re.sub("\r\n?", "\n", text)
    kept = "\n\t"
    return "".join(
        " " if unicodedata.category(one) in {"Cc", "Zl", "Zp"} and one not in kept else one
        for one in lines
    )
