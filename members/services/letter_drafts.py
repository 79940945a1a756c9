"""Drafts of letters that officers save while they decide. They do not change the member.

A draft belongs to one officer. It is deleted with the decision, no matter who decides.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Conflict, lock
from core.dates import GENEVA, format_datetime
from members.models import LetterDraft, Member, MemberStatus, TimelineKind
from members.services.conflicts import first_version
from members.services.exceptions import WrongStatus


class LetterDraftConflict(Conflict):
    """The draft was saved again after the page was opened; `draft` is the current one."""

    def __init__(self, draft: LetterDraft) -> None:
        self.draft = draft
        super().__init__(
            _("Not saved: you saved another draft of this letter in another window on %(moment)s.")
            % {"moment": format_datetime(draft.saved_at, GENEVA)}
        )


@transaction.atomic
def save_letter_draft(
    *,
    member: Member,
    kind: TimelineKind,
    from_statuses: Collection[MemberStatus],
    form_data: str,
    in_place_of: int,
    by: User,
    at: datetime,
) -> LetterDraft:
    """Save an officer's draft in place of the earlier version, which is 0 for a new draft.

    `kind` is the timeline entry that the decision creates; `from_statuses` are the statuses in
    which the decision is possible. Saving the same text again changes nothing.

    Raises WrongStatus if the member has another status, and LetterDraftConflict.
    """
    # Locked as for a decision, so that no draft is saved just after a decision deleted it.
    lock(member)
    if member.status not in from_statuses:
        raise WrongStatus(member)
    draft = LetterDraft.objects.filter(member=member, kind=kind, by=by).first()
    if draft is None:
        return LetterDraft.objects.create(
            member=member,
            kind=kind,
            by=by,
            form_data=form_data,
            saved_at=at,
            version=first_version(at),
        )
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
def discard_letter_draft(*, member: Member, kind: TimelineKind, by: User) -> None:
    """Delete an officer's draft permanently, if it still exists."""
    lock(member)
    LetterDraft.objects.filter(member=member, kind=kind, by=by).delete()
