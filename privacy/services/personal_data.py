"""The personal data in requests to erase."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from core.personal_data import PersonalTable, acted

PERSONAL_TABLES: Final = (
    PersonalTable(
        model="privacy.ErasureRequest",
        name=_("requests to erase"),
        purpose="accountability",
        retention="histories",
        about=lambda person: (
            acted(account="requested_by")(person)
            | acted(account="decided_by")(person)
            | person.has_address("address")
        ),
        free_text=("reason",),
        exported=("kind", "status", "requested_at", "decided_at"),
        # Empty once the request is decided, which is before anything is erased.
        not_personal=("address",),
        kept_because=_("Who asked for an erasure and who consented, without whom it was about."),
    ),
)
