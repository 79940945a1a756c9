"""Malicious requests: other hosts, redirects to other sites, files."""

import re

import pytest
from django.test import Client

from outbox.models import Message
from outbox.services.delivery import compose
from tests.eoi.form import posted
from tests.factories import UserFactory

FORM = "/en/expression-of-interest/"
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "http:evil.example",
    "javascript:alert(1)",
    "https://testserver@evil.example/",
    "https://testserver.evil.example/",
    "\x08//evil.example",
    " //evil.example",
]


# Hosts


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("evil.example", "/en/"),
        ("testserver.evil.example", FORM),
        ("testserver@evil.example", "/accounts/sign-in/"),
        ("testserver evil", "/admin/"),
        ("", "/en/nowhere/"),
    ],
)
def test_other_hosts_are_answered_with_a_page_that_repeats_nothing(host, address):
    response = Client().get(address, headers={"host": host})

    assert response.status_code == 400
    assert "evil" not in response.text
    assert response["X-Frame-Options"] == "DENY"
    assert "default-src 'none'" in response["Content-Security-Policy"]


@pytest.mark.usefixtures("_open_call")
def test_links_in_mails_and_feeds_name_our_site_whatever_host_was_asked(settings):
    settings.ALLOWED_HOSTS = ["testserver", "127.0.0.1"]
    settings.SITE_URL = "https://portal.example"
    forged = {"host": "127.0.0.1:8000", "x-forwarded-host": "evil.example"}

    page = Client().get("/en/calendar/", headers=forged)
    Client().post(FORM, posted(confirmed="1", time_zone="Africa/Nairobi"), headers=forged)

    mail = compose(Message.objects.get())
    [(document, _type)] = mail.alternatives
    assert "https://portal.example/calendar/all.ics" in page.text
    for text in (page.text, document, mail.body, str(mail.message())):
        assert "evil.example" not in text
        assert "127.0.0.1" not in text


# Redirects to other sites


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_nothing_sends_a_visitor_elsewhere(elsewhere):
    user = UserFactory(is_superuser=True)
    staff, visitor = Client(), Client()
    staff.force_login(user)
    referred = {"referer": elsewhere}

    answers = [
        visitor.post("/language/setlang/", {"language": "fr", "next": elsewhere}),
        visitor.post("/language/setlang/", {"language": "fr"}, headers=referred),
        visitor.get("/accounts/sign-in/", {"next": elsewhere}),
        visitor.get("/admin/login/", {"next": elsewhere}),
        staff.get("/accounts/sign-in/", {"next": elsewhere}),
        staff.get("/admin/login/", {"next": elsewhere}),
        staff.post("/admin/logout/", {"next": elsewhere}),
        staff.post("/accounts/sign-out/", {"next": elsewhere}),
    ]

    for answer in answers:
        location = answer.get("Location", "/")
        assert location.startswith("/")
        assert not location.startswith(("//", "/\\"))
        assert "evil" not in location
        assert not re.search(r'(?:href|action)="[^"]*evil', answer.text)
    assert answers[2].context["next"] == "/admin/"


@pytest.mark.parametrize("address", ["//evil.example", "//evil.example/en", "/admin//evil.example"])
def test_slash_that_is_added_leads_nowhere_else(address):
    staff = Client()
    staff.force_login(UserFactory(is_superuser=True))

    for client in (Client(), staff):
        location = client.get(address).get("Location", "/")
        assert not location.startswith(("//", "http"))


# Files and redirects


def test_files_and_redirects_carry_the_policy_too(client, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "drawing.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    settings.SECURE_SSL_REDIRECT = True

    file = client.get("/static/drawing.svg", secure=True)
    file.close()
    to_https = client.get("/en/")

    assert (file.status_code, to_https.status_code) == (200, 301)
    for answer in (file, to_https):
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["X-Content-Type-Options"] == "nosniff"
