"""The staff handbook inside the admin."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HandbookConfig(AppConfig):
    """The handbook: its chapters, its search, and the link from each page to its section."""

    name = "handbook"
    verbose_name = _("Handbook")
