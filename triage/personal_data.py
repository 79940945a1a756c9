"""The personal data in what staff do with members."""

from typing import Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.personal_data import ERASED_NAME, PersonalTable, acted, has_account

PERSONAL_TABLES: Final = (
    PersonalTable(
        model="triage.FollowUp",
        name=_("follow-ups"),
        purpose="accountability",
        retention="members",
        about=acted(account="by"),
        fields={"by_name": ERASED_NAME},
        exported=("step", "at", "by_name"),
    ),
    PersonalTable(
        model="triage.Fingerprint",
        name=_("traits for finding duplicates"),
        purpose="applications",
        retention="members",
        # All of their members, which are matched again after an erasure.
        about=lambda person: Q(member__focal_points__in=person.keys("members.FocalPoint")),
        member="member",
        is_deleted_with_organisation=True,
    ),
    PersonalTable(
        model="triage.PossibleDuplicate",
        name=_("possible duplicates"),
        purpose="applications",
        retention="members",
        about=acted(account="dismissed_by"),
        exported=("dismissed_at",),
        kept_because=_("Two keys and a reason, without a name."),
    ),
    PersonalTable(
        model="triage.Claim",
        name=_("members that staff have open"),
        purpose="accountability",
        retention="members",
        about=has_account("by"),
    ),
    PersonalTable(
        model="triage.SavedView",
        name=_("views that staff keep"),
        purpose="applications",
        retention="members",
        about=has_account("owner"),
        free_text=("name", "search"),
        exported=("name", "search", "filters"),
        not_personal=("list_of",),
    ),
    PersonalTable(
        model="triage.BulkRun",
        name=_("bulk runs"),
        purpose="applications",
        retention="work",
        about=has_account("by"),
        free_text=("missing", "text"),
        exported=("action", "confirmed_at"),
        kept_because=_("It is deleted after some weeks. It has no name."),
        not_personal=("language",),
    ),
    PersonalTable(
        model="triage.BulkItem",
        name=_("items of bulk runs"),
        purpose="applications",
        retention="work",
        about=has_account("run__by"),
        free_text=("refusal",),
        kept_because=_("It is deleted after some weeks. It has no name."),
    ),
    PersonalTable(
        model="triage.Import",
        name=_("imports"),
        purpose="accountability",
        retention="records",
        about=has_account("by"),
        fields={"by_name": ERASED_NAME},
        free_text=("file_name", "note"),
        exported=("by_name", "at", "file_name", "note"),
    ),
    PersonalTable(
        model="triage.Export",
        name=_("exports"),
        purpose="accountability",
        retention="records",
        about=has_account("by"),
        fields={"by_name": ERASED_NAME},
        free_text=("filters",),
        exported=("by_name", "at", "format"),
    ),
)
