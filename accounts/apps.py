"""Who can sign in."""

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _

from accounts.checks import second_factor_is_asked_for


class AccountsConfig(AppConfig):
    """Staff accounts and their sign-in."""

    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        """Have the check for deployment know of the second factor."""
        register(second_factor_is_asked_for, Tags.security, deploy=True)
