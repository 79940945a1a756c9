"""Two workers that take the snapshot of the open data at once."""

from functools import partial

from commitments.models import DataSnapshot, SnapshotFile
from commitments.services.open_data.snapshots import take_due_snapshot
from tests.factories import NOON
from tests.sweeps.races.race import Race, has_each_file, twice


def two_take():
    return *twice(partial(take_due_snapshot, at=NOON)), partial(has_each_file, SnapshotFile)


RACES = {
    "take the snapshot of a month": Race(
        two_take,
        "commitments_datasnapshot",
        (None, DataSnapshot),
        {DataSnapshot: 1, SnapshotFile: 1},
        is_either_first=True,
        needs_lock=False,
    ),
}
