"""Logos: what is accepted, what is stored, and what attacks are refused."""

import zlib
from io import BytesIO

import pytest
from PIL import Image

from members.services.logos import MAX_LOGO_SIZE, normalise_logo
from papers.services.file_scans import breaker
from papers.services.file_types import InvalidFile
from tests.clamd import MALWARE
from tests.members.pictures import SVG, opened, picture, png_that_claims
from tests.papers.files import EXE, PDF, zipped

PLACE = "P2C: 46.2276, 6.1378"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_logo_of_each_accepted_type_becomes_a_png_and_half_of_it_is_refused(kind):
    noise = BytesIO()
    Image.effect_noise((200, 100), 90).save(noise, format=kind)
    content = noise.getvalue()

    logo = normalise_logo(content)
    with pytest.raises(InvalidFile):
        normalise_logo(content[: len(content) // 2])

    stored = opened(logo.content)
    assert (stored.format, stored.size) == ("PNG", (200, 100))
    assert (logo.width, logo.height) == (200, 100)


@pytest.mark.parametrize(
    ("size", "fitted"),
    [
        ((320, 160), (320, 160)),
        ((640, 320), (320, 160)),
        ((1000, 100), (320, 32)),
        ((100, 1000), (16, 160)),
        ((4000, 1), (320, 1)),
        ((1, 4000), (1, 160)),
    ],
)
def test_logo_is_scaled_down_to_fit(size, fitted):
    logo = normalise_logo(picture(size))

    assert (logo.width, logo.height) == fitted


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "1", "L", "I;16", "CMYK"])
def test_logo_of_any_colour_mode_is_accepted(mode):
    if mode == "CMYK":
        content = picture(mode=mode, colour=(0, 0, 0, 0), kind="JPEG")
    elif mode in ("RGBA", "LA"):
        content = picture(mode=mode, colour=(0,) * len(mode))
    else:
        content = picture(mode=mode, colour=0)

    logo = normalise_logo(content)

    assert opened(logo.content).mode == ("RGBA" if mode in ("RGBA", "LA") else "RGB")


def test_logo_keeps_its_transparent_background():
    palette = Image.new("P", (4, 4), 0)
    saved = BytesIO()
    palette.save(saved, format="PNG", transparency=0)

    logo = normalise_logo(saved.getvalue())

    assert opened(logo.content).getpixel((0, 0))[3] == 0


def test_logo_is_turned_as_its_metadata_says_and_loses_all_metadata():
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = PLACE
    content = picture((40, 20), kind="JPEG", exif=exif, icc_profile=PLACE.encode(), comment=PLACE)
    assert PLACE.encode() in content

    logo = normalise_logo(content)

    assert (logo.width, logo.height) == (20, 40)
    assert PLACE.encode() not in logo.content
    assert dict(opened(logo.content).info) == {}


def test_logo_of_an_animation_is_its_first_frame():
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("#ff0000", "#0000ff")]
    saved = BytesIO()
    frames[0].save(saved, format="PNG", save_all=True, append_images=frames[1:])

    logo = normalise_logo(saved.getvalue())

    stored = opened(logo.content)
    assert (stored.getpixel((0, 0)), getattr(stored, "n_frames", 1)) == ((255, 0, 0), 1)


def test_logo_that_was_normalised_stays_the_same():
    logo = normalise_logo(picture((640, 320), mode="RGBA", colour=(0, 96, 156, 90)))

    assert normalise_logo(logo.content) == logo


def test_logo_loses_the_other_file_that_is_hidden_in_it():
    hidden = zipped({"run.js": "alert(1)"})
    polyglot = picture() + hidden

    logo = normalise_logo(polyglot)

    assert b"run.js" not in logo.content
    assert logo == normalise_logo(picture())


@pytest.mark.parametrize(
    "content",
    [
        SVG,
        b'<?xml version="1.0"?>' + SVG,
        PDF,
        EXE,
        b"",
        b"just text",
        zipped({"logo.png": "no"}),
        picture(kind="GIF"),
        picture(kind="BMP"),
        picture(kind="TIFF"),
        picture(kind="ICO"),
    ],
)
def test_logo_of_another_type_is_refused_whatever_its_name(content):
    with pytest.raises(InvalidFile, match=r"^Choose a PNG, JPEG or WebP picture\."):
        normalise_logo(content)


@pytest.mark.parametrize("size", [(4001, 10), (10, 4001), (20_000, 20_000), (100_000, 100_000)])
def test_decompression_bomb_is_refused_before_it_is_decoded(size, monkeypatch):
    def decode(*args):
        pytest.fail("it was decoded")

    monkeypatch.setattr(Image.Image, "load", decode)

    with pytest.raises(InvalidFile, match=r"^Choose a picture of at most 4000 × 4000 pixels\.$"):
        normalise_logo(png_that_claims(*size))


def test_logo_that_unpacks_to_much_or_to_less_than_its_header_says_is_refused():
    text = b"Comment\x00\x00" + zlib.compress(bytes(50_000_000))
    body = b"zTXt" + text
    chunk = len(text).to_bytes(4) + body + zlib.crc32(body).to_bytes(4)
    content = picture()
    # After the header, which has 33 bytes.
    bomb = content[:33] + chunk + content[33:]

    for damaged in (bomb, png_that_claims(4000, 4000)):
        with pytest.raises(InvalidFile, match="damaged"):
            normalise_logo(damaged)


def test_file_that_is_too_large_is_refused_before_it_is_read():
    with pytest.raises(InvalidFile, match=r"^Choose a file of at most 2 MB\.$"):
        normalise_logo(picture() + bytes(MAX_LOGO_SIZE))


def test_infected_picture_is_refused(clamd):
    with pytest.raises(InvalidFile, match="harmful software"):
        normalise_logo(picture() + MALWARE)


def test_picture_is_drawn_again_and_taken_while_the_scanner_is_away(clamd):
    breaker.open()

    logo = normalise_logo(picture() + MALWARE)

    assert MALWARE not in logo.content
