"""The app for staff accounts and signing in."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register  # noqa: A004
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


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


class AccountsConfig(AppConfig):
    """Staff accounts and their sign-in."""

    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        # The models cannot be imported before this point.
        from accounts import seed  # noqa: PLC0415

        register(second_factor_is_asked_for, Tags.security, deploy=True)
        post_migrate.connect(seed.seed, sender=self)
