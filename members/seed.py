"""Default data that `migrate` creates: permissions, the circular's call, reasons, templates.

Staff can edit the reasons and templates. This module contains only data and `seed`.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as all_apps

from accounts.services.staff_roles import give_permissions
from core.seed_texts import fill_in_translations, read_seed_texts
from members.services import officer_types, template_types
from outbox.services.default_templates import read_texts, store_default_templates

GENEVA = ZoneInfo("Europe/Zurich")


# Circular BDT/DIR/110: "by latest 31 October" means before midnight in Geneva. The grace period
# ends when that day is over everywhere on earth.
CIRCULAR_CALL_TITLES: Final = {
    "title_en": "Call for expressions of interest, October 2021",
    "title_fr": "Appel à manifestations d’intérêt, octobre 2021",
    "title_es": "Convocatoria de expresiones de interés, octubre de 2021",
    "title_ar": "الدعوة إلى إبداء الاهتمام، أكتوبر 2021",
    "title_ru": "Приём выражений заинтересованности, октябрь 2021 года",
    "title_zh_hans": "2021年10月意向书征集",
}
# The French title of version 1.0.0.
FORMER_TITLES: Final = {"title_fr": "Appel à manifestation d'intérêt, octobre 2021"}
CIRCULAR_CALL = {
    "title": CIRCULAR_CALL_TITLES["title_en"],
    **CIRCULAR_CALL_TITLES,
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
    template is created if it is missing. An existing call or reason gets the translations that it
    never had.
    """
    if "call" not in apps.all_models[sender.label]:
        # The migrations of the app were reversed to zero.
        return

    give_permissions(sender, apps)
    Call: Any = sender.get_model("Call")
    if not Call.objects.exists():
        Call.objects.create(**CIRCULAR_CALL)
    _translate_titles(Call)

    if "reason" in apps.all_models[sender.label]:
        _create_reasons(sender.get_model("Reason"))
    if "messagetemplate" in apps.all_models["outbox"]:
        types = (*template_types.TEMPLATE_TYPES, *officer_types.TEMPLATE_TYPES)
        store_default_templates(read_texts(template_types.TEXTS, types), apps)


def read_reason_texts() -> dict[str, dict[str, str]]:
    """Read the texts of the default reasons: a dict of column to text for each reason's key."""
    return read_seed_texts(REASON_TEXTS_DIR)


def _create_reasons(Reason: Any) -> None:  # noqa: N803  # A model.
    """Create the missing reasons, and add missing translations to the others."""
    there = {reason.uid: reason for reason in Reason.objects.all()}
    for position, (key, purpose) in enumerate(REASONS.items(), start=1):
        texts = read_reason_texts()[key]
        uid = uid_of_reason(key)
        if uid in there:
            fill_in_translations(there[uid], texts)
        else:
            in_english = {"label": texts["label_en"], "snippet": texts["snippet_en"]}
            Reason.objects.create(
                uid=uid, purpose=purpose, position=position, **texts, **in_english
            )


def _translate_titles(Call: Any) -> None:  # noqa: N803  # A model.
    """Add the translations of the title to calls that still have the English title of the seed."""
    for call in Call.objects.filter(title_en=CIRCULAR_CALL_TITLES["title_en"]):
        fill_in_translations(call, CIRCULAR_CALL_TITLES, former=FORMER_TITLES)
