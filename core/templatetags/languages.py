"""What templates say about languages, and the addresses of a page in each language."""

from collections.abc import Iterable

from django import template
from django.utils.translation import get_language, get_language_info

from core.language_switch import address_in
from core.languages import language_name, list_in_words

register = template.Library()


@register.inclusion_tag("_not_translated.html")
def not_translated(shown_in: str | Iterable[str]) -> dict[str, str]:
    """Say which other languages one text or several texts are shown in, if there are any."""
    codes = [shown_in] if isinstance(shown_in, str) else shown_in
    others = dict.fromkeys(code for code in codes if code and code != get_language())
    names = (get_language_info(code)["name_translated"] for code in others)
    return {"languages": list_in_words(names)}


register.filter(language_name)


@register.filter
def in_language(address: str, language: str) -> str:
    """Return the address of the same page in a language."""
    return address_in(language, address)
