"""The browsers in which a user is signed in, and signing them out."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from accounts.models import Session
from accounts.services.known_browsers import browser_in_words
from accounts.services.sessions import KNOWN_WITHIN
from accounts.tasks import delete_expired_sessions
from tests.accounts.codes import is_in
from tests.accounts.second_factor import sign_in, with_password
from tests.factories import UserFactory

PAGE = "/accounts/sessions/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/19.1 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def person():
    return with_password(email="ada@example.org", is_staff=False)


def browser(person, user_agent=FIREFOX):
    client = Client(headers={"user-agent": user_agent})
    sign_in(client, person)
    return client


def places(client):
    return client.get(PAGE).context["places"]


def test_sessions_lists_where_one_is_signed_in_and_this_browser_first(person):
    here, there = browser(person), browser(person, PHONE)
    browser(with_password(email="other@example.org"))

    listed = places(here)

    assert [(place.browser, place.is_this) for place in listed] == [
        ("Firefox on Linux", True),
        ("Safari on iPhone", False),
    ]
    assert all(now() - place.since < timedelta(minutes=1) for place in listed)
    assert [place.is_this for place in places(there)] == [True, False]


def test_sessions_that_are_over_are_not_listed(person):
    here = browser(person)
    browser(person)
    key = here.cookies["sessionid"].value
    Session.objects.exclude(pk=key).update(expire_date=now())

    assert len(places(here)) == 1


def test_session_says_when_it_was_last_used_within_some_minutes(person):
    here = browser(person)
    long_ago = now() - KNOWN_WITHIN - timedelta(minutes=1)
    Session.objects.update(last_used_at=long_ago)

    with CaptureQueriesContext(connection) as first:
        is_in(here)
    [session] = Session.objects.all()
    with CaptureQueriesContext(connection) as second:
        is_in(here)

    assert now() - session.last_used_at < timedelta(minutes=1)
    assert len(first) == len(second) + 1


def test_session_of_nobody_is_nobodys():
    client = Client()
    client.post("/accounts/sign-in/passkey/", {})
    session = client.session
    session["something"] = 1
    session.save()

    assert [row.user for row in Session.objects.all()] == [None]


def test_sessions_that_ended_are_forgotten(person):
    here, there = browser(person), browser(person)
    Session.objects.exclude(pk=here.cookies["sessionid"].value).update(expire_date=now())

    delete_expired_sessions()

    assert [row.pk for row in Session.objects.all()] == [here.cookies["sessionid"].value]
    assert not is_in(there)


def test_session_without_a_beginning_is_listed_all_the_same(client):
    client.force_login(UserFactory(is_staff=False))

    [place] = places(client)

    assert (place.since, place.browser) == (None, "Unknown browser")


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (PHONE, "Safari on iPhone"),
        (
            "Mozilla/5.0 (Windows NT 10.0) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) Chrome/142.0.0.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", "macOS"),
        ("Firefox/1.0", "Firefox"),
        ("<script>", "Unknown browser"),
        ("", "Unknown browser"),
    ],
)
def test_browser_in_words_is_what_a_person_would_say(user_agent, words):
    assert browser_in_words(user_agent) == words


def test_sessions_are_ended_by_a_post_and_show_no_key_that_opens_one(person):
    here, there, elsewhere = browser(person), browser(person), browser(person)
    other = browser(with_password(email="other@example.org"))
    keys = [each.cookies["sessionid"].value for each in (here, there, elsewhere)]
    [handle] = [place.handle for place in places(there) if place.is_this]

    page = here.get(PAGE, {"others": "1"}).text
    one = here.post(PAGE, {"end": handle}, follow=True)
    after_one = [is_in(each) for each in (here, there, elsewhere)]
    browser(person)
    all_others = here.post(PAGE, {"others": "1"}, follow=True)

    assert not any(key in page for key in keys)
    assert "You are signed out of 1 browser." in one.text
    assert not Session.objects.filter(pk=keys[1]).exists()
    assert after_one == [True, False, True]
    assert "You are signed out of 2 browsers." in all_others.text
    assert [is_in(each) for each in (here, elsewhere, other)] == [True, False, True]


def test_session_of_somebody_else_or_that_is_none_is_not_ended(person):
    here, other = browser(person), browser(with_password(email="other@example.org"))
    [place] = places(other)

    for sent in ({"end": place.handle}, {}, {"end": ""}, {"end": "é\x00"}):
        response = here.post(PAGE, sent, follow=True)

        assert "That session was already signed out." in response.text
    assert (is_in(here), is_in(other)) == (True, True)
