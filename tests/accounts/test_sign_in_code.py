import json
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from accounts import attempts, sign_in_codes
from accounts.models import Session, User
from accounts.readable import CODE_LENGTH, code_as_typed
from accounts.sign_in_codes import LASTS, TRIES, code_of
from tests.accounts.codes import code_in
from tests.accounts.second_factor import with_password
from tests.accounts.test_limits import NO_CACHE
from tests.broker import refusing_broker, silent_broker
from tests.factories import UserFactory

ASK = "/accounts/sign-in/code/"
ENTER = "/accounts/sign-in/code/enter/"
MY = "?next=%2Fen%2Fmy%2F"
WRONG = "2222-2222"


@pytest.fixture
def member(db):
    return UserFactory(email="wanjiku@example.org", name="Wanjiku Kamau", is_staff=False)


def ask(client, email="wanjiku@example.org", network="192.0.2.1", **more):
    return client.post(ASK, {"email": email, **more}, REMOTE_ADDR=network)


def enter(client, code, network="192.0.2.1", **more):
    return client.post(ENTER, {"code": code, **more}, REMOTE_ADDR=network)


def is_in(client):
    return client.get("/en/").wsgi_request.user.is_authenticated


def test_code_from_the_mail_signs_in(client, member, sent_codes):
    asked = ask(client, "Wanjiku@EXAMPLE.org")
    [letter] = sent_codes()
    entered = enter(client, code_in(letter))

    assert (asked.status_code, asked["Location"]) == (302, f"{ENTER}{MY}")
    assert (entered.status_code, entered["Location"]) == (302, "/en/my/")
    assert client.session["_auth_user_id"] == str(member.pk)
    assert letter.to == ["wanjiku@example.org"]


def test_mail_says_what_it_is_for_and_is_no_row_of_the_outbox(client, member, sent_codes):
    ask(client)

    [letter] = sent_codes()

    assert letter.subject == "Your code to sign in to Partner2Connect"
    assert "It works once, within 10 minutes." in letter.body
    assert "If you did not ask for it, do nothing" in letter.body
    assert letter.reply_to == ["Partner2Connect@itu.int"]
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"
    assert letter.extra_headers["Message-ID"].endswith("@p2c.example>")
    assert letter.extra_headers["Content-Language"] == "en"
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM outbox_message")
        assert cursor.fetchone() == (0,)


def test_mail_is_in_the_language_of_the_person_if_there_are_pages_in_it(client, sent_codes):
    for language in ("fr", "ru"):
        UserFactory(email=f"{language}@example.org", language=language, is_staff=False)
        ask(client, f"{language}@example.org")

    letters = sent_codes()

    assert [letter.extra_headers["Content-Language"] for letter in letters] == ["fr", "en"]


def test_code_stands_in_no_session_and_in_no_task(client, member, sent_codes, caplog):
    caplog.set_level("DEBUG")
    ask(client)
    in_tasks = json.dumps(sent_codes.tasks)
    [letter] = sent_codes()
    code = code_as_typed(code_in(letter))

    in_sessions = json.dumps([session.get_decoded() for session in Session.objects.all()])

    assert len(code) == CODE_LENGTH
    for text in (in_tasks, in_sessions, caplog.text):
        assert code not in text
        assert code_in(letter) not in text


def test_task_ends_with_the_code_and_is_of_the_queue_for_letters(client, member, sent_codes):
    ask(client)

    [(_args, options)] = sent_codes.tasks

    assert (options["queue"], options["expires"]) == ("mail", LASTS.total_seconds())


@pytest.mark.parametrize("typed", ["{a}{b}", " {a} – {b} ", "{lower}", "{wide}"])
def test_code_is_taken_however_it_is_typed(client, member, sent_codes, typed):
    ask(client)
    code = code_in(*sent_codes())
    a, b = code.split("-")
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in a + b)

    enter(client, typed.format(a=a, b=b, lower=code.lower(), wide=wide))

    assert is_in(client)


# Who is not let in -------------------------------------------------------------------------------

NOBODY = [
    {},
    {"is_staff": True},
    {"is_staff": True, "is_superuser": True},
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
    # Also with the code that nobody was sent.
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


def test_pages_of_a_second_factor_are_for_staff_alone(client, member):
    client.force_login(member)

    assert client.get("/accounts/second-factor/").status_code == 403
    assert client.post("/accounts/second-factor/app/", {"code": "123456"}).status_code == 403


@pytest.mark.parametrize(
    "address",
    [
        "/accounts/login/code/",
        "/accounts/login/code/confirm/",
        "/accounts/code/",
        "/accounts/confirm-code/",
        "/accounts/signup/",
        "/accounts/password/reset/",
    ],
)
def test_ways_of_the_library_to_sign_in_have_no_address(client, member, address):
    assert client.get(address).status_code == 404
    assert client.post(address, {"email": member.email}).status_code == 404


def test_staff_in_the_middle_of_their_second_factor_are_not_let_in_by_a_code(client, sent_codes):
    officer = with_password(email="ada@example.org")
    ask(client, officer.email)
    right = code_of(email=officer.email, seed=client.session["sign_in_code"]["seed"])

    enter(client, right, next="/admin/")

    assert sent_codes() == []
    assert not is_in(client)


def test_right_code_in_another_browser_is_nothing(client, member, sent_codes):
    ask(client)
    code = code_in(*sent_codes())
    other = Client()

    response = enter(other, code)

    assert (response.status_code, response["Location"]) == (302, f"{ASK}{MY}")
    assert not is_in(other)


# Nobody learns whom we know ---------------------------------------------------------------------


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
        answers.add((response.status_code, len(queries)))

    assert len(answers) == 1


# How often, and for how long --------------------------------------------------------------------


def test_code_works_once(client, member, sent_codes):
    ask(client)
    code = code_in(*sent_codes())
    enter(client, code)
    client.post("/accounts/sign-out/")

    response = enter(client, code)

    assert response["Location"] == f"{ASK}{MY}"
    assert not is_in(client)


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
    return [enter(client, WRONG).status_code for _n in range(TRIES)]


@pytest.mark.parametrize("cache", ["there", "away"])
def test_code_ends_after_a_few_wrong_ones(client, member, sent_codes, settings, cache):
    if cache == "away":
        settings.CACHES = NO_CACHE
    ask(client)
    code = code_in(*sent_codes())

    answers = tries(client)
    response = enter(client, code)

    assert answers == [422] * (TRIES - 1) + [302]
    assert response["Location"] == f"{ASK}{MY}"
    assert not is_in(client)


def test_wrong_codes_are_counted_also_where_an_old_session_is_put_back(client, member, sent_codes):
    ask(client)
    code = code_in(*sent_codes())
    [session] = Session.objects.all()
    for _n in range(TRIES):
        enter(client, WRONG)
        # As if each had been read before the others were written.
        session.save()

    enter(client, code)

    assert not is_in(client)


def test_wrong_code_says_what_to_do(client, member):
    ask(client)

    response = enter(client, WRONG)

    assert "This is not the code of our latest mail to you." in response.text
    assert "There is 1 thing to put right" in response.text


def test_network_types_a_limited_number_of_codes(client, member, sent_codes):
    for number in range(attempts.ATTEMPTS_OF_A_NETWORK // (TRIES - 1) + 1):
        other = Client()
        ask(other, f"person-{number}@example.org", network="203.0.113.9")
        for _m in range(TRIES - 1):
            last = enter(other, WRONG)

    assert last.status_code == 429
    assert "Try again in 15 minutes." in last.text


def test_stranger_fills_no_mailbox_and_keeps_nobody_out(client, member, sent_codes):
    by_a_stranger = [ask(Client(), network="203.0.113.9").status_code for _n in range(7)]
    letters = len(sent_codes())
    by_themselves = ask(client).status_code

    assert by_a_stranger == [302] * 5 + [429] * 2
    assert (letters, by_themselves) == (5, 302)


def test_strangers_of_many_networks_fill_no_mailbox(client, member, sent_codes):
    for number in range(attempts.CODES_FOR_AN_ADDRESS + 3):
        last = ask(Client(), network=f"203.0.113.{number}")

    assert last.status_code == 429
    assert len(sent_codes()) == attempts.CODES_FOR_AN_ADDRESS


def test_network_asks_for_a_limited_number_of_codes(client, sent_codes):
    for number in range(attempts.CODES_FOR_A_NETWORK):
        ask(client, f"person-{number}@example.org")

    refused = ask(client, "one-more@example.org")

    assert refused.status_code == 429
    assert "Try again in 1 hour." in refused.text
    assert 3540 < int(refused["Retry-After"]) <= 3600
    assert 'value="one-more@example.org"' in refused.text


def test_another_code_is_limited_too(client, member, sent_codes):
    ask(client)
    for _n in range(attempts.CODES_FOR_AN_ADDRESS_BY_A_NETWORK):
        last = client.post(ENTER, {"another": "1"}, REMOTE_ADDR="192.0.2.1")

    assert last.status_code == 429
    assert "Try again in 1 hour." in last.text


def test_code_is_sent_where_the_cache_is_away(client, member, sent_codes, settings):
    settings.CACHES = NO_CACHE

    ask(client)

    assert len(sent_codes()) == 1


@pytest.mark.parametrize("broker", [refusing_broker, silent_broker])
def test_broker_that_is_down_is_told_and_nothing_is_waited_for(client, member, broker):
    with broker():
        response = ask(client)

    assert response.status_code == 503
    assert "The code could not be sent just now. Try again in a minute." in response.text
    assert 'value="wanjiku@example.org"' in response.text
    assert "sign_in_code" not in client.session


def test_asking_while_the_broker_is_down_counts_for_nothing(client, member):
    with refusing_broker():
        while_it_is_down = [ask(client).status_code for _time in range(6)]

    assert while_it_is_down == [503] * 6
    assert ask(client).status_code == 302


# Where to ---------------------------------------------------------------------------------------


def test_sign_in_by_a_code_leads_where_the_person_wanted_to_go(client, member, sent_codes):
    asked = ask(client, next="/fr/my/feed/?for=1")
    entered = enter(client, code_in(*sent_codes()), next="/fr/my/feed/?for=1")

    assert asked["Location"] == f"{ENTER}?next=%2Ffr%2Fmy%2Ffeed%2F%3Ffor%3D1"
    assert entered["Location"] == "/fr/my/feed/?for=1"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        ASK,
        "/accounts/sign-in/",
        "home",
    ],
)
def test_sign_in_by_a_code_leads_nowhere_else(client, member, sent_codes, elsewhere):
    asked = ask(client, next=elsewhere)
    entered = enter(client, code_in(*sent_codes()), next=elsewhere)

    assert (asked["Location"], entered["Location"]) == (f"{ENTER}{MY}", "/en/my/")


def test_sign_in_pages_speak_the_language_of_the_page_on_the_way_to_which_one_is(client):
    client_with_choice = Client()
    client_with_choice.cookies["django_language"] = "en"

    on_the_way = client.get(ASK, {"next": "/fr/my/"})
    chosen = client_with_choice.get(ASK, {"next": "/fr/my/"})

    assert '<html lang="fr"' in on_the_way.text
    assert '<html lang="en"' in chosen.text


def test_who_is_signed_in_is_led_on(client, member):
    client.force_login(member)

    assert client.get(ASK)["Location"] == "/en/my/"
    assert client.get("/accounts/sign-in/")["Location"] == "/en/my/"


def test_staff_who_are_signed_in_are_led_to_the_desk(client, db):
    client.force_login(UserFactory())

    assert client.get(ASK)["Location"] == "/admin/"


def test_opening_the_pages_changes_nothing(client, member, sent_codes):
    client.get(ASK, {"email": member.email, "next": "/en/my/"})
    client.get(ENTER, {"code": WRONG, "another": "1"})

    assert (sent_codes.tasks, Session.objects.count(), mail.outbox) == ([], 0, [])


def test_address_that_is_none_is_refused_at_its_field(client):
    response = ask(client, "nobody")

    assert response.status_code == 422
    assert "Enter an email address that you read, like name@example.org." in response.text


def test_code_field_is_one_that_browsers_fill_in(client, member):
    ask(client)

    page = client.get(ENTER).text

    assert 'autocomplete="one-time-code"' in page
    assert 'name="robots" content="noindex"' in page


def test_sign_in_by_a_code_gives_a_new_session_and_forgets_the_code(client, member, sent_codes):
    ask(client)
    before = client.cookies["sessionid"].value
    enter(client, code_in(*sent_codes()))

    assert client.cookies["sessionid"].value != before
    assert not Session.objects.filter(pk=before).exists()
    assert "sign_in_code" not in client.session


def test_code_of_is_made_for_one_address_and_one_seed():
    codes = {
        code_of(email=email, seed=seed) for email in ("a@b.example", "c@b.example") for seed in "xy"
    }

    assert len(codes) == 4


def test_way_in_is_recorded_under_the_librarys_name(client, member, sent_codes):
    ask(client)
    enter(client, code_in(*sent_codes()))

    [record] = client.session["account_authentication_methods"]
    assert record["method"] == sign_in_codes.METHOD
