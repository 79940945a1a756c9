"""Each page for staff has a place in the handbook."""

import re

import pytest
from django.apps import apps
from django.urls import ResolverMatch

from handbook.services.chapters import chapters
from handbook.services.contents import CHAPTERS, PLACES, Place, place_of
from tests.sweeps.addresses import addresses

# The help itself, and addresses that show no page to staff: the sign-in is not part of the desk.
PLACELESS = {
    *("help", "help_chapter", "login", "logout", "autocomplete", "jsi18n", "view_on_site"),
    "app_list",
}
APPS = {app.label for app in apps.get_app_configs()}
NAMES = sorted(
    {
        name.removeprefix("admin:")
        for name, _pattern, _route in addresses()
        if name and name.startswith("admin:")
    }
)


def match(url_name, *, namespace="admin", **kwargs):
    return ResolverMatch(print, (), kwargs, url_name, namespaces=[namespace] if namespace else [])


@pytest.mark.parametrize("name", [name for name in NAMES if name not in PLACELESS])
def test_each_page_of_the_admin_has_a_place_of_its_own_or_of_its_model(name):
    # The chapter of an app is only for the list of its models: a new model needs its own place.
    beginnings = [key for key in PLACES if key not in APPS and f"{name}_".startswith(f"{key}_")]

    assert beginnings != [], f"handbook/services/contents.py needs a place for {name}"


def test_list_of_models_of_each_app_has_a_place():
    [pattern] = [str(p.pattern) for name, p, _route in addresses() if name == "admin:app_list"]
    labels = re.search(r"\(\?P<app_label>([\w|]+)\)", pattern)[1].split("|")

    assert [label for label in labels if label not in PLACES] == []


def test_table_names_no_page_that_is_gone():
    names = [*NAMES, *APPS]

    unused = [key for key in PLACES if not any(f"{name}_".startswith(f"{key}_") for name in names)]

    assert unused == []


@pytest.mark.parametrize("place", sorted(set(PLACES.values())))
def test_each_place_is_a_chapter_or_a_section_of_it(place):
    slug, _hash, anchor = place.partition("#")

    anchors = {section.anchor for section in chapters("en")[slug].sections}

    assert slug in CHAPTERS
    assert anchor in {"", *anchors}


@pytest.mark.parametrize(
    ("page", "place"),
    [
        (match("members_member_changelist"), "members_member"),
        (match("members_member_compare", pk=1, other=2), "members_member_compare"),
        # The beginning of several names, and of a model whose name begins like another one.
        (match("members_member_import_confirm"), "members_member_import"),
        (match("members_membermessage_changelist"), "members_membermessage"),
        (match("app_list", app_label="privacy"), "privacy"),
        (match("index"), "index"),
    ],
)
def test_place_is_the_one_of_the_longest_beginning(page, place, monkeypatch):
    places = {"index": "day", "members_member": "day", "members": "day", place: "decisions#undo"}
    monkeypatch.setattr("handbook.services.contents.PLACES", places)

    assert place_of(page) == Place("decisions", "undo")


@pytest.mark.parametrize(
    "page", [None, match("help"), match("help_chapter"), match("index", namespace="public")]
)
def test_pages_without_a_place_have_none(page):
    assert place_of(page) is None
