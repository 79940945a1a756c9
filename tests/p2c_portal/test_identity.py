"""The owner's emblem and accent colour, from the settings."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from p2c_portal.checks import identity_is_usable
from p2c_portal.identity import (
    DARK_SURFACES,
    LIGHT_SURFACES,
    MAX_EMBLEM_KB,
    MIN_CONTRAST,
    PNG_SIGNATURE,
    InvalidIdentity,
    contrast,
    emblem,
    mix,
    style_sheet,
)
from tests.p2c_portal.test_frame import elements_of
from tests.p2c_portal.test_settings import HERE, run

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M2 2h20v20H2z"/></svg>'
LIGHT, DARK = "#9b1b5a", "#f2a0c8"
TOKENS = (Path(settings.BASE_DIR) / "static" / "css" / "tokens.css").read_text()
YEAR = "public, max-age=31536000"


@pytest.fixture
def accent(settings):
    settings.ACCENT_COLOUR, settings.ACCENT_COLOUR_DARK = LIGHT, DARK


@pytest.fixture
def emblem_file(settings, tmp_path):
    path = tmp_path / "emblem"
    path.write_bytes(SVG)
    settings.EMBLEM_FILE = str(path)
    return path


def linked(client):
    page = elements_of(client.get("/en/"))
    styles = [each["href"] for each in page.of("link", rel="stylesheet")]
    return (
        [each["src"] for each in page.of("img", **{"class": "emblem"})],
        [each for each in styles if not each.startswith("/static/")],
    )


# Without settings


def test_site_shows_nothing_in_place_of_an_identity_that_is_not_set(client):
    assert linked(client) == ([], [])
    assert client.get("/emblem").status_code == client.get("/accent.css").status_code == 404
    assert identity_is_usable() == []


# The emblem


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (SVG, "image/svg+xml"),
        (b'<?xml version="1.0"?>\n<!-- drawn by hand -->\n' + SVG, "image/svg+xml"),
        (PNG_SIGNATURE + b"...", "image/png"),
    ],
)
def test_emblem_is_in_the_header_and_served_as_what_it_is(
    client, emblem_file, content, content_type
):
    emblem_file.write_bytes(content)

    [address], _styles = linked(client)
    response = client.get(address)

    assert re.fullmatch(r"/emblem\?v=[0-9a-f]{12}", address)
    assert (response.content, response["Content-Type"]) == (content, content_type)
    assert response["Cache-Control"] == YEAR
    assert response["X-Content-Type-Options"] == "nosniff"


def test_emblem_that_is_opened_directly_runs_no_script(client, emblem_file):
    response = client.get("/emblem")

    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize("query", ["", "?v=", "?v=0123456789ab"])
def test_address_without_the_version_of_the_emblem_is_cached_for_a_short_time(
    client, emblem_file, query
):
    assert client.get(f"/emblem{query}")["Cache-Control"] == "public, max-age=300"


def test_address_of_the_emblem_changes_with_its_content(client, emblem_file, settings):
    first = linked(client)
    other = emblem_file.with_name("other")
    other.write_bytes(SVG.replace(b"M2 2", b"M3 3"))
    settings.EMBLEM_FILE = str(other)

    assert linked(client) != first


def test_page_does_not_need_the_file_again(client, emblem_file):
    before = linked(client)
    emblem_file.unlink()

    assert linked(client) == before


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot be read"),
        (b"", "neither an SVG nor a PNG file"),
        (b"\xff\xd8\xff\xe0 a JPEG", "neither an SVG nor a PNG file"),
        (b"<html><body/></html>", "neither an SVG nor a PNG file"),
        (b"<svg><path/></svg>", "neither an SVG nor a PNG file"),
        (SVG[:-3], "neither an SVG nor a PNG file"),
        (PNG_SIGNATURE + bytes(MAX_EMBLEM_KB * 1024), f"larger than {MAX_EMBLEM_KB} KB"),
    ],
)
def test_emblem_that_cannot_be_shown_is_refused(emblem_file, content, reason):
    emblem_file.unlink()
    if content is not None:
        emblem_file.write_bytes(content)

    with pytest.raises(InvalidIdentity, match=reason):
        emblem()
    [error] = identity_is_usable()

    assert (error.id, error.msg.startswith("EMBLEM_FILE ")) == ("p2c_portal.E001", True)


def test_emblem_of_the_largest_size_is_accepted(emblem_file):
    content = PNG_SIGNATURE.ljust(MAX_EMBLEM_KB * 1024, b"\0")
    emblem_file.write_bytes(content)

    assert emblem().content == content


# The accent colour


def test_accent_is_a_style_sheet_of_its_own(client, accent):
    _emblem, [address] = linked(client)

    response = client.get(address)

    assert re.fullmatch(r"/accent\.css\?v=[0-9a-f]{12}", address)
    assert response["Content-Type"] == "text/css; charset=utf-8"
    assert response["Cache-Control"] == YEAR
    assert client.get("/accent.css")["Cache-Control"] == "public, max-age=300"
    names = ("--action", "--action-strong", "--action-soft", "--on-action")
    for name in names:
        assert len(re.findall(rf"^ +{name}: #[0-9a-f]{{6}};$", response.text, re.MULTILINE)) == 1
        both = r"light-dark\(#[0-9a-f]{6}, #[0-9a-f]{6}\)"
        assert len(re.findall(rf"^ +{name}: {both};$", response.text, re.MULTILINE)) == 1
    assert f"--action: light-dark({LIGHT}, {DARK});" in response.text


@pytest.mark.usefixtures("accent")
def test_each_shade_can_be_read_where_it_is_used():
    values = dict(re.findall(r"(--[a-z-]+): light-dark\((.+)\);", style_sheet()))
    light, dark = zip(*(value.split(", ") for value in values.values()), strict=True)

    for shades, surfaces in ((light, LIGHT_SURFACES), (dark, DARK_SURFACES)):
        action, strong, soft, on_action = shades
        pairs = [
            *((text, surface) for text in (action, strong) for surface in (*surfaces, soft)),
            (on_action, action),
            (on_action, strong),
        ]
        assert [pair for pair in pairs if contrast(*pair) < MIN_CONTRAST] == []


def test_surfaces_are_those_of_the_tokens():
    for name, light, dark in zip(("paper", "sunken"), LIGHT_SURFACES, DARK_SURFACES, strict=True):
        short = "#fff" if light == "#ffffff" else light
        assert f"--{name}: light-dark({short}, {dark});" in TOKENS


@pytest.mark.parametrize(
    ("light", "dark", "reason"),
    [
        ("#4b92db", DARK, r"ACCENT_COLOUR #4b92db has a contrast of 3\.26:1 on #ffffff.* darker"),
        # Enough on white, too little on the softer surfaces.
        ("#767676", DARK, r"ACCENT_COLOUR #767676 has a contrast of 4\.\d\d:1 on #f4f7f9"),
        (LIGHT, "#00609c", r"ACCENT_COLOUR_DARK #00609c has a contrast of .* lighter"),
        (LIGHT, "", "ACCENT_COLOUR_DARK is not a colour like #00609c. Set ACCENT_COLOUR and"),
        ("", DARK, "ACCENT_COLOUR is not a colour"),
        ("red", DARK, "ACCENT_COLOUR is not a colour"),
        ("#fff", DARK, "ACCENT_COLOUR is not a colour"),
        ("#12345g", DARK, "ACCENT_COLOUR is not a colour"),
        (f"{LIGHT}\n", DARK, "ACCENT_COLOUR is not a colour"),
        ("#000}*{color:red}", DARK, "ACCENT_COLOUR is not a colour"),
    ],
)
def test_accent_that_people_could_not_read_is_refused(settings, light, dark, reason):
    settings.ACCENT_COLOUR, settings.ACCENT_COLOUR_DARK = light, dark

    with pytest.raises(InvalidIdentity, match=reason):
        style_sheet()
    [error] = identity_is_usable()

    assert error.id == "p2c_portal.E002"


def test_upper_case_is_the_same_colour(settings):
    settings.ACCENT_COLOUR, settings.ACCENT_COLOUR_DARK = LIGHT.upper(), DARK.upper()

    assert f"--action: light-dark({LIGHT}, {DARK});" in style_sheet()


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48), ("#ffffff", "#ffffff", 1)],
)
def test_contrast_is_that_of_wcag(one, other, ratio):
    assert round(contrast(one, other), 2) == round(contrast(other, one), 2) == ratio


def test_mixture_has_the_share_of_the_first_colour():
    assert mix("#ff0000", "#000000", share=0.25) == "#400000"


# At start


def test_portal_does_not_start_with_an_identity_that_cannot_be_used():
    ended = run("manage.py", "check", **HERE, EMBLEM_FILE="/nowhere", ACCENT_COLOUR="#eeeeee")

    assert ended.returncode == 1
    assert "(p2c_portal.E001) EMBLEM_FILE cannot be read" in ended.stderr
    assert "(p2c_portal.E002) ACCENT_COLOUR #eeeeee has a contrast of 1.16:1" in ended.stderr
