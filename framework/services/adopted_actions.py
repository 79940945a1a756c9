"""The actions of adopted frameworks, which commitments name by the key of their paragraph.

An action that a later adopted draft no longer has stays known, so that what names it can say so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from core.languages import language_shown
from focus_areas.models import FocusArea
from framework.models import DraftStatus, Paragraph, Wording
from framework.services.numbering import NumberedWording, numbered
from outbox.services.rendering import as_text


@dataclass(frozen=True)
class AdoptedAction:
    """An action with its number and its sentence, as the last adopted draft that has it says."""

    key: str
    number: str
    # In the reader's language, if it is translated: `language` says in which it is.
    text: str
    language: str
    focus_area: FocusArea
    # Whether everybody reads the framework.
    is_public: bool
    # Whether the adopted draft in force still has it as an action.
    is_in_framework: bool

    @property
    def words(self) -> str:
        """The number and the sentence; of an action that was dropped, that it was."""
        words = f"{self.number} {self.text}"
        if self.is_in_framework:
            return words
        return _("%(action)s (no longer in the framework)") % {"action": words}

    @property
    def public_words(self) -> str:
        """What everybody may read: of a framework that is not public, no more than the number."""
        return self.words if self.is_public else self.number

    @property
    def address(self) -> str:
        """The address where everybody reads it; empty if the framework is not public."""
        if not self.is_public:
            return ""
        if self.is_in_framework:
            page = reverse("framework:framework", args=[self.focus_area.slug])
            return f"{page}#{self.key}"
        return reverse("framework:paragraph", args=[self.focus_area.slug, self.key])


def actions_of_area(focus_area: int) -> list[AdoptedAction]:
    """Return the actions of a focus area in their order, then those that were dropped."""
    return _read(Q(draft__framework__focus_area=focus_area))


def actions_in_force() -> list[AdoptedAction]:
    """Return the actions of all focus areas that are in their framework now, in their order."""
    return [each for each in _read(Q()) if each.is_in_framework]


def actions_by_key(keys: Iterable[str]) -> dict[str, AdoptedAction]:
    """Return actions by their keys, with one query. Keys of no adopted action are left out."""
    wanted = {each.lower() for each in keys if _is_key(each)}
    if not wanted:
        return {}
    named = Paragraph.objects.filter(key__in=wanted).values("framework")
    return {each.key: each for each in _read(Q(draft__framework__in=named)) if each.key in wanted}


def _is_key(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _read(condition: Q) -> list[AdoptedAction]:
    wordings = (
        Wording.objects.filter(condition, draft__status=DraftStatus.ADOPTED)
        .select_related("paragraph", "draft__framework__focus_area")
        .order_by("draft__framework", "-draft__number", "position", "pk")
    )
    found: dict[str, AdoptedAction] = {}
    in_force: dict[int, int] = {}
    for draft, rows in groupby(wordings, lambda row: row.draft):
        latest = in_force.setdefault(draft.framework_id, draft.pk)
        for row in numbered(draft.framework, rows):
            if row.is_action and row.key not in found:
                found[row.key] = _action(row, is_in_framework=draft.pk == latest)
    return list(found.values())


def _action(row: NumberedWording, *, is_in_framework: bool) -> AdoptedAction:
    framework = row.wording.draft.framework
    return AdoptedAction(
        key=row.key,
        number=row.number,
        text=" ".join(as_text(row.wording.text).split()),
        language=language_shown(row.wording, "text"),
        focus_area=framework.focus_area,
        is_public=framework.is_public,
        is_in_framework=is_in_framework,
    )
