"""Which texts are looked up in the catalogues, and which of them have a translation."""

from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation.trans_real import translation as catalogue_of


def record_look_ups(monkeypatch):
    """Return a set that gets each text that is looked up: language, context and text."""
    found = set()

    def record(name, keys_of):
        look_up = getattr(translation._trans, name)

        def recording(*arguments):
            found.add((get_language(), *keys_of(*arguments)))
            return look_up(*arguments)

        monkeypatch.setattr(translation._trans, name, recording)

    record("gettext", lambda text: ("", text))
    record("pgettext", lambda context, text: (context, text))
    record("ngettext", lambda one, _several, _number: ("", one))
    record("npgettext", lambda context, one, _several, _number: (context, one))
    return found


def in_catalogue(language):
    """Return the texts with a translation in a language: in Django's catalogue or the portal's."""
    keys = [
        # Plurals are stored by text and form.
        key[0] if isinstance(key, tuple) else key
        for part in catalogue_of(language)._catalog._catalogs
        for key in part
    ]
    return {tuple(key.split("\x04")) if "\x04" in key else ("", key) for key in keys}
