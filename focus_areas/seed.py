"""Data that must exist after every migrate: permissions, focus areas, and what the home page shows.

Staff can edit the texts. This module has only these data and `seed`.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, TypedDict
from uuid import UUID, uuid5

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as all_apps

from accounts.services.staff_roles import give_permissions
from core.seed_texts import NO_TEXTS, fill_in_translations, read_seed_texts
from focus_areas.models import FocusArea, HomeSection, HomeSectionKind, Link, Pillar

# The UUIDs of links and meetings are made from it, so that the next migrate finds them again.
SEED_NAMESPACE = UUID("3d2f1c0a-6a0e-5a53-9b7e-20211018a110")

DATA: Final = Path(__file__).parent / "data"


class FocusAreaFacts(TypedDict):
    """What a focus area is called in addresses and watchwords. Its texts are in `data/texts`."""

    number: int
    slug: str
    short_name: str


FOCUS_AREAS: Final[list[FocusAreaFacts]] = [
    {"number": 1, "slug": "connecting-people-everywhere", "short_name": "ACCESS"},
    {"number": 2, "slug": "empowering-communities", "short_name": "ADOPTION"},
    {"number": 3, "slug": "building-digital-ecosystems", "short_name": "VALUE CREATION"},
    {"number": 4, "slug": "incentivizing-investments", "short_name": "ACCELERATE"},
]

# The number of the focus area of each pillar. No pillars of the fourth area are known. A key never
# changes, here and below.
PILLARS: Final = {
    "infrastructure": 1,
    "affordability": 1,
    "cybersecurity": 1,
    "skills": 2,
    "digital-inclusion": 2,
    "innovation-and-entrepreneurship": 3,
}

COALITION_SITE = "https://www.itu.int/itu-d/sites/partner2connect/"
ROAD_TO_ADDIS = "https://www.itu.int/en/ITU-D/Conferences/WTDC/WTDC21/R2A/Pages/default.aspx"

# The address of each link.
LINKS: Final = {
    "coalition-site": COALITION_SITE,
    "concept-note": COALITION_SITE,
    "road-to-addis": ROAD_TO_ADDIS,
    "road-to-addis-meeting": ROAD_TO_ADDIS,
    "least-developed-countries-report": "https://www.itu.int/itu-d/reports/statistics/"
    "connectivity-in-the-least-developed-countries-status-report-2021/",
    "roadmap": "https://www.un.org/en/content/digital-cooperation-roadmap/",
}


def seed(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Create what is missing, and add translations that a row never had.

    What staff have written is not changed.
    """
    if "focusarea" not in apps.all_models[sender.label]:
        # All migrations of the app were reversed, so there are no tables.
        return

    give_permissions(sender, apps)
    for area in FOCUS_AREAS:
        key = f"focus-area/{area['number']}"
        _create_or_translate(FocusArea, key, {"number": area["number"]}, {**area})
    for position, (name, number) in enumerate(PILLARS.items(), start=1):
        key = f"pillar/{name}"
        facts = {"focus_area": FocusArea.objects.get(number=number), "position": position}
        _create_or_translate(Pillar, key, {"uid": uuid5(SEED_NAMESPACE, key)}, facts)
    for position, (name, address) in enumerate(LINKS.items(), start=1):
        key = f"link/{name}"
        facts = {"url": address, "position": position}
        _create_or_translate(Link, key, {"uid": uuid5(SEED_NAMESPACE, key)}, facts)
    for position, kind in enumerate(HomeSectionKind, start=1):
        HomeSection.objects.get_or_create(kind=kind, defaults={"position": position})


@cache
def read_texts() -> dict[str, dict[str, str]]:
    """Read the texts of each row, by its key and column.

    The description of a focus area ends with what every working group does.
    """
    texts = {key: {**columns} for key, columns in read_seed_texts(DATA / "texts").items()}
    of_groups = texts.pop("working-group")
    for area in FOCUS_AREAS:
        for column, text in of_groups.items():
            texts[f"focus-area/{area['number']}"][column] += f"\n\n{text}\n"
    return texts


@cache
def _former_texts() -> dict[str, dict[str, str]]:
    tables = tomllib.loads((DATA / "former_french.toml").read_text(encoding="utf-8"))
    return {
        key: {f"{field}_fr": text for field, text in fields.items()}
        for key, fields in tables.items()
    }


def _create_or_translate(
    model: Any, key: str, identity: Mapping[str, object], facts: Mapping[str, object]
) -> None:
    """Create a row with its texts if it is missing; else add the translations that it never had."""
    texts = read_texts()[key]
    row, is_new = model.objects.get_or_create(**identity, defaults={**facts, **texts})
    if not is_new:
        fill_in_translations(row, texts, former=_former_texts().get(key, NO_TEXTS))
