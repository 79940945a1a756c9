"""The texts of the interface in a language, to compare the bold texts of the handbook with them."""

import html
import re
from functools import cache
from pathlib import Path

import allauth
import django
from django.conf import settings

from tools.catalogues import read_entries, translations

TAG = re.compile(r"<[^>]+>")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
CATALOGUE = Path("locale", "fr", "LC_MESSAGES", "django.po")


def as_read(text):
    """Return a text as it is read: without tags, with single and plain spaces."""
    return " ".join(html.unescape(TAG.sub("", text)).replace("%%", "%").split())


def catalogues():
    """Return the French catalogues of the portal, of Django and of allauth."""
    in_django = Path(django.__file__).parent
    return [
        Path(settings.BASE_DIR) / CATALOGUE,
        in_django / "conf" / CATALOGUE,
        *sorted(in_django.glob(f"contrib/*/{CATALOGUE}")),
        Path(allauth.__file__).parent / CATALOGUE,
    ]


@cache
def interface_texts(language):
    """Return the texts of the interface, each also with a capital, as titles and labels begin."""
    texts = set()
    for catalogue in catalogues():
        for entry, is_fuzzy in read_entries(catalogue):
            originals = {entry["msgid"], entry.get("msgid_plural", entry["msgid"])}
            is_shown = language == "fr" and not is_fuzzy and all(translations(entry))
            texts |= {*translations(entry)} if is_shown else originals
    read = {as_read(text) for text in texts} - {""}
    return read | {text[0].upper() + text[1:] for text in read}


@cache
def patterns(language):
    """Return the texts with placeholders, as patterns, with the length of their fixed part."""
    return [
        (
            re.compile(".+".join(map(re.escape, PLACEHOLDER.split(text)))),
            len(PLACEHOLDER.sub("", text)),
        )
        for text in interface_texts(language)
        if PLACEHOLDER.search(text)
    ]


def is_interface_text(text, language):
    """Return whether a text is one of the interface.

    A placeholder stands for anything, but half of the text must be fixed: `%(a)s: %(b)s` would
    accept nearly all texts.
    """
    text = as_read(text)
    return text in interface_texts(language) or any(
        2 * fixed >= len(text) and pattern.fullmatch(text) for pattern, fixed in patterns(language)
    )
