"""The personal data in drafts, alerts and requests of people who have not applied yet."""

from typing import Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.personal_data import PersonalTable, has_address

PERSONAL_TABLES: Final = (
    PersonalTable(
        model="eoi.EoiDraft",
        name=_("unfinished expressions of interest"),
        purpose="applications",
        retention="drafts",
        is_statement=True,
        about=has_address("email"),
        # Of drafts of others, which name the person.
        free_text=("form_data", "other_data"),
        exported=("email", "language", "started_at", "saved_at", "expires_at", "form_data"),
    ),
    PersonalTable(
        model="eoi.SignOff",
        name=_("confirmations of drafts"),
        purpose="applications",
        retention="drafts",
        about=lambda person: (
            Q(name__in=person.distinct_names) | has_address("draft__email")(person)
        ),
        exported=("name", "position", "confirmed_at"),
        # A name alone may be that of somebody else.
        exported_about=lambda person: (
            has_address("draft__email")(person) & Q(name__in=person.names)
        ),
    ),
    PersonalTable(
        model="eoi.LateRequest",
        name=_("requests to send late"),
        purpose="applications",
        retention="drafts",
        about=has_address("draft__email"),
        free_text=("organisation_name", "refusal"),
        exported=("organisation_name", "requested_at", "decided_at", "refusal"),
    ),
    PersonalTable(
        model="eoi.CallAlert",
        name=_("alerts about the next call"),
        purpose="news",
        retention="subscriptions",
        about=has_address("email"),
        exported=("email", "language", "requested_at", "confirmed_at"),
    ),
    PersonalTable(
        model="eoi.LinkRequest",
        name=_("requests for links"),
        purpose="correspondence",
        retention="drafts",
        about=has_address("email"),
        exported=("email", "asked_at"),
    ),
)
