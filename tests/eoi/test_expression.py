import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.models import Call, Member
from tests.eoi.form import FORM, RECEIVED, make_call, posted, text_of, value_of, words_of


def test_eoi_create_hands_out_a_form(client):
    make_call()

    response = client.get(FORM)

    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-cache"
    key = value_of(response, "submission_key")
    assert len(key) >= 32
    assert value_of(client.get(FORM), "submission_key") != key
    assert value_of(response, "started")
    assert 'name="leave_empty"' in text_of(response)
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


def test_eoi_create_asks_as_little_of_the_database_as_it_can(client, django_assert_num_queries):
    make_call()

    # The call and the four focus areas.
    with django_assert_num_queries(2):
        client.get(FORM)
    with django_assert_num_queries(2):
        client.post(FORM, posted())


# About transactions: tests run in a transaction, and a request opens and closes one.
AROUND = ("SAVEPOINT", "RELEASE SAVEPOINT", "BEGIN", "COMMIT")


def statements_of(asked):
    """The tables of SQL statements, in their order."""
    return [
        re.search(r'(?:INTO|FROM) "(\w+)"', query["sql"])[1]
        for query in asked
        if not query["sql"].startswith(AROUND)
    ]


STORED = [
    "members_member",
    "members_historicalmember",
    "members_focalpoint",
    "members_historicalfocalpoint",
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

    looked_up = ["members_call", "focus_areas_focusarea"]
    # The counts of the form, the network and both addresses, in one query.
    counted = ["core_attemptcount"]
    # A confirmation of the draft by the person who may sign.
    confirmed = ["eoi_signoff"]
    assert statements_of(asked) == [*looked_up, *counted, *STORED, *confirmed]


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
    assert client.post(FORM, posted(confirmed="1")).status_code == 409


def close(call):
    """End a call and all others one second ago."""
    Call.objects.exclude(pk=call.pk).delete()
    call.closes_at = call.grace_ends_at = timezone.now() - timedelta(seconds=1)
    call.save()


@pytest.mark.parametrize("changes", [{}, {"confirmed": "1"}, {"change": "email"}])
@pytest.mark.parametrize("email", ["wanjiku@example.org", "nonsense"])
def test_eoi_create_refuses_outside_a_call_and_keeps_what_was_typed(client, changes, email):
    Call.objects.all().delete()
    make_call(opens=-9, closes=-2, grace_ends=-1)

    response = client.post(FORM, posted(email=email, motivation="Line 1\r\nLine 2", **changes))

    assert response.status_code == 409
    assert re.search(
        r"The last call closed on [^(]+ Geneva \(UTC\+[12]\) \([^(]+ Nairobi \(UTC\+3\)\)\.",
        words_of(response),
    )
    assert value_of(response, "email") == email
    assert value_of(response, "motivation") == "Line 1\r\nLine 2"
    assert list(Member.objects.all()) == []


def test_eoi_create_asks_to_fill_in_and_go_on_only_while_a_call_is_open(client):
    asked = (
        "It takes about five minutes, and needs no account.",
        "Check your answers",
        "Nothing is sent yet",
    )
    call = make_call()
    open_words = words_of(client.post(FORM, posted(email="nonsense")))
    close(call)

    closed_words = words_of(client.post(FORM, posted(email="nonsense")))

    assert [sentence in open_words for sentence in asked] == [True, True, True]
    assert [sentence in closed_words for sentence in asked] == [False, False, False]


def test_eoi_create_answers_again_after_the_call_for_what_came_in_time(client):
    call = make_call()
    client.post(FORM, posted(confirmed="1"))
    member = Member.objects.get()
    close(call)

    response = Client().post(FORM, posted(confirmed="1"), follow=True)

    assert response.redirect_chain == [(RECEIVED, 302)]
    assert member.reference in words_of(response)
    assert list(Member.objects.all()) == [member]
