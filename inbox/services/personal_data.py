"""The personal data in incoming mail."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from core.personal_data import (
    ERASED_NAME,
    ERASED_TEXT,
    PersonalTable,
    has_address,
)
from outbox.models import ERASED

PERSONAL_TABLES: Final = (
    PersonalTable(
        model="inbox.IncomingMail",
        name=_("incoming mail"),
        purpose="correspondence",
        retention="messages",
        about=has_address("sender"),
        fields={
            "sender": ERASED,
            "sender_name": ERASED_NAME,
            "subject": ERASED_TEXT,
            "text": ERASED_TEXT,
            "quoted": ERASED_TEXT,
        },
        free_text=("sender_name", "subject", "text", "quoted", "attached_by_name"),
        exported=("sender", "sender_name", "subject", "text", "received_at"),
        member="reference",
        organisation_fields={"subject": ERASED_TEXT, "text": ERASED_TEXT, "quoted": ERASED_TEXT},
        not_personal=("sha256", "raw", "reference"),
        kept_because=_("That a mail came, when, and about what remains known."),
    ),
    PersonalTable(
        model="inbox.IncomingFile",
        name=_("files of replies"),
        purpose="correspondence",
        retention="messages",
        about=has_address("mail__sender"),
        exported=("file_name", "content_type", "size"),
        member="mail__reference",
        is_deleted_with_organisation=True,
        not_personal=("file", "file_name", "content_type", "sha256", "trouble"),
        kept_because=_("A file of the organisation. What it contains cannot be searched."),
    ),
)
