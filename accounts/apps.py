"""The app for staff accounts and signing in."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register  # noqa: A004
from django.db import DatabaseError
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


def an_emergency_account_exists(
    databases: Sequence[str] | None = None, **_given: Any
) -> list[CheckMessage]:
    """Warn if nobody could sign in while the provider of single sign-on is down."""
    # The models cannot be imported before the apps are ready.
    from accounts.services.single_sign_on import usable_emergency_accounts  # noqa: PLC0415

    if not (databases and settings.SINGLE_SIGN_ON.is_on):
        return []
    try:
        if usable_emergency_accounts():
            return []
    except DatabaseError:
        # The first `migrate` checks the database before there are tables.
        return []
    return [
        Warning(
            "Nobody could sign in while the identity provider is down.",
            hint=(
                "Name an active account of staff in SSO_EMERGENCY_ACCOUNTS, sign in with its "
                "password, and set up a second factor."
            ),
            id="accounts.W002",
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
        register(an_emergency_account_exists, Tags.database)
        post_migrate.connect(seed.seed, sender=self)
