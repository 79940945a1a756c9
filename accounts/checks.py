"""What `check --deploy` says of the sign-in."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning  # noqa: A004


def second_factor_is_asked_for(**_given: Any) -> list[CheckMessage]:
    """Warn where a portal that the world can reach asks its staff for a password alone."""
    if settings.STAFF_SECOND_FACTOR or not settings.IS_HTTPS:
        return []
    return [
        Warning(
            "Staff are asked for no second factor: STAFF_SECOND_FACTOR is off.",
            hint="Take STAFF_SECOND_FACTOR out of the environment; with https it is on by itself.",
            id="accounts.W001",
        )
    ]
