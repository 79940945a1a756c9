"""The changes of a member while a person had its page open: events, old and new values."""

from itertools import groupby, pairwise
from typing import Any

from core.admin.history import MAX_CHANGES_SHOWN, HistoryChange, field_changes
from eoi.services.application_status import QuotedText
from members.models import FocalPoint, Member, TimelineEntry
from members.services.timeline import timeline_with_reasons
from triage.staff_pages.history import MemberChangeContext


def changes_since(member: Member, version: int | None) -> list[HistoryChange]:
    """Return the changes of a member after a version of it, the oldest first.

    It returns at most MAX_CHANGES_SHOWN. The history rows and the timeline entry of one change have
    the same time.
    """
    versions = member.history.filter(version__gte=version or 0)
    rows = list(versions.order_by("-history_id")[: MAX_CHANGES_SHOWN + 1])[::-1]
    steps = [
        (at, list(pairs))
        for at, pairs in groupby(pairwise(rows), key=lambda pair: pair[1].history_date)
    ]
    instants = [at for at, _pairs in steps]
    entries = list(timeline_with_reasons(member).filter(at__in=instants).order_by("pk"))
    of_people = _changes_of_people(member)
    return [
        HistoryChange(
            who=pairs[-1][1].history_by_name,
            at=at,
            what=", ".join(entry.get_kind_display() for entry in entries if entry.at == at),
            said=[said for entry in entries if entry.at == at for said in _said(entry)],
            fields=[
                *(change for before, row in pairs for change in _of(Member, before, row)),
                *(
                    change
                    for before, row in of_people
                    if row.history_date == at
                    for change in _of(FocalPoint, before, row)
                ),
            ],
        )
        for at, pairs in steps
    ]


def _changes_of_people(member: Member) -> list[tuple[Any, Any]]:
    """Return each history row of a member's people with the previous row."""
    rows = FocalPoint.history.filter(member_id=member.pk).order_by("id", "history_id")
    return [(before, row) for before, row in pairwise(rows) if before.id == row.id]


def _of(model: type[Member | FocalPoint], before: Any, after: Any) -> list[dict[str, Any]]:
    return field_changes(MemberChangeContext(model, after), before, after)


def _said(entry: TimelineEntry) -> list[QuotedText]:
    given = [QuotedText(given.text, given.language) for given in entry.reasons_given.all()]
    return [*given, QuotedText(entry.note_in_words)] if entry.note else given
