"""The system checks of the settings for the whole site."""

from collections.abc import Callable
from typing import Any

from django.core.checks import CheckMessage, Error

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
