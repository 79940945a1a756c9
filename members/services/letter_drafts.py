"""Drafts of letters that officers save while they decide. They do not change the row.

A draft belongs to one officer. A decision ends it, no matter who decides. Undoing the decision
brings it back.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Conflict, Refused, lock
from core.dates import GENEVA, format_datetime
from members.models import (
    KINDS_WITH_EDITABLE_LETTER,
    LetterDraft,
    LetterDraftBase,
    Member,
    TimelineKind,
)
from members.services import exceptions
from members.services.conflicts import first_version

# An undo at the last moment must not compete with the deletion of what it restores.
KEPT_AFTER_UNDO_PERIOD: Final = timedelta(hours=1)


class LetterDraftConflict(Conflict):
    """The draft was saved again after the page was opened; `draft` is the current one."""

    def __init__(self, draft: LetterDraftBase) -> None:
        self.draft = draft
        super().__init__(
            _("Not saved: you saved another draft of this letter in another window on %(moment)s.")
            % {"moment": format_datetime(draft.saved_at, GENEVA)}
        )


@transaction.atomic
def save_letter_draft(
    *,
    row: Any,
    kind: str,
    from_statuses: Collection[str],
    wrong_status: Callable[[Any], Refused] = exceptions.wrong_status,
    form_data: str,
    in_place_of: int,
    by: User,
    at: datetime,
) -> LetterDraftBase:
    """Save an officer's draft in place of the earlier version, which is 0 for a new draft.

    `kind` is the timeline entry that the decision creates; `from_statuses` are the statuses in
    which the decision is possible. Saving the same text again changes nothing.

    Raises `wrong_status` if the row has another status, and LetterDraftConflict.
    """
    # Locked as for a decision, so that no draft is saved just after a decision deleted it.
    lock(row)
    if row.status not in from_statuses:
        raise wrong_status(row)
    draft: LetterDraftBase | None = row.letter_drafts.open().filter(kind=kind, by=by).first()
    if draft is None:
        created: LetterDraftBase = row.letter_drafts.create(
            kind=kind,
            by=by,
            form_data=form_data,
            saved_at=at,
            version=first_version(at),
        )
        return created
    if draft.form_data == form_data:
        return draft
    if draft.version != in_place_of:
        raise LetterDraftConflict(draft)

    draft.form_data = form_data
    draft.saved_at = at
    draft.version += 1
    draft.save(update_fields=["form_data", "saved_at", "version"])
    return draft


@transaction.atomic
def discard_letter_draft(*, row: Any, kind: str, by: User) -> None:
    """Delete an officer's draft permanently, if it still exists."""
    lock(row)
    row.letter_drafts.open().filter(kind=kind, by=by).delete()


def end_letter_drafts(
    member: Member, *, kinds: Collection[TimelineKind] = KINDS_WITH_EDITABLE_LETTER, at: datetime
) -> None:
    """End the drafts of a locked member that is decided, after its undo period was set.

    They are kept if the decision can be undone, and deleted if not.
    """
    drafts = member.letter_drafts.filter(kind__in=kinds)
    if member.is_undoable(at):
        drafts.open().update(ended_at=at)
    else:
        drafts.delete()


def keep_decided_letter(*, row: Any, kind: str, form_data: str, by: User, at: datetime) -> None:
    """Keep the form of a decision made at `at`, so that an undo restores it as a draft."""
    row.letter_drafts.filter(kind=kind, by=by, ended_at=at).delete()
    row.letter_drafts.create(
        kind=kind, by=by, form_data=form_data, saved_at=at, ended_at=at, version=first_version(at)
    )


def restore_letter_drafts(row: Any, *, ended_at: Collection[datetime]) -> None:
    """Restore the drafts of a locked row that undone decisions ended at these times.

    An officer's newer draft of the same letter stays, and the older one is deleted. A letter that
    was kept as decided fits the row of now, which is as it was before the decision.
    """
    newer = set(row.letter_drafts.open().values_list("kind", "by"))
    for draft in row.letter_drafts.filter(ended_at__in=ended_at).order_by("-saved_at", "-pk"):
        if (draft.kind, draft.by_id) in newer:
            draft.delete()
        else:
            newer.add((draft.kind, draft.by_id))
            if draft.saved_at == draft.ended_at:
                answers = draft.answers.copy()
                answers["version"] = answers["version_read"] = str(row.version)
                draft.form_data = answers.urlencode()
            draft.ended_at = None
            draft.save(update_fields=["form_data", "ended_at"])


def delete_ended_drafts(*, at: datetime) -> int:
    """Delete the drafts whose decision can no longer be undone, and return how many."""
    ended = LetterDraft.objects.filter(ended_at__isnull=False)
    count, _by_model = ended.exclude(member__settles_at__gt=at - KEPT_AFTER_UNDO_PERIOD).delete()
    return count


def delete_settled_drafts(drafts: "QuerySet[Any]", *, at: datetime) -> int:
    """Delete the drafts of rows with events whose decision can no longer be undone.

    Returns how many were deleted.
    """
    kept_after = at - KEPT_AFTER_UNDO_PERIOD - timedelta(seconds=settings.UNDO_SECONDS)
    count, _by_model = drafts.filter(ended_at__lte=kept_after).delete()
    return count
