"""Who cannot sign in with a code, its limits, and that no response reveals who has an account."""

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from accounts.models import User
from accounts.services import login_throttling
from accounts.services.login_throttling import ATTEMPTS_AT_AN_ACCOUNT, Step
from accounts.services.sign_in_codes import SENT_AGAIN_AFTER, SESSION_KEY, code_of, send_code
from core.models import AttemptCount
from tests.accounts.codes import ASK, ENTER, MY, WRONG, ask, code_in, enter, is_in, worker
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
    [seed] = client.session[SESSION_KEY]["codes"]
    right = code_of(email="wanjiku@example.org", seed=seed)
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


def time_passes(client, passed):
    """Let time pass for the code that a browser has asked for, and for all counts."""
    session = client.session
    asked = session[SESSION_KEY]
    codes = {seed: until - passed.total_seconds() for seed, until in asked["codes"].items()}
    session[SESSION_KEY] = {**asked, "codes": codes}
    session.save()
    AttemptCount.objects.update(ends_at=F("ends_at") - passed)


def test_code_is_sent_once_and_stays_valid_however_often_it_is_asked_for(
    client, member, sent_codes
):
    ask(client)
    client.post(ENTER, {"another": "1"})
    client.post(ENTER, {"another": "1"})
    [letter] = sent_codes()

    enter(client, code_in(letter))

    assert is_in(client)


def test_another_code_is_sent_after_twenty_minutes_and_both_are_valid(client, member, sent_codes):
    other = Client()
    for browser in (client, other):
        ask(browser)
    time_passes(client, SENT_AGAIN_AFTER)
    for browser in (client, other):
        ask(browser)
    first, second = map(code_in, sent_codes())

    enter(client, first)
    enter(other, second)

    assert first != second
    assert is_in(client)
    assert is_in(other)


def test_code_works_once_in_all_browsers_together(client, member, sent_codes):
    other = Client()
    for browser in (client, other):
        ask(browser)
    code = code_in(*sent_codes())
    enter(client, code)

    again = enter(other, code)

    assert again["Location"] == f"{ASK}{MY}"
    assert "This code has expired or was already used." in other.get(ASK).text
    assert not is_in(other)


def test_code_is_sent_at_once_to_who_has_used_the_last_one(client, member, sent_codes):
    ask(client)
    enter(client, code_in(*sent_codes()))
    other = Client()
    ask(other)

    _first, second = sent_codes()
    enter(other, code_in(second))

    assert is_in(other)


def test_code_ends_after_its_time(client, member, sent_codes):
    ask(client)
    code = code_in(*sent_codes())
    time_passes(client, 2 * SENT_AGAIN_AFTER)

    response = enter(client, code)

    assert response["Location"] == f"{ASK}{MY}"
    assert not is_in(client)


def test_code_is_sent_once_the_account_exists(client, sent_codes):
    ask(client)
    before = len(sent_codes())
    UserFactory(email="wanjiku@example.org", is_staff=False)

    ask(client)
    enter(client, code_in(*sent_codes()))

    assert before == 0
    assert is_in(client)


def test_code_that_the_mail_server_refused_is_sent_by_the_next_try(
    client, member, sent_codes, settings
):
    ask(client)
    [(args, _options)] = sent_codes.tasks
    settings.EMAIL_BACKEND = "tests.accounts.codes.RefusingBackend"
    with pytest.raises(OSError, match="refused"):
        send_code(email=args[0], seed=args[1], at=now())
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    enter(client, code_in(*sent_codes()))

    assert is_in(client)


def test_spelling_of_nobody_keeps_no_code_from_its_owner(client, member, sent_codes):
    ask(Client(), "wanjıku@example.org")
    ask(client)

    [letter] = sent_codes()
    enter(client, code_in(letter))

    assert is_in(client)


def test_wrong_codes_are_limited_at_an_address_from_a_network(client, member, sent_codes):
    ask(client)
    code = code_in(*sent_codes())
    answers = [enter(client, WRONG).status_code for _n in range(ATTEMPTS_AT_AN_ACCOUNT + 1)]

    here = enter(client, code)
    elsewhere = enter(client, code, network="198.51.100.1")

    assert answers == [422] * ATTEMPTS_AT_AN_ACCOUNT + [429]
    assert "Too many attempts. Try again in 15 minutes." in here.text
    assert elsewhere.status_code == 302


def test_strangers_who_type_codes_from_many_networks_keep_nobody_out(
    client, member, sent_codes, limited
):
    limited("CODES_BY_MAIL", steps=(Step(6, 1),))
    for number in range(12):
        stranger, network = Client(), f"203.0.113.{number}"
        ask(stranger, network=network)
        last = [enter(stranger, WRONG, network=network).status_code for _n in range(2)]
    ask(client)
    [letter] = sent_codes()

    enter(client, code_in(letter))

    assert last == [422, 429]
    assert is_in(client)


def test_wrong_code_says_what_to_do_and_keeps_the_choice_to_stay_signed_in(client, member):
    ask(client)

    response = enter(client, WRONG, is_kept="on")

    assert response.context["form"]["is_kept"].value() is True
    assert "This code is incorrect. Enter the code from our latest email to you." in response.text
    assert "There is 1 error" in response.text


def test_network_types_a_limited_number_of_codes(client, member, sent_codes, limited):
    limited("CODES_BY_MAIL", by_a_network=8)
    for number in range(3):
        other = Client()
        ask(other, f"person-{number}@example.org", network="203.0.113.9")
        for _m in range(4):
            last = enter(other, WRONG, network="203.0.113.9")

    assert last.status_code == 429
    assert "Try again in 15 minutes." in last.text


def test_strangers_fill_no_mailbox_and_keep_nobody_out(client, member, sent_codes):
    by_strangers = [ask(Client(), network=f"203.0.113.{n}").status_code for n in range(40)]
    ask(client)
    [letter] = sent_codes()

    enter(client, code_in(letter))

    assert by_strangers == [302] * 40
    assert is_in(client)


def test_network_asks_for_a_limited_number_of_codes(client, sent_codes, monkeypatch):
    monkeypatch.setattr(login_throttling, "CODES_ASKED_FOR_BY_A_NETWORK", 6)
    for number in range(6):
        ask(client, f"person-{number}@example.org")

    refused = ask(client, "one-more@example.org")

    assert refused.status_code == 429
    assert "Try again in 1 hour." in refused.text
    assert 3540 < int(refused["Retry-After"]) <= 3600
    assert 'value="one-more@example.org"' in refused.text


@pytest.mark.parametrize("broker", [refusing_broker, silent_broker])
def test_broker_that_is_down_is_told_and_nothing_is_waited_for(client, member, broker):
    with broker():
        response = ask(client)

    assert response.status_code == 503
    assert "The code could not be sent. Try again in a minute." in response.text
    assert 'value="wanjiku@example.org"' in response.text
    assert SESSION_KEY not in client.session


def test_code_is_sent_to_who_asked_while_the_broker_was_down(client, member, monkeypatch):
    with refusing_broker():
        while_it_is_down = ask(client).status_code
    sent_codes = worker(monkeypatch)
    ask(client)

    [letter] = sent_codes()
    enter(client, code_in(letter))

    assert while_it_is_down == 503
    assert is_in(client)
