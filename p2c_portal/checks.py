"""The system checks of the settings for the whole site."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as CheckWarning

from p2c_portal.identity import InvalidIdentity, emblem, style_sheet


def identity_is_usable(**_given: Any) -> list[CheckMessage]:
    """Refuse an emblem that cannot be shown, and accent colours that people could not read."""
    errors: list[CheckMessage] = []
    parts: dict[str, Callable[[], object]] = {
        "p2c_portal.E001": emblem,
        "p2c_portal.E002": style_sheet,
    }
    for code, read in parts.items():
        try:
            read()
        except InvalidIdentity as error:
            errors.append(Error(str(error), id=code))
    return errors


def installation_has_a_file(**_given: Any) -> list[CheckMessage]:
    """Warn if a restored copy of the portal could not recognise itself."""
    if settings.INSTALLATION_FILE:
        return []
    text = "INSTALLATION_FILE is empty: a restored copy would send email a second time."
    return [CheckWarning(text, id="p2c_portal.W001")]
