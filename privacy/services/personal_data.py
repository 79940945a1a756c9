"""The personal data in the records of how people's data are handled."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from core.personal_data import ERASED_NAME, PersonalTable, acted, any_of, has_account, has_address

PERSONAL_TABLES: Final = (
    PersonalTable(
        model="privacy.DataExport",
        name=_("exports of people's data"),
        purpose="accountability",
        retention="records",
        about=has_account("by"),
        fields={"by_name": ERASED_NAME},
        # Of the person whose data were exported.
        free_text=("address",),
        exported=("at", "by_name", "address", "is_own", "format"),
        exported_about=lambda person: any_of(
            (has_account("by")(person), has_address("address")(person))
        ),
        kept_because=_("That somebody's data were exported stays known, without names."),
    ),
    PersonalTable(
        model="privacy.DataRequest",
        name=_("requests about people's data"),
        purpose="accountability",
        retention="messages",
        about=has_address("address"),
        fields={"name": ERASED_NAME, "address": ""},
        free_text=("details", "answer"),
        exported=(
            *("kind", "name", "address", "details", "received_on", "due_on"),
            *("outcome", "answer", "answered_at"),
        ),
        kept_because=_("What was asked and when it was answered stays known, without names."),
    ),
    PersonalTable(
        model="privacy.RetentionHold",
        name=_("records that are kept longer"),
        purpose="accountability",
        retention="records",
        about=has_account("placed_by"),
        fields={"placed_by_name": ERASED_NAME},
        free_text=("reason",),
        exported=("placed_at", "placed_by_name", "until"),
        not_personal=("model",),
        kept_because=_("Which record is kept longer, and why, stays known without names."),
    ),
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
