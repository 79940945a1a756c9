"""What pages say about themselves in their head, to search engines and to other sites."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import Context, Template
from django.test import Client
from PIL import Image

from focus_areas.models import FocusArea
from p2c_portal.context_processors import LOCALES
from tests.eoi.own import address_of, own_person
from tests.factories import MeetingFactory
from tests.p2c_portal.test_frame import PUBLIC_PAGES, elements_of
from tests.sweeps.addresses import ALTERED_TOKEN

SHARED_PAGES = [each for each in PUBLIC_PAGES if not each.startswith(("/accounts/", "/en/no-"))]
TITLES = ("og:title", "og:description", "og:url", "og:image")
ICONS = Path(settings.BASE_DIR) / "static" / "images"


def properties_of(page):
    """Return the values of the Open Graph properties, each of which a page has once."""
    found = [each for each in page.of("meta") if "property" in each]
    properties = {each["property"]: each["content"] for each in found}
    assert len(found) == len(properties)
    return properties


def description_of(page):
    [description] = page.of("meta", name="description")
    return description["content"]


@pytest.mark.parametrize("address", SHARED_PAGES)
def test_page_says_what_it_is_to_sites_where_it_is_shared(client, settings, address):
    settings.SITE_URL = "https://portal.example"

    response = client.get(address)

    page = elements_of(response)
    shared = properties_of(page)
    assert f"<title>{shared['og:title']} · Partner2Connect" in response.content.decode()
    assert shared["og:description"] == description_of(page)
    assert 50 <= len(shared["og:description"]) <= 160
    assert shared["og:url"] == f"https://portal.example{address}"
    assert {name: shared[name] for name in shared if name not in TITLES} == {
        "og:site_name": "Partner2Connect Digital Coalition",
        "og:type": "website",
        "og:locale": "en_GB",
        "og:image:type": "image/png",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": shared["og:image:alt"],
    }
    assert page.of("meta", name="twitter:card") == [
        {"name": "twitter:card", "content": "summary_large_image"}
    ]
    assert page.of("meta", name="robots") == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_page_has_a_title_and_a_description_of_its_own(client, language):
    pages = [
        elements_of(client.get(address.replace("/en/", f"/{language}/")))
        for address in SHARED_PAGES
    ]

    shared = [properties_of(page) for page in pages]
    for name in ("og:title", "og:description"):
        assert len({each[name] for each in shared}) == len(SHARED_PAGES)


def test_page_names_the_locale_of_its_language(client):
    assert properties_of(elements_of(client.get("/fr/")))["og:locale"] == "fr_FR"
    assert sorted(LOCALES) == sorted(settings.MODELTRANSLATION_LANGUAGES)


@pytest.mark.parametrize("address", ["/accounts/sign-in/", "/en/no-such-page/", "eoi", "altered"])
def test_private_pages_give_search_engines_and_other_sites_nothing(address):
    if address == "eoi":
        address = address_of(own_person(), language="en")
    if address == "altered":
        address = f"/en/expression-of-interest/{ALTERED_TOKEN}/"

    page = elements_of(Client().get(address))

    [robots] = page.of("meta", name="robots")
    assert robots["content"].startswith("noindex")
    assert [each for each in page.of("meta") if "property" in each] == []
    assert page.of("meta", name="description") == page.of("meta", name="twitter:card") == []
    assert page.of("link", rel="canonical") == page.of("link", rel="alternate") == []


def test_title_and_description_are_escaped_once_and_cut(client):
    area = FocusArea.objects.get(number=2)
    area.summary_en = 'Skills & "access" <b>for\n all</b> ' + "x" * 10_000
    area.save(update_fields=["summary_en"])

    page = elements_of(client.get(f"/en/focus-areas/{area.slug}/"))

    description = description_of(page)
    assert description.startswith('Skills & "access" <b>for all</b> xxx')
    assert (len(description), description[-1]) == (160, "…")
    assert properties_of(page)["og:description"] == description


# Pictures


@pytest.mark.parametrize(
    ("address", "picture", "named"),
    [
        ("/en/", "home", "four connected dots, one for each focus area"),
        ("/en/members/", "home", "four connected dots, one for each focus area"),
        ("/en/focus-areas/empowering-communities/", "area-2", "Empowering Communities"),
    ],
)
def test_page_is_shown_with_the_picture_of_what_it_is_about(
    client, settings, address, picture, named
):
    settings.SITE_URL = "https://portal.example"

    shared = properties_of(elements_of(client.get(address)))

    there = "https://portal.example/static/"
    assert shared["og:image"] == f"{there}images/social/{picture}.png"
    assert named in shared["og:image:alt"]
    assert finders.find(shared["og:image"].removeprefix(there))


@pytest.mark.parametrize(("number", "picture"), [(3, "area-3"), (None, "home")])
def test_meeting_is_shown_with_the_picture_of_its_focus_area(client, number, picture):
    area = FocusArea.objects.get(number=number) if number else None
    meeting = MeetingFactory(is_public=True, focus_area=area)

    shared = properties_of(elements_of(client.get(f"/en/calendar/{meeting.uid}/")))

    assert shared["og:image"].endswith(f"/images/social/{picture}.png")
    assert shared["og:title"] == meeting.title


@pytest.mark.parametrize("number", ["", "None", "5", "../../admin"])
def test_page_about_no_focus_area_has_the_picture_of_the_coalition(number):
    template = Template("{% load sharing %}{% social_picture number %}")

    assert "/images/social/home.png" in template.render(Context({"number": number}))


@pytest.mark.parametrize("name", ["home", "area-1", "area-2", "area-3", "area-4"])
def test_social_picture_has_the_size_that_the_pages_say_and_is_light(name):
    path = ICONS / "social" / f"{name}.png"

    with Image.open(path) as picture:
        assert (picture.format, picture.size) == ("PNG", (1200, 630))
    assert path.stat().st_size < 60_000


# Icons


@pytest.mark.parametrize("address", ["/en/", "/accounts/sign-in/"])
def test_every_page_names_the_icons_and_the_manifest(client, address):
    page = elements_of(client.get(address))

    files = {each["rel"]: each["href"] for each in page.of("link") if "hreflang" not in each}
    assert files["icon"] == "/static/images/favicon.svg"
    assert files["apple-touch-icon"] == "/static/images/apple-touch-icon.png"
    assert files["manifest"] == "/static/site.webmanifest"
    # The band on top of each page is the same in light and in dark.
    tokens = (Path(settings.BASE_DIR) / "static" / "css" / "tokens.css").read_text()
    [theme] = page.of("meta", name="theme-color")
    assert f"--band: {theme['content']};" in tokens


def test_manifest_names_icons_of_the_sizes_that_they_have():
    path = Path(settings.BASE_DIR) / "static" / "site.webmanifest"

    manifest = json.loads(path.read_text())

    found = []
    for icon in manifest["icons"]:
        with Image.open(path.parent / icon["src"]) as picture:
            found.append((icon["sizes"], picture.size, icon.get("purpose", "any")))
    assert found == [
        ("192x192", (192, 192), "any"),
        ("512x512", (512, 512), "any"),
        ("512x512", (512, 512), "maskable"),
    ]
    assert manifest["start_url"] == "/"


def test_icons_of_devices_and_old_programs_have_their_sizes():
    with Image.open(ICONS / "apple-touch-icon.png") as icon:
        assert icon.size == (180, 180)
    with Image.open(ICONS / "favicon.ico") as icon:
        assert icon.info["sizes"] == {(16, 16), (32, 32), (48, 48)}


def test_old_programs_are_led_to_the_icon(client):
    response = client.get("/favicon.ico")

    assert (response.status_code, response["Location"]) == (302, "/static/images/favicon.ico")


def test_manifest_is_served_with_its_content_type(settings):
    assert settings.WHITENOISE_MIMETYPES == {".webmanifest": "application/manifest+json"}
