"""What staff change in the texts of a commitment: typing errors, and its English.

No number, day, place, stage or partner is changed here.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from commitments.models import (
    STATUSES_IN_FORCE,
    UNDECIDED,
    Commitment,
    CommitmentEvent,
    CommitmentStatus,
    EnglishBy,
    EventKind,
)
from commitments.services import desk_types
from commitments.services.content import english_of
from commitments.services.desk_letters import draft_text_corrected, queue_letter
from commitments.services.events import lock_commitment, save_with_event
from commitments.services.figures import refresh_figures_after_commit
from commitments.services.leads import waiting_change_of
from commitments.services.own_texts import changed_texts
from commitments.services.publication import add_version, write_search_text
from core.conflicts import NothingChanged, Refused
from members.services.letters.composing import DEFAULT_LETTER
from outbox.services.letters import EditableLetter

ENGLISH_STATUSES: Final = (*UNDECIDED, CommitmentStatus.APPROVED, *STATUSES_IN_FORCE)


@transaction.atomic
def correct_texts(
    commitment: Commitment,
    *,
    texts: Mapping[str, str],
    reason: str,
    by: User,
    at: datetime,
    version: int | None = None,
    message: EditableLetter | None = DEFAULT_LETTER,
) -> CommitmentEvent:
    """Correct typing errors of a published commitment: a new version with a public reason.

    `texts` has the corrected ones by the names of `texts_of()`. The lead reads what was changed.
    US dollars and what counts stay as they are.

    Raises WrongStatus, Conflict, NothingChanged and Refused (change_waits, empty).
    """
    lock_commitment(commitment, *STATUSES_IN_FORCE, version=version)
    check_no_change_waits(commitment)
    changes = changed_texts(commitment, texts)
    if not changes:
        raise NothingChanged
    if not all(change.now for change in changes):
        raise Refused(_("A text that is published cannot become empty."), code="empty")

    columns = []
    for change in changes:
        if change.text.declared:
            setattr(commitment, change.text.name, change.now)
            columns.append(change.text.name)
            continue
        part, key = change.text.name.removesuffix(f"-{change.text.column}").split("-", 1)
        rows = getattr(commitment, part).filter(key=key)
        rows.update(**{change.text.column: change.now})
    kind = EventKind.TEXT_CORRECTED
    event = save_with_event(commitment, kind, *columns, by=by, at=at, note=reason)
    latest: int = commitment.versions.aggregate(latest=Max("number"))["latest"] or 1
    add_version(commitment, number=latest + 1, reason=reason, at=at)
    write_search_text(commitment)
    refresh_figures_after_commit(at=at)
    queue_letter(
        commitment,
        event,
        desk_types.TEXT_CORRECTED,
        message,
        draft_text_corrected,
        {"reason": reason, "changes": changes},
    )
    return event


@transaction.atomic
def write_english(
    commitment: Commitment,
    *,
    title_en: str,
    summary_en: str,
    by: User,
    at: datetime,
    version: int | None = None,
) -> CommitmentEvent:
    """Write the title and the sentence in English of a commitment in another language.

    They are a translation by the desk, so they make no new version.

    Raises WrongStatus, Conflict, NothingChanged and Refused (change_waits, is_english).
    """
    lock_commitment(commitment, *ENGLISH_STATUSES, version=version)
    check_no_change_waits(commitment)
    if commitment.language == "en":
        raise Refused(_("The commitment is in English already."), code="is_english")
    if english_of(commitment) == (title_en, summary_en):
        raise NothingChanged
    commitment.title_en, commitment.summary_en = title_en, summary_en
    commitment.english_by = EnglishBy.DESK if title_en or summary_en else ""
    fields = ("title_en", "summary_en", "english_by")
    note = "\n".join(filter(None, (title_en, summary_en)))
    event = save_with_event(commitment, EventKind.ENGLISH_WRITTEN, *fields, by=by, at=at, note=note)
    if commitment.is_public:
        write_search_text(commitment)
    return event


def check_no_change_waits(commitment: Commitment) -> None:
    """Raise Refused (change_waits) if the lead's own change would replace what staff write."""
    if waiting_change_of(commitment) is not None:
        raise Refused(
            _("A change that the lead proposed waits. Accept or decline it first."),
            code="change_waits",
        )
