"""Who takes part in which meeting, and what those who do see of their working group."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ParticipationConfig(AppConfig):
    """The working groups' own pages and calendars."""

    name = "participation"
    verbose_name = _("Participation")
