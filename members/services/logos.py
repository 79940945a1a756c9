"""The logos of members: detected by content, scaled down and stored as new PNG files."""

import logging
import struct
import warnings
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from members.models import PublicProfile, name_of_logo
from papers.services.file_scans import scan_upload
from papers.services.file_types import InvalidFile, infected_text
from papers.services.stored_files import stored_content

logger = logging.getLogger(__name__)

MAX_LOGO_MB: Final = 2
MAX_LOGO_SIZE: Final = MAX_LOGO_MB * 1024 * 1024
# Of each side, in pixels. Checked before the picture is decoded, which takes four bytes a pixel.
MAX_SIDE: Final = 4_000
# Logos are scaled down to fit into this.
LOGO_SIZE: Final = (320, 160)
FORMATS: Final = ("PNG", "JPEG", "WEBP")
# For the file picker of the browser. The server checks the content.
ACCEPTED: Final = "image/png,image/jpeg,image/webp"
CONTENT_TYPE: Final = "image/png"
# Exceptions from decoding a broken picture.
NOT_DECODED: Final = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    KeyError,
    IndexError,
    struct.error,
)
TOO_MANY_PIXELS: Final = (Image.DecompressionBombError, Image.DecompressionBombWarning)

# A picture that could be a decompression bomb is refused, and not only logged.
warnings.simplefilter("error", Image.DecompressionBombWarning)


@dataclass(frozen=True)
class Logo:
    """A logo that was accepted, as a PNG without metadata."""

    content: bytes
    width: int
    height: int

    @property
    def data_url(self) -> str:
        """The picture as an address, to show it before it is public."""
        return data_url(self.content)


def too_large() -> str:
    """Return the error message for a file that is larger than MAX_LOGO_SIZE."""
    return _("Choose a file of at most %(number)d MB.") % {"number": MAX_LOGO_MB}


def normalise_logo(content: bytes) -> Logo:
    """Return a picture as a new PNG that fits into LOGO_SIZE.

    Only the pixels are kept: of an animation the first frame, turned as its metadata says. A
    transparent background stays transparent.

    Raises InvalidFile if the content is no PNG, JPEG or WebP, is damaged, or has too many pixels,
    or if the virus scanner finds something. Without its answer the picture is taken: of the file
    that was sent, nothing is stored.
    """
    if len(content) > MAX_LOGO_SIZE:
        raise InvalidFile(too_large())
    if scan_upload(content):
        raise InvalidFile(infected_text())
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as picture:
            if max(picture.size) > MAX_SIDE:
                raise InvalidFile(_too_many_pixels())
            return _drawn_again(picture)
    except TOO_MANY_PIXELS as refused:
        raise InvalidFile(_too_many_pixels()) from refused
    except UnidentifiedImageError as refused:
        raise InvalidFile(
            _("Choose a PNG, JPEG or WebP picture. SVG and other files are not accepted.")
        ) from refused
    except NOT_DECODED as refused:
        raise InvalidFile(
            _("The picture is damaged. Open it, save it again, then choose the new file.")
        ) from refused


@contextmanager
def stored_logo(logo: Logo | None) -> Iterator[str]:
    """Store a logo and yield its name, or "" without a logo; remove it if its row is not saved.

    Raises NotStored.
    """
    if logo is None:
        yield ""
        return

    def has_a_row(name: str) -> bool:
        return PublicProfile.objects.filter(logo=name).exists()

    # Drawn by the portal, so it is not scanned again.
    content, name = ContentFile(logo.content), name_of_logo(PublicProfile(), "")
    with stored_content(content, name, is_wanted=has_a_row) as stored:
        yield stored


def logo_content(profile: PublicProfile) -> bytes | None:
    """Return the stored logo; None if there is none, or if its file cannot be read."""
    if not profile.logo:
        return None
    try:
        with profile.logo.open() as file:
            content: bytes = file.read()
    except OSError:
        logger.exception("The logo of profile %d cannot be read", profile.pk)
        return None
    return content


def data_url(content: bytes) -> str:
    """Return a PNG as an address that contains it."""
    return f"data:{CONTENT_TYPE};base64,{b64encode(content).decode()}"


def _drawn_again(picture: Image.Image) -> Logo:
    upright = ImageOps.exif_transpose(picture)
    pixels = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    pixels.thumbnail(LOGO_SIZE)
    # Otherwise the colour profile would be saved.
    pixels.info.clear()
    saved = BytesIO()
    pixels.save(saved, format="PNG", optimize=True)
    return Logo(saved.getvalue(), *pixels.size)


def _too_many_pixels() -> str:
    return _("Choose a picture of at most %(number)d × %(number)d pixels.") % {"number": MAX_SIDE}
