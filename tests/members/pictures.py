"""Small pictures of accepted and refused types, for logos."""

import struct
import zlib
from io import BytesIO

from PIL import Image

from members.services.logos import normalise_logo

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def picture(size=(40, 20), *, mode="RGB", colour="teal", kind="PNG", **options):
    """Return the content of a picture of one colour."""
    saved = BytesIO()
    Image.new(mode, size, colour).save(saved, format=kind, **options)
    return saved.getvalue()


def opened(content):
    return Image.open(BytesIO(content))


def a_logo(colour="teal"):
    return normalise_logo(picture(colour=colour))


def png_that_claims(width, height):
    """Return a small PNG whose header claims a size."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )
