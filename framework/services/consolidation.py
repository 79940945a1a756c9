"""Answers to the amendments of a closed draft, together with the text of the next one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Refused, check_version, lock
from framework.models import (
    TAKING,
    Amendment,
    AmendmentKind,
    Answer,
    AnswerKind,
    Draft,
    Paragraph,
    ParagraphKind,
    Wording,
)
from framework.services.answers import AnswerConflict, answer_amendment
from framework.services.drafts import draft_in_preparation
from framework.services.paragraphs import (
    WordingGone,
    add_paragraph,
    delete_paragraph,
    edit_wording,
    nearest_before,
    put_back_paragraph,
    wording_of,
)

# Amendments of these kinds change the text.
CHANGING: Final = (AmendmentKind.CHANGE, AmendmentKind.DELETE, AmendmentKind.ADD)


class NotPrepared(Refused):
    """The next draft does not exist yet, so that it cannot show what is taken."""

    def __init__(self, number: int) -> None:
        super().__init__(
            _("Begin draft %(number)s first: its text shows what is taken.") % {"number": number}
        )


@dataclass(frozen=True, kw_only=True)
class TypedWording:
    """A text of the next draft as a page showed it and as it was typed, and its version then."""

    text: str
    shown: str
    version: int


@dataclass(frozen=True)
class _NextDraft:
    """Changes that one person makes to the next draft at one time."""

    draft: Draft
    by: User
    at: datetime

    def edit(self, wording: Wording | None, typed: TypedWording | None) -> None:
        """Edit a wording if the person changed it."""
        if typed is None or typed.text == typed.shown:
            return
        if wording is None:
            raise WordingGone
        if typed.text != wording.text_en:
            edit_wording(
                wording=wording,
                kind=ParagraphKind(wording.kind),
                text=typed.text,
                pillar=wording.pillar,
                version=typed.version,
                by=self.by,
                at=self.at,
            )

    def add(self, amendment: Amendment, text: str) -> Paragraph:
        """Add the paragraph of an addition after its place."""
        made = add_paragraph(
            draft=self.draft,
            after=self._place_of(amendment),
            kind=ParagraphKind(amendment.added_kind),
            text=text,
            pillar=None,
            by=self.by,
            at=self.at,
        )
        return made.paragraph

    def delete(self, wording: Wording, typed: TypedWording | None) -> None:
        """Delete a wording as the person saw it."""
        version = typed.version if typed else wording.version
        delete_paragraph(wording=wording, version=version, by=self.by, at=self.at)

    def put_back(self, amendment: Amendment) -> None:
        """Put the paragraph of an amendment back as it was in the closed draft."""
        wording = amendment.draft.wordings.get(paragraph=amendment.paragraph)
        put_back_paragraph(draft=self.draft, wording=wording, by=self.by, at=self.at)

    def _place_of(self, addition: Amendment) -> Paragraph | None:
        """Return the paragraph after which an addition stands: behind those added there before."""
        anchor = addition.paragraph
        stands: Wording | None = None
        if anchor is not None:
            stands = wording_of(self.draft, anchor)
            stood = addition.draft.wordings.filter(paragraph=anchor).first()
            if stands is None and stood is not None:
                stands = nearest_before(self.draft, stood)
        others = Answer.objects.filter(
            amendment__draft=addition.draft,
            amendment__paragraph=anchor,
            amendment__kind=AmendmentKind.ADD,
            paragraph__isnull=False,
        ).exclude(paragraph=anchor)
        added = set(others.values_list("paragraph", flat=True))
        following = self.draft.wordings.filter(position__gt=stands.position if stands else 0)
        for wording in following.select_related("paragraph").order_by("position"):
            if wording.paragraph_id not in added:
                break
            stands = wording
        return stands.paragraph if stands else None


@transaction.atomic
def answer_and_edit(
    *,
    amendment: Amendment,
    kind: AnswerKind,
    reason: str,
    merged_with: Amendment | None = None,
    version: int,
    typed: TypedWording | None = None,
    by: User,
    at: datetime,
) -> Answer:
    """Answer an amendment, and write what comes of it into the next draft.

    `typed` is the text beside the answer: that of the amendment's paragraph, or of the new
    paragraph. An addition that is taken becomes a paragraph, and a deletion that is taken removes
    one; another answer takes this back.

    Raises what answer_amendment raises, NotPrepared, WordingConflict and WordingGone. Then neither
    the answer nor the text is changed.
    """
    lock(amendment.draft.framework)
    former = Answer.objects.filter(amendment=amendment).first()
    check_version(former or Answer(amendment=amendment, version=0), version, AnswerConflict)
    prepared = draft_in_preparation(amendment.draft.framework)
    if prepared is None and kind in TAKING and amendment.kind in CHANGING:
        raise NotPrepared(amendment.draft.number + 1)
    paragraph = None
    if prepared is not None:
        changes = _NextDraft(prepared, by, at)
        paragraph = _write(changes, amendment, former, kind, typed)
    return answer_amendment(
        amendment=amendment,
        kind=kind,
        reason=reason,
        merged_with=merged_with,
        paragraph=paragraph,
        version=version,
        by=by,
        at=at,
    )


def wording_beside(prepared: Draft, amendment: Amendment) -> Wording | None:
    """Return the text of the next draft that an answer is about.

    For an addition, this is the new paragraph once it is taken.
    """
    if amendment.kind == AmendmentKind.ADD:
        return _added_by(prepared, Answer.objects.filter(amendment=amendment).first())
    return wording_of(prepared, amendment.paragraph) if amendment.paragraph else None


def _write(
    changes: _NextDraft,
    amendment: Amendment,
    former: Answer | None,
    kind: AnswerKind,
    typed: TypedWording | None,
) -> Paragraph | None:
    """Write what comes of an answer, and return the paragraph that shows it, if there is one."""
    if amendment.kind == AmendmentKind.ADD:
        return _write_addition(changes, amendment, former, kind, typed)
    wording = wording_beside(changes.draft, amendment)
    if amendment.kind == AmendmentKind.DELETE and kind == AnswerKind.TAKEN:
        if wording is not None and wording.paragraph_id == amendment.paragraph_id:
            changes.delete(wording, typed)
        return None
    if amendment.kind == AmendmentKind.DELETE and former and former.kind == AnswerKind.TAKEN:
        if wording is None and not _is_deleted_by_another(amendment):
            changes.put_back(amendment)
        return None
    changes.edit(wording, typed)
    return wording.paragraph if wording else None


def _has_only(wording: Wording, addition: Amendment) -> bool:
    """Return whether a paragraph has the text of an addition, and that of no other paragraph."""
    is_new = not addition.draft.wordings.filter(paragraph=wording.paragraph_id).exists()
    return is_new and not wording.sources.exists()


def _is_deleted_by_another(amendment: Amendment) -> bool:
    taken = Answer.objects.filter(
        amendment__draft=amendment.draft,
        amendment__paragraph=amendment.paragraph,
        amendment__kind=AmendmentKind.DELETE,
        kind=AnswerKind.TAKEN,
    )
    return taken.exclude(amendment=amendment).exists()


def _write_addition(
    changes: _NextDraft,
    amendment: Amendment,
    former: Answer | None,
    kind: AnswerKind,
    typed: TypedWording | None,
) -> Paragraph | None:
    added = _added_by(changes.draft, former)
    if kind in TAKING and added is None:
        return changes.add(amendment, typed.text if typed else amendment.text)
    if kind in TAKING and added is not None:
        changes.edit(added, typed)
        return added.paragraph
    if added is not None and _has_only(added, amendment):
        changes.delete(added, typed)
    return None


def _added_by(prepared: Draft, answer: Answer | None) -> Wording | None:
    """Return the wording of the paragraph that a taken addition became."""
    if answer is None or answer.kind not in TAKING or answer.paragraph is None:
        return None
    return wording_of(prepared, answer.paragraph)
