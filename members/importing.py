"""How Expressions of Interest that came in another way are taken in: all of a file, or nothing."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from members.intake import AnsweredOtherwise, CallNotOpen, receive_expression_of_interest
from members.models import Call, Import, Member


class NothingNew(Exception):
    """Every row was taken in before."""

    def __init__(self) -> None:
        super().__init__(_("Nothing was taken in: all of these are there already."))


class RowRefused(Exception):
    """One row cannot be taken in, and so none was."""

    def __init__(self, number: int, refusal: Exception) -> None:
        super().__init__(
            _("Nothing was taken in. Row %(number)d: %(refusal)s")
            % {"number": number, "refusal": refusal}
        )


@dataclass(frozen=True)
class Row:
    """One EOI of a file: its number there, its answers as intake takes them, when it came."""

    number: int
    answers: dict[str, Any]
    received_at: datetime
    submission_key: str


def submission_key_of(call: Call, answers: dict[str, Any]) -> str:
    """Return the key of some answers to a call: the same answers have the same, in any file."""
    spelled = json.dumps(
        {**answers, "call": call.pk, "focus_area": answers["focus_area"].slug},
        sort_keys=True,
        ensure_ascii=False,
    )
    return hashlib.sha256(spelled.encode()).hexdigest()


def already_there(rows: Iterable[Row]) -> dict[str, str]:
    """Return the reference of what came of the rows that were taken in before, by their keys."""
    keys = [row.submission_key for row in rows]
    members = Member.objects.filter(submission_key__in=keys)
    return dict(members.values_list("submission_key", "reference"))


@transaction.atomic
def take_in(
    *,
    call: Call,
    rows: Iterable[Row],
    file_name: str,
    way: str,
    note: str = "",
    with_acknowledgement: bool = False,
    by: User,
    at: datetime,
) -> Import:
    """Take in each row of a file that is not there yet, as a pending member.

    `way` is a value of Way. Raises NothingNew, and RowRefused where a row came when the call was
    not open.
    """
    rows = list(rows)
    # Two who take the same in at once come one after the other; forms that arrive do not wait.
    call = Call.objects.select_for_update(no_key=True).get(pk=call.pk)
    known = already_there(rows)
    new = [row for row in rows if row.submission_key not in known]
    if not new:
        raise NothingNew

    made = Import.objects.create(
        by=by,
        by_name=str(by),
        at=at,
        call=call,
        file_name=file_name,
        rows=len(new),
        way=way,
        is_acknowledged=with_acknowledgement,
        note=note,
    )
    for row in new:
        try:
            receive_expression_of_interest(
                **row.answers,
                call=call,
                submission_key=row.submission_key,
                imported_in=made,
                received_at=row.received_at,
                with_acknowledgement=with_acknowledgement,
                at=at,
            )
        except (CallNotOpen, AnsweredOtherwise) as refused:
            raise RowRefused(row.number, refused) from refused
    return made
