"""Template tags for what a page says about itself in its head."""

from html import unescape

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.text import Truncator

from focus_areas.models import FOCUS_AREA_NAMES

register = template.Library()


@register.simple_block_tag
def capture(content: str, length: int | None = None) -> str:
    """Return the rendered content as plain text on one line, to be stored with `as`.

    A template cannot render a block twice, but a title and a description appear in several
    elements of the head.
    """
    line = " ".join(unescape(content).split())
    return Truncator(line).chars(length) if length else line


@register.inclusion_tag("_social_picture.html")
def social_picture(number: str) -> dict[str, object]:
    """Show the picture of a focus area, or that of the coalition for any other number."""
    areas = {str(each): name for each, name in FOCUS_AREA_NAMES.items()}
    file = f"area-{number}" if number in areas else "home"
    return {
        "address": settings.SITE_URL + static(f"images/social/{file}.png"),
        "area": areas.get(number),
    }
