import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.models import Call, Member
from tests.eoi.form import (
    CHECK,
    FORM,
    carried_by,
    make_call,
    posted,
    text_of,
    value_of,
    words_of,
)


def test_eoi_create_hands_out_a_form(client):
    make_call()

    response = client.get(FORM)

    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-cache"
    key = value_of(response, "submission_key")
    assert len(key) >= 32
    # Two windows of one browser send one EOI.
    assert value_of(client.get(FORM), "submission_key") == key
    assert value_of(Client().get(FORM), "submission_key") != key
    assert value_of(response, "started")
    assert 'name="leave_empty"' in text_of(response)
    assert "Our messages are in this language." in words_of(response)
    assert "Send it no later than:" in words_of(response)
    assert "Geneva (UTC+" in words_of(response)


def test_eoi_create_proposes_the_language_of_the_page(client):
    make_call()

    english, french = client.get(FORM), client.get("/fr/expression-of-interest/")

    assert english.context["form"]["language"].value() == "en"
    assert french.context["form"]["language"].value() == "fr"


def test_eoi_create_says_in_the_grace_that_it_still_counts(client):
    make_call(opens=-9, closes=-0.1, grace_ends=0.5)

    words = words_of(client.get(FORM))

    assert "an expression of interest still counts as in time until:" in words


# About transactions: tests run in a transaction, and a request opens and closes one.
AROUND = ("SAVEPOINT", "RELEASE SAVEPOINT", "BEGIN", "COMMIT")


def statements_of(asked):
    """The tables of SQL statements, in their order."""
    return [
        re.search(r'(?:INTO|FROM|UPDATE) "(\w+)"', query["sql"])[1]
        for query in asked
        if not query["sql"].startswith(AROUND)
    ]


STORED = [
    "members_member",
    "members_historicalmember",
    "members_focalpoint",
    "members_historicalfocalpoint",
    "members_searchentry",
    "members_timelineentry",
    # The templates of the letters, in one query.
    "outbox_messagetemplate",
    "outbox_message",
]


def test_eoi_create_stores_everything_in_eleven_statements_at_most(client):
    make_call()

    with CaptureQueriesContext(connection) as asked:
        client.post(
            FORM,
            posted(
                confirmed="1", alternate_family_name="Otieno", alternate_email="otieno@example.org"
            ),
        )

    # The counts of the form, the network and both addresses, in one query.
    counted = ["core_attemptcount"]
    assert statements_of(asked) == ["focus_areas_focusarea", "members_call", *counted, *STORED]


LOOKED_UP = ["members_call", "focus_areas_focusarea"]


def asked_by(request, *arguments):
    """The tables that a request asks for, in their order."""
    with CaptureQueriesContext(connection) as asked:
        request(*arguments)
    return statements_of(asked)


def test_eoi_steps_ask_as_little_of_the_database_as_they_can(client):
    make_call()
    draft, sent = "eoi_eoidraft", "members_member"
    both = {"alternate_family_name": "Otieno", "alternate_email": "otieno@example.org"}

    assert asked_by(client.get, FORM) == LOOKED_UP
    # Once this browser has a key, a form is looked for.
    assert asked_by(client.get, FORM) == [draft, "members_call", sent, "focus_areas_focusarea"]
    # It is looked up, counted if it comes from a network, and stored.
    first = asked_by(client.post, FORM, posted(**both))
    assert first == ["members_call", sent, draft, draft]
    counted = asked_by(
        lambda: client.post(FORM, posted(submission_key="x"), REMOTE_ADDR="192.0.2.1")
    )
    assert counted == ["members_call", sent, draft, "core_attemptcount", draft]
    assert asked_by(client.get, CHECK) == [draft, *LOOKED_UP]
    again = asked_by(client.post, FORM, posted(submission_key="x", acronym="MDA"))
    assert again == ["members_call", sent, draft, draft]
    assert asked_by(client.get, FORM) == [draft, "focus_areas_focusarea", "members_call"]
    assert asked_by(client.get, f"{FORM}change/organisation/") == [
        draft,
        "focus_areas_focusarea",
        "members_call",
    ]


def test_eoi_check_sends_in_twelve_statements_at_most(client):
    make_call()
    both = {"alternate_family_name": "Otieno", "alternate_email": "otieno@example.org"}
    page = client.post(FORM, posted(**both), follow=True)

    asked = asked_by(client.post, CHECK, carried_by(page))

    counted = ["core_attemptcount"]
    assert asked == ["eoi_eoidraft", "focus_areas_focusarea", "members_call", *counted, *STORED]
    assert len(asked) <= 12
    assert Member.objects.count() == 1


@pytest.mark.parametrize(
    ("times", "said", "not_said"),
    [
        ({"opens": 3, "closes": 9, "grace_ends": 9}, "It opens on:", "It closed on:"),
        ({"opens": -9, "closes": -2, "grace_ends": -1}, "It closed on:", "It opens on:"),
    ],
)
def test_eoi_create_says_when_the_next_call_opens_or_the_last_closed(client, times, said, not_said):
    Call.objects.all().delete()
    make_call(**times, contact_email="call@example.org")

    response = client.get(FORM)

    words = words_of(response)
    assert response.status_code == 200
    assert "No call for expressions of interest is open at the moment." in words
    assert (said in words, not_said in words) == (True, False)
    assert "mailto:call@example.org" in text_of(response)
    assert 'name="organisation_name"' not in text_of(response)


def test_eoi_create_names_the_mailbox_where_there_never_was_a_call(client, settings):
    Call.objects.all().delete()
    settings.MAIL_REPLY_TO = "coalition@example.org"

    assert "mailto:coalition@example.org" in text_of(client.get(FORM))
    for button in ({}, {"confirmed": "1"}):
        refused = client.post(FORM, posted(**button))
        assert refused.status_code == 409
        assert value_of(refused, "family_name") == "Ng’ang’a"


def close(call):
    """End a call and all others one second ago."""
    Call.objects.exclude(pk=call.pk).delete()
    call.closes_at = call.grace_ends_at = timezone.now() - timedelta(seconds=1)
    call.save()


@pytest.mark.parametrize("email", ["wanjiku@example.org", "nonsense"])
def test_eoi_create_refuses_a_script_outside_a_call_and_keeps_what_was_typed(client, email):
    Call.objects.all().delete()
    make_call(opens=-9, closes=-2, grace_ends=-1)

    response = client.post(FORM, posted(email=email, motivation="Line 1\r\nLine 2", confirmed="1"))

    assert response.status_code == 409
    assert re.search(
        r"The last call closed on [^(]+ Geneva \(UTC\+[12]\) \([^(]+ Nairobi \(UTC\+3\)\)\.",
        words_of(response),
    )
    assert value_of(response, "email") == email
    assert value_of(response, "motivation") == "Line 1\r\nLine 2"
    assert list(Member.objects.all()) == []


@pytest.mark.parametrize("changes", [{}, {"change": "email"}, {"email": "nonsense"}])
def test_eoi_create_keeps_what_was_typed_when_the_call_closed_meanwhile(client, changes):
    Call.objects.all().delete()
    make_call(opens=-9, closes=-2, grace_ends=-1)

    response = client.post(FORM, posted(motivation="Line 1\r\nLine 2", **changes), follow=True)

    assert [step for step, _status in response.redirect_chain] == [FORM]
    words = words_of(response)
    assert "so it cannot be sent now. You can change it and save it. We keep it until:" in words
    assert "To keep it for 30 days, save it and have the link sent to you." in words
    assert "Check your answers" not in words
    assert value_of(response, "motivation") == "Line 1\r\nLine 2"


def test_eoi_check_of_a_call_that_closed_leads_to_what_is_kept(client):
    call = make_call()
    page = client.post(FORM, posted(), follow=True)
    close(call)

    opened = client.get(CHECK)
    sent = client.post(CHECK, carried_by(page), follow=True)

    assert opened["Location"] == FORM
    assert sent.redirect_chain == [(FORM, 302)]
    assert "it cannot be sent now" in words_of(sent)
    assert value_of(sent, "family_name") == "Ng’ang’a"
    assert list(Member.objects.all()) == []
