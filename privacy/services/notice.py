"""The table of the privacy notice, made from the declarations of the apps."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.text import capfirst

from privacy.services.periods import Periods
from privacy.services.purposes import Purpose
from privacy.services.tables import DECLARED_TABLES


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """Records that are kept for the same purpose and for the same time."""

    purpose: str
    records: Sequence[str]
    periods: Sequence[str]


def notice_rows() -> list[NoticeRow]:
    """Return the rows of the notice in the order of the purposes, with one query."""
    periods = Periods.read()
    names: dict[tuple[str, str], list[str]] = {}
    for table in DECLARED_TABLES:
        # Earlier versions are kept for the period of histories, which is in the table too.
        names.setdefault((table.purpose, table.retention), []).append(capfirst(str(table.name)))
    order = list(Purpose.values)
    return [
        NoticeRow(
            purpose=str(Purpose(purpose).label),
            records=records,
            periods=periods.sentences(retention),
        )
        for (purpose, retention), records in sorted(
            names.items(), key=lambda row: order.index(row[0][0])
        )
    ]
