"""Snapshots of the open data: once a month, whole or not at all, and never changed."""

import hashlib
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from frictionless import Package
from openpyxl import load_workbook

from commitments.models import Commitment, CommitmentStatus, DataSnapshot, SnapshotFile
from commitments.services.open_data import snapshots
from commitments.services.open_data.resources import RESOURCES
from commitments.services.open_data.snapshots import take_due_snapshot
from commitments.tasks import take_data_snapshot
from papers.services.stored_files import NotStored
from tests.commitments.open_data.hard_cases import SECRET, store_hard_cases
from tests.commitments.open_data.reading import body, get

pytestmark = pytest.mark.usefixtures("folder")

# An hour after midnight in Geneva, and still the day before in UTC.
FIRST_OF_JUNE = datetime(2026, 5, 31, 23, 0, tzinfo=UTC)


def stored_in(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def files_in(snapshot):
    """Return the files of the ZIP file of a snapshot by name, as a reader gets them."""
    with ZipFile(BytesIO(body(get(f"/data/snapshots/{snapshot}/open-data.zip")))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_snapshot_is_one_zip_file_with_all_files_and_their_checksums(folder):
    store_hard_cases()

    snapshot = take_due_snapshot(at=FIRST_OF_JUNE)

    assert (snapshot.month, snapshot.taken_at) == (date(2026, 6, 1), FIRST_OF_JUNE)
    row = snapshot.files.get()
    content = body(get("/data/snapshots/2026-06/open-data.zip"))
    assert (row.name, row.rows) == ("open-data.zip", None)
    assert (row.size, row.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    files = files_in(snapshot)
    assert list(files) == [
        "register.xlsx",
        *(f"{name}.csv" for name in RESOURCES),
        "commitments.xml",
        "datapackage.json",
        "SHA256SUMS",
    ]
    sums = dict(line.split("  ")[::-1] for line in files.pop("SHA256SUMS").decode().splitlines())
    assert sums == {name: hashlib.sha256(each).hexdigest() for name, each in files.items()}
    assert not any(SECRET.encode() in each for each in files.values())
    assert files["commitments.csv"] == body(get("/data/commitments.csv"))
    sheet = load_workbook(BytesIO(files["register.xlsx"])).active
    assert sheet.max_row == Commitment.objects.public().count() + 1


def test_package_in_the_zip_file_is_valid(folder):
    store_hard_cases()
    snapshot = take_due_snapshot(at=FIRST_OF_JUNE)
    for name, content in files_in(snapshot).items():
        (folder / name).write_bytes(content)

    package = Package(str(folder / "datapackage.json"))

    assert package.created == "2026-05-31T23:00:00Z"
    assert [resource.bytes is not None and resource.hash for resource in package.resources] == [
        f"sha256:{hashlib.sha256((folder / f'{name}.csv').read_bytes()).hexdigest()}"
        for name in RESOURCES
    ]
    assert package.validate().flatten(["type", "note"]) == []


def test_single_files_of_an_earlier_snapshot_keep_their_addresses(folder):
    """Until version 1.0, a snapshot had a row for each file."""
    snapshot = DataSnapshot.objects.create(month=date(2026, 5, 1), taken_at=FIRST_OF_JUNE)
    content = b"commitment,place\r\n"
    SnapshotFile.objects.create(
        snapshot=snapshot,
        name="places.csv",
        file=default_storage.save("data-snapshots/2026-05/places.csv", ContentFile(content)),
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        rows=1,
    )

    page = get("/en/data/snapshots/2026-05/").content.decode()

    assert body(get("/data/snapshots/2026-05/places.csv")) == content
    assert 'href="/data/snapshots/2026-05/places.csv"' in page
    assert "The ZIP file contains" not in page
    assert '<a href="/en/data/snapshots/2026-05/">May 2026</a>' in get("/en/data/").content.decode()


def test_snapshot_is_taken_once_in_a_month():
    first = take_due_snapshot(at=FIRST_OF_JUNE)

    again = [
        take_due_snapshot(at=at)
        for at in (FIRST_OF_JUNE, datetime(2026, 6, 30, 21, 59, tzinfo=UTC))
    ]

    assert again == [None, None]
    assert list(DataSnapshot.objects.all()) == [first]
    assert take_due_snapshot(at=datetime(2026, 6, 30, 22, 0, tzinfo=UTC)).month.month == 7


def test_task_takes_the_snapshot_of_this_month():
    take_data_snapshot()
    take_data_snapshot()

    assert DataSnapshot.objects.count() == 1


def test_old_snapshot_stays_when_the_data_change(folder):
    store_hard_cases()
    snapshot = take_due_snapshot(at=FIRST_OF_JUNE)
    before = {file.name: Path(file.file.path).read_bytes() for file in snapshot.files.all()}

    commitment = Commitment.objects.get(reference="C-PLUS01")
    commitment.status, commitment.reason = CommitmentStatus.WITHDRAWN, "No money."
    commitment.save()
    take_due_snapshot(at=datetime(2026, 7, 2, tzinfo=UTC))

    after = {name: body(get(f"/data/snapshots/2026-06/{name}")) for name in before}
    assert after == before
    june, july = files_in("2026-06"), files_in("2026-07")
    assert june["commitments.csv"] != july["commitments.csv"]


@pytest.mark.parametrize("broken", ["write_iati", "_record"])
def test_failure_in_the_middle_leaves_no_snapshot_and_the_next_run_takes_it(
    broken, folder, monkeypatch
):
    with monkeypatch.context() as patch:
        patch.setattr(snapshots, broken, raise_interrupt)
        with pytest.raises(KeyboardInterrupt):
            take_due_snapshot(at=FIRST_OF_JUNE)
    assert (DataSnapshot.objects.count(), stored_in(folder)) == (0, [])

    assert take_due_snapshot(at=FIRST_OF_JUNE)

    assert stored_in(folder) == ["open-data.zip"]
    assert SnapshotFile.objects.count() == 1


def raise_interrupt(*arguments, **more):
    raise KeyboardInterrupt


def test_full_disk_leaves_no_snapshot_and_no_file(folder, monkeypatch):
    def save(name, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(default_storage, "save", save)

    with pytest.raises(NotStored):
        take_due_snapshot(at=FIRST_OF_JUNE)

    assert (DataSnapshot.objects.count(), stored_in(folder)) == (0, [])


def test_file_of_a_snapshot_is_cached_for_ever():
    take_due_snapshot(at=FIRST_OF_JUNE)
    address = "/data/snapshots/2026-06/open-data.zip"

    response = get(address)

    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["ETag"] == f'"{SnapshotFile.objects.get().sha256}"'
    assert response["Content-Disposition"] == 'attachment; filename="2026-06-open-data.zip"'
    assert response["Content-Type"] == "application/zip"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert get(address, **{"If-None-Match": response["ETag"]}).status_code == 304


def test_file_that_is_missing_on_the_disk_is_not_found(folder):
    snapshot = take_due_snapshot(at=FIRST_OF_JUNE)
    Path(snapshot.files.get().file.path).unlink()

    assert get("/data/snapshots/2026-06/open-data.zip").status_code == 404


def test_pages_list_snapshots_and_their_files(django_assert_num_queries):
    take_due_snapshot(at=FIRST_OF_JUNE)

    page = get("/en/data/").content.decode()
    with django_assert_num_queries(2):
        snapshot = get("/en/data/snapshots/2026-06/").content.decode()

    assert '<a href="/en/data/snapshots/2026-06/">June 2026</a>' in page
    for file in SnapshotFile.objects.all():
        assert f'href="/data/snapshots/2026-06/{file.name}"' in snapshot
        assert file.sha256 in snapshot
