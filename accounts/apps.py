"""The app for staff accounts and signing in."""

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from accounts.checks import second_factor_is_asked_for


class AccountsConfig(AppConfig):
    """Staff accounts and their sign-in."""

    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        # The models cannot be imported before this point.
        from accounts import seed  # noqa: PLC0415

        register(second_factor_is_asked_for, Tags.security, deploy=True)
        post_migrate.connect(seed.seed, sender=self)
