"""Letters that are begun and kept, by whoever decides; they change nothing of the file.

A draft is its officer's own, and is gone with the decision that it was for, whoever makes it.
"""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Conflict, lock
from core.dates import GENEVA, format_datetime
from members.models import UNDECIDED_STATUSES, DecisionWithLetter, LetterDraft, Member, MemberStatus
from members.services.conflicts import first_version
from members.services.exceptions import WrongStatus

# For a file in which status a letter may be begun.
ALLOWED_STATUSES: Final = {
    DecisionWithLetter.ADMIT: UNDECIDED_STATUSES,
    DecisionWithLetter.MOVE: (MemberStatus.ADMITTED,),
    DecisionWithLetter.DECLINE: UNDECIDED_STATUSES,
    DecisionWithLetter.REQUEST_INFORMATION: (MemberStatus.PENDING,),
}


class LetterDraftConflict(Conflict):
    """The officer saved another draft after this page was opened; `draft` is as it is now."""

    def __init__(self, draft: LetterDraft) -> None:
        self.draft = draft
        super().__init__(
            _(
                "You saved another draft of this letter on %(moment)s, in another window. This one "
                "is not saved."
            )
            % {"moment": format_datetime(draft.saved_at, GENEVA)}
        )


@transaction.atomic
def save_letter_draft(
    *,
    member: Member,
    decision: DecisionWithLetter,
    form_data: str,
    in_place_of: int,
    by: User,
    at: datetime,
) -> LetterDraft:
    """Keep what an officer has typed so far, in place of an earlier version or of none (0).

    The same once more is the same draft.

    Raises WrongStatus where the file is beyond that decision, and LetterDraftConflict.
    """
    # Locked as for a decision: no draft is kept that a decision has just thrown away.
    lock(member)
    if member.status not in ALLOWED_STATUSES[decision]:
        raise WrongStatus(member)
    draft = LetterDraft.objects.filter(member=member, decision=decision, by=by).first()
    if draft is None:
        return LetterDraft.objects.create(
            member=member,
            decision=decision,
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
def discard_letter_draft(*, member: Member, decision: DecisionWithLetter, by: User) -> None:
    """Delete an officer's own draft for good; there may be none any more."""
    lock(member)
    LetterDraft.objects.filter(member=member, decision=decision, by=by).delete()
