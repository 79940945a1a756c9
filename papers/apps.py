"""Which documents there are, in which versions."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PapersConfig(AppConfig):
    """Papers of meetings, focus areas and the coalition, and their files."""

    name = "papers"
    verbose_name = _("Papers")
