"""The personal data in meetings."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from core.personal_data import PersonalTable, nobody

PERSONAL_TABLES: Final = (
    PersonalTable(
        model="meetings.Meeting",
        name=_("meetings"),
        purpose="meetings",
        retention="members",
        is_statement=True,
        about=nobody,
        free_text=("title", "place", "agenda", "reason"),
        not_personal=("language", "time_zone", "join_link", "recording_link"),
        kept_because=_("Meetings are the record of the coalition. Names in texts are replaced."),
    ),
    PersonalTable(
        model="meetings.AgendaItem",
        name=_("agenda items"),
        purpose="meetings",
        retention="members",
        is_statement=True,
        about=nobody,
        free_text=("title", "speaker"),
        kept_because=_("Meetings are the record of the coalition. Names in texts are replaced."),
    ),
)
