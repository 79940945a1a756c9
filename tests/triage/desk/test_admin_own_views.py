"""Views of one's own: saved from the list, shown as tabs, renamed and deleted on their page."""

import re

import pytest

from members.models import MemberStatus
from tests.factories import FocalPointFactory, MemberFactory, SavedViewFactory, UserFactory
from tests.queries import queries_of
from tests.triage.staff import QUEUE, listed, officer, read, signed_in
from triage.staff_pages.models import SavedView
from triage.staff_pages.saved_views import MAX_VIEWS

VIEWS = f"{QUEUE}views/"


@pytest.fixture
def me():
    return officer()


@pytest.fixture
def client(me):
    return signed_in(me)


def own_views(response):
    return [(each.label, each.url, each.is_current) for each in response.context["own_views"]]


def test_list_is_saved_as_a_view_and_its_link_shows_a_colleague_the_same_list(client):
    FocalPointFactory(member__organisation_name="Ministère", language="fr")
    FocalPointFactory(member__organisation_name="Ministry", language="en")
    page = client.get(f"{QUEUE}?q=minist&language=fr&o=1&p=1")
    form = page.context["query_to_keep"]

    saved = client.post(VIEWS, {"query": form, "name": " French ministries "}, follow=True)

    url = f"{QUEUE}?language=fr&o=1&q=minist"
    assert form == "language=fr&o=1&q=minist"
    assert saved.redirect_chain == [(url, 302)]
    assert "The view “French ministries” was saved." in read(saved)
    assert own_views(saved) == [("French ministries", url, True)]
    assert 'aria-current="page"><bdi>French ministries</bdi></a>' in read(saved)
    assert read(saved).count('aria-current="page"') == 1
    assert "Rename or delete this view" in read(saved)
    assert saved.context["query_to_keep"] == ""
    colleague = signed_in(officer())
    assert listed(colleague.get(url)) == ["Ministère"]
    assert own_views(colleague.get(url)) == []
    assert own_views(client.get(QUEUE)) == [("French ministries", url, False)]


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("", ""),
        ("view=mine", ""),
        ("view=mine&o=2", "o=2&view=mine"),
        ("country=CH&view=all", "country=CH&view=all"),
        ("submitted=2026-01-05..2026-01-11", "submitted=2026-01-05..2026-01-11"),
    ],
)
def test_list_that_is_a_view_already_is_not_offered_to_be_saved(client, query, kept):
    page = client.get(f"{QUEUE}?{query}")

    assert page.context["query_to_keep"] == kept
    assert ("Save as a view" in page.text) == bool(kept)


@pytest.mark.parametrize(
    ("query", "name", "status", "words"),
    [
        ("language=fr", "", 422, "This field is required."),
        ("language=fr", "x" * 61, 422, "at most 60 characters"),
        ("language=fr", "nul\0", 422, "Null characters are not allowed."),
        ("", "Empty", 409, "Choose a filter, an order or a search first."),
        ("q=%00", "Nothing searched", 409, "Choose a filter, an order or a search first."),
        ("foo=1", "Unknown", 409, "Choose a filter, an order or a search first."),
        ("status__regex=.*", "Not a filter", 409, "Choose a filter, an order or a search first."),
        ("focal_points__email__contains=a", "Lookup", 409, "Choose a filter, an order"),
        ("language=fr", "Taken", 409, "You have a view with this name."),
        (f"q={'x' * 2500}", "Long", 409, "This search is too long to be saved."),
    ],
)
def test_refused_view_keeps_what_was_typed_and_writes_nothing(
    client, me, query, name, status, words
):
    SavedViewFactory(owner=me, name="Taken")

    response = client.post(VIEWS, {"query": query, "name": name})

    assert response.status_code == status
    assert words in response.text
    assert 'name="query"' in response.text
    assert SavedView.objects.count() == 1


def test_view_beyond_the_limit_is_refused_in_plain_words(client, me):
    SavedViewFactory.create_batch(MAX_VIEWS, owner=me)

    response = client.post(VIEWS, {"query": "language=fr", "name": "One more"})

    assert response.status_code == 409
    assert "You have 20 views. Delete one first." in response.text
    assert re.search(r'name="name" value="One more"', response.text)


def test_view_is_renamed_and_deleted_by_its_owner_without_a_script(client, me):
    view = SavedViewFactory(owner=me, name="Franch")

    renamed = client.post(VIEWS, {"view": view.pk, "name": "French"}, follow=True)
    deleted = client.post(VIEWS, {"view": view.pk, "name": "French", "delete": "1"}, follow=True)

    assert "The view has a new name." in renamed.text
    assert 'value="French"' in renamed.text
    assert "The view “French” was deleted." in deleted.text
    assert "You have no views of your own." in deleted.text
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [("", 422, "This field is required."), ("Taken", 409, "You have a view with this name.")],
)
def test_refused_name_is_kept_in_its_form(client, me, name, status, words):
    view = SavedViewFactory(owner=me, name="Mine")
    SavedViewFactory(owner=me, name="Taken")

    response = client.post(VIEWS, {"view": view.pk, "name": name})

    view.refresh_from_db()
    assert (response.status_code, view.name) == (status, "Mine")
    assert words in response.text


@pytest.mark.parametrize("step", [{"name": "Stolen"}, {"delete": "1"}])
def test_view_of_another_person_is_neither_seen_nor_changed(client, step):
    view = SavedViewFactory(name="Theirs")

    response = client.post(VIEWS, {"view": view.pk, **step})

    view.refresh_from_db()
    assert (response.status_code, view.name) == (404, "Theirs")
    assert "Theirs" not in client.get(VIEWS).text
    assert own_views(client.get(QUEUE)) == []


def test_view_of_a_person_in_its_search_is_no_part_of_any_log_or_address_but_its_own(client, me):
    SavedViewFactory(owner=me, name="Ada", search="Ada Lovelace", filters="")

    [(label, url, _is_current)] = own_views(client.get(QUEUE))

    assert (label, url) == ("Ada", f"{QUEUE}?q=Ada+Lovelace")


def test_list_takes_as_many_queries_for_many_views_as_for_one(client, me):
    MemberFactory(status=MemberStatus.PENDING)

    def queries(number):
        SavedViewFactory.create_batch(number, owner=me)
        SavedViewFactory(owner=UserFactory())
        return queries_of(client, QUEUE), queries_of(client, VIEWS)

    assert queries(1) == queries(3)
