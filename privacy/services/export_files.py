"""The files of an export: JSON for programs, and one page of HTML to read and print."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import get_language, get_language_bidi, gettext_lazy

from accounts.models import User
from core.dates import format_datetime
from privacy.models import DataExportFormat
from privacy.services.exports import ExportedTable, record_export
from privacy.services.people import find_person

CONTENT_TYPES: Final = {
    DataExportFormat.HTML: "text/html; charset=utf-8",
    DataExportFormat.JSON: "application/json",
}
# What exists and is not in the file.
LEFT_OUT: Final[Sequence[str | Promise]] = (
    gettext_lazy(
        "Internal notes and opinions of staff about the organisation. They may mention people."
    ),
    gettext_lazy("The data of other people, also where they acted for the same organisation."),
    gettext_lazy(
        "Passwords, codes, and the keys of private links, which would be unsafe in a file."
    ),
    gettext_lazy("The server log, which records network addresses and no names."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFile:
    """A file to save. Its name contains no personal data."""

    name: str
    content_type: str
    content: bytes

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a response with the file."""
        return {"Content-Disposition": f'attachment; filename="{self.name}"'}


def export_person(
    *, address: str, kind: DataExportFormat, by: User, is_own: bool, zone: str, at: datetime
) -> ExportFile:
    """Record that a person's data are exported, and return the file, in the current language.

    Raises TooManyAttempts.
    """
    tables = record_export(
        person=find_person(address),
        address=address,
        kind=kind,
        by=by,
        is_own=is_own,
        zone=zone,
        at=at,
    )
    facts: dict[str, Any] = {
        "address": address,
        "contact": settings.MAIL_REPLY_TO,
        "left_out": [str(each) for each in LEFT_OUT],
    }
    if kind == DataExportFormat.JSON:
        facts |= {"made_at": at.isoformat(), "tables": [_as_data(table) for table in tables]}
        content = json.dumps(facts, ensure_ascii=False, indent=2)
    else:
        facts |= {
            "made_at": format_datetime(at, zone),
            "tables": tables,
            "language": get_language(),
            "direction": "rtl" if get_language_bidi() else "ltr",
        }
        content = render_to_string("privacy/export.html", facts)
    return ExportFile(
        name=f"personal-data-{at:%Y-%m-%d-%H%M}.{kind}",
        content_type=CONTENT_TYPES[kind],
        content=content.encode(),
    )


def _as_data(table: ExportedTable) -> dict[str, object]:
    return {
        "table": table.model,
        "name": table.name,
        "purpose": table.purpose,
        "kept": table.period,
        "columns": {each.column: each.label for row in table.rows for each in row},
        "rows": [{each.column: each.value for each in row} for row in table.rows],
    }
