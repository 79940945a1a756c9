"""What a lead types, kept part by part: drafts, and corrections of what was sent.

`Commitment.typed` has the raw fields of the parts of the form, also wrong ones:

    {"version": 7, "parts": {"targets": {"fields": {"target-0-unit": ["people"]}, "language": "en",
     "version": 7, "page": "k3Vd", "saved_at": "2025-03-01T12:00:00+00:00", "other": {…}}}}

`version` increases with every other text. Each part is a draft as `core.autosave` describes it.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commitments.models import Commitment, CommitmentStatus
from commitments.services.events import lock_commitment
from commitments.services.leads import EDITABLE, CorrectionClosed, is_editable, lock_lead
from core.autosave import Draft, Outcome, Page, TooLong, autosave, storable
from core.codes import new_reference
from core.conflicts import Refused, lock
from core.history import set_history_actor
from members.models import FocalPoint

# In characters of JSON: many times what the form accepts in any script.
MAX_TYPED_LENGTH: Final = 300_000
# The limit of drafts of one member.
MAX_DRAFTS: Final = 30
REFERENCE_ATTEMPTS: Final = 5

# The raw values of fields by name, as a browser submits them.
Fields = dict[str, list[str]]


class FormChanged(Refused):
    """Something was typed on another page after the person read the commitment."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Not sent: the form was changed in another window, or by another person of your "
                "organisation. Read it again below, then send it."
            )
        )


class Typed(NamedTuple):
    """The raw fields of a part. `language` is that of the page they were typed in."""

    fields: Fields
    language: str

    def storable(self) -> "Typed":
        """Return it as both databases store it, without empty fields."""
        fields = {
            name: [storable(value) for value in values]
            for name, values in self.fields.items()
            if values
        }
        return self._replace(fields=fields)


class TypedPart(NamedTuple):
    """The raw fields of one part of the form. `language` is that of the page it was typed in."""

    fields: Fields
    language: str
    version: int
    has_other: bool = False


class SavedPart(NamedTuple):
    """The version in which a part was kept, and whether it was kept beside another text."""

    version: int
    saved_at: datetime
    is_other_version: bool = False


def begin_draft(
    *,
    submission_key: UUID,
    by: FocalPoint,
    at: datetime,
    typed: Mapping[str, Typed] | None = None,
) -> Commitment:
    """Begin a draft for the member of a focal point. The same key returns the same draft.

    `typed` has what the parts of the form are filled in with, if anything.

    Raises Refused (not_lead, too_many_drafts).
    """
    parts = _first_parts(typed or {}, at)
    for _attempt in range(REFERENCE_ATTEMPTS):
        try:
            return _begin_draft(submission_key=submission_key, typed=parts, by=by, at=at)
        except IntegrityError:
            # The reference is taken.
            continue
    raise IntegrityError("No free reference was found.")


@transaction.atomic
def _begin_draft(
    *, submission_key: UUID, typed: dict[str, Any], by: FocalPoint, at: datetime
) -> Commitment:
    # Locked, so that a second click finds the draft of the first one.
    person = lock_lead(by.member_id, by)
    mine = Commitment.objects.filter(lead=person.member)
    begun = mine.filter(submission_key=submission_key).first()
    if begun is not None:
        return begun
    if mine.filter(status=CommitmentStatus.DRAFT).count() >= MAX_DRAFTS:
        sentence = ngettext(
            "Your organisation has %(number)d draft. Send or delete one first.",
            "Your organisation has %(number)d drafts. Send or delete one first.",
            MAX_DRAFTS,
        )
        raise Refused(sentence % {"number": MAX_DRAFTS}, code="too_many_drafts")
    draft = Commitment(
        reference=new_reference("C"),
        lead=person.member,
        submission_key=submission_key,
        typed=typed,
        created_at=at,
        saved_at=at,
    )
    set_history_actor(draft, by, at)
    draft.save(force_insert=True)
    return draft


@transaction.atomic
def autosave_part(
    *,
    commitment: Commitment,
    part: str,
    typed: Typed,
    page: Page,
    by: FocalPoint,
    at: datetime,
) -> SavedPart:
    """Keep what was typed in one part of the form. Nothing is validated.

    `core.autosave` says what becomes of the text if another page saved another one.

    Raises WrongStatus, CorrectionClosed, TooLong and ThirdVersion.
    """
    lock_commitment(commitment, *EDITABLE)
    if not is_editable(commitment):
        raise CorrectionClosed
    typed = typed.storable()
    kept = commitment.typed or {"version": 0, "parts": {}}
    stored = kept["parts"].get(part)
    if stored is None:
        draft, outcome = Draft(typed, 0, page.name, at), Outcome.SAVED
    else:
        before = _as_draft(stored, commitment)
        draft, outcome = autosave(before, typed, page=page, at=at)
        if draft == before:
            return SavedPart(before.version, commitment.saved_at)
    if stored is None or draft.text != before.text:
        kept["version"] += 1
        draft = replace(draft, version=kept["version"])
    elif draft.other != before.other:
        # So that nobody sends the whole without knowing of it.
        kept["version"] += 1
    kept["parts"][part] = _as_json(draft)
    _save_typed(commitment, kept, by=by, at=at)
    return SavedPart(draft.version, commitment.saved_at, outcome is Outcome.KEPT_BESIDE)


def typed_part(commitment: Commitment, part: str, *, is_other: bool = False) -> TypedPart | None:
    """Return what was typed in a part, or the other version of it; None if nothing was."""
    stored = commitment.typed.get("parts", {}).get(part)
    if stored is None or (is_other and "other" not in stored):
        return None
    shown = stored["other"] if is_other else stored
    return TypedPart(shown["fields"], shown["language"], stored["version"], "other" in stored)


def has_other_version(commitment: Commitment, part: str) -> bool:
    """Return whether another text of a part is kept beside it."""
    kept = typed_part(commitment, part)
    return kept is not None and kept.has_other


def typed_title(commitment: Commitment) -> str:
    """Return the title that was typed last in a draft."""
    kept = typed_part(commitment, "what")
    return " ".join((kept.fields.get("title") or [""])[-1].split())[:200] if kept else ""


def typed_version(commitment: Commitment) -> int:
    """Return the version of all that was typed; 0 if nothing was."""
    return int(commitment.typed.get("version", 0))


def take_typed(commitment: Commitment, seen: int | None) -> None:
    """Empty what was typed in a locked commitment, which the caller saves.

    `seen` is the version that the person read, if any. Raises FormChanged.
    """
    if seen is not None and typed_version(commitment) != seen:
        raise FormChanged
    commitment.typed = {}


@transaction.atomic
def discard_typed(*, commitment: Commitment, by: FocalPoint, at: datetime) -> None:
    """Delete a draft; of a commitment that was sent, only a correction that was not sent.

    Raises Refused (not_lead), and WrongStatus if it was sent or decided on meanwhile.
    """
    lock_lead(commitment.lead_id, by)
    was_draft = commitment.status == CommitmentStatus.DRAFT
    lock(commitment)
    if was_draft:
        lock_commitment(commitment, CommitmentStatus.DRAFT)
        set_history_actor(commitment, by, at)
        commitment.delete()
    else:
        _save_typed(commitment, {}, by=by, at=at, is_saved=False)


def _first_parts(typed: Mapping[str, Typed], at: datetime) -> dict[str, Any]:
    """Return what a new draft has typed, as `autosave_part()` would have kept it."""
    if not typed:
        return {}
    parts = {part: _as_json(Draft(fields, 1, "", at)) for part, fields in typed.items()}
    return {"version": 1, "parts": parts}


def _as_draft(stored: dict[str, Any], commitment: Commitment) -> Draft[Typed]:
    """Return a stored part. The release before stored no time of a part."""
    other = stored.get("other")
    saved_at = stored.get("saved_at")
    return Draft(
        text=Typed(stored["fields"], stored["language"]),
        version=stored["version"],
        page=stored["page"],
        saved_at=datetime.fromisoformat(saved_at) if saved_at else commitment.created_at,
        other=Typed(other["fields"], other["language"]) if other else None,
        other_page=other.get("page", "") if other else "",
    )


def _as_json(draft: Draft[Typed]) -> dict[str, Any]:
    stored = {
        **draft.text._asdict(),
        "version": draft.version,
        "page": draft.page,
        "saved_at": draft.saved_at.isoformat(),
    }
    if draft.other is not None:
        stored["other"] = {**draft.other._asdict(), "page": draft.other_page}
    return stored


def _save_typed(
    commitment: Commitment,
    typed: dict[str, Any],
    *,
    by: FocalPoint,
    at: datetime,
    is_saved: bool = True,
) -> None:
    """Save what was typed in a locked commitment.

    The version of the row does not increase: staff who read it see nothing of this.
    """
    if len(json.dumps(typed, ensure_ascii=False)) > MAX_TYPED_LENGTH:
        raise TooLong
    commitment.typed = typed
    if is_saved and commitment.status == CommitmentStatus.DRAFT:
        # The time was read before waiting for the lock, so another save may be later.
        commitment.saved_at = max(at, commitment.saved_at)
    # No history: it would have a row for every few seconds of typing, without what was typed.
    commitment.skip_history_when_saving = True  # type: ignore[attr-defined]  # of simple-history
    commitment.save(update_fields=["typed", "saved_at"])
    del commitment.skip_history_when_saving  # type: ignore[attr-defined]
