"""The owner's emblem and accent colour, if the settings have them, and the site's own icon."""

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

# In seconds: a year for an address with the version, which changes with the content.
LONG_CACHE, SHORT_CACHE = 31_536_000, 300
# A drawing of 24 pixels needs far less. Every first visit downloads it.
MAX_EMBLEM_KB = 50
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
SVG_ROOT = "{http://www.w3.org/2000/svg}svg"
# If somebody opens an SVG directly, it loads nothing and runs no script.
EMBLEM_POLICY = "default-src 'none'; sandbox"

# What WCAG 2.2 requires of text (success criterion 1.4.3).
MIN_CONTRAST = 4.5
BLACK, WHITE = "#000000", "#ffffff"
# The surfaces under links in light and in dark, as in static/css/tokens.css. The first one is also
# the colour of the text on a button.
LIGHT_SURFACES = (WHITE, "#f4f7f9")
DARK_SURFACES = ("#0e1a26", "#162533")


class InvalidIdentity(Exception):
    """A setting of the owner's identity cannot be used. The text says why, and what to do."""


@dataclass(frozen=True)
class Emblem:
    """The owner's emblem: a drawing in the header of each page."""

    content: bytes
    content_type: str


@dataclass(frozen=True)
class Accent:
    """The accent colour for light or for dark pages, with a stronger and a softer shade."""

    action: str
    strong: str
    soft: str
    on_action: str


def emblem() -> Emblem | None:
    """Return the emblem, or None if EMBLEM_FILE is not set. Raises InvalidIdentity."""
    return _read_emblem(settings.EMBLEM_FILE) if settings.EMBLEM_FILE else None


@cache
def _read_emblem(path: str) -> Emblem:
    """Read the file once in each process, so that a page does not depend on the disk."""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise InvalidIdentity(f"EMBLEM_FILE cannot be read: {error}.") from error
    if len(content) > MAX_EMBLEM_KB * 1024:
        raise InvalidIdentity(f"EMBLEM_FILE is larger than {MAX_EMBLEM_KB} KB. Use a simpler file.")
    if content.startswith(PNG_SIGNATURE):
        return Emblem(content, "image/png")
    try:
        # The operator's own small file, not one that a visitor sent.
        root = ElementTree.fromstring(content)  # noqa: S314
    except ElementTree.ParseError:
        root = None
    if root is None or root.tag != SVG_ROOT:
        raise InvalidIdentity("EMBLEM_FILE is neither an SVG nor a PNG file.")
    return Emblem(content, "image/svg+xml")


def style_sheet() -> str:
    """Return the style sheet with the accent colours; empty if none are set.

    Raises InvalidIdentity. It takes precedence over tokens.css in any order, but not in print.
    """
    if not settings.ACCENT_COLOUR and not settings.ACCENT_COLOUR_DARK:
        return ""
    light = accent("ACCENT_COLOUR", LIGHT_SURFACES, stronger=BLACK, advice="darker")
    dark = accent("ACCENT_COLOUR_DARK", DARK_SURFACES, stronger=WHITE, advice="lighter")
    return f"""\
@media screen {{
  html:root {{
    --action: {light.action};
    --action-strong: {light.strong};
    --action-soft: {light.soft};
    --on-action: {light.on_action};
  }}
  @supports (color: light-dark(#000, #fff)) {{
    html:root {{
      --action: light-dark({light.action}, {dark.action});
      --action-strong: light-dark({light.strong}, {dark.strong});
      --action-soft: light-dark({light.soft}, {dark.soft});
      --on-action: light-dark({light.on_action}, {dark.on_action});
    }}
  }}
}}
"""


def accent(name: str, surfaces: tuple[str, str], *, stronger: str, advice: str) -> Accent:
    """Return the shades of the accent colour in a setting.

    Raises InvalidIdentity if people could not read links or buttons in this colour.
    """
    colour: str = getattr(settings, name).lower()
    if not re.fullmatch("#[0-9a-f]{6}", colour):
        raise InvalidIdentity(
            f"{name} is not a colour like #00609c. Set ACCENT_COLOUR and ACCENT_COLOUR_DARK, or"
            " neither."
        )
    paper, _sunken = surfaces
    soft = mix(colour, paper, share=0.1)
    for surface in (*surfaces, soft):
        if (found := contrast(colour, surface)) < MIN_CONTRAST:
            raise InvalidIdentity(
                f"{name} {colour} has a contrast of {found:.2f}:1 on {surface}. Text needs"
                f" {MIN_CONTRAST}:1: set a {advice} colour."
            )
    return Accent(
        action=colour,
        strong=mix(stronger, colour, share=0.25),
        soft=soft,
        on_action=paper,
    )


def mix(colour: str, other: str, *, share: float) -> str:
    """Return the mixture of two colours with a share of the first one."""
    pairs = zip(channels(colour), channels(other), strict=True)
    return "#" + "".join(f"{round(one * share + two * (1 - share)):02x}" for one, two in pairs)


def contrast(colour: str, other: str) -> float:
    """Return the contrast of two colours as WCAG defines it, from 1 to 21."""
    darker, lighter = sorted((luminance(colour), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour as WCAG defines it."""
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in channels(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def channels(colour: str) -> tuple[int, ...]:
    """Return red, green and blue of a colour, from 0 to 255."""
    return tuple(bytes.fromhex(colour[1:]))


def identity_addresses() -> dict[str, str]:
    """Return the addresses of the emblem and of the accent's style sheet; empty if not set."""
    drawing, styles = emblem(), style_sheet()
    return {
        "emblem_address": _versioned("emblem", drawing.content) if drawing else "",
        "accent_address": _versioned("accent", styles.encode()) if styles else "",
    }


def _versioned(name: str, content: bytes) -> str:
    return f"{reverse(name)}?v={_version_of(content)}"


def _version_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def _cached(request: HttpRequest, content: bytes, content_type: str) -> HttpResponse:
    """Return a response that is cached for long only under the address with its version.

    While a new version is being deployed, an older process may get a request for the new one.
    """
    response = HttpResponse(content, content_type=content_type)
    is_this_version = request.GET.get("v") == _version_of(content)
    max_age = LONG_CACHE if is_this_version else SHORT_CACHE
    patch_cache_control(response, public=True, max_age=max_age)
    return response


@require_safe
def emblem_file(request: HttpRequest) -> HttpResponse:
    """Return the owner's emblem."""
    drawing = emblem()
    if drawing is None:
        raise Http404
    response = _cached(request, drawing.content, drawing.content_type)
    response["Content-Security-Policy"] = EMBLEM_POLICY
    return response


@require_safe
def accent_styles(request: HttpRequest) -> HttpResponse:
    """Return the style sheet with the owner's accent colours."""
    styles = style_sheet()
    if not styles:
        raise Http404
    return _cached(request, styles.encode(), "text/css; charset=utf-8")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Redirect programs that look for the icon only at /favicon.ico."""
    return HttpResponseRedirect(static("images/favicon.ico"))
