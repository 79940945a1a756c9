"""The fields of an empty form, which are kept for all visitors until something changes."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from focus_areas.models import FocusArea
from members.models import Call
from tests.eoi.form import FORM, make_call, posted, text_of, value_of, words_of

FRENCH_FORM = "/fr/expression-of-interest/"


@pytest.fixture(autouse=True)
def _call(db):
    make_call()


def templates_of(response):
    return {template.name for template in response.templates}


def proposed_language(page):
    return re.search(r'name="language" value="([\w-]+)"[^>]* checked', page)[1]


def test_empty_fields_are_rendered_once_for_all_visitors():
    FocusArea.objects.filter(number=1).update(summary_en="Shown to the first visitor.")
    first = Client().get(FORM)

    second = Client().get(FORM)

    assert "bootstrap5/field.html" in templates_of(first)
    assert "bootstrap5/field.html" not in templates_of(second)
    assert "Shown to the first visitor." in words_of(second)


@pytest.mark.parametrize(
    "change",
    [{"summary_en": "Written a moment ago."}, {"slug": "another-address"}],
    ids=["summary", "address"],
)
def test_empty_fields_show_a_change_of_a_focus_area_at_once(client, change):
    before = text_of(client.get(FORM))
    # As another process changes it, which this one learns only from the database.
    FocusArea.objects.filter(number=2).update(**change)

    after = text_of(client.get(FORM))

    [value] = change.values()
    assert value not in before
    assert value in after


def test_empty_fields_show_a_summary_of_another_language_until_it_is_translated(client):
    FocusArea.objects.filter(number=3).update(summary_en="In English.", summary_fr="")
    in_english = text_of(client.get(FRENCH_FORM))
    FocusArea.objects.filter(number=3).update(summary_fr="In English.")

    in_french = text_of(client.get(FRENCH_FORM))

    assert 'lang="en" dir="auto">In English.' in in_english
    assert 'lang="fr" dir="auto">In English.' in in_french


def test_empty_fields_are_in_the_language_of_each_page(client):
    pages = [text_of(client.get(path)) for path in (FORM, FRENCH_FORM, FORM)]

    assert [proposed_language(page) for page in pages] == ["en", "fr", "en"]
    assert ["Nom de l’organisation" in page for page in pages] == [False, True, False]


def test_empty_fields_never_have_what_somebody_typed():
    somebody, another = Client(), Client()
    somebody.get(FORM)
    somebody.post(FORM, posted(organisation_name="Ministry of Secrets"))
    kept = text_of(somebody.get(FORM))

    empty = text_of(another.get(FORM))

    assert "Ministry of Secrets" in kept
    assert "Ministry of Secrets" not in empty


def test_empty_fields_leave_each_visitor_their_own_tokens():
    first, second = Client().get(FORM), Client().get(FORM)

    for name in ("csrfmiddlewaretoken", "submission_key", "started", "page"):
        assert value_of(first, name) != ""
        assert value_of(first, name) != value_of(second, name)


def test_empty_fields_with_errors_are_not_kept(client):
    wrong = words_of(client.get(f"{FORM}?errors=1"))

    right = words_of(client.get(FORM))

    assert "Enter the name of the organisation" in wrong
    assert "Enter the name of the organisation" not in right


def test_empty_fields_end_with_the_call_at_once(client):
    shown = text_of(client.get(FORM))
    Call.objects.update(closes_at=timezone.now(), grace_ends_at=timezone.now())

    closed = text_of(client.get(FORM))

    assert 'name="organisation_name"' in shown
    assert 'name="organisation_name"' not in closed
