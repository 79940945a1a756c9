"""Takes a snapshot of the open data each month. No other code writes or reads snapshots."""

import json
import logging
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, datetime
from functools import partial
from typing import IO, Final
from zoneinfo import ZoneInfo

from django.core.files import File
from django.db import IntegrityError, transaction

from commitments.models import Commitment, DataSnapshot, SnapshotFile
from commitments.services.open_data.files import (
    WrittenFile,
    consistent_read,
    write_csv,
    write_file,
)
from commitments.services.open_data.iati import write_iati
from commitments.services.open_data.package import data_package
from commitments.services.open_data.resources import RESOURCES
from commitments.services.undo import is_any_undoable
from core.dates import GENEVA
from papers.services.stored_files import stored_content

logger = logging.getLogger(__name__)

# The folder of the stored files.
FOLDER: Final = "data-snapshots"
IATI_FILE: Final = "commitments.xml"
PACKAGE_FILE: Final = "datapackage.json"


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
    with ExitStack() as files:
        written = _write_files(files, at=at)
        if not written:
            return None
        stored = {
            name: files.enter_context(
                stored_content(
                    File(file.content), f"{FOLDER}/{month:%Y-%m}/{name}", is_wanted=_has_a_row
                )
            )
            for name, file in written.items()
        }
        return _record(month, written, stored, at=at)


def _has_a_row(stored: str) -> bool:
    return SnapshotFile.objects.filter(file=stored).exists()


def _write_files(files: ExitStack, *, at: datetime) -> dict[str, WrittenFile]:
    """Return all files by name, of one moment, with a package that has their sizes and hashes.

    There are none if a decision can be undone at this moment.
    """
    written: dict[str, WrittenFile] = {}

    def write(name: str, writer: Callable[[IO[bytes]], int]) -> None:
        written[name] = write_file(writer)
        files.enter_context(written[name].content)

    on = at.astimezone(ZoneInfo(GENEVA)).date()
    with consistent_read():
        if is_any_undoable(at=at):
            return {}
        for resource in RESOURCES.values():
            write(f"{resource.name}.csv", partial(write_csv, resource, resource.rows_of(None)))
        write(IATI_FILE, partial(write_iati, Commitment.objects.public(), on=on))
    package = json.dumps(data_package(at=at, files=written), ensure_ascii=False, indent=2)
    write(PACKAGE_FILE, _writes(package))
    return written


def _writes(text: str) -> Callable[[IO[bytes]], int]:
    def write(file: IO[bytes]) -> int:
        file.write(text.encode())
        return 0

    return write


@transaction.atomic
def _record(
    month: date, written: dict[str, WrittenFile], stored: dict[str, str], *, at: datetime
) -> DataSnapshot:
    snapshot = DataSnapshot.objects.create(month=month, taken_at=at)
    SnapshotFile.objects.bulk_create(
        SnapshotFile(
            snapshot=snapshot,
            name=name,
            file=stored[name],
            size=file.size,
            sha256=file.sha256,
            rows=None if name == PACKAGE_FILE else file.rows,
        )
        for name, file in written.items()
    )
    logger.info("The snapshot of the open data for %s has %d files", snapshot, len(written))
    return snapshot
