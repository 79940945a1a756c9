"""The link from a page for staff to its place in the handbook."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django import template
from django.urls import ResolverMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.languages import desk_language
from handbook.services.chapters import read_chapter
from handbook.services.contents import place_of

register = template.Library()
HELP_PAGES = {"admin:help": "page", "admin:help_chapter": "true"}


class HelpLink(NamedTuple):
    """Where the help of a page is; `current` is the value of aria-current on a help page."""

    address: str
    title: str
    current: str


@register.simple_tag(takes_context=True)
def help_link(context: Mapping[str, Any]) -> HelpLink:
    """Return the link to the section about the page, or to the contents if there is none."""
    request = context.get("request")
    match: ResolverMatch | None = request.resolver_match if request else None
    place = place_of(match)
    if place is None:
        current = HELP_PAGES.get(match.view_name, "") if match else ""
        return HelpLink(reverse("admin:help"), _("Contents of the handbook"), current)
    address = reverse("admin:help_chapter", args=[place.slug])
    anchor = f"#{place.anchor}" if place.anchor else ""
    title = read_chapter(place.slug, desk_language(get_language() or "")).title
    return HelpLink(address + anchor, title, "")
