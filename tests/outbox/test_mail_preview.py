"""The preview of a template while it is being typed."""

import pytest

from outbox.admin.mail_preview import MAX_PREVIEWS, SESSION_KEY
from outbox.models import Message
from tests.outbox.texts import BODY, OTHER, address, sign_in, words, write

pytestmark = pytest.mark.usefixtures("kind")


def type_text(client, template, **typed):
    given = {"subject": "Parcel {number}", "body": BODY, "is_active": "on", "version": 1, **typed}
    return client.post(address(template, "preview_typed"), given)


def test_typed_text_is_shown_and_not_saved(client, officer):
    template = write()

    response = type_text(client, template, body=OTHER)

    shown = response.json()
    assert (response.status_code, shown["subject"]) == (200, "Parcel 17")
    assert (shown["language"], shown["direction"]) == ("en", "ltr")
    assert "Hello Ada" in shown["text"]
    frame = client.get(shown["frame"])
    assert "Hello Ada" in words(frame)
    assert "sandbox" in frame["Content-Security-Policy"]
    template.refresh_from_db()
    assert (template.body, template.version, Message.objects.count()) == (BODY, 1, 0)


def test_text_from_right_to_left_says_its_direction(client, officer):
    shown = type_text(client, write("ar")).json()

    assert (shown["language"], shown["direction"]) == ("ar", "rtl")


def test_text_with_errors_is_refused_with_each_reason(client, officer):
    template = write()

    response = type_text(client, template, subject="Parcel {name}", body="{private_page} {colour}")

    assert (response.status_code, response.json()) == (
        200,
        {
            "faults": [
                "Subject: {name} cannot be used in the subject.",
                "Text: {colour} is not available in this kind of message.",
            ]
        },
    )
    assert SESSION_KEY not in client.session


def test_text_that_is_out_of_use_is_shown(client, officer):
    response = type_text(client, write("fr"), is_active="")

    assert response.status_code == 200


def test_page_that_is_typed_on_keeps_one_preview_and_those_of_other_pages(client, officer):
    template = write()
    other = type_text(client, template).json()
    key = ""

    for _pause in range(MAX_PREVIEWS + 1):
        shown = type_text(client, template, preview_key=key).json()
        key = shown["key"]

    assert list(client.session[SESSION_KEY]) == [other["key"], key]
    assert client.get(other["frame"]).status_code == 200
    assert client.get(shown["frame"]).status_code == 200


def test_typed_text_is_refused_to_who_may_not_change_it(client):
    sign_in(client, "view_messagetemplate")

    response = type_text(client, write())

    assert response.status_code == 403


def test_typed_preview_is_its_own_persons_alone(client, officer):
    shown = type_text(client, write()).json()
    sign_in(client, "view_messagetemplate", "change_messagetemplate")

    assert client.get(shown["frame"]).status_code == 404


def test_placeholder_says_where_it_may_be(client, officer):
    page = words(client.get(address(write())))

    assert 'data-insert="{number}" data-label="Insert {number}" >{number}</code>' in page
    assert 'data-refusal="{contents} cannot be used in the subject." data-block>' in page
    assert page.count("on its own line") == 1
