"""Setting up a second factor, signing in by it, the limits on that, and taking it away."""

import json

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.attempts import (
    ATTEMPTS_AT_AN_ACCOUNT,
    ATTEMPTS_OF_A_NETWORK,
    PASSKEYS_ASKED_FOR_BY_A_NETWORK,
)
from accounts.second_factor import PROVED, NoSecondFactor, take_away_second_factor
from tests.accounts.second_factor import (
    ADD,
    BY_PASSKEY,
    PASSWORD,
    SECOND_FACTOR,
    SIGN_IN,
    SoftKey,
    a_passkey_of,
    code_of,
    come_by_passkey,
    give_app,
    give_recovery_codes,
    options_of,
    passkey_of,
    send_code,
    send_passkey,
    sign_in,
    with_password,
    within_one_half_minute,
    wrong_code,
)
from tests.accounts.test_limits import NO_CACHE
from tests.factories import NOON, UserFactory

OVERVIEW = "/accounts/second-factor/"
APP = "/accounts/second-factor/app/"
CODES = "/accounts/second-factor/recovery-codes/"
NOT_RIGHT = "This code is not right, or was used already."


@pytest.fixture
def officer():
    return with_password(email="ada@example.org", is_superuser=True)


def is_in(client):
    return client.get("/admin/", secure=True).status_code == 200


def types_of(user):
    return sorted(Authenticator.objects.filter(user=user).values_list("type", flat=True))


# Codes ------------------------------------------------------------------------------------------


def test_code_of_the_app_signs_in_once(officer):
    give_app(officer)
    first, second, code = Client(), Client(), code_of()
    for client in (first, second):
        sign_in(client, officer)

    answers = [send_code(client, code) for client in (first, second)]

    assert [answer.status_code for answer in answers] == [302, 422]
    assertContains(answers[1], NOT_RIGHT, status_code=422)
    assert (is_in(first), is_in(second)) == (True, False)


@pytest.mark.parametrize("steps", [-1, 1])
def test_code_is_taken_half_a_minute_early_or_late(client, officer, steps):
    give_app(officer)
    sign_in(client, officer)

    within_one_half_minute(lambda: send_code(client, code_of(steps=steps)))

    assert is_in(client)


@pytest.mark.parametrize("steps", [-4, 4])
def test_code_of_another_time_is_refused(client, officer, steps):
    give_app(officer)
    sign_in(client, officer)

    send_code(client, code_of(steps=steps))

    assert not is_in(client)


def test_code_that_was_used_is_the_same_code_however_it_is_written(officer):
    give_app(officer)
    code = code_of()
    arabic = "".join(chr(0x660 + int(digit)) for digit in code)
    answers = []

    for written in (code, f"{code[:3]} {code[3:]}", f"{code[:3]}-{code[3:]}", arabic):
        client = Client()
        sign_in(client, officer)
        answers.append(send_code(client, written).status_code)

    assert answers == [302, 422, 422, 422]


def test_code_is_taken_in_other_digits_and_in_groups(client, officer):
    give_app(officer)
    sign_in(client, officer)
    code = code_of()

    send_code(client, " ".join(chr(0x660 + int(digit)) for digit in code))

    assert is_in(client)


def test_code_of_somebody_else_is_refused(client, officer):
    give_app(officer)
    [theirs, *_others] = give_recovery_codes(UserFactory())
    sign_in(client, officer)

    response = send_code(client, theirs)

    assertContains(response, NOT_RIGHT, status_code=422)
    assert not is_in(client)


def test_recovery_code_signs_in_once_and_not_twice(officer):
    give_app(officer)
    codes = give_recovery_codes(officer)
    answers = []

    for code in (codes[0], codes[0], codes[1]):
        client = Client()
        sign_in(client, officer)
        answers.append(send_code(client, code).status_code)

    assert (len(codes), answers) == (10, [302, 422, 302])


def test_code_without_its_password_is_sent_to_the_sign_in(client, officer):
    give_app(officer)

    response = send_code(client, code_of())

    assertRedirects(response, SIGN_IN, fetch_redirect_response=False)
    assert not is_in(client)


def test_code_after_the_account_was_deactivated_lets_nobody_in(client, officer):
    give_app(officer)
    sign_in(client, officer)
    officer.is_active = False
    officer.save()

    send_code(client, code_of())

    assert not is_in(client)


def test_sign_in_that_is_begun_anew_forgets_the_password(client, officer):
    give_app(officer)
    sign_in(client, officer)

    client.get(SIGN_IN)

    assertRedirects(send_code(client, code_of()), SIGN_IN, fetch_redirect_response=False)


def test_sign_in_gives_the_session_a_new_key_with_a_second_factor_too(client, officer):
    give_app(officer)
    sign_in(client, officer)
    between = client.cookies["sessionid"].value

    send_code(client, code_of())

    assert client.cookies["sessionid"].value != between


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "home"])
def test_sign_in_with_a_second_factor_leads_nowhere_else(client, officer, elsewhere):
    give_app(officer)
    sign_in(client, officer, next=elsewhere)

    response = send_code(client, code_of(), QUERY_STRING=f"next={elsewhere}")

    assertRedirects(response, "/admin/", fetch_redirect_response=False)


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example"])
def test_confirming_leads_nowhere_else(client, officer, elsewhere):
    give_app(officer)
    client.force_login(officer)

    response = client.post(f"/accounts/confirm/code/?next={elsewhere}", {"code": code_of()})

    assertRedirects(response, "/admin/", fetch_redirect_response=False)


def test_pages_are_not_for_search_engines_and_not_kept_by_caches(client, officer):
    give_app(officer)
    sign_in(client, officer)
    asked = client.get(SECOND_FACTOR)
    send_code(client, code_of())

    for response in (asked, client.get(OVERVIEW), client.get(ADD)):
        assertContains(response, '<meta name="robots" content="noindex">')
        assert "no-store" in response["Cache-Control"]


# Limits -----------------------------------------------------------------------------------------


def guess(officer, times, *, network="192.0.2.1"):
    """Give wrong codes after the right password, and return the last answer."""
    client = Client(REMOTE_ADDR=network)
    sign_in(client, officer)
    return [send_code(client, wrong_code()) for _time in range(times)][-1]


def test_codes_are_limited_at_an_account_from_everywhere(client, officer):
    give_app(officer)
    for number in range(ATTEMPTS_AT_AN_ACCOUNT):
        guess(officer, 1, network=f"192.0.2.{number + 1}")

    sign_in(client, officer)
    response = send_code(client, code_of())

    assertContains(response, "Too many attempts. Try again in 15 minutes.", status_code=429)
    assert 840 < int(response["Retry-After"]) <= 900
    assert not is_in(client)


def test_recovery_codes_are_limited_with_the_codes_of_the_app(officer):
    give_app(officer)
    [code, *_others] = give_recovery_codes(officer)
    guess(officer, ATTEMPTS_AT_AN_ACCOUNT)
    client = Client()
    sign_in(client, officer)

    response = send_code(client, code)

    assert response.status_code == 429


def test_codes_are_limited_from_a_network_at_all_accounts(officer):
    give_app(officer)
    for number in range(ATTEMPTS_OF_A_NETWORK // 10):
        colleague = with_password(email=f"colleague-{number}@example.org")
        give_app(colleague)
        guess(colleague, 10)

    assert guess(officer, 1).status_code == 429
    assert guess(officer, 1, network="198.51.100.1").status_code == 422


def test_codes_are_counted_anew_for_who_got_in(officer):
    give_app(officer)
    guess(officer, ATTEMPTS_AT_AN_ACCOUNT - 1)
    client = Client()
    sign_in(client, officer)
    send_code(client, code_of())

    assert guess(officer, ATTEMPTS_AT_AN_ACCOUNT).status_code == 422


def test_codes_that_confirm_are_limited_with_those_that_sign_in(client, officer):
    give_app(officer)
    guess(officer, ATTEMPTS_AT_AN_ACCOUNT)
    client.force_login(officer)

    response = client.post("/accounts/confirm/code/", {"code": code_of()})

    assert response.status_code == 429


def test_passwords_that_confirm_are_limited_with_those_that_sign_in(client, officer):
    client.force_login(officer)
    answers = [
        client.post("/accounts/confirm/password/", {"password": "wrong"})
        for _time in range(ATTEMPTS_AT_AN_ACCOUNT + 1)
    ]

    assert [answer.status_code for answer in answers] == [422] * ATTEMPTS_AT_AN_ACCOUNT + [429]
    assertContains(answers[0], "The password is not right.", status_code=422)
    assert sign_in(Client(), officer).status_code == 429


def test_passkeys_are_limited_from_a_network(client, officer):
    answers = [
        client.post(BY_PASSKEY, {"credential": json.dumps({"id": "x"})})
        for _time in range(ATTEMPTS_OF_A_NETWORK + 1)
    ]
    # What no browser would send is refused unread, and what is none is counted.
    key = SoftKey(officer)
    options = client.get(BY_PASSKEY, headers={"accept": "application/json"}).json()
    said = key.use(options["request_options"]["publicKey"])
    counted = [client.post(BY_PASSKEY, {"credential": said}) for _time in range(51)]

    assert {answer.status_code for answer in answers} == {302}
    assert [answer.status_code for answer in counted] == [302] * ATTEMPTS_OF_A_NETWORK + [429]


def test_asking_for_passkeys_is_limited_for_a_network(client):
    script = {"accept": "application/json"}
    answers = {
        client.get(BY_PASSKEY, headers=script).status_code
        for _time in range(PASSKEYS_ASKED_FOR_BY_A_NETWORK)
    }

    assert answers == {200}
    assert client.get(BY_PASSKEY, headers=script).status_code == 429


def test_passkeys_used_after_a_password_are_limited_at_the_account(client, officer):
    key = passkey_of(officer)
    guess(officer, ATTEMPTS_AT_AN_ACCOUNT)
    sign_in(client, officer, secure=True)

    response = send_passkey(client, key)

    assert response.status_code == 429
    assert not is_in(client)


def test_second_factor_goes_on_without_a_cache(officer, settings):
    give_app(officer)
    [code, *_others] = give_recovery_codes(officer)
    settings.CACHES = NO_CACHE
    answers = []

    for typed in (wrong_code(), code, code_of()):
        client = Client()
        sign_in(client, officer)
        answers.append(send_code(client, typed).status_code)

    assert answers == [422, 302, 302]


def test_confirming_goes_on_without_a_cache(officer, settings):
    give_app(officer)
    colleague = with_password(email="grace@example.org")
    settings.CACHES = NO_CACHE
    answers = []

    for user, way, proof in (
        (officer, "code", {"code": code_of()}),
        (colleague, "password", {"password": PASSWORD}),
    ):
        client = Client()
        client.force_login(user)
        answers.append(client.post(f"/accounts/confirm/{way}/", proof).status_code)

    assert answers == [302, 302]


# Setting up -------------------------------------------------------------------------------------


def set_up_app(client):
    client.get(APP)
    return client.post(APP, {"code": code_of(client.session["mfa.totp.secret"])})


def test_app_is_set_up_right_after_the_password(client, officer):
    sign_in(client, officer)

    page = client.get(APP)
    response = set_up_app(client)

    assertContains(page, 'src="data:image/svg+xml;base64,')
    assertRedirects(response, CODES, fetch_redirect_response=False)
    assert types_of(officer) == ["recovery_codes", "totp"]


def test_app_is_set_up_by_a_right_code_alone(client, officer):
    sign_in(client, officer)
    client.get(APP)
    secret = client.session["mfa.totp.secret"]

    response = client.post(APP, {"code": "1"})

    assertContains(response, NOT_RIGHT, status_code=422)
    assertContains(response, secret, status_code=422)
    assert types_of(officer) == []


def test_app_is_set_up_once(client, officer):
    sign_in(client, officer)
    set_up_app(client)
    [kept] = Authenticator.objects.filter(user=officer, type="totp")

    again = [client.get(APP), client.post(APP, {"code": "1"})]

    assert {answer["Location"] for answer in again} == {OVERVIEW}
    assert Authenticator.objects.get(user=officer, type="totp") == kept


def test_session_that_has_not_just_proved_who_it_is_confirms_first(client, officer):
    client.force_login(officer)

    asked = client.get(APP)
    confirmed = client.post(asked["Location"], {"password": PASSWORD})

    assertRedirects(
        asked,
        f"/accounts/confirm/password/?next={APP.replace('/', '%2F')}",
        fetch_redirect_response=False,
    )
    assertRedirects(confirmed, APP, fetch_redirect_response=False)
    assert client.get(APP).status_code == 200


def test_form_that_is_sent_too_late_is_taken_once_one_has_confirmed(client, officer):
    give_app(officer)
    sign_in(client, officer)
    send_code(client, code_of())
    session = client.session
    session[PROVED] = [{**record, "at": 0} for record in session[PROVED]]
    session.save()

    asked = client.post(f"{CODES}new/")
    made_before = types_of(officer)
    response = client.post(asked["Location"], {"code": code_of(steps=1)})

    assert made_before == ["totp"]
    assert asked["Location"].startswith("/accounts/confirm/code/")
    assertRedirects(response, CODES, fetch_redirect_response=False)
    assert types_of(officer) == ["recovery_codes", "totp"]


def test_app_is_removed_with_the_recovery_codes_where_it_was_all(client, officer):
    sign_in(client, officer)
    set_up_app(client)

    asked = client.get("/accounts/second-factor/app/remove/")
    response = client.post("/accounts/second-factor/app/remove/")

    assertContains(asked, "the recovery codes go as well")
    assertRedirects(response, OVERVIEW, fetch_redirect_response=False)
    assert types_of(officer) == []


def test_recovery_codes_are_shown_handed_out_and_made_anew(client, officer):
    sign_in(client, officer)
    set_up_app(client)

    shown = client.get(CODES).context["codes"]
    file = client.get(f"{CODES}file/")
    client.post(f"{CODES}new/")
    new = client.get(CODES).context["codes"]

    assert file.text.splitlines() == shown
    assert file["Content-Disposition"].startswith("attachment;")
    assert (len(shown), len(new), set(shown) & set(new)) == (10, 10, set())


def test_recovery_codes_are_for_who_has_a_second_factor(client, officer):
    sign_in(client, officer)

    made = client.post(f"{CODES}new/")

    assert client.get(CODES).status_code == 404
    assertContains(made, "Set up an authenticator app or a passkey first", status_code=422)


def test_page_of_the_codes_writes_nothing(client, officer):
    sign_in(client, officer)
    set_up_app(client)
    before = Authenticator.objects.get(user=officer, type="recovery_codes").data

    client.get(CODES)

    assert Authenticator.objects.get(user=officer, type="recovery_codes").data == before


@pytest.mark.parametrize("number", [1, 3])
def test_overview_costs_the_same_for_one_passkey_and_for_three(
    client, officer, django_assert_num_queries, number
):
    give_app(officer)
    sign_in(client, officer)
    send_code(client, code_of())
    for _time in range(number):
        a_passkey_of(officer)

    # Session, person, has one, has proved it; all of them; and has one, twice, for the words.
    with django_assert_num_queries(7):
        client.get(OVERVIEW)


# Passkeys ---------------------------------------------------------------------------------------


def test_passkey_signs_in_alone(client, officer, settings):
    settings.STAFF_SECOND_FACTOR = True
    key = passkey_of(officer)

    response = come_by_passkey(client, key, next="/admin/members/member/")

    assertRedirects(response, "/admin/members/member/", fetch_redirect_response=False)
    assert is_in(client)


def test_passkey_signs_in_after_the_password(client, officer, settings):
    settings.STAFF_SECOND_FACTOR = True
    key = passkey_of(officer)
    sign_in(client, officer)

    response = send_passkey(client, key)

    assertRedirects(response, "/admin/", fetch_redirect_response=False)
    assert is_in(client)


def test_passkey_leads_nowhere_else(client, officer):
    key = passkey_of(officer)

    response = come_by_passkey(client, key, next="https://evil.example/")

    assertRedirects(response, "/admin/", fetch_redirect_response=False)


def test_passkey_of_a_deactivated_account_is_answered_as_an_unknown_one(officer):
    key = passkey_of(officer)
    officer.is_active = False
    officer.save()
    stranger = SoftKey(officer)
    answers = {}

    for name, tried in (("deactivated", key), ("unknown", stranger)):
        client = Client()
        response = come_by_passkey(client, tried)
        page = client.get(response["Location"], secure=True)
        answers[name] = (response["Location"], [str(each) for each in page.context["messages"]])
        assert not is_in(client)

    assert answers["deactivated"] == answers["unknown"]
    assert answers["unknown"] == (
        SIGN_IN,
        ["You cannot sign in with this passkey. Try again, or sign in another way."],
    )


def test_passkey_of_somebody_else_is_no_second_factor(client, officer):
    passkey_of(officer)
    theirs = passkey_of(with_password(email="grace@example.org"))
    sign_in(client, officer)

    response = send_passkey(client, theirs)

    assertContains(response, "You cannot sign in with this passkey.", status_code=422)
    assert not is_in(client)


def test_passkey_that_says_it_is_somebody_elses_signs_nobody_in(client, officer):
    passkey_of(officer)
    theirs = passkey_of(with_password(email="grace@example.org"))
    theirs.user = officer

    come_by_passkey(client, theirs)

    assert not is_in(client)


def test_passkey_that_was_taken_away_signs_nobody_in(client, officer):
    key = passkey_of(officer)
    take_away_second_factor(user=officer, by=None, at=NOON)

    come_by_passkey(client, key)

    assert not is_in(client)


def test_passkey_of_another_site_signs_nobody_in(client, officer):
    key = passkey_of(officer)
    key.origin = "https://testserver.evil.example"

    come_by_passkey(client, key)

    assert not is_in(client)


def test_answer_of_a_passkey_works_once(client, officer):
    key = passkey_of(officer)
    script = {"accept": "application/json"}
    options = options_of(client.get(BY_PASSKEY, headers=script, secure=True), "request_options")
    said = {"credential": key.use(options)}
    client.post(BY_PASSKEY, said, secure=True)
    client.post("/accounts/sign-out/", secure=True)

    client.post(BY_PASSKEY, said, secure=True)

    assert not is_in(client)


NONSENSE = [
    "",
    "null",
    "1",
    "[]",
    "{}",
    '{"id": 1}',
    "[" * 40_000,
    '{"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {}}',
    '{"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {"clientDataJSON": "e30"}}',
    '{"rawId": "YQ", "response": {"clientDataJSON": "e30", "attestationObject": "oA"}}',
    '{"rawId": "YQ", "response": {"clientDataJSON": "e30", "authenticatorData": "YQ"}}',
]


@pytest.mark.parametrize("said", NONSENSE)
def test_nonsense_is_no_passkey(officer, said):
    passkey_of(officer)
    asked, confirming, adding, stranger = (Client() for _client in range(4))
    sign_in(asked, officer)
    confirming.force_login(officer)
    sign_in(adding, with_password(email="grace@example.org"))

    answers = [
        asked.post(SECOND_FACTOR, {"credential": said}).status_code,
        confirming.post("/accounts/confirm/passkey/", {"credential": said}).status_code,
        adding.post(ADD, {"credential": said}).status_code,
        stranger.post(BY_PASSKEY, {"credential": said}).status_code,
    ]

    assert answers == [422, 302, 422, 302]
    assert not any(is_in(client) for client in (asked, stranger))


def test_passkey_is_renamed_and_removed(client, officer):
    key = passkey_of(officer)
    come_by_passkey(client, key)
    [passkey] = Authenticator.objects.filter(user=officer, type="webauthn")
    path = f"/accounts/second-factor/passkeys/{passkey.pk}"

    asked = client.get(f"{path}/rename/", secure=True)
    confirm = options_of(client.get(asked["Location"], secure=True), "request_options")
    client.post(asked["Location"], {"credential": key.use(confirm)}, secure=True)
    client.post(f"{path}/rename/", {"name": "<b>Blue</b>"}, secure=True)
    page = client.get(OVERVIEW, secure=True)
    client.post(f"{path}/remove/", secure=True)

    assert asked["Location"].startswith("/accounts/confirm/passkey/")
    assertContains(page, "&lt;b&gt;Blue&lt;/b&gt;")
    assertNotContains(page, "<b>Blue")
    assert types_of(officer) == []


def test_passkey_that_is_the_one_factor_is_asked_for_first(client, officer):
    passkey_of(officer)
    client.force_login(officer)

    response = client.get(ADD)

    assert response["Location"].startswith("/accounts/confirm/passkey/")


# The history ----------------------------------------------------------------------------------


def last_told(user):
    record = user.history.latest("history_id")
    return record.history_change_reason, record.history_by_name


def test_history_says_that_an_app_was_set_up_that_codes_were_made_and_the_app_removed(
    client, officer
):
    officer.groups.add(Group.objects.get(name="Observers"))
    sign_in(client, officer)
    told = []

    set_up_app(client)
    told.append(last_told(officer))
    client.post(f"{CODES}new/")
    told.append(last_told(officer))
    client.post("/accounts/second-factor/app/remove/")
    told.append(last_told(officer))

    assert told == [
        ("Authenticator app set up", str(officer)),
        ("New recovery codes made", str(officer)),
        ("Authenticator app removed", str(officer)),
    ]
    assert officer.history.latest("history_id").groups.count() == 1


def test_history_says_nothing_of_an_app_that_was_not_set_up(client, officer):
    sign_in(client, officer)
    client.get(APP)
    before = officer.history.count()

    client.post(APP, {"code": "12"})

    assert officer.history.count() == before


def test_history_says_that_a_passkey_was_added_and_removed(client, officer):
    key = passkey_of(officer)
    come_by_passkey(client, key)
    [passkey] = Authenticator.objects.filter(user=officer, type="webauthn")
    path = f"/accounts/second-factor/passkeys/{passkey.pk}/remove/"
    added = last_told(officer)

    asked = client.get(path, secure=True)
    confirm = options_of(client.get(asked["Location"], secure=True), "request_options")
    client.post(asked["Location"], {"credential": key.use(confirm)}, secure=True)
    client.post(path, secure=True)

    assert (added, last_told(officer)) == (
        ("Passkey added", str(officer)),
        ("Passkey removed", str(officer)),
    )


# Taking away ------------------------------------------------------------------------------------


def test_take_away_second_factor_takes_all_of_it_and_nobody_elses(officer):
    for user in (officer, with_password(email="grace@example.org")):
        give_app(user)
        a_passkey_of(user)
        give_recovery_codes(user)
    colleague = UserFactory()
    officer.groups.add(Group.objects.get(name="Observers"))

    take_away_second_factor(user=officer, by=colleague, at=NOON)

    record = officer.history.latest("history_id")
    assert [kept.group.name for kept in record.groups.all()] == ["Observers"]
    assert types_of(officer) == []
    assert Authenticator.objects.count() == 3
    assert (record.history_change_reason, record.history_user, record.history_date) == (
        "Second factor taken away",
        colleague,
        NOON,
    )


def test_take_away_second_factor_refuses_where_there_is_none(officer):
    history = officer.history.count()

    with pytest.raises(NoSecondFactor, match="has no second factor"):
        take_away_second_factor(user=officer, by=None, at=NOON)

    assert officer.history.count() == history


# What does not exist ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "signup/",
        "login/",
        "login/code/",
        "login/code/confirm/",
        "email/",
        "confirm-email/",
        "inactive/",
        "password/reset/",
        "password/change/",
        "password/set/",
        "sign-in/trust/",
        "social/",
        "",
    ],
)
def test_pages_that_nobody_wants_have_no_address(client, officer, path):
    client.force_login(officer)

    assert client.get(f"/accounts/{path}").status_code == 404
    assert client.post(f"/accounts/{path}").status_code == 404
