"""Imports Expressions of Interest that arrived in another way: a whole spreadsheet or nothing."""

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from members.models import Call, FocalPoint, Member, Origin
from members.services.intake import (
    CallClosed,
    SubmittedWithOtherAnswers,
    receive_expression_of_interest,
)
from triage.duplicates.models import PossibleDuplicate
from triage.duplicates.services.matching import alike_to
from triage.spreadsheets.models import Import, ImportedRow
from triage.spreadsheets.services.corrections import RowCorrection, RowRejected, correct_rows


class NothingToImport(Exception):
    """Every row was imported before, or is similar to a member and was not ticked."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Nothing was imported. Each row was already imported, or is similar to an "
                "organisation and was not ticked."
            )
        )


@dataclass(frozen=True)
class ImportRow:
    """One EOI in a file: its row number, its answers for the intake, and when it was received."""

    number: int
    answers: dict[str, Any]
    received_at: datetime
    submission_key: str


def submission_key_of(call: Call, answers: dict[str, Any]) -> str:
    """Return the key of answers to a call. The same answers have the same key in any file."""
    spelled = json.dumps(
        {**answers, "call": call.pk, "focus_area": answers["focus_area"].slug},
        sort_keys=True,
        ensure_ascii=False,
    )
    return hashlib.sha256(spelled.encode()).hexdigest()


@dataclass(frozen=True)
class Alike:
    """A member that is similar to a row, and the reasons."""

    member: Member
    reasons: list[str]


def with_references(references: Iterable[str]) -> dict[str, Member]:
    """Return the members with some references, by reference."""
    return {member.reference: member for member in Member.objects.filter(reference__in=references)}


def already_imported(rows: Iterable[ImportRow]) -> dict[str, Member]:
    """Return the members that were created from the same rows before, by submission key."""
    keys = [row.submission_key for row in rows]
    return {
        member.submission_key: member for member in Member.objects.filter(submission_key__in=keys)
    }


def likenesses(rows: Iterable[ImportRow]) -> dict[int, list[Alike]]:
    """Return the members similar to each row, by row number. The most similar come first."""
    found = alike_to({row.number: _unstored(row.answers) for row in rows})
    members = Member.objects.in_bulk({pk for reasons in found.values() for pk in reasons})
    return {
        number: sorted(
            (Alike(members[pk], _in_words(why)) for pk, why in reasons.items() if pk in members),
            key=lambda alike: (-len(alike.reasons), alike.member.pk),
        )
        for number, reasons in found.items()
    }


def _in_words(reasons: set[str]) -> list[str]:
    return PossibleDuplicate(**dict.fromkeys(reasons, True)).reasons


def _unstored(answers: dict[str, Any]) -> tuple[Member, list[FocalPoint]]:
    """Return unsaved instances with the answers that are used to find duplicates."""
    member = Member(
        **{name: answers[name] for name in ("organisation_name", "acronym", "country", "website")}
    )
    names = ("given_name", "family_name", "email")
    people = [
        FocalPoint(**{name: answers[f"{prefix}{name}"] for name in names})
        for prefix in ("", "alternate_")
        if answers[f"{prefix}email"]
    ]
    return member, people


@transaction.atomic
def import_rows(
    *,
    call: Call,
    rows: Iterable[ImportRow],
    corrections: Collection[RowCorrection] = (),
    though_alike: Collection[int] = (),
    file_name: str,
    channel: str = "",
    note: str = "",
    with_acknowledgement: bool = False,
    by: User,
    at: datetime,
) -> Import:
    """Import each row that was not imported before, as a pending member, and make corrections.

    A row that is similar to a member is skipped, unless its number is in `though_alike`. `channel`
    is a value of ImportChannel, and may be empty if there is no row. `note` is the reason of the
    corrections. Raises NothingToImport, and RowRejected if the call was not open when a row was
    received, or as `correct_rows` does.
    """
    rows = list(rows)
    # Concurrent imports of the same rows run one after the other. The public form need not wait.
    call = Call.objects.select_for_update(no_key=True).get(pk=call.pk)
    known = already_imported(rows)
    unknown = [row for row in rows if row.submission_key not in known]
    alike = alike_to({row.number: _unstored(row.answers) for row in unknown})
    new = [row for row in unknown if row.number not in alike or row.number in though_alike]
    if not new and not corrections:
        raise NothingToImport

    made = Import.objects.create(
        by=by,
        by_name=str(by),
        at=at,
        call=call if new else None,
        file_name=file_name,
        row_count=len(new),
        corrected_count=len(corrections),
        channel=channel if new else "",
        is_acknowledged=with_acknowledgement,
        note=note,
    )
    imported_rows = []
    for row in new:
        try:
            member = receive_expression_of_interest(
                **row.answers,
                call=call,
                submission_key=row.submission_key,
                origin=Origin.SPREADSHEET,
                by=by,
                received_at=row.received_at,
                with_acknowledgement=with_acknowledgement,
                at=at,
            )
        except (CallClosed, SubmittedWithOtherAnswers) as refused:
            raise RowRejected(row.number, refused) from refused
        imported_rows.append(ImportedRow(spreadsheet_import=made, member=member))
    ImportedRow.objects.bulk_create(imported_rows)
    if corrections:
        correct_rows(corrections, reason=note, file_name=file_name, by=by, at=at)
    return made
