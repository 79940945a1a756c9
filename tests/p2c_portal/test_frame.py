"""The frame of every public page: languages, headers, assets, and the header."""

import gzip
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertRedirects

from tests.factories import CallFactory, FocusAreaFactory, UserFactory
from tests.sweeps.test_answers import policy_of

PUBLIC_PAGES = [
    "/en/",
    "/en/help/",
    "/en/privacy/",
    "/en/accessibility/",
    "/en/members/",
    "/en/commitments/",
    "/en/commitments/figures/",
    "/en/commitments/method/",
    "/en/opportunities/",
    "/en/focus-areas/",
    "/en/focus-areas/empowering-communities/",
    "/en/countries/rwanda/",
    "/en/calendar/",
    "/en/calendar/past/",
    "/en/expression-of-interest/",
    "/accounts/sign-in/",
    "/en/no-such-page/",
]


class Elements(HTMLParser):
    """All elements of a page with their attributes."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def of(self, tag, **wanted):
        return [
            attributes
            for name, attributes in self.found
            if name == tag and wanted.items() <= attributes.items()
        ]


def elements_of(response):
    return Elements(response.content.decode())


def assets_of(page):
    return [
        *(link["href"] for rel in ("stylesheet", "icon") for link in page.of("link", rel=rel)),
        *(script["src"] for script in page.of("script")),
        *(image["src"] for image in page.of("img")),
    ]


# Languages


@pytest.mark.parametrize(
    ("cookie", "accepted", "language"),
    [
        ("", "", "en"),
        ("", "fr-CH, fr;q=0.9", "fr"),
        ("", "de, es;q=0.9", "es"),
        ("", "zh-CN", "zh-hans"),
        ("ar", "fr", "ar"),
        # A language that the portal does not support.
        ("de", "fr", "fr"),
        ("", "de", "en"),
    ],
)
def test_root_leads_to_the_home_page_by_cookie_then_by_browser(client, cookie, accepted, language):
    client.cookies["django_language"] = cookie

    response = client.get("/", headers={"accept-language": accepted})

    assertRedirects(response, f"/{language}/", fetch_redirect_response=False)
    assert {"Accept-Language", "Cookie"} <= set(response["Vary"].split(", "))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        ("?page=2", "?page=2"),
        ("?page=10", "?page=10"),
        # The first page is the list itself; a filtered list is the list without the filter.
        ("?page=1", ""),
        ("?page=02", ""),
        ("?page=two", ""),
        ("?region=AFR", ""),
        ("?region=AFR&page=2", ""),
    ],
)
def test_pages_name_themselves_in_each_language_to_search_engines(client, settings, typed, kept):
    settings.SITE_URL = "https://portal.example"

    page = elements_of(client.get(f"/fr/members/{typed}"))

    assert [link["href"] for link in page.of("link", rel="canonical")] == [
        f"https://portal.example/fr/members/{kept}"
    ]
    assert {link["hreflang"]: link["href"] for link in page.of("link", rel="alternate")} == {
        **{
            language: f"https://portal.example/{language}/members/{kept}"
            for language in ("ar", "zh-hans", "en", "fr", "ru", "es")
        },
        "x-default": f"https://portal.example/members/{kept}",
    }


# Neither the browser's language nor the cookie is the language of the page.
READERS = pytest.mark.parametrize(
    ("cookie", "accepted"), [("", "fr-CH"), ("en", "fr"), ("fr", "en")]
)


def reader(cookie, accepted):
    client = Client(enforce_csrf_checks=True, headers={"accept-language": accepted})
    client.cookies["django_language"] = cookie
    return client


def switches_of(response):
    """Return the URL for each language in the switch of a page with a language in its URL."""
    return {
        link["hreflang"]: link["href"]
        for link in elements_of(response).of("a")
        if "hreflang" in link
    }


@READERS
@pytest.mark.parametrize(("shown", "chosen"), [("en", "fr"), ("fr", "ar"), ("zh-hans", "en")])
def test_language_switch_leads_to_the_same_page_and_is_remembered(cookie, accepted, shown, chosen):
    client = reader(cookie, accepted)

    link = switches_of(client.get(f"/{shown}/members/?region=AFR&q=%C3%A9+%26"))[chosen]
    response = client.get(link)

    there = f"/{chosen}/members/?region=AFR&q=%C3%A9+%26"
    assertRedirects(response, there, fetch_redirect_response=False)
    assert "no-store" in response["Cache-Control"]
    assert client.get(there)["Content-Language"] == chosen
    assertRedirects(client.get("/"), f"/{chosen}/", fetch_redirect_response=False)


@pytest.mark.parametrize(
    "address",
    ["/fr/no-such-page/", "/fr/no%20such%25%22page/?a=b", "/fr/expression-of-interest/x/"],
)
def test_language_switch_works_where_there_is_no_page(client, address):
    link = switches_of(client.get(address, headers={"accept-language": "fr"}))["en"]
    response = client.get(link, follow=True)

    assert response.redirect_chain == [(address.replace("/fr/", "/en/"), 302)]
    assert response.status_code == 404
    assert response["Content-Language"] == "en"


@pytest.mark.parametrize(
    "address",
    [
        "/fr/members/?page=1",
        # A language other than the page's.
        "/fr/?language=en",
        "/accounts/sign-in/?language=fr",
    ],
)
def test_page_that_is_merely_opened_remembers_no_language(address):
    client = reader("", "en-GB")

    client.get(address, follow=True)

    assert client.cookies["django_language"].value == ""


def test_form_that_is_sent_remembers_no_language(client):
    response = client.post("/fr/expression-of-interest/?language=fr")

    assert "django_language" not in response.cookies


def test_language_switch_sets_the_cookie_as_the_settings_say(client, settings):
    settings.LANGUAGE_COOKIE_SECURE = True
    settings.LANGUAGE_COOKIE_AGE = 60

    cookie = client.get("/fr/?language=fr").cookies["django_language"]

    assert (cookie.value, cookie["max-age"], cookie["path"]) == ("fr", 60, "/")
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", True)


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example/fr/?language=fr",
        "/fr//evil.example/?language=fr",
        "/fr/%2F%2Fevil.example?language=fr",
        "/fr/%0D%0ALocation:%20//evil.example/?language=fr",
        "/fr?language=fr",
    ],
)
def test_language_switch_leads_to_no_other_site(address):
    response = Client().generic("GET", address)

    there = urlsplit(response.get("Location", "/"))
    assert (there.scheme, there.netloc) == ("", "")
    assert not there.path.startswith("//")


def test_language_switch_survives_a_query_that_is_refused(client):
    response = client.get("/fr/members/?" + "&".join(f"a{n}=" for n in range(2_001)))

    assert response.status_code == 400
    assert switches_of(response)["en"].endswith("a2000=&language=en")


@READERS
@pytest.mark.parametrize(
    ("address", "chosen"),
    [("/admin/?call=1", "fr"), ("/nowhere/", "en")],
)
def test_language_switch_works_where_the_address_has_no_language(cookie, accepted, address, chosen):
    client = reader(cookie, accepted)
    if address.startswith("/admin/"):
        client.force_login(UserFactory(is_superuser=True))

    page = elements_of(client.get(address))
    [token] = {field["value"] for field in page.of("input", name="csrfmiddlewaretoken")}
    # The switch is in the page twice: for a wide and for a narrow window.
    [back] = {
        field["value"]
        for field in page.of("input", name="next")
        if field["value"].startswith(address[:8])
    }
    response = client.post(
        "/language/setlang/", {"csrfmiddlewaretoken": token, "next": back, "language": chosen}
    )

    assertRedirects(response, address, fetch_redirect_response=False)
    assert client.get(address)["Content-Language"] == chosen


def test_language_switch_of_a_form_is_remembered():
    client, address = reader("fr", "en"), "/accounts/sign-in/?next=/fr/my/"

    page = elements_of(client.get(address))
    [token] = {field["value"] for field in page.of("input", name="csrfmiddlewaretoken")}
    response = client.post(address, {"csrfmiddlewaretoken": token, "switch": "ru"})

    assert (response.status_code, response["Content-Language"]) == (200, "ru")
    assert client.get(address)["Content-Language"] == "ru"


def test_navigation_marks_the_page_that_is_shown(client):
    page = elements_of(client.get("/en/members/"))

    assert {link["href"] for link in page.of("a", **{"aria-current": "page"})} == {"/en/members/"}


# Headers


def test_pages_carry_the_strict_policy(client):
    policy = policy_of(client.get("/en/"))

    ours = ("script-src", "style-src", "font-src", "connect-src", "manifest-src", "form-action")
    nothing = ("default-src", "frame-ancestors", "base-uri", "object-src")
    assert policy == {
        **{name: ["'self'"] for name in ours},
        **{name: ["'none'"] for name in nothing},
        "img-src": ["'self'", "data:"],
    }


# Assets


@pytest.mark.parametrize("language", ["ar", "zh-hans", "en", "fr", "ru", "es"])
def test_first_visit_to_the_form_fits_sixty_kilobytes_and_eight_requests(client, language):
    FocusAreaFactory()
    CallFactory(closes_at=timezone.now() + timedelta(days=1))

    response = client.get(f"/{language}/expression-of-interest/")

    assets = [
        Path(finders.find(asset[len("/static/") :])) for asset in assets_of(elements_of(response))
    ]
    weight = sum(
        len(gzip.compress(content))
        for content in [response.content, *(asset.read_bytes() for asset in assets)]
    )
    assert len(assets) + 1 <= 8
    assert weight <= 60_000
    assert [asset for asset in assets if b"@font-face" in asset.read_bytes()] == []


def test_own_styles_leave_the_direction_to_the_reader():
    sides = (" margin-left", " margin-right", " padding-left", " padding-right", " float: left")
    styles = {path.name: path.read_text() for path in Path("static/css").glob("*.css")}

    physical = [
        (name, side) for name in styles for side in (*sides, " left:") if side in styles[name]
    ]

    assert physical == []


# The header of the page


HOME, SIGN_IN, GROUP = "/en/", ">Sign in</a>", "My working group"


@pytest.mark.parametrize("is_member", [True, False])
def test_header_keeps_pages_of_one_from_another(client, is_member):
    if is_member:
        client.force_login(UserFactory(is_staff=False))

    for address in PUBLIC_PAGES:
        response = client.get(address)

        assert "public" not in response.get("Cache-Control", "")
        assert "Cookie" in response.get("Vary", "") or "no-store" in response["Cache-Control"]


def test_header_asks_the_database_nothing_for_a_stranger_or_on_an_error_page(
    client, django_assert_num_queries
):
    with django_assert_num_queries(0):
        client.get("/en/accessibility/")
    client.force_login(UserFactory(is_staff=False))
    with django_assert_num_queries(0):
        client.get("/en/no-such-page/")
    # Session and user.
    with django_assert_num_queries(2):
        client.get("/en/accessibility/")


@pytest.mark.parametrize(
    ("shown", "direction"),
    [("ar", "rtl"), ("zh-hans", "ltr"), ("en", "ltr"), ("fr", "ltr"), ("ru", "ltr"), ("es", "ltr")],
)
def test_pages_say_their_language_and_mark_it_in_the_switch(client, shown, direction):
    response = client.get(f"/{shown}/", headers={"accept-language": "en"})

    assert response["Content-Language"] == shown
    assertContains(response, f'<html lang="{shown}" dir="{direction}">')
    assert [
        (link["hreflang"], link["lang"], "aria-current" in link)
        for link in elements_of(response).of("a")
        if "hreflang" in link
    ] == [(code, code, code == shown) for code in ("ar", "zh-hans", "en", "fr", "ru", "es")] * 2
    for name in ("العربية", "简体中文", "English", "Français", "Русский", "Español"):
        assertContains(response, f">{name}</a>", 2)


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("/accounts/sign-in/code/", 6),
        ("/accounts/preferences/", 2),
        ("/accounts/second-factor/", 2),
        ("/admin/", 2),
        ("/admin/no-such-page/", 2),
    ],
)
@pytest.mark.parametrize(
    ("cookie", "chosen", "desk"),
    [("fr", "en", "fr"), ("ar", "fr", "fr"), ("ar", "en", "en"), ("zh-hans", "ar", "en")],
)
def test_desk_is_in_english_or_french_and_offers_no_other_language(
    client, address, names, cookie, chosen, desk
):
    if names == 2:
        client.force_login(UserFactory(is_superuser=True, language=chosen))
    client.cookies["django_language"] = cookie

    response = client.get(address, follow=True)

    language = desk if names == 2 else cookie
    assert response["Content-Language"] == language
    assert f'<html lang="{language}"' in response.text
    name = "language" if names == 2 else "switch"
    offered = [button["value"] for button in elements_of(response).of("button", name=name)]
    assert len(set(offered)) == names


@pytest.mark.parametrize("address", PUBLIC_PAGES)
def test_pages_load_only_what_the_portal_serves_and_lead_to_one_main_with_one_heading(
    client, address
):
    page = elements_of(client.get(address))

    assert [asset for asset in assets_of(page) if not asset.startswith("/static/")] == []
    assert [asset for asset in assets_of(page) if not finders.find(asset[len("/static/") :])] == []
    assert page.of("style") == []
    assert [
        name
        for _tag, attributes in page.found
        for name in attributes
        if name == "style" or name.startswith("on")
    ] == []
    assert page.of("a")[0] == {"class": "skip", "href": "#content"}
    assert len(page.of("main", id="content")) == 1
    assert len(page.of("h1")) == len(page.of("title")) == 1


def test_header_leads_a_stranger_to_the_sign_in_and_a_member_to_their_group_and_out_by_a_post(
    client,
):
    as_stranger = client.get(HOME)
    client.force_login(UserFactory(is_staff=False))
    as_member = client.get(HOME)
    client.force_login(UserFactory())
    as_staff = client.get(HOME)

    shown = [
        (SIGN_IN in page.text, GROUP in page.text) for page in (as_stranger, as_member, as_staff)
    ]
    assert shown == [(True, False), (False, True), (False, False)]
    assertContains(as_member, '<form method="post" action="/accounts/sign-out/">')
    assertContains(client.get("/accounts/sign-in/code/", follow=True), "Administration")
