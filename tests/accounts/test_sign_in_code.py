"""Signing in with a code that is sent by e-mail."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils.timezone import now

from accounts.models import Session
from accounts.services import sign_in_codes
from accounts.services.sessions import sessions_of
from accounts.services.sign_in_codes import CODE_LIFETIME, code_of
from core.codes import CODE_LENGTH, normalise_code
from tests.accounts.codes import ASK, ENTER, MY, ask, code_in, enter, is_in
from tests.factories import UserFactory
from tests.language_switch import assert_kept_in_both_directions


def test_code_from_the_mail_signs_in(client, member, sent_codes):
    asked = ask(client, "Wanjiku@EXAMPLE.org")
    [letter] = sent_codes()
    entered = enter(client, code_in(letter))

    assert (asked.status_code, asked["Location"]) == (302, f"{ENTER}{MY}")
    assert (entered.status_code, entered["Location"]) == (302, "/en/my/")
    assert client.session["_auth_user_id"] == str(member.pk)
    assert letter.to == ["wanjiku@example.org"]


def test_code_is_sent_to_any_spelling_of_an_address(client, sent_codes, settings):
    settings.MAIL_SMTPUTF8 = True
    UserFactory(email="müller@bücher.example", is_staff=False)

    ask(client, "MÜLLER@xn--bcher-kva.example")

    [letter] = sent_codes()
    assert letter.to == ["müller@xn--bcher-kva.example"]


def test_mail_says_what_it_is_for_and_is_no_row_of_the_outbox(client, member, sent_codes):
    ask(client)

    [letter] = sent_codes()

    assert letter.subject == "Your code to sign in to Partner2Connect"
    assert "It works once and expires after 40 minutes." in letter.body
    assert "If you did not request it, do nothing" in letter.body
    assert letter.reply_to == ["Partner2Connect@itu.int"]
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"
    # Not "All", which would suppress reports of non-delivery too.
    assert letter.extra_headers["X-Auto-Response-Suppress"] == "OOF, AutoReply, RN, NRN"
    assert letter.extra_headers["Message-ID"].endswith("@p2c.example>")
    assert letter.extra_headers["Content-Language"] == "en"
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM outbox_message")
        assert cursor.fetchone() == (0,)


def test_mail_is_whole_in_the_language_of_the_person(client, sent_codes):
    UserFactory(email="reader@example.org", language="fr", is_staff=False)
    ask(client, "reader@example.org")

    [letter] = sent_codes()

    assert letter.extra_headers["Content-Language"] == "fr"
    assert letter.message()["Content-Transfer-Encoding"] == "quoted-printable"
    assert letter.subject == "Votre code de connexion à Partner2Connect"
    assert "expire au bout de 40\xa0minutes." in letter.body
    assert "If you did not request it" not in letter.body


@pytest.mark.parametrize("language", ["ar", "en"])
def test_code_of_the_mail_signs_in_as_it_is_copied(client, sent_codes, language):
    UserFactory(email="reader@example.org", language=language, is_staff=False)
    ask(client, "reader@example.org")
    [letter] = sent_codes()
    [line] = [line for line in letter.body.splitlines() if line.startswith("    ")]

    enter(client, line)

    # Without the mark, right-to-left text would swap the parts around the hyphen.
    assert ("\u200e" in line) == (language == "ar")
    assert is_in(client)


def test_code_stands_in_no_session_and_in_no_task(client, member, sent_codes, caplog):
    caplog.set_level("DEBUG")
    ask(client)
    in_tasks = json.dumps(sent_codes.tasks)
    [letter] = sent_codes()
    code = normalise_code(code_in(letter))

    in_sessions = json.dumps([session.get_decoded() for session in Session.objects.all()])

    assert len(code) == CODE_LENGTH
    for text in (in_tasks, in_sessions, caplog.text):
        assert code not in text
        assert code_in(letter) not in text


def test_task_ends_with_the_code_and_is_of_the_queue_for_letters(client, member, sent_codes):
    ask(client)

    [(_args, options)] = sent_codes.tasks

    assert (options["queue"], options["expires"]) == ("mail", CODE_LIFETIME.total_seconds())


@pytest.mark.parametrize("typed", ["{a}{b}", " {a} – {b} ", "{lower}", "{wide}"])
def test_code_is_taken_however_it_is_typed(client, member, sent_codes, typed):
    ask(client)
    code = code_in(*sent_codes())
    a, b = code.split("-")
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in a + b)

    enter(client, typed.format(a=a, b=b, lower=code.lower(), wide=wide))

    assert is_in(client)


# Redirects --------------------------------------------------------------------------------------


def test_sign_in_by_a_code_leads_where_the_person_wanted_to_go(client, member, sent_codes):
    asked = ask(client, next="/fr/my/feed/?for=1")
    entered = enter(client, code_in(*sent_codes()), next="/fr/my/feed/?for=1")

    assert asked["Location"] == f"{ENTER}?next=%2Ffr%2Fmy%2Ffeed%2F%3Ffor%3D1"
    assert entered["Location"] == "/fr/my/feed/?for=1"


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.example/", ASK, "/accounts/sign-in/", "home"],
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
    client.force_login(UserFactory())
    assert client.get(ASK)["Location"] == "/admin/"


def test_address_that_is_none_is_refused_at_its_field(client):
    response = ask(client, "nobody")

    assert response.status_code == 422
    assert "Enter a valid email address, like name@example.org." in response.text


def test_sign_in_by_a_code_gives_a_new_session_and_forgets_the_code(client, member, sent_codes):
    ask(client)
    before = client.cookies["sessionid"].value
    page = client.get(ENTER).text
    enter(client, code_in(*sent_codes()))

    assert 'autocomplete="one-time-code"' in page
    assert 'name="robots" content="noindex"' in page
    assert client.cookies["sessionid"].value != before
    assert not Session.objects.filter(pk=before).exists()
    assert sign_in_codes.SESSION_KEY not in client.session
    # Recorded under the library's name.
    [record] = client.session["account_authentication_methods"]
    assert record["method"] == sign_in_codes.METHOD


def test_code_of_is_made_for_one_address_and_one_seed():
    codes = {
        code_of(email=email, seed=seed) for email in ("a@b.example", "c@b.example") for seed in "xy"
    }

    assert len(codes) == 4


def test_language_switch_keeps_the_typed_code_and_tries_nothing(client, member, sent_codes):
    ask(client)
    before = client.session[sign_in_codes.SESSION_KEY]

    assert_kept_in_both_directions(client, client.get(f"{ENTER}{MY}"))

    assert client.session[sign_in_codes.SESSION_KEY] == before
    assert not is_in(client)


@pytest.mark.parametrize("is_kept", [True, False])
def test_person_stays_signed_in_for_thirty_days_only_if_they_choose_it(
    client, member, sent_codes, is_kept
):
    ask(client, member.email)
    [letter] = sent_codes()

    choice = {"is_kept": "on"} if is_kept else {}
    cookie = enter(client, code_in(letter), **choice).cookies["sessionid"]

    session = Session.objects.get(user=member)
    days = round((session.expire_date - now()) / timedelta(days=1), 1)
    [place] = sessions_of(member, this=None, at=now())
    assert days == (30 if is_kept else 0.5)
    assert bool(cookie["max-age"]) == is_kept
    assert place.kept_until == (session.expire_date if is_kept else None)
    shown = "Stays signed in until" in client.get("/accounts/sessions/").text
    assert shown == is_kept
    # Looking at a page later does not prolong it.
    client.get("/en/my/")
    assert Session.objects.get(user=member).expire_date == session.expire_date
