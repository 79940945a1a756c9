"""Exports members as a spreadsheet, and records each export."""

import logging
from contextlib import ExitStack
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO

from django.utils.translation import gettext as _

from accounts.models import User
from core.spreadsheets import FORMATS, SpreadsheetFormat
from members.models import MemberQuerySet
from triage.spreadsheets.models import Export
from triage.spreadsheets.services.columns import MemberSheet

logger = logging.getLogger(__name__)

# The title of the sheet, which is not translated.
SHEET = "EOI"
# In bytes. A larger file is written to an unnamed temporary file, which is deleted after the
# response.
MAX_IN_MEMORY = 1024 * 1024


class NoRoom(Exception):
    """The disk has no space for an export."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The file could not be written because the portal's disk is full. Nothing was "
                "exported. Contact the people who run the portal, or filter the list to fewer rows."
            )
        )


def export_members(
    *,
    members: MemberQuerySet,
    kind: SpreadsheetFormat,
    filters: str,
    by: User,
    at: datetime,
) -> tuple[Export, IO[bytes]]:
    """Write members to a spreadsheet in the reader's language, and record who exported them.

    `filters` describes the filters of the list in English, without the search terms. The file is
    written before the record and outside a transaction, so that nobody waits for it, and an export
    that cannot be written is not recorded. The caller closes the file.

    Raises NoRoom.
    """
    file, written = _written(members, kind, at)
    with ExitStack() as unfinished:
        unfinished.enter_context(file)
        export = Export.objects.create(
            by=by,
            by_name=str(by),
            at=at,
            format=kind,
            filters=filters,
            # Without the heading row.
            row_count=written - 1,
        )
        unfinished.pop_all()
    return export, file


def _written(
    members: MemberQuerySet, kind: SpreadsheetFormat, at: datetime
) -> tuple[IO[bytes], int]:
    """Write a spreadsheet; return it with its number of rows. Raises NoRoom."""
    lines = MemberSheet().lines(members.order_by("submitted_at", "pk"), at=at)
    try:
        with ExitStack() as unfinished:
            file = unfinished.enter_context(SpooledTemporaryFile(max_size=MAX_IN_MEMORY))
            number = FORMATS[kind].write(SHEET, lines, file)
            file.seek(0)
            unfinished.pop_all()
    except OSError as trouble:
        logger.exception("An export could not be written")
        raise NoRoom from trouble
    return file, number
