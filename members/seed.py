"""Default data that `migrate` creates: permissions, the circular's call, reasons, templates.

Staff can edit the reasons and templates. This module contains only data and `seed`.
"""

import tomllib
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as all_apps
from django.conf import settings
from modeltranslation.utils import build_localized_fieldname

from accounts.services.staff_groups import (
    COORDINATORS,
    DESK_MANAGERS,
    OBSERVERS,
    TRIAGE_OFFICERS,
    give_permissions,
)
from members.services.template_types import TEMPLATE_TYPES, TEXTS
from outbox.services.default_templates import read_texts, store_default_templates

GENEVA = ZoneInfo("Europe/Zurich")

VIEW_PERMISSIONS: Final = (
    "view_call",
    "view_focalpoint",
    "view_member",
    "view_reason",
    "view_timelineentry",
)
TRIAGE_PERMISSIONS: Final = (
    "add_call",
    "add_reason",
    "admit_member",
    "ask_opinion_member",
    "change_call",
    "change_reason",
    "clear_suspicion_member",
    "close_member",
    "correct_member",
    "export_member",
    "import_member",
    "note_member",
    "settle_duplicate_member",
    "decline_member",
    "delete_call",
    "reassign_all_member",
    "reopen_member",
    "request_information_member",
    "revoke_links_focalpoint",
    "take_member",
    "withdraw_member",
)
# What desk managers may do in addition to officers.
MANAGER_PERMISSIONS: Final = ("decline_member_state",)
# Only for the focus areas that they coordinate (FocusArea.coordinators).
COORDINATOR_PERMISSIONS: Final = (
    "note_member",
    "view_focalpoint",
    "view_member",
    "view_membermessage",
    "view_timelineentry",
)
GROUPS: Final = {
    TRIAGE_OFFICERS: (*VIEW_PERMISSIONS, *TRIAGE_PERMISSIONS),
    DESK_MANAGERS: (*VIEW_PERMISSIONS, *TRIAGE_PERMISSIONS, *MANAGER_PERMISSIONS),
    COORDINATORS: COORDINATOR_PERMISSIONS,
    OBSERVERS: VIEW_PERMISSIONS,
}

# Circular BDT/DIR/110: "by latest 31 October" means before midnight in Geneva. The grace period
# ends when that day is over everywhere on earth.
CIRCULAR_CALL = {
    "title": "Call for expressions of interest, October 2021",
    "title_en": "Call for expressions of interest, October 2021",
    "title_fr": "Appel à manifestation d'intérêt, octobre 2021",
    "opens_at": datetime(2021, 10, 18, tzinfo=GENEVA),
    "closes_at": datetime(2021, 11, 1, tzinfo=GENEVA),
    "grace_ends_at": datetime(2021, 11, 1, 12, tzinfo=UTC),
    "contact_email": "Partner2Connect@itu.int",
}

# The namespace of the reasons' UUIDs, so that the next `migrate` finds the reasons.
SEED_NAMESPACE = UUID("8e0f6f0c-5d1b-5b47-9c53-20211018a110")
REASON_TEXTS_DIR = Path(__file__).parent / "data" / "reasons"
# The purpose of each default reason, in the order in which staff see them. The texts are in
# members/data/reasons/, under the same key. A key must never change.
REASONS = {
    "outside-focus-areas": "decline",
    "not-an-organisation": "decline",
    "not-authorised": "decline",
    "not-enough-known": "decline",
    "principles": "decline",
    "authority-to-speak": "request_information",
    "what-it-does": "request_information",
    "which-focus-area": "request_information",
    "address-of-the-organisation": "request_information",
    "relation-to-another": "request_information",
    "what-it-would-bring": "request_information",
}


def uid_of_reason(key: str) -> UUID:
    """Return the UUID of a default reason. It stays the same when staff edit the reason."""
    return uuid5(SEED_NAMESPACE, f"reason/{key}")


def seed(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Create missing default data; never overwrite what staff have changed.

    The circular's call is created only if there is no call. Each default reason and each default
    template is created if it is missing. An existing reason gets the translations that it never
    had.
    """
    if "call" not in apps.all_models[sender.label]:
        # The migrations of the app were reversed to zero.
        return

    give_permissions(GROUPS, sender, apps)
    Call: Any = sender.get_model("Call")
    if not Call.objects.exists():
        Call.objects.create(**CIRCULAR_CALL)

    if "reason" in apps.all_models[sender.label]:
        _create_reasons(sender.get_model("Reason"))
    if "messagetemplate" in apps.all_models["outbox"]:
        store_default_templates(read_texts(TEXTS, TEMPLATE_TYPES), apps)


@cache
def read_reason_texts() -> dict[str, dict[str, str]]:
    """Read the texts of the default reasons: a dict of column to text for each reason's key."""
    words: dict[str, dict[str, str]] = {key: {} for key in REASONS}
    for language in settings.MODELTRANSLATION_LANGUAGES:
        file = REASON_TEXTS_DIR / f"{language}.toml"
        for key, texts in tomllib.loads(file.read_text(encoding="utf-8")).items():
            for field, text in texts.items():
                words[key][build_localized_fieldname(field, language)] = text
    return words


def _create_reasons(Reason: Any) -> None:  # noqa: N803  # A model.
    """Create the missing reasons, and add missing translations to the others.

    A translation is added only if staff did not change the English text, which it translates, and
    only if the history has no text in that column: otherwise somebody deleted it on purpose.
    """
    there = {reason.uid: reason for reason in Reason.objects.all()}
    for position, (key, purpose) in enumerate(REASONS.items(), start=1):
        words = read_reason_texts()[key]
        in_english = {"label": words["label_en"], "snippet": words["snippet_en"]}
        uid = uid_of_reason(key)
        reason = there.get(uid)
        if reason is None:
            Reason.objects.create(
                uid=uid, purpose=purpose, position=position, **words, **in_english
            )
        elif all(getattr(reason, f"{name}_en") == text for name, text in in_english.items()):
            lacking = _never_said(reason, words)
            for column in lacking:
                setattr(reason, column, words[column])
            if lacking:
                reason.save(update_fields=lacking)


def _never_said(reason: Any, columns: Iterable[str]) -> list[str]:
    """Return the columns of a reason that are empty now and in every row of its history."""
    empty = [column for column in columns if not getattr(reason, column)]
    versions = reason.history.values(*empty) if empty else []
    said = {column for version in versions for column, text in version.items() if text}
    return [column for column in empty if column not in said]
