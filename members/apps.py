"""Who is in the coalition, who wants to be, and what happens to them."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    """Expressions of interest, the members they become, and the triage desk."""

    name = "members"
    verbose_name = _("Members")
