"""Who can sign in."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Staff accounts and their sign-in."""

    name = "accounts"
    verbose_name = _("Accounts")
