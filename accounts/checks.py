"""The checks that `check --deploy` runs on the sign-in settings."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning  # noqa: A004


def second_factor_is_asked_for(**_given: Any) -> list[CheckMessage]:
    """Warn if a public portal asks its staff only for a password."""
    if settings.STAFF_SECOND_FACTOR or not settings.IS_HTTPS:
        return []
    return [
        Warning(
            "Staff are asked for no second factor: STAFF_SECOND_FACTOR is off.",
            hint="Take STAFF_SECOND_FACTOR out of the environment; with https it is on by itself.",
            id="accounts.W001",
        )
    ]
