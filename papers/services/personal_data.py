"""The personal data in papers."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from core.personal_data import ERASED_NAME, PersonalTable, has_account, nobody

PERSONAL_TABLES: Final = (
    PersonalTable(
        model="papers.PaperVersion",
        name=_("versions of papers"),
        purpose="meetings",
        retention="members",
        about=has_account("uploaded_by"),
        fields={"uploaded_by_name": ERASED_NAME},
        free_text=("file_name", "note", "organisation_name"),
        exported=("file_name", "uploaded_at", "uploaded_by_name"),
        not_personal=("language", "file", "content_type", "sha256"),
        kept_because=_("A document of the coalition. What it contains cannot be searched."),
    ),
    PersonalTable(
        model="papers.Paper",
        name=_("papers"),
        purpose="meetings",
        retention="members",
        is_statement=True,
        about=nobody,
        free_text=("title",),
        kept_because=_("A document of the coalition. Names in its title are replaced."),
    ),
)
