"""How files leave the portal as a spreadsheet, and how that is written down."""

from contextlib import ExitStack
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO

from accounts.models import User
from members.models import Export, MemberQuerySet, SheetFormat
from members.spreadsheets.columns import MemberSheet
from members.spreadsheets.formats import FORMATS

# Its name is in no language, as those of workbooks mostly are.
SHEET = "EOI"
# A larger file is written to the disk, where it has no name and goes with the answer.
IN_MEMORY_AT_MOST = 1024 * 1024


def export_members(
    *,
    members: MemberQuerySet,
    kind: SheetFormat,
    filters: str,
    by: User,
    at: datetime,
) -> tuple[Export, IO[bytes]]:
    """Write files to a spreadsheet in the reader's language, and record who took them out.

    `filters` says in English what the list was narrowed to, without what was searched for. The
    file is written first, and in no transaction: nobody waits for it, and what cannot be written
    is not recorded. The caller closes it.
    """
    with ExitStack() as unfinished:
        file = unfinished.enter_context(SpooledTemporaryFile(max_size=IN_MEMORY_AT_MOST))
        lines = MemberSheet().lines(members.order_by("submitted_at", "pk"))
        written = FORMATS[kind].write(SHEET, lines, file)
        file.seek(0)
        export = Export.objects.create(
            by=by,
            by_name=str(by),
            at=at,
            format=kind,
            filters=filters,
            # But for the heading.
            rows=written - 1,
        )
        unfinished.pop_all()
    return export, file
