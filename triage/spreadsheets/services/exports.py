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

# Its name is in no language, as those of workbooks mostly are.
SHEET = "EOI"
# A larger file is written to the disk, where it has no name and goes with the answer.
MAX_IN_MEMORY = 1024 * 1024


class NoRoom(Exception):
    """The disk has no space for an export."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The file could not be written: the portal's disk is full. Nothing was exported. "
                "Tell the people who run the portal, or narrow the list to fewer."
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
    """Write files to a spreadsheet in the reader's language, and record who took them out.

    `filters` says in English what the list was narrowed to, without what was searched for. The
    file is written first, and in no transaction: nobody waits for it, and what cannot be written
    is not recorded. The caller closes it.

    Raises NoRoom.
    """
    file, written = _written(members, kind)
    with ExitStack() as unfinished:
        unfinished.enter_context(file)
        export = Export.objects.create(
            by=by,
            by_name=str(by),
            at=at,
            format=kind,
            filters=filters,
            # But for the heading.
            row_count=written - 1,
        )
        unfinished.pop_all()
    return export, file


def _written(members: MemberQuerySet, kind: SpreadsheetFormat) -> tuple[IO[bytes], int]:
    """Write a spreadsheet; return it with its number of rows. Raises NoRoom."""
    lines = MemberSheet().lines(members.order_by("submitted_at", "pk"))
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
