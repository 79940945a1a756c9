"""The form between two POSTs: what the script of a page saves, and what it asks for."""

import pytest
from django.http import QueryDict

from eoi.models import EoiDraft
from tests.eoi.form import CHECK, FORM, carried_by, fields_of, posted, text_of, value_of

pytestmark = [pytest.mark.usefixtures("open_call")]

ORGANISATION = f"{FORM}change/organisation/"


def test_script_saves_and_learns_the_version(client):
    page = client.get(FORM)
    key = value_of(page, "submission_key")
    fields = fields_of(page, **posted(submission_key=key, email="half@", keep="1"))

    first = client.post(FORM, fields)
    second = client.post(FORM, {**fields, "draft_version": first.json()["version"], "acronym": "X"})

    draft = EoiDraft.objects.get()
    assert first.status_code == 200
    assert second.json() == {"version": draft.version, "saved_at": draft.saved_at.isoformat()}
    assert second.json()["version"] == first.json()["version"] + 1
    assert (draft.answers["email"], draft.answers["acronym"]) == ("half@", "X")
    assert value_of(client.get(FORM), "email") == "half@"


def test_script_saves_one_section_alone(client):
    client.post(FORM, posted())
    fields = fields_of(client.get(ORGANISATION), ORGANISATION, organisation_name="New", keep="1")

    response = client.post(ORGANISATION, fields)

    answers = EoiDraft.objects.get().answers
    assert response.status_code == 200
    assert (answers["organisation_name"], answers["family_name"]) == ("New", "Ng’ang’a")


def test_script_saves_nothing_while_nothing_is_typed(client):
    response = client.post(FORM, fields_of(client.get(FORM), keep="1"))

    assert (response.status_code, response.json()) == (200, {})
    assert not EoiDraft.objects.exists()


@pytest.mark.parametrize("why", ["changed", "sent", "many"])
def test_script_learns_why_nothing_is_saved(client, settings, why):
    if why == "changed":
        client.post(FORM, posted(page="a"))
    elif why == "sent":
        client.post(FORM, posted(confirmed="1"))
    else:
        settings.EOI_PER_NETWORK = 0

    response = client.post(FORM, posted(acronym="X", keep="1"), REMOTE_ADDR="192.0.2.1")

    said = {"changed": "Changed in another window.", "sent": "was sent on", "many": "Not saved:"}
    assert response.status_code == 409
    assert said[why] in response.json()["refusal"]


def asked(page, path=FORM):
    """What the script of a page asks, soon after it was opened."""
    fields = fields_of(page, path)
    names = ("submission_key", "draft_version")
    return {"newer": "1", **{name: fields[name] for name in names}}


def test_script_learns_what_was_kept_after_its_page_was_requested(client):
    left, opened = client.get(FORM), client.get(FORM)
    key = value_of(left, "submission_key")
    typed = posted(submission_key=key, contributions=["policy", "advocacy"], motivation="1\r\n<2>")
    saved = client.post(FORM, fields_of(left, **typed, keep="1")).json()
    before = list(EoiDraft.objects.values())

    response = client.post(FORM, asked(opened))

    answer = response.json()
    answers = QueryDict(answer.pop("answers"))
    assert answer == saved
    assert answers.getlist("contributions") == ["policy", "advocacy"]
    assert answers["motivation"] == "1\r\n<2>"
    assert response["Cache-Control"] == "private, no-cache"
    assert list(EoiDraft.objects.values()) == before
    # A page that shows it learns nothing.
    assert client.post(FORM, asked(client.get(FORM))).json() == {}


@pytest.mark.parametrize("path", [CHECK, ORGANISATION, f"{FORM}draft/"])
def test_script_of_each_page_learns_what_is_newer(client, path):
    client.post(FORM, posted(page="left"))
    opened = client.get(path)
    client.post(FORM, posted(page="left", acronym="MDA", keep="1"))

    answer = client.post(path, asked(opened, path)).json()

    assert "data-reopened" in text_of(opened)
    assert answer["version"] == EoiDraft.objects.get().version
    assert QueryDict(answer["answers"])["acronym"] == "MDA"


def test_script_learns_nothing_of_a_form_that_is_not_kept_or_was_sent(client):
    client.post(FORM, posted())
    page = client.get(FORM)
    client.post(CHECK, carried_by(client.get(CHECK)))

    assert client.post(FORM, asked(page)).json() == {}
    assert client.post(FORM, {"newer": "1", "submission_key": "unknown"}).json() == {}


def test_script_asks_only_where_something_may_be_kept_that_the_page_does_not_show(client):
    first, again = client.get(FORM), client.get(FORM)
    client.post(FORM, posted(page="a"))
    client.post(FORM, posted(acronym="OTHER", page="b"))

    other = client.get(f"{FORM}?version=other")
    with_errors = client.post(FORM, posted(confirmed="1", email="half@"))

    assert with_errors.status_code == 422
    pages = [first, again, client.get(FORM), other, with_errors]
    assert ["data-reopened" in text_of(page) for page in pages] == [False, True, True, False, False]
