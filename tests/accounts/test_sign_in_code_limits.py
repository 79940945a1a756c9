"""Rate limits of sign-in codes, their expiry, and the response without a broker."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from accounts.models import Session
from accounts.services import login_throttling
from accounts.services.sign_in_codes import MAX_TRIES
from tests.accounts.codes import ASK, ENTER, MY, WRONG, ask, code_in, enter, is_in
from tests.broker import refusing_broker, silent_broker


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
