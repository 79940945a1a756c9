"""Who cannot sign in with a code, its limits, and that no response reveals who has an account."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from accounts.models import Session, User
from accounts.services import login_throttling
from accounts.services.sign_in_codes import MAX_TRIES, code_of
from tests.accounts.codes import ASK, ENTER, MY, WRONG, ask, code_in, enter, is_in
from tests.broker import refusing_broker, silent_broker
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


def test_code_before_another_one_works_no_more(client, member, sent_codes):
    ask(client)
    first = code_in(*sent_codes())
    client.post(ENTER, {"another": "1"})
    _first, second = sent_codes()

    refused = enter(client, first)
    enter(client, code_in(second))

    assert refused.status_code == 422
    assert is_in(client)


def test_code_ends_after_ten_minutes(client, member, sent_codes):
    ask(client)
    code = code_in(*sent_codes())
    session = client.session
    session["sign_in_code"] = {
        **session["sign_in_code"],
        "ends_at": (now() - timedelta(seconds=1)).timestamp(),
    }
    session.save()

    response = enter(client, code)

    assert response["Location"] == f"{ASK}{MY}"
    assert not is_in(client)


def tries(client):
    return [enter(client, WRONG).status_code for _n in range(MAX_TRIES)]


def test_code_ends_after_a_few_wrong_ones(client, member, sent_codes):
    ask(client)
    code = code_in(*sent_codes())

    answers = tries(client)
    response = enter(client, code)

    assert answers == [422] * (MAX_TRIES - 1) + [302]
    assert response["Location"] == f"{ASK}{MY}"
    assert not is_in(client)


def test_wrong_codes_are_counted_also_where_an_old_session_is_put_back(client, member, sent_codes):
    ask(client)
    code = code_in(*sent_codes())
    [session] = Session.objects.all()
    for _n in range(MAX_TRIES):
        enter(client, WRONG)
        # As if each request had read the session before the others saved it.
        session.save()

    enter(client, code)

    assert not is_in(client)


def test_wrong_code_says_what_to_do_and_keeps_the_choice_to_stay_signed_in(client, member):
    ask(client)

    response = enter(client, WRONG, is_kept="on")

    assert response.context["form"]["is_kept"].value() is True
    assert "This code is incorrect. Enter the code from our latest email to you." in response.text
    assert "There is 1 error" in response.text


def test_network_types_a_limited_number_of_codes(client, member, sent_codes, monkeypatch):
    monkeypatch.setattr(login_throttling, "ATTEMPTS_OF_A_NETWORK", 2 * (MAX_TRIES - 1))
    for number in range(3):
        other = Client()
        ask(other, f"person-{number}@example.org", network="203.0.113.9")
        for _m in range(MAX_TRIES - 1):
            last = enter(other, WRONG)

    assert last.status_code == 429
    assert "Try again in 15 minutes." in last.text


def test_stranger_fills_no_mailbox_and_keeps_nobody_out(client, member, sent_codes):
    by_a_stranger = [ask(Client(), network="203.0.113.9").status_code for _n in range(7)]
    letters = len(sent_codes())
    by_themselves = ask(client).status_code

    assert by_a_stranger == [302] * 5 + [429] * 2
    assert (letters, by_themselves) == (5, 302)


def test_strangers_of_many_networks_keep_no_known_browser_from_a_code(
    client, member, sent_codes, limited
):
    limited("CODES_BY_MAIL", from_everywhere=6)
    ask(client)
    enter(client, code_in(*sent_codes()))
    client.post("/accounts/sign-out/")
    for number in range(6):
        ask(Client(), network=f"203.0.113.{number}")

    new = ask(Client(), network="198.51.100.1")
    known = [ask(client).status_code for _time in range(6)]

    assert new.status_code == 429
    assert (
        "Too many attempts. Try again in 1 hour. Until then, request the code from a browser that "
        "you have signed in with before."
    ) in new.text
    assert known == [302] * 5 + [429]


def test_network_asks_for_a_limited_number_of_codes(client, sent_codes, limited):
    limited("CODES_BY_MAIL", by_a_network=6)
    for number in range(6):
        ask(client, f"person-{number}@example.org")

    refused = ask(client, "one-more@example.org")

    assert refused.status_code == 429
    assert "Try again in 1 hour." in refused.text
    assert 3540 < int(refused["Retry-After"]) <= 3600
    assert 'value="one-more@example.org"' in refused.text


def test_another_code_is_limited_too(client, member, sent_codes):
    ask(client)
    for _n in range(login_throttling.CODES_FOR_AN_ADDRESS_BY_A_NETWORK):
        last = client.post(ENTER, {"another": "1"}, REMOTE_ADDR="192.0.2.1")

    assert last.status_code == 429
    assert "Try again in 1 hour." in last.text


@pytest.mark.parametrize("broker", [refusing_broker, silent_broker])
def test_broker_that_is_down_is_told_and_nothing_is_waited_for(client, member, broker):
    with broker():
        response = ask(client)

    assert response.status_code == 503
    assert "The code could not be sent. Try again in a minute." in response.text
    assert 'value="wanjiku@example.org"' in response.text
    assert "sign_in_code" not in client.session


def test_asking_while_the_broker_is_down_counts_for_nothing(client, member):
    with refusing_broker():
        while_it_is_down = [ask(client).status_code for _time in range(6)]

    assert while_it_is_down == [503] * 6
    assert ask(client).status_code == 302
