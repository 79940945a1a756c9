"""What must exist after every migrate: staff groups, the circular's own call, reasons, texts.

The texts are data that staff edit; nothing but `apply` belongs here beside them.
"""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as all_apps
from django.conf import settings
from django.db.models import Q
from modeltranslation.utils import build_localized_fieldname

from members.kinds import shipped_texts
from outbox.services.default_templates import ship

GENEVA = ZoneInfo("Europe/Zurich")

TO_LOOK = (
    "accounts.view_audit",
    "accounts.view_user",
    "focus_areas.view_every_area",
    "focus_areas.view_focusarea",
    "focus_areas.view_link",
    "meetings.view_meeting",
    "papers.view_paper",
    "members.view_call",
    "members.view_focalpoint",
    "members.view_member",
    "members.view_reason",
    "members.view_timelineentry",
    "outbox.view_heartbeat",
    "outbox.view_message",
    "outbox.view_messagetemplate",
    "outbox.view_suppressedaddress",
)
# Not members.decline_member_state: that one is given by hand, to a person.
TO_TRIAGE = (
    "focus_areas.add_link",
    "meetings.add_meeting",
    "papers.add_paper",
    "meetings.cancel_meeting",
    "focus_areas.change_focusarea",
    "focus_areas.change_link",
    "meetings.change_meeting",
    "papers.change_paper",
    "meetings.schedule_meeting",
    "papers.withdraw_paper",
    "members.add_call",
    "members.add_reason",
    "members.admit_member",
    "members.change_call",
    "members.change_reason",
    "members.clear_suspicion_member",
    "members.close_member",
    "members.correct_member",
    "members.export_member",
    "members.import_member",
    "members.note_member",
    "members.settle_duplicate_member",
    "members.decline_member",
    "members.delete_call",
    "members.reopen_member",
    "members.request_information_member",
    "members.revoke_links_focalpoint",
    "members.take_member",
    "members.withdraw_member",
    "outbox.cancel_message",
    "outbox.change_messagetemplate",
    "outbox.lift_suppressedaddress",
    "outbox.retry_message",
    "outbox.review_messagetemplate",
    "outbox.write_again_message",
)

# Of the areas that they coordinate, as FocusArea.coordinators says; nothing of the others.
TO_COORDINATE = (
    "meetings.add_meeting",
    "papers.add_paper",
    "meetings.cancel_meeting",
    "meetings.change_meeting",
    "papers.change_paper",
    "meetings.schedule_meeting",
    "focus_areas.view_focusarea",
    "meetings.view_meeting",
    "papers.view_paper",
    "papers.withdraw_paper",
    "members.note_member",
    "members.view_focalpoint",
    "members.view_member",
    "members.view_membermessage",
    "members.view_timelineentry",
)

TRIAGE_OFFICERS = "Triage officers"
COORDINATORS = "Focus area coordinators"
OBSERVERS = "Observers"
GROUPS = {
    TRIAGE_OFFICERS: TO_LOOK + TO_TRIAGE,
    COORDINATORS: TO_COORDINATE,
    OBSERVERS: TO_LOOK,
}

# Circular BDT/DIR/110: "by latest 31 October" is everything before midnight in Geneva; the
# grace ends when that day is over everywhere on earth.
CIRCULAR_CALL = {
    "title": "Call for expressions of interest, October 2021",
    "title_en": "Call for expressions of interest, October 2021",
    "title_fr": "Appel à manifestation d'intérêt, octobre 2021",
    "opens_at": datetime(2021, 10, 18, tzinfo=GENEVA),
    "closes_at": datetime(2021, 11, 1, tzinfo=GENEVA),
    "grace_ends_at": datetime(2021, 11, 1, 12, tzinfo=UTC),
    "contact_email": "Partner2Connect@itu.int",
}

# Names the reasons below, so that the next migrate finds them again.
OURS = UUID("8e0f6f0c-5d1b-5b47-9c53-20211018a110")
WORDS_OF_REASONS = Path(__file__).parent / "data" / "reasons"
# What each reason of ours is used for, in the order in which staff are offered them. Its words are
# in members/data/reasons/, by its key, which names it for ever.
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
    """Return what a reason of ours is found by, whatever staff have made of it."""
    return uuid5(OURS, f"reason/{key}")


def apply(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Create what is missing; what staff have changed since stays as it is.

    A group is given what it lacks of its declared permissions and keeps what was given by
    hand. The circular's call is made where there is no call at all, and each of our reasons and of
    the texts of our letters where it is missing. A reason that is there is said in the languages
    that it was never said in.
    """
    if "call" not in apps.all_models[sender.label]:
        # The app was migrated back to nothing.
        return

    give_permissions(GROUPS, apps)
    Call: Any = sender.get_model("Call")
    if not Call.objects.exists():
        Call.objects.create(**CIRCULAR_CALL)

    if "reason" in apps.all_models[sender.label]:
        _create_reasons(sender.get_model("Reason"))
    if "messagetemplate" in apps.all_models["outbox"]:
        ship(shipped_texts(), apps)


def give_permissions(groups: Mapping[str, Iterable[str]], apps: Apps) -> None:
    """Give each group what it lacks of its declared permissions, and create it if need be."""
    Group: Any = apps.get_model("auth", "Group")
    Permission: Any = apps.get_model("auth", "Permission")
    for name, declared in groups.items():
        group, _made = Group.objects.get_or_create(name=name)
        wanted = Q()
        for permission in declared:
            app_label, codename = permission.split(".")
            wanted |= Q(content_type__app_label=app_label, codename=codename)
        group.permissions.add(*Permission.objects.filter(wanted))


@cache
def words_of_reasons() -> dict[str, dict[str, str]]:
    """Read what our reasons say in each language: columns and their texts, by the reason's key."""
    words: dict[str, dict[str, str]] = {key: {} for key in REASONS}
    for language in settings.MODELTRANSLATION_LANGUAGES:
        file = WORDS_OF_REASONS / f"{language}.toml"
        for key, texts in tomllib.loads(file.read_text(encoding="utf-8")).items():
            for field, text in texts.items():
                words[key][build_localized_fieldname(field, language)] = text
    return words


def _create_reasons(Reason: Any) -> None:  # noqa: N803  # A model.
    """Create the reasons that are missing, and say the others in languages that they lacked.

    Only where staff left the English as it came, for what we say in other languages is that; and
    only where the history shows no words in that place: else somebody took them out.
    """
    there = {reason.uid: reason for reason in Reason.objects.all()}
    for position, (key, used_for) in enumerate(REASONS.items(), start=1):
        words = words_of_reasons()[key]
        in_english = {"label": words["label_en"], "snippet": words["snippet_en"]}
        uid = uid_of_reason(key)
        reason = there.get(uid)
        if reason is None:
            Reason.objects.create(
                uid=uid, used_for=used_for, position=position, **words, **in_english
            )
        elif all(getattr(reason, f"{name}_en") == text for name, text in in_english.items()):
            lacking = _never_said(reason, words)
            for column in lacking:
                setattr(reason, column, words[column])
            if lacking:
                reason.save(update_fields=lacking)


def _never_said(reason: Any, columns: Iterable[str]) -> list[str]:
    """Return the columns of a reason that are empty and that no version of it had words in."""
    empty = [column for column in columns if not getattr(reason, column)]
    versions = reason.history.values(*empty) if empty else []
    said = {column for version in versions for column, text in version.items() if text}
    return [column for column in empty if column not in said]
