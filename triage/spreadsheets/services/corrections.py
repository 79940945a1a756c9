"""Corrections of members by the rows of an edited export."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from core.conflicts import Refused, lock_rows
from members.models import (
    KINDS_WITHOUT_CHANGE,
    NOTE_LANGUAGE,
    Member,
    MemberQuerySet,
    TimelineEntry,
    TimelineKind,
)
from members.services.conflicts import last_change_in_words
from members.services.corrections import correct_answers
from triage.spreadsheets.models import Import


class RowRejected(Exception):
    """One row cannot be imported, so nothing was imported."""

    def __init__(self, number: int, refusal: Exception) -> None:
        super().__init__(
            _("Nothing was imported. Row %(number)d: %(refusal)s")
            % {"number": number, "refusal": refusal}
        )


@dataclass(frozen=True)
class RowCorrection:
    """The answers that a row changes, and the version of the member that it is based on.

    `facts` and `focal_points` are those of `correct_answers`.
    """

    number: int
    member: Member
    version: int
    facts: dict[str, Any]
    focal_points: dict[int, dict[str, Any]]

    @property
    def changes_address(self) -> bool:
        """Whether the private links that were sent to an address stop working."""
        return any("email" in facts for facts in self.focal_points.values())


@transaction.atomic
def correct_rows(
    corrections: Iterable[RowCorrection], *, reason: str, file_name: str, by: User, at: datetime
) -> None:
    """Correct all members as a person does on the page of each. No letter is sent.

    The timeline has the reason and the name of the file. Raises RowRejected if a member changed
    after the export, or its personal data was deleted.
    """
    corrections = list(corrections)
    lock_rows(Member.objects.filter(pk__in=[each.member.pk for each in corrections]))
    with override(NOTE_LANGUAGE):
        note = _("%(reason)s (from the spreadsheet %(file)s)") % {
            "reason": reason,
            "file": file_name,
        }
    for each in corrections:
        try:
            correct_answers(
                member=each.member,
                facts=each.facts,
                focal_points=each.focal_points,
                reason=note,
                by=by,
                at=at,
                version=each.version,
            )
        except Refused as refused:
            raise RowRejected(each.number, refused) from refused


def last_changes(members: Iterable[Member]) -> dict[int, str]:
    """Return who changed each member last, and when, in a sentence by the member's key."""
    entries = TimelineEntry.objects.filter(member__in=list(members))
    ordered = entries.exclude(kind__in=KINDS_WITHOUT_CHANGE).order_by("pk")
    return {
        key: last_change_in_words(entry)
        for key, entry in {entry.member_id: entry for entry in ordered}.items()
    }


def corrected_with(made: Import) -> MemberQuerySet:
    """Return the members that an import corrected: those with its entries on the timeline."""
    # All corrections of an import have its time.
    entries = TimelineEntry.objects.filter(
        kind=TimelineKind.CORRECTED, at=made.at, by_user=made.by_id
    )
    found = Member.objects.filter(pk__in=entries.values("member")).order_by("submitted_at", "pk")
    return found if made.corrected_count else found.none()
