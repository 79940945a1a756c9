import pytest
from django.contrib.messages import get_messages
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.services import login_throttling
from tests.accounts.second_factor import PASSWORD, SIGN_IN
from tests.factories import UserFactory


def sign_in(client, email="ada@example.org", password=PASSWORD, **more):
    network = more.pop("network", "192.0.2.1")
    return client.post(
        SIGN_IN, {"username": email, "password": password, **more}, REMOTE_ADDR=network
    )


def test_sign_in_takes_an_officer_to_the_desk(client, officer):
    response = sign_in(client, email="ADA@example.org")

    assertRedirects(response, "/admin/", fetch_redirect_response=False)
    assert client.session["_auth_user_id"] == str(officer.pk)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/admin/",
        "//evil.example/",
        # It would redirect to itself for ever.
        SIGN_IN,
        # The name of a page, and a name that does not exist.
        "home",
        "Suharto",
        "?status=pending",
    ],
)
def test_sign_in_leads_nowhere_else(client, officer, elsewhere):
    response = sign_in(client, next=elsewhere)

    assertRedirects(response, "/admin/", fetch_redirect_response=False)


def test_sign_in_over_https_does_not_lead_to_http(client, officer):
    response = client.post(
        SIGN_IN,
        {"username": officer.email, "password": PASSWORD, "next": "http://testserver/en/"},
        secure=True,
    )

    assertRedirects(response, "/admin/", fetch_redirect_response=False)


def test_sign_in_sends_on_who_is_signed_in(client, officer):
    client.force_login(officer)

    response = client.get(SIGN_IN, {"next": "/en/members/"})

    assertRedirects(response, "/en/members/", fetch_redirect_response=False)


def test_sign_in_answers_alike_to_wrong_password_unknown_and_inactive_account(client, officer):
    UserFactory(email="gone@example.org", is_active=False)

    answers = {
        email: sign_in(client, email=email, password="wrong")
        for email in ("ada@example.org", "nobody@example.org", "gone@example.org")
    }

    assert {answer.status_code for answer in answers.values()} == {422}
    sentences = {str(answer.context["form"].non_field_errors()) for answer in answers.values()}
    assert len(sentences) == 1
    assert "The email address or the password is incorrect." in sentences.pop()


def test_sign_in_keeps_the_email_and_never_the_password(client, officer):
    response = sign_in(client, password="not this one")

    assertContains(response, 'value="ada@example.org"', status_code=422)
    assertNotContains(response, "not this one", status_code=422)


def test_sign_in_asks_for_what_is_missing(client):
    response = sign_in(client, email="", password="")

    assert response.status_code == 422
    assert response.context["form"].errors == {
        "username": ["Enter your email address."],
        "password": ["Enter your password."],
    }


def test_sign_in_limits_attempts_at_an_account_from_a_network(client, officer):
    for _time in range(login_throttling.ATTEMPTS_AT_AN_ACCOUNT):
        sign_in(client, password="wrong")

    response = sign_in(client)

    assertContains(
        response,
        "Too many attempts. Try again in 15 minutes. Until then, use a browser that you have "
        "signed in with before, or a passkey.",
        status_code=429,
    )
    assertContains(response, 'value="ada@example.org"', status_code=429)
    assert 840 < int(response["Retry-After"]) <= 900
    assert "_auth_user_id" not in client.session
    assertRedirects(
        sign_in(client, network="198.51.100.1"), "/admin/", fetch_redirect_response=False
    )


@pytest.mark.parametrize(
    "written",
    [
        " ada.ivanova@example.org ",
        "ADA.IVANOVA@example.org",
        # In full width; and with a Turkish ı, which PostgreSQL too takes for an I.
        "ａｄａ.ivanova@example.org",
        "ada.ıvanova@example.org",
    ],
)
def test_sign_in_counts_an_account_as_one_however_its_email_is_written(client, written):
    for _time in range(login_throttling.ATTEMPTS_AT_AN_ACCOUNT):
        sign_in(client, email="ada.ivanova@example.org")

    response = sign_in(client, email=written)

    assert response.status_code == 429


def test_sign_in_forgets_the_attempts_of_who_got_in(client, officer):
    for _time in range(login_throttling.ATTEMPTS_AT_AN_ACCOUNT - 1):
        sign_in(client, password="wrong")
    sign_in(client)
    client.post("/accounts/sign-out/")

    response = sign_in(client, password="wrong")

    assert response.status_code == 422


@pytest.mark.parametrize(
    ("is_in", "wanted", "leads_to"),
    [
        (False, "/admin/members/member/", f"{SIGN_IN}?next=/admin/members/member/"),
        (False, "https://example.org/", f"{SIGN_IN}?next=/admin/"),
        (True, "/admin/members/member/", "/admin/members/member/"),
    ],
)
def test_sign_in_is_the_admins_own_way_in(client, officer, is_in, wanted, leads_to):
    if is_in:
        client.force_login(officer)

    response = client.get("/admin/login/", {"next": wanted})

    assert response["Location"] == leads_to
    assert client.post("/admin/login/", {"username": "a", "password": "b"}).status_code == 302


def test_sign_in_is_not_for_search_engines_and_not_kept_by_caches(client):
    response = client.get(SIGN_IN)

    assertContains(response, '<meta name="robots" content="noindex">')
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(
    ("cookie", "left", "home"),
    [("", "/fr/my/", "/fr/"), ("en", "/fr/my/", "/en/"), ("", "", "/en/")],
)
def test_sign_out_ends_the_session_and_leads_home_in_the_language_chosen_or_else_of_the_page(
    client, officer, cookie, left, home
):
    client.force_login(officer)
    client.cookies.load({"django_language": cookie} if cookie else {})

    response = client.post(
        "/accounts/sign-out/", {"next": left}, headers={"accept-language": "en-GB"}
    )

    assertRedirects(response, home, fetch_redirect_response=False)
    assert "_auth_user_id" not in client.session
    [said] = get_messages(response.wsgi_request)
    assert str(said) == {"/fr/": "Votre session est fermée."}.get(home, "You are signed out.")
