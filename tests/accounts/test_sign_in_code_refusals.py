"""Who cannot sign in with a code, and that the response does not reveal which addresses exist."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.services.sign_in_codes import code_of
from tests.accounts.codes import ASK, ENTER, MY, WRONG, ask, code_in, enter, is_in
from tests.factories import UserFactory

# Refused users -----------------------------------------------------------------------------------

NOBODY = [
    {},
    {"is_staff": True},
    {"is_superuser": True},
    {"is_active": False},
]


@pytest.mark.parametrize("facts", NOBODY)
def test_code_is_for_active_accounts_that_are_no_staff(client, sent_codes, facts):
    if facts:
        UserFactory(**{"email": "wanjiku@example.org", "is_staff": False, **facts})

    asked = ask(client)
    letters = sent_codes()
    right = code_of(email="wanjiku@example.org", seed=client.session["sign_in_code"]["seed"])
    entered = enter(client, right)

    assert (asked.status_code, asked["Location"], letters) == (302, f"{ENTER}{MY}", [])
    # Even with the correct code, which was not sent.
    assert entered.status_code == 422
    assert not is_in(client)


@pytest.mark.parametrize("facts", [{"is_staff": True}, {"is_active": False}])
def test_code_is_worth_nothing_once_its_person_is_staff_or_gone(client, member, sent_codes, facts):
    ask(client)
    code = code_in(*sent_codes())
    User.objects.update(**facts)

    enter(client, code)

    assert not is_in(client)


@pytest.mark.parametrize("is_asked_for", [True, False])
def test_session_by_a_code_is_no_way_to_the_desk_for_who_becomes_staff(
    client, member, sent_codes, settings, is_asked_for
):
    settings.STAFF_SECOND_FACTOR = is_asked_for
    ask(client)
    enter(client, code_in(*sent_codes()))
    User.objects.update(is_staff=True, is_superuser=True)

    answers = {
        path: client.get(path, follow=True).status_code
        for path in (
            "/admin/",
            "/admin/accounts/user/",
            "/accounts/second-factor/",
            "/accounts/second-factor/app/",
            "/accounts/second-factor/passkeys/add/",
            "/accounts/preferences/",
        )
    }

    assert set(answers.values()) == {403}


def test_right_code_in_another_browser_is_nothing(client, member, sent_codes):
    ask(client)
    code = code_in(*sent_codes())
    other = Client()

    response = enter(other, code)

    assert (response.status_code, response["Location"]) == (302, f"{ASK}{MY}")
    assert not is_in(other)


# Unknown addresses ------------------------------------------------------------------------------


def everything(response):
    return response.status_code, response["Location"], sorted(response.headers)


def test_answer_is_the_same_for_every_address(member, sent_codes):
    UserFactory(email="staff@example.org")
    answers, costs, pages, tasks = set(), set(), set(), set()
    for email in ("wanjiku@example.org", "nobody@example.org", "staff@example.org"):
        client = Client()
        with CaptureQueriesContext(connection) as queries:
            response = ask(client, email)
        answers.add(str(everything(response)))
        costs.add(tuple(query["sql"].split(" ")[0] for query in queries))
        tasks.add(len(sent_codes.tasks))
        sent_codes.tasks.clear()
        page = client.get(ENTER).text.replace(email, "…")
        pages.add(page.split('<main id="content"')[1].split("csrfmiddlewaretoken")[0])

    assert (len(answers), len(costs), len(pages), tasks) == (1, 1, 1, {1})


def test_wrong_code_costs_the_same_for_every_address(member, sent_codes):
    answers = set()
    for email in ("wanjiku@example.org", "nobody@example.org"):
        client = Client()
        ask(client, email)
        with CaptureQueriesContext(connection) as queries:
            response = enter(client, WRONG)
        # A few of the random digests also delete the counts that have ended.
        costs = [query["sql"].split(" ")[0] for query in queries]
        answers.add((response.status_code, *(each for each in costs if each != "DELETE")))

    assert len(answers) == 1


def test_ways_of_the_library_to_sign_in_have_no_address(client, member):
    ways = [
        *("login/", "login/code/", "login/code/confirm/", "code/", "confirm-code/"),
        *("signup/", "email/", "confirm-email/", "inactive/", "social/", "", "sign-in/trust/"),
        *("password/reset/", "password/change/", "password/set/"),
    ]
    client.force_login(member)

    answers = {
        ask(f"/accounts/{way}").status_code for way in ways for ask in (client.get, client.post)
    }

    assert answers == {404}
