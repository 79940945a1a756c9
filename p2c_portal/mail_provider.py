"""Checks the settings of the mail provider that reports delivery (decision 18)."""

import re
from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ImproperlyConfigured

MAIL_PROVIDERS: Final = ("brevo", "mailgun", "mailjet", "postmark", "sparkpost")


def check_mail_provider(provider: str, options: Mapping[str, Any]) -> None:
    """Refuse a provider that the portal does not know, or one without its secrets.

    Raises ImproperlyConfigured.
    """
    if provider not in MAIL_PROVIDERS:
        raise ImproperlyConfigured(f"MAIL_PROVIDER is one of {', '.join(MAIL_PROVIDERS)}.")
    if not all(re.fullmatch(r"[^:]+:.{20,}", each) for each in options["WEBHOOK_SECRET"]):
        raise ImproperlyConfigured(
            "WEBHOOK_SECRET is a name, a colon, and a password of 20 signs at least."
        )
    if provider == "mailgun" and not options.get("MAILGUN_WEBHOOK_SIGNING_KEY"):
        raise ImproperlyConfigured("MAIL_PROVIDER_OPTIONS lacks MAILGUN_WEBHOOK_SIGNING_KEY.")
