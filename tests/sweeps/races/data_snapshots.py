"""Two workers that take the snapshot of the open data at once."""

from functools import partial
from pathlib import Path

from django.conf import settings

from commitments.models import DataSnapshot, SnapshotFile
from commitments.services.open_data.resources import RESOURCES
from commitments.services.open_data.snapshots import take_due_snapshot
from tests.factories import NOON
from tests.sweeps.races.race import Race, twice


def each_file_has_its_row():
    root = Path(settings.MEDIA_ROOT)
    kept = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    return kept == set(SnapshotFile.objects.values_list("file", flat=True))


def two_take():
    return *twice(partial(take_due_snapshot, at=NOON)), each_file_has_its_row


RACES = {
    "take the snapshot of a month": Race(
        two_take,
        "commitments_datasnapshot",
        (None, DataSnapshot),
        {DataSnapshot: 1, SnapshotFile: len(RESOURCES) + 2},
        is_either_first=True,
        needs_lock=False,
    ),
}
