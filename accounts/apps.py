"""Who can sign in."""

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
        # Models are there from here on, and not before.
        from accounts import seed  # noqa: PLC0415

        register(second_factor_is_asked_for, Tags.security, deploy=True)
        post_migrate.connect(seed.seed, sender=self)
