"""Compare the database with its files, its links and its outside, for `manage.py verify`.

Each check yields faults that name rows by model and key, and files by their random name: nothing
personal. Rows are read one after the other, so that memory does not grow with their number.

The columns of files and of secrets are found by their type and name: a new model is checked
without a change here.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Model, Q
from django.db.models.fields.files import FileField
from django.db.models.functions import Length

from accounts.models import EventDigest
from outbox.models import ERASED, Installation, Message, MessageStatus
from outbox.services.delivery import ATTEMPTS
from outbox.services.installation import has_its_secret, open_hold, read_file, recognise
from outbox.services.rendering import MARKERS
from privacy.models import ListedErasure
from privacy.services.erasure_list import ListAltered, read_list
from privacy.services.event_digests import changed_digests, days_without_digest

BATCH_SIZE: Final = 500
BLOCK_SIZE: Final = 1024 * 1024
# In characters: the length of those that the portal makes. A shorter one was lost.
MIN_SECRET_LENGTH: Final = 16
# The beginning of the name of a file that is being written (p2c_portal/storage.py).
UNFINISHED: Final = ".unfinished-"
# A file is written before its row. After this time, one without a row is left over.
FILE_WITHOUT_ROW: Final = timedelta(hours=1)
# The lease of a message ends after minutes.
LEASE_LONG_OVER: Final = timedelta(hours=1)


@dataclass
class Result:
    """The result of one check. Leftovers do no harm, and are no faults."""

    checked: int = 0
    faults: list[str] = field(default_factory=list)
    number_of_faults: int = 0
    leftovers: list[str] = field(default_factory=list)
    number_of_leftovers: int = 0
    max_listed: int | None = None

    def fault(self, text: str) -> None:
        """Count a fault, and keep its text if there is room."""
        self.number_of_faults += 1
        if self.max_listed is None or len(self.faults) < self.max_listed:
            self.faults.append(text)

    def leftover(self, text: str) -> None:
        """Count a leftover, and keep its text if there is room."""
        self.number_of_leftovers += 1
        if self.max_listed is None or len(self.leftovers) < self.max_listed:
            self.leftovers.append(text)

    def as_dict(self) -> dict[str, Any]:
        """Return what a program reads."""
        return {
            "ok": not self.number_of_faults,
            "checked": self.checked,
            "faults": self.number_of_faults,
            "leftovers": self.number_of_leftovers,
            "examples": [*self.faults, *self.leftovers],
        }


Check = Callable[[Result, datetime], None]


def verify(*, at: datetime, max_listed: int | None) -> dict[str, Result]:
    """Run all checks, and return their results by name. Later checks need the tables."""
    results: dict[str, Result] = {}
    for name, check in CHECKS.items():
        results[name] = Result(max_listed=max_listed)
        check(results[name], at)
        if name == "database" and results[name].number_of_faults:
            break
    return results


def check_database(result: Result, at: datetime) -> None:
    """Check that all migrations are applied, and that every table is there."""
    executor = MigrationExecutor(connection)
    for migration, _backwards in executor.migration_plan(executor.loader.graph.leaf_nodes()):
        result.fault(f"{migration}: not applied")
    tables = set(connection.introspection.table_names())
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            result.checked += 1
            if model._meta.db_table not in tables:
                result.fault(f"{model._meta.label}: its table is missing")


def check_files(result: Result, at: datetime) -> None:
    """Check that each file of a row is there, whole and unchanged."""
    for model, column in file_columns():
        names = [each.name for each in model._meta.get_fields()]
        facts = [name for name in ("size", "sha256") if name in names]
        rows = model._default_manager.exclude(**{column: ""}).order_by("pk")
        for pk, name, *known in rows.values_list("pk", column, *facts).iterator(BATCH_SIZE):
            result.checked += 1
            if trouble := trouble_with_file(name, **dict(zip(facts, known, strict=True))):
                result.fault(f"{model._meta.label} {pk}: {trouble}")


def trouble_with_file(name: str, *, size: int | None = None, sha256: str = "") -> str:
    """Return what is wrong with a stored file, or nothing."""
    try:
        if size is not None and default_storage.size(name) != size:
            return "its file has another size"
        digest = hashlib.sha256()
        with default_storage.open(name) as file:
            for block in file.chunks(BLOCK_SIZE):
                digest.update(block)
    except FileNotFoundError:
        return "its file is missing"
    except OSError:
        return "its file cannot be read"
    return "its file has another checksum" if sha256 and digest.hexdigest() != sha256 else ""


def check_leftovers(result: Result, at: datetime) -> None:
    """Look for files that no row has, and for such that were not written to the end."""
    found = files_below(Path(settings.MEDIA_ROOT))
    while paths := list(islice(found, BATCH_SIZE)):
        names = {str(path.relative_to(settings.MEDIA_ROOT)) for path in paths}
        result.checked += len(names)
        without_row = names - {
            name
            for model, column in file_columns()
            for name in model._default_manager.filter(**{f"{column}__in": names})
            .order_by()
            .values_list(column, flat=True)
        }
        for name in sorted(without_row):
            if is_old(Path(settings.MEDIA_ROOT) / name, at):
                kind = "not complete" if Path(name).name.startswith(UNFINISHED) else "without a row"
                result.leftover(f"{name}: {kind}")


def is_old(path: Path, at: datetime) -> bool:
    """Return whether a file is there, and was not written just now."""
    try:
        return at.timestamp() - path.stat().st_mtime > FILE_WITHOUT_ROW.total_seconds()
    except FileNotFoundError:
        return False


def files_below(folder: Path) -> Iterator[Path]:
    """Return the files of a folder and of the folders in it, without reading all names at once."""
    if folder.is_dir():
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from files_below(Path(entry.path))
                else:
                    yield Path(entry.path)


def file_columns() -> Iterator[tuple[type[Model], str]]:
    """Return each model with files, and the column that names them."""
    for model in apps.get_models():
        for column in model._meta.get_fields():
            if isinstance(column, FileField):
                yield model, column.name


def check_links(result: Result, at: datetime) -> None:
    """Check that each row with private links has a secret of its own, and its versions."""
    for model, column in secret_columns():
        rows = model._default_manager.order_by()
        result.checked += rows.count()
        short = rows.annotate(length=Length(column)).filter(length__lt=MIN_SECRET_LENGTH)
        report(result, short, "its secret is missing")
        repeated = rows.values(column).annotate(number=Count("pk")).filter(number__gt=1)
        report(
            result,
            rows.filter(**{f"{column}__in": repeated.values(column)}),
            "another row has the same secret",
        )
        version = column.replace("_secret", "_version")
        fields: dict[str, Any] = {each.name: each for each in model._meta.get_fields()}
        if version in fields:
            lost = rows.filter(**{f"{version}__lt": fields[version].get_default()})
            report(result, lost, "its version is lost")


def secret_columns() -> Iterator[tuple[type[Model], str]]:
    """Return each model with private links, and the column with their secret."""
    for model in apps.get_models():
        for column in model._meta.get_fields():
            if column.name.endswith("_secret"):
                yield model, column.name


def check_messages(result: Result, at: datetime) -> None:
    """Check that each message that waits can be sent, and that none stands still half-way."""
    waiting = Message.objects.waiting().order_by()
    result.checked = Message.objects.count()
    sending = waiting.filter(status=MessageStatus.SENDING)
    if open_hold() is None:
        stuck = sending.filter(leased_until__lt=at - LEASE_LONG_OVER)
        report(result, stuck, "it is being sent since long ago")
    report(result, waiting.filter(attempts__gt=ATTEMPTS + 1), "it was tried too often")
    report(result, waiting.filter(recipient=ERASED), "its recipient was erased")
    keyless = Q(pk__in=[])
    for column, marker in MARKERS.items():
        keyless |= Q(body__contains=marker, cancel_reason="", **{column: ""})
    report(result, waiting.filter(keyless), "its private link is missing")


def check_identity(result: Result, at: datetime) -> None:
    """Check that database, file and secret key belong together."""
    held, installation = open_hold(), Installation.objects.first()
    result.checked = 1
    if not settings.INSTALLATION_FILE:
        return
    if installation is None:
        result.leftover("The database has no identity yet; the next start creates it")
        return
    if not has_its_secret(installation):
        result.fault("SECRET_KEY is not the one that signed the links: they open nothing")
    outside = read_file()
    if held is None and recognise(installation, outside):
        result.fault("The database was restored or copied, and email is not held yet")
    if held is None and outside is None:
        result.leftover(f"{settings.INSTALLATION_FILE}: not there")


def check_events(result: Result, at: datetime) -> None:
    """Check that the events of each day are those of its digest."""
    result.checked = EventDigest.objects.count()
    for trouble in changed_digests(at=at):
        result.fault(trouble)
    for trouble in days_without_digest(at=at):
        result.leftover(trouble)


def check_erasures(result: Result, at: datetime) -> None:
    """Check the signed list of erasures, and that the database has the same ones."""
    if not settings.ERASURES_FILE:
        return
    rows = dict(ListedErasure.objects.values_list("key", "pk"))
    try:
        lines = read_list(Path(settings.ERASURES_FILE))
    except FileNotFoundError:
        lines = []
    except (ListAltered, OSError) as trouble:
        result.fault(str(trouble))
        return
    result.checked = len(lines)
    for line in lines:
        if line.key not in rows:
            result.fault(
                f"Line {line.number} of the list of erasures: not repeated after a restore"
            )
    for key in rows.keys() - {line.key for line in lines}:
        result.fault(f"{ListedErasure._meta.label} {rows[key]}: it is not in the list of erasures")


def report(result: Result, rows: Iterable[Any], trouble: str) -> None:
    """Report the rows of a queryset as faults."""
    queryset: Any = rows
    for pk in queryset.values_list("pk", flat=True).iterator(BATCH_SIZE):
        result.fault(f"{queryset.model._meta.label} {pk}: {trouble}")


CHECKS: Final[dict[str, Check]] = {
    "database": check_database,
    "files": check_files,
    "leftovers": check_leftovers,
    "links": check_links,
    "messages": check_messages,
    "identity": check_identity,
    "events": check_events,
    "erasures": check_erasures,
}
