"""The system checks of the settings for the whole site."""

import re
from collections.abc import Callable
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as CheckWarning

from core.catalogues import is_compiled
from p2c_portal.identity import InvalidIdentity, emblem, style_sheet

# The settings with an address that readers of letters see. SERVER_EMAIL is the first one.
READ_ADDRESSES: Final = ("DEFAULT_FROM_EMAIL", "MAIL_REPLY_TO", "MAIL_RETURN_MAILBOX")
NO_REPLY_RE: Final = re.compile(r"(no|do[._-]?not)[._-]?reply", re.IGNORECASE)


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


def catalogues_are_compiled(**_given: Any) -> list[CheckMessage]:
    """Refuse catalogues that are not compiled, or were compiled from other texts.

    An error, because readers would get English pages and letters without a word of it, and
    `migrate` stores texts of letters that the catalogues fill in.
    """
    stale = [
        catalogue.parts[-3]
        for folder in settings.LOCALE_PATHS
        for catalogue in sorted(Path(folder).glob("*/LC_MESSAGES/*.po"))
        if not is_compiled(catalogue)
    ]
    if not stale:
        return []
    text = f"The translations of these languages are not compiled: {', '.join(stale)}."
    hint = "Run `python -m tools.catalogues --compile` in the folder of manage.py."
    return [Error(text, hint=hint, id="p2c_portal.E003")]


def senders_take_replies(**_given: Any) -> list[CheckMessage]:
    """Refuse an address that tells people not to reply: letters ask them to."""
    hint = "Set an address whose mail somebody reads, such as partner2connect@ and your domain."
    return [
        Error(
            f"{name} begins with “{local_part}”, but letters ask people to reply.",
            hint=hint,
            id="p2c_portal.E004",
        )
        for name in READ_ADDRESSES
        # A sub-address such as noreply+p2c is one of the same mailbox.
        if NO_REPLY_RE.fullmatch((local_part := _local_part(name)).partition("+")[0])
    ]


def _local_part(name: str) -> str:
    return parseaddr(getattr(settings, name))[1].rpartition("@")[0]
