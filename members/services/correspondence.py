"""Letters to one organisation that decide nothing."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Refused, check_version, lock, save_next_version
from members.models import FocalPoint, Member, Reason, TimelineEntry, TimelineKind
from members.services.conflicts import member_conflict
from members.services.exceptions import check_has_personal_data
from members.services.letter_drafts import end_letter_drafts
from members.services.letters import placeholder_values
from members.services.letters.composing import (
    DEFAULT_LETTER,
    draft_letter,
    primary_focal_point,
    queue_letter,
)
from members.services.letters.decisions import has_reason_texts, reason_texts, reasons_in_order
from members.services.reasons import record_reasons
from members.services.timeline import add_entry
from outbox.services.letters import EditableLetter
from outbox.services.rendering import escape_paragraphs


@transaction.atomic
def write_letter(
    *,
    member: Member,
    text: str = "",
    reasons: Sequence[Reason] = (),
    by: User,
    at: datetime,
    version: int | None = None,
    message: EditableLetter | None = DEFAULT_LETTER,
) -> TimelineEntry:
    """Write to the focal points of a member in any status, which stays as it is.

    `reasons` are standard texts, and `text` is one for this member. The version changes, so that a
    form that is sent twice writes one letter.

    Raises Conflict and Refused (personal_data_deleted, no_letter).
    """
    lock(member)
    check_has_personal_data(member)
    check_version(member, version, member_conflict)
    if message is None:
        raise Refused(_("Write the email, or leave this page."), code="no_letter")

    save_next_version(member, by=by, at=at)
    end_letter_drafts(member, kinds=[TimelineKind.LETTER_SENT], at=at)
    entry = add_entry(member, TimelineKind.LETTER_SENT, by=by, at=at, note=text)
    record_reasons(entry, reasons)
    queue_letter(member, entry, message, partial(draft_written_letter, text=text, reasons=reasons))
    return entry


def draft_written_letter(
    *,
    member: Member,
    text: str = "",
    reasons: Iterable[Reason] = (),
    focal_point: FocalPoint | None = None,
) -> EditableLetter:
    """Draft a letter with standard texts and a text, for one focal point or the primary one."""
    chosen = reasons_in_order(reasons)
    return draft_letter(
        "letter",
        focal_point or primary_focal_point(member),
        {
            "text": lambda: placeholder_values.join_paragraphs(
                *reason_texts(chosen), escape_paragraphs(text)
            )
        },
        is_whole=partial(has_reason_texts, chosen),
    )
