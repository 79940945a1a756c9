"""Arbitrary text in corrections: stored as typed if accepted, shown again as typed if not."""

import re

from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from members.models import FocalPoint, Member, TimelineEntry
from members.services.private_links import LinkPurpose, token_for
from tests.factories import FocalPointFactory
from tests.hostile.pages import Page
from tests.hostile.site import assert_harmless, untouched
from tests.hostile.test_typed import ANY_TEXT, LONG, PERSON_FIELDS, SHORT, kept

ANYTHING_TYPED = st.fixed_dictionaries({}, optional=dict.fromkeys((*SHORT, *LONG), ANY_TEXT))


def opened():
    """The URL of a correction, and the unchanged data of its form."""
    person = FocalPointFactory(position="Director", given_name="Ada", family_name="Lovelace")
    path = reverse("eoi:correct", args=[token_for(person, LinkPurpose.EOI)])
    return path, Page(Client().get(path)).fields_of(path)


@given(typed=ANYTHING_TYPED)
def test_text_that_a_correction_takes_is_kept_and_shown_as_it_was_typed(typed):
    with untouched():
        path, fields = opened()
        client = Client()

        checked = client.post(path, {**fields, **typed})
        sent = Page(checked).fields_of(path)

        assert_harmless(checked)
        assert {name: sent.get(name) for name in typed} == {
            name: [text.encode()] for name, text in typed.items()
        }
        member, person = Member.objects.get(), FocalPoint.objects.get()
        before = {
            name: getattr(person if name in PERSON_FIELDS else member, name) for name in typed
        }
        if checked.status_code == 422 or all(
            kept(name, text) == before[name] for name, text in typed.items()
        ):
            return
        sent.pop("change")
        saved = client.post(path, sent)

        assert saved.status_code == 302
        member, person = Member.objects.get(), FocalPoint.objects.get()
        for name, text in typed.items():
            assert getattr(person if name in PERSON_FIELDS else member, name) == kept(name, text)
        changed = [name for name, text in typed.items() if kept(name, text) != before[name]]
        assert len(re.split("\n", TimelineEntry.objects.get().note)) == len(changed)


@given(typed=ANYTHING_TYPED)
def test_text_of_a_correction_comes_back_as_typed_when_the_file_has_changed(typed):
    with untouched():
        path, fields = opened()
        Member.objects.update(acronym="OTHERWISE")

        refused = Client().post(path, {**fields, "acronym": "MINE", **typed, "confirmed": "1"})

        assert refused.status_code == 409
        assert_harmless(refused)
        sent = Page(refused).fields_of(path)
        assert {name: sent.get(name) for name in typed} == {
            name: [text.encode()] for name, text in typed.items()
        }
        assert list(TimelineEntry.objects.all()) == []
