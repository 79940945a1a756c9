"""Takes a snapshot of the open data each month: one ZIP file. No other code writes snapshots."""

import json
import logging
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, date, datetime
from functools import partial
from shutil import copyfileobj
from typing import IO, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo
from zoneinfo import ZoneInfo

from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils.translation import override

from commitments.models import Commitment, DataSnapshot, SnapshotFile
from commitments.services.open_data.files import (
    WrittenFile,
    consistent_read,
    write_csv,
    write_file,
    write_workbook,
)
from commitments.services.open_data.iati import write_iati
from commitments.services.open_data.package import data_package
from commitments.services.open_data.register_file import REGISTER
from commitments.services.open_data.resources import RESOURCES
from commitments.services.undo import is_any_undoable
from core.dates import GENEVA
from papers.services.stored_files import stored_content

logger = logging.getLogger(__name__)

# The folder of the stored files.
FOLDER: Final = "data-snapshots"
# All files of a snapshot. Those that were taken before version 1.1 have a row for each file.
ARCHIVE: Final = "open-data.zip"
IATI_FILE: Final = "commitments.xml"
PACKAGE_FILE: Final = "datapackage.json"
CHECKSUM_FILE: Final = "SHA256SUMS"


def take_due_snapshot(*, at: datetime) -> DataSnapshot | None:
    """Take the snapshot of this month (Geneva) if there is none yet, and return it.

    All files show the same moment. If it fails or is killed, there is no snapshot, and the next run
    takes it. So it does if a decision about a commitment can still be undone: the files never
    change. Of two runs at once, the second one changes nothing. Raises NotStored if the disk is
    full.
    """
    month = at.astimezone(ZoneInfo(GENEVA)).date().replace(day=1)
    taken = DataSnapshot.objects.filter(month=month)
    if taken.exists():
        return None
    try:
        return _take(month, at=at)
    except IntegrityError:
        if not taken.exists():
            raise
        # Another run took it in the meantime.
        return None


def _take(month: date, *, at: datetime) -> DataSnapshot | None:
    with ExitStack() as opened:
        archive = _write_archive(opened, at=at)
        if archive is None:
            return None
        stored = opened.enter_context(
            stored_content(
                File(archive.content), f"{FOLDER}/{month:%Y-%m}/{ARCHIVE}", is_wanted=_has_a_row
            )
        )
        return _record(month, archive, stored, at=at)


def _has_a_row(stored: str) -> bool:
    return SnapshotFile.objects.filter(file=stored).exists()


def _write_archive(opened: ExitStack, *, at: datetime) -> WrittenFile | None:
    """Return all files of one moment in a ZIP file, with a list of their checksums.

    There is none if a decision can be undone at this moment.
    """
    with override("en"), consistent_read():
        if is_any_undoable(at=at):
            return None
        archive = write_file(partial(_write_files, at=at))
    opened.enter_context(archive.content)
    return archive


def _write_files(archive: IO[bytes], *, at: datetime) -> int:
    """Write all files into a ZIP file, one after the other, and return their number."""
    written: dict[str, WrittenFile] = {}
    on = at.astimezone(ZoneInfo(GENEVA)).date()
    with ZipFile(archive, "w", ZIP_DEFLATED) as files:

        def write(name: str, writer: Callable[[IO[bytes]], int]) -> None:
            written[name] = file = write_file(writer)
            # The time in a ZIP file has no zone, and this one is UTC.
            entry = ZipInfo(name, at.astimezone(UTC).timetuple()[:6])
            entry.compress_type, entry.file_size = ZIP_DEFLATED, file.size
            with file.content, files.open(entry, "w") as target:
                copyfileobj(file.content, target)

        write(f"{REGISTER.name}.xlsx", partial(write_workbook, REGISTER, REGISTER.rows_of(None)))
        for resource in RESOURCES.values():
            write(f"{resource.name}.csv", partial(write_csv, resource, resource.rows_of(None)))
        write(IATI_FILE, partial(write_iati, Commitment.objects.public(), on=on))
        package = json.dumps(data_package(at=at, files=written), ensure_ascii=False, indent=2)
        write(PACKAGE_FILE, _writes(package))
        # As the program sha256sum reads them.
        sums = "".join(f"{file.sha256}  {name}\n" for name, file in written.items())
        write(CHECKSUM_FILE, _writes(sums))
    return len(written)


def _writes(text: str) -> Callable[[IO[bytes]], int]:
    def write(file: IO[bytes]) -> int:
        file.write(text.encode())
        return 0

    return write


@transaction.atomic
def _record(month: date, archive: WrittenFile, stored: str, *, at: datetime) -> DataSnapshot:
    snapshot = DataSnapshot.objects.create(month=month, taken_at=at)
    SnapshotFile.objects.create(
        snapshot=snapshot,
        name=ARCHIVE,
        file=stored,
        size=archive.size,
        sha256=archive.sha256,
    )
    logger.info("The snapshot of the open data for %s has %d files", snapshot, archive.rows)
    return snapshot
