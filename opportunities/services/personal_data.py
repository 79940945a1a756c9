"""The personal data in needs and offers, and in what members write to each other about them.

What was published stays as a public record. What was not, and every message of a contact, is
erased with the organisation that wrote it.
"""

from functools import partial
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.personal_data import (
    ERASED_NAME,
    ERASED_TEXT,
    PersonalTable,
    acted,
    any_of,
    has_account,
    own_name_erased,
)

TABLE: Final = partial(PersonalTable, purpose="opportunities", retention="opportunities")

PERSONAL_TABLES: Final = (
    TABLE(
        model="opportunities.Opportunity",
        name=_("needs and offers"),
        is_statement=True,
        about=acted(role="sent_by", name="sent_by_name"),
        fields={"sent_by_name": ERASED_NAME},
        # Who saved it is no part of its history, so the name is searched as in a text.
        free_text=(
            *("title", "title_en", "text", "details", "saved_by_name"),
            *("typed", "proposed", "reason", "search_text"),
        ),
        exported=("title", "text", "sent_at", "sent_by_name"),
        member="member",
        organisation_fields={
            **dict.fromkeys(("title", "text", "reason"), ERASED_TEXT),
            **dict.fromkeys(("title_en", "details", "search_text"), ""),
            "typed": {},
        },
        organisation_rows=Q(published_at=None),
        not_personal=("reference", "language", "action"),
    ),
    TABLE(
        model="opportunities.Contact",
        name=_("messages about needs and offers, and their answers"),
        is_statement=True,
        about=lambda person: any_of(
            person.held_role(f"{did}_by", f"{did}_by_name") for did in ("sent", "answered")
        ),
        fields={"sent_by_name": own_name_erased, "answered_by_name": own_name_erased},
        free_text=("message",),
        # Not the names: until the contact is accepted, neither side reads that of the other.
        exported=("message", "sent_at", "status", "answered_at"),
        member="member",
        organisation_fields={"message": ERASED_TEXT},
        not_personal=("language",),
    ),
    TABLE(
        model="opportunities.OpportunityEvent",
        name=_("events of needs and offers"),
        about=acted(account="by_user", role="by_focal_point", name="by_name"),
        fields={"by_name": ERASED_NAME},
        free_text=("note",),
        exported=("kind", "at", "by_name"),
        member="opportunity__member",
    ),
    TABLE(
        model="opportunities.LetterDraft",
        name=_("letter drafts"),
        retention="work",
        about=has_account("by"),
        free_text=("form_data",),
        exported=("kind", "saved_at"),
        member="opportunity__member",
        is_deleted_with_organisation=True,
    ),
    TABLE(
        model="opportunities.NoDigest",
        name=_("focal points without mail of matches"),
        about=lambda person: Q(focal_point__in=person.keys("members.FocalPoint")),
        exported=("at",),
        member="focal_point__member",
        is_deleted_with_organisation=True,
    ),
)
