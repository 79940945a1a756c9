"""The record of processing: the declared data, and what ITU states about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.text import capfirst

from accounts.models import User
from core.conflicts import NothingChanged, lock
from core.history import set_history_actor
from privacy.models import ProcessingStatement
from privacy.services.periods import Periods
from privacy.services.tables import DECLARED_TABLES, Purpose, model_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessedTable:
    """One kind of record with personal data: which data, and how long they are kept."""

    name: str
    columns: Sequence[str]
    periods: Sequence[str]


def processed_tables() -> dict[str, list[ProcessedTable]]:
    """Return all declared tables by the name of their purpose, with one query."""
    periods = Periods.read()
    tables: dict[str, list[ProcessedTable]] = {str(each.label): [] for each in Purpose}
    for table in DECLARED_TABLES:
        model = model_of(table)
        names = [str(model._meta.get_field(name).verbose_name) for name in table.exported]  # type: ignore[union-attr]
        tables[str(Purpose(table.purpose).label)].append(
            ProcessedTable(
                name=capfirst(str(table.name)),
                columns=list(dict.fromkeys(names)),
                periods=periods.sentences(table.retention),
            )
        )
    return tables


@transaction.atomic
def change_statement(*, statement: ProcessingStatement, text: str, by: User, at: datetime) -> None:
    """Change what ITU states about a topic. Raises NothingChanged."""
    lock(statement)
    if text == statement.text:
        raise NothingChanged
    statement.text = text
    set_history_actor(statement, by, at)
    statement.save(update_fields=["text"])
