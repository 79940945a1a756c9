"""The changes of a row while a person had its page open: events, old and new values."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import groupby, pairwise
from typing import Any

from django.db.models import QuerySet

from core.admin.history import MAX_CHANGES_SHOWN, HistoryChange, field_changes
from eoi.services.application_status import QuotedText
from members.models import FocalPoint, Member, TimelineEntry
from members.services.timeline import timeline_with_reasons
from triage.staff_pages.history import MemberChangeContext


def changes_since(member: Member, version: int | None) -> list[HistoryChange]:
    """Return the changes of a member and its people after a version of it, the oldest first."""
    return changes_of_row(
        member,
        version,
        timeline=timeline_with_reasons(member),
        said=_said,
        parts=_changes_of_people(member),
    )


def changes_of_row(
    row: Any,
    version: int | None,
    *,
    timeline: QuerySet[Any],
    said: Callable[[Any], Iterable[QuotedText]],
    parts: Sequence[tuple[Any, Any]] = (),
) -> list[HistoryChange]:
    """Return the changes of a row after a version of it, the oldest first.

    It returns at most MAX_CHANGES_SHOWN. The history rows and the timeline entry of one change have
    the same time. `said` quotes an entry. `parts` are history rows of what belongs to the row, each
    with the previous one.
    """
    versions = row.history.filter(version__gte=version or 0)
    rows = list(versions.order_by("-history_id")[: MAX_CHANGES_SHOWN + 1])[::-1]
    steps = [
        (at, list(pairs))
        for at, pairs in groupby(pairwise(rows), key=lambda pair: pair[1].history_date)
    ]
    instants = [at for at, _pairs in steps]
    entries = list(timeline.filter(at__in=instants).order_by("pk"))
    return [
        HistoryChange(
            who=pairs[-1][1].history_by_name,
            at=at,
            what=", ".join(entry.get_kind_display() for entry in entries if entry.at == at),
            said=[quoted for entry in entries if entry.at == at for quoted in said(entry)],
            fields=[
                change
                for before, after in (*pairs, *_at(parts, at))
                for change in field_changes(
                    MemberChangeContext(after.instance_type, after), before, after
                )
            ],
        )
        for at, pairs in steps
    ]


def _changes_of_people(member: Member) -> list[tuple[Any, Any]]:
    """Return each history row of a member's people with the previous row."""
    rows = FocalPoint.history.filter(member_id=member.pk).order_by("id", "history_id")
    return [(before, row) for before, row in pairwise(rows) if before.id == row.id]


def _at(parts: Iterable[tuple[Any, Any]], at: datetime) -> list[tuple[Any, Any]]:
    return [(before, after) for before, after in parts if after.history_date == at]


def _said(entry: TimelineEntry) -> list[QuotedText]:
    given = [QuotedText(given.text, given.language) for given in entry.reasons_given.all()]
    return [*given, QuotedText(entry.note_in_words)] if entry.note else given
