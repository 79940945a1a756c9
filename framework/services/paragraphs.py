"""Changes to the text of a draft in preparation: added, edited, split, merged, moved, deleted.

Identity follows the text: a split keeps it on the first part, and a merge on the paragraph that
takes the other one in. `Wording.sources` records where the rest came from.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from modeltranslation.utils import build_localized_fieldname

from accounts.models import User
from core.conflicts import Conflict, NothingChanged, Refused, check_version, lock, save_next_version
from core.history import set_history_actor
from focus_areas.models import Pillar
from framework.models import Answer, Draft, DraftStatus, Paragraph, ParagraphKind, Wording
from framework.services.pasted_text import NewParagraph
from framework.services.texts import check_text, clean_text

# The columns of the text in other languages than English.
OTHER_LANGUAGES: Final = tuple(
    build_localized_fieldname("text", language)
    for language, _name in settings.LANGUAGES
    if language != "en"
)


class WordingConflict(Conflict):
    """A colleague changed the paragraph after the page was opened."""

    def __init__(self, wording: Wording) -> None:
        super().__init__(
            _(
                "A colleague changed this paragraph after you opened it. What you typed is not "
                "saved."
            )
        )


class WordingGone(Refused):
    """A colleague deleted the paragraph from the draft, or merged it into another one."""

    def __init__(self) -> None:
        super().__init__(_("This paragraph is no longer in the draft."))


@transaction.atomic
def add_paragraph(
    *,
    draft: Draft,
    after: Paragraph | None,
    kind: ParagraphKind,
    text: str,
    pillar: Pillar | None,
    by: User,
    at: datetime,
) -> Wording:
    """Add a new paragraph after another one, or at the beginning.

    Raises Refused (not_in_preparation, and those of `check_text`), and WordingGone if `after` was
    deleted meanwhile.
    """
    text = _checked(text, kind)
    _lock(draft)
    position = 0 if after is None else _wording_of(draft, after).position
    paragraph = Paragraph.objects.create(framework=draft.framework)
    return _insert(draft, paragraph, position + 1, kind, text, pillar, by, at)


@transaction.atomic
def append_paragraphs(
    *, draft: Draft, paragraphs: Sequence[NewParagraph], by: User, at: datetime
) -> list[Wording]:
    """Add several new paragraphs at the end.

    Raises Refused (not_in_preparation, and those of `check_text`).
    """
    _lock(draft)
    made = []
    for position, each in enumerate(paragraphs, start=draft.wordings.count() + 1):
        text = _checked(each.text, each.kind)
        paragraph = Paragraph.objects.create(framework=draft.framework)
        made.append(_insert(draft, paragraph, position, each.kind, text, None, by, at))
    return made


@transaction.atomic
def edit_wording(
    *,
    wording: Wording,
    kind: ParagraphKind,
    text: str,
    pillar: Pillar | None,
    version: int,
    by: User,
    at: datetime,
) -> Wording:
    """Change the English text of a paragraph, its kind or its pillar.

    Raises WordingConflict, WordingGone, NothingChanged, and Refused (not_in_preparation, and those
    of `check_text`).
    """
    text = _checked(text, kind)
    _lock_wording(wording, version)
    if (wording.kind, wording.text_en, wording.pillar_id) == (kind, text, pillar and pillar.pk):
        raise NothingChanged
    wording.kind, wording.pillar = kind, pillar
    _save_text(wording, text, "kind", "pillar", by=by, at=at)
    return wording


@transaction.atomic
def split_paragraph(
    *, wording: Wording, first: str, second: str, version: int, by: User, at: datetime
) -> Wording:
    """Split a paragraph into two. The first part keeps its identity; return the second one.

    Raises WordingConflict, WordingGone, and Refused (not_in_preparation, and those of
    `check_text`).
    """
    first, second = (_checked(text, wording.kind) for text in (first, second))
    _lock_wording(wording, version)
    _save_text(wording, first, by=by, at=at)
    paragraph = Paragraph.objects.create(framework=wording.draft.framework)
    made = _insert(
        wording.draft,
        paragraph,
        wording.position + 1,
        ParagraphKind(wording.kind),
        second,
        wording.pillar,
        by,
        at,
    )
    made.sources.set([wording.paragraph])
    return made


@transaction.atomic
def merge_paragraphs(
    *,
    wording: Wording,
    other: Wording,
    text: str,
    version: int,
    other_version: int | None = None,
    by: User,
    at: datetime,
) -> Wording:
    """Merge another paragraph of the same draft into this one, which keeps its identity.

    `other_version` is the version of the other one which the page showed, if any. The answers that
    the other one showed are shown by this one.

    Raises WordingConflict, WordingGone, and Refused (not_in_preparation, same, and those of
    `check_text`).
    """
    text = _checked(text, wording.kind)
    _lock_wording(wording, version)
    if other.pk == wording.pk or other.draft_id != wording.draft_id:
        raise Refused(_("Choose another paragraph of this draft."), code="same")
    _refresh(other)
    check_version(other, other_version, WordingConflict)
    _save_text(wording, text, by=by, at=at)
    sources = {wording.paragraph, other.paragraph, *wording.sources.all(), *other.sources.all()}
    wording.sources.set(sources)
    shown = Answer.objects.filter(paragraph=other.paragraph)
    shown.filter(amendment__draft__number=wording.draft.number - 1).update(
        paragraph=wording.paragraph
    )
    _remove(other, by, at)
    return wording


@transaction.atomic
def move_paragraph(
    *, wording: Wording, after: Paragraph | None, version: int, by: User, at: datetime
) -> Wording:
    """Move a paragraph after another one, or to the beginning.

    Raises WordingConflict, WordingGone, NothingChanged, and Refused (not_in_preparation).
    """
    _lock_wording(wording, version)
    target = 0 if after is None else _wording_of(wording.draft, after).position
    if target in (wording.position, wording.position - 1):
        raise NothingChanged
    in_order = list(wording.draft.wordings.order_by("position", "pk"))
    moved = in_order.pop(wording.position - 1)
    in_order.insert(target - (target > wording.position), moved)
    _renumber(in_order)
    wording.position = next(each.position for each in in_order if each.pk == wording.pk)
    save_next_version(wording, "position", by=by, at=at)
    return wording


@transaction.atomic
def delete_paragraph(*, wording: Wording, version: int, by: User, at: datetime) -> None:
    """Delete a paragraph from the draft. Its identity, amendments and former wordings stay.

    Raises WordingConflict, WordingGone, and Refused (not_in_preparation).
    """
    _lock_wording(wording, version)
    _remove(wording, by, at)


@transaction.atomic
def put_back_paragraph(*, draft: Draft, wording: Wording, by: User, at: datetime) -> Wording:
    """Put a paragraph of an earlier draft back as it was there, behind what stood before it.

    Raises NothingChanged if the draft has it, and Refused (not_in_preparation).
    """
    _lock(draft)
    if draft.wordings.filter(paragraph=wording.paragraph_id).exists():
        raise NothingChanged
    before = nearest_before(draft, wording)
    return _insert(
        draft,
        wording.paragraph,
        before.position + 1 if before else 1,
        ParagraphKind(wording.kind),
        wording.text_en,
        wording.pillar,
        by,
        at,
    )


def nearest_before(draft: Draft, wording: Wording) -> Wording | None:
    """Return the wording in a later draft of the nearest paragraph that stood before this one."""
    stood = wording.draft.wordings.filter(position__lt=wording.position).order_by("-position")
    here = {each.paragraph_id: each for each in draft.wordings.all()}
    keys = stood.values_list("paragraph", flat=True)
    return next((here[key] for key in keys if key in here), None)


def wording_of(draft: Draft, paragraph: Paragraph) -> Wording | None:
    """Return what a draft says of a paragraph: its own wording, or that which took it in."""
    found = draft.wordings.filter(Q(paragraph=paragraph) | Q(sources=paragraph)).distinct()
    wordings = list(found.select_related("paragraph", "pillar"))
    return min(wordings, key=lambda each: each.paragraph_id != paragraph.pk, default=None)


def _checked(text: str, kind: str) -> str:
    text = clean_text(text)
    check_text(text, kind=kind)
    return text


def _save_text(wording: Wording, text: str, *fields: str, by: User, at: datetime) -> None:
    """Save the English text and other fields. A translation of another text is removed."""
    if wording.text_en != text:
        wording.text_en = text
        for name in OTHER_LANGUAGES:
            setattr(wording, name, None)
        fields = (*fields, "text_en", *OTHER_LANGUAGES)
    save_next_version(wording, *fields, by=by, at=at)


def _lock(draft: Draft) -> None:
    lock(draft.framework)
    draft.refresh_from_db(fields=["status"])
    if draft.status != DraftStatus.PREPARATION:
        raise Refused(_("This draft is not in preparation."), code="not_in_preparation")


def _lock_wording(wording: Wording, version: int) -> None:
    _lock(wording.draft)
    _refresh(wording)
    check_version(wording, version, WordingConflict)


def _refresh(wording: Wording) -> None:
    try:
        wording.refresh_from_db()
    except Wording.DoesNotExist as gone:
        raise WordingGone from gone


def _wording_of(draft: Draft, paragraph: Paragraph) -> Wording:
    found = draft.wordings.filter(paragraph=paragraph).first()
    if found is None:
        raise WordingGone
    return found


def _insert(
    draft: Draft,
    paragraph: Paragraph,
    position: int,
    kind: ParagraphKind,
    text: str,
    pillar: Pillar | None,
    by: User,
    at: datetime,
) -> Wording:
    draft.wordings.filter(position__gte=position).update(position=F("position") + 1)
    facts: dict[str, Any] = {"kind": kind, "text_en": text, "pillar": pillar}
    made = Wording(draft=draft, paragraph=paragraph, position=position, **facts)
    set_history_actor(made, by, at)
    made.save()
    return made


def _remove(wording: Wording, by: User, at: datetime) -> None:
    position, draft = wording.position, wording.draft
    set_history_actor(wording, by, at)
    wording.delete()
    draft.wordings.filter(position__gt=position).update(position=F("position") - 1)


def _renumber(in_order: list[Wording]) -> None:
    for position, each in enumerate(in_order, start=1):
        each.position = position
    Wording.objects.bulk_update(in_order, ["position"])
