"""The translations of an adopted draft. A translation never stays with English that changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from modeltranslation.utils import build_localized_fieldname

from accounts.models import User
from core.conflicts import Conflict, NothingChanged, Refused, lock, save_next_version
from core.text_diff import DiffSegment, diff_words
from framework.models import Draft, DraftStatus, ParagraphKind, Wording
from framework.services.numbering import NumberedWording, numbered_text


class TranslationConflict(Conflict):
    """A colleague changed translations after the page was opened. `keys` are their paragraphs."""

    def __init__(self, keys: set[UUID]) -> None:
        self.keys = keys
        super().__init__(
            _("A colleague changed translations after you opened the page. Nothing was saved.")
        )


@dataclass(frozen=True)
class Translation:
    """A paragraph of an adopted draft in one language.

    If it has no text yet, `former` is the one of an earlier draft whose English was another, and
    `changes` says what changed in the English since.
    """

    numbered: NumberedWording
    text: str
    former: str = ""
    changes: tuple[DiffSegment, ...] = ()

    @property
    def key(self) -> UUID:
        return self.numbered.wording.paragraph.key

    @property
    def label(self) -> str:
        """The number of the paragraph, or that it is a heading."""
        return self.numbered.number or str(ParagraphKind.HEADING.label)


def translations_of(draft: Draft, language: str) -> list[Translation]:
    """Return the text of a draft in one language, with what is older than the English."""
    former = _former_wordings(draft, language)
    return [_translation(each, former, language) for each in numbered_text(draft)]


@transaction.atomic
def translate_wordings(
    *,
    draft: Draft,
    language: str,
    texts: Mapping[UUID, tuple[str, str]],
    by: User,
    at: datetime,
) -> int:
    """Save translations of an adopted draft, each given as the text that the page showed and the
    new one, and return how many changed.

    A later draft gets them too where its English is the same and nobody translated it yet.

    Raises TranslationConflict, NothingChanged, and Refused (not_adopted).
    """
    lock(draft.framework)
    draft.refresh_from_db(fields=["status"])
    if draft.status != DraftStatus.ADOPTED:
        raise Refused(_("A draft is translated when it is adopted."), code="not_adopted")
    column = build_localized_fieldname("text", language)
    rows = draft.wordings.filter(paragraph__key__in=texts).select_related("paragraph")
    changed = [
        (row, new)
        for row in rows.order_by("position", "pk")
        for _seen, new in [texts[row.paragraph.key]]
        if row.text_in(language) != new
    ]
    if others := {
        row.paragraph.key
        for row, _new in changed
        if row.text_in(language) != texts[row.paragraph.key][0]
    }:
        raise TranslationConflict(others)
    if not changed:
        raise NothingChanged
    for row, new in changed:
        setattr(row, column, new or None)
        save_next_version(row, column, by=by, at=at)
        later = Wording.objects.filter(draft__number__gt=draft.number, paragraph=row.paragraph)
        later.filter(**{"text_en": row.text_en, column: None}).update(**{column: new or None})
    return len(changed)


def _former_wordings(draft: Draft, language: str) -> dict[int, Wording]:
    """Return the last translated wording of each paragraph in an earlier draft, in one query."""
    earlier = Wording.objects.filter(
        paragraph__framework=draft.framework_id, draft__number__lt=draft.number
    ).exclude(**{build_localized_fieldname("text", language): None})
    return {each.paragraph_id: each for each in earlier.order_by("draft__number", "pk")}


def _translation(
    each: NumberedWording, former: Mapping[int, Wording], language: str
) -> Translation:
    text = each.wording.text_in(language)
    last = former.get(each.wording.paragraph_id)
    if text or last is None:
        return Translation(each, text)
    changes = diff_words(last.text_en, each.wording.text_en)
    return Translation(each, text, last.text_in(language), tuple(changes))
