"""The personal data in incoming mail."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from core.personal_data import ERASED_NAME, ERASED_TEXT, PersonalTable, has_address
from outbox.models import ERASED

PERSONAL_TABLES: Final = (
    PersonalTable(
        model="inbox.IncomingFile",
        name=_("files of replies"),
        purpose="correspondence",
        retention="incoming",
        about=has_address("mail__sender"),
        free_text=("file_name",),
        exported=("file_name", "content_type", "size"),
        member="mail__reference",
        is_deleted_with_organisation=True,
    ),
    # After its files, which are deleted first.
    PersonalTable(
        model="inbox.IncomingMail",
        name=_("incoming mail"),
        purpose="correspondence",
        retention="incoming",
        about=has_address("sender"),
        fields={
            "sender": ERASED,
            "sender_name": ERASED_NAME,
            "subject": ERASED_TEXT,
            "text": ERASED_TEXT,
            "quoted": ERASED_TEXT,
            "raw": "",
        },
        # Of mail from others.
        free_text=("sender_name", "subject", "text", "quoted", "attached_by_name"),
        # The whole mail of others goes if it names the person.
        searched_files=("raw",),
        exported=("sender", "sender_name", "received_at", "subject", "text"),
        member="reference",
        is_deleted_with_organisation=True,
        not_personal=("sha256", "reference"),
        kept_because=_("That a mail came, when, and about what remains known."),
    ),
)
