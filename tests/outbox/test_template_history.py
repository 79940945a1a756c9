"""The history of a text of a message, and its earlier versions."""

import re

import pytest

from outbox.services.template_editing import review_template, versions_of
from tests.factories import NOON
from tests.outbox.texts import (
    BODY,
    OTHER,
    address,
    edited,
    sign_in,
    words,
    write,
)
from tests.queries import queries_of
from tests.redlines import added, deleted

pytestmark = pytest.mark.usefixtures("kind")


def test_history_tells_who_changed_which_words(client, officer):
    template = edited(write("ar"), subject="Parcel")
    review_template(template=template, version=2, source_version=None, by=officer, at=NOON)

    response = client.get(address(template, "history"))

    edits = response.context["edits"]
    assert [(edit.version, edit.who, edit.what) for edit in edits] == [
        (3, "Ada Lovelace", "Reviewed"),
        (2, "Grace Hopper", ""),
        (1, "", ""),
    ]
    page = words(response)
    assert deleted("Dear") + added("Hello") in page
    assert 'class="typed" lang="ar" dir="rtl"' in page
    assert page.count(f'href="{address(template, "take_back", 1)}"') == 2
    assert "Restore the default text" in page
    assert [edit.is_shipped for edit in edits] == [False, False, True]
    assert [edit.has_other_words for edit in edits] == [False, True, True]


def test_history_comes_page_by_page_and_asks_as_much_for_each(client, officer):
    template = write()
    client.get(address(template, "history"))
    for_one = queries_of(client, address(template, "history"))
    for number in range(20):
        edited(template, body=f"{OTHER}\n\n{number}")

    first = client.get(address(template, "history"))
    second = client.get(address(template, "history"), {"p": 2})

    assert [edit.version for edit in first.context["edits"]] == list(range(21, 1, -1))
    assert [edit.version for edit in second.context["edits"]] == [1]
    # The link to restore the default text is shown if the text differs from it.
    assert queries_of(client, address(template, "history")) == for_one + 1


def test_take_back_shows_what_changes_and_does_it_when_confirmed(client, officer):
    template = edited(write())
    way_back = address(template, "take_back", 1)

    asked = client.get(way_back)
    assert deleted("Hello") + added("Dear") in words(asked)
    template.refresh_from_db()
    assert template.body == OTHER

    response = client.post(way_back, {"version": 2})

    assert response["Location"] == address(template)
    template.refresh_from_db()
    assert (template.body, template.version) == (BODY, 3)
    assert versions_of(template).last().history_by_name == "Ada Lovelace"


def test_take_back_of_a_text_that_changed_meanwhile_is_refused(client, officer):
    template = edited(write())
    edited(template, body=OTHER + "!")

    response = client.post(address(template, "take_back", 1), {"version": 2})

    assert response.status_code == 409
    assert re.search(r"Grace Hopper changed this on [^<]+, after you opened it\.", words(response))
    assert "<ins>" in words(response)
    template.refresh_from_db()
    assert template.version == 3


def test_who_may_change_takes_back_what_there_was_and_does_not_review(client):
    sign_in(client, "view_messagetemplate", "change_messagetemplate")
    template = edited(write())

    assert client.get(address(template, "take_back", 9)).status_code == 404
    # A change is not a review.
    assert client.post(address(template, "review"), {"version": 2}).status_code == 403
    assert "Mark as reviewed" not in words(client.get(address(template)))
