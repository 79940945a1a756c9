"""Stores the demonstration as the database of a release, and loads it where it is upgraded.

    python -m tools.release_data

The file has the rows of all tables, the files of papers, and a few private links, as the release
wrote them. It names the migrations of that release. tests/upgrade/ loads it at these migrations,
and upgrades it with the migrations of today.
"""

import base64
import hashlib
import json
import lzma
import os
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import django
from django.apps import apps as installed_apps
from django.apps.registry import Apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Model
from django.urls import reverse

ROOT = Path(__file__).resolve().parent.parent
FILE: Final = ROOT / "tests" / "upgrade" / "release.json.xz"
# What the links in the file are signed with. It is no secret of anybody.
SECRET_KEY: Final = "only-for-the-stored-release-only-for-the-stored-release-0123456789"  # noqa: S105
MAX_HISTORY_ROWS: Final = 150
CHANGED: Final = """
The migrations of the stored release were changed, so nobody could upgrade from it. Undo the change,
and add a migration instead: docs/how-to/write-a-migration.md.
"""


def make() -> dict[str, Any]:
    """Return the demonstration as this release stores it, from the configured empty database."""
    call_command("migrate", verbosity=0)
    call_command("load_demonstration", password="only-for-the-stored-release")  # noqa: S106
    return stored()


def stored() -> dict[str, Any]:
    """Return the content of the default database, which this release has made."""
    executor = MigrationExecutor(connection)
    targets = sorted(executor.loader.graph.leaf_nodes())
    models = tables_of(executor.loader.project_state(targets).apps)
    return {
        "release": tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"],
        "migrations": targets,
        "digest": digest_of(targets),
        "tables": {table: stored_table(models[table]) for table in sorted(models)},
        "files": dict(stored_files()),
        "links": private_links(),
    }


def digest_of(targets: Iterable[tuple[str, str]]) -> str:
    """Return a digest of the project's migrations up to some targets."""
    digest = hashlib.sha256()
    for app, last in sorted(targets):
        folder = Path(installed_apps.get_app_config(app).path) / "migrations"
        if folder.parent.parent == ROOT:
            for file in sorted(folder.glob("[0-9]*.py")):
                if file.stem <= last:
                    digest.update(f"{app} {file.stem}\n".encode() + file.read_bytes())
    return digest.hexdigest()


def complaint_about(data: dict[str, Any]) -> str:
    """Return that a stored release has other migrations than it was stored with, and what to do."""
    targets = [(app, name) for app, name in data["migrations"]]
    return "" if digest_of(targets) == data["digest"] else CHANGED


def tables_of(apps: Apps) -> dict[str, type[Model]]:
    """Return the model of each table of a state of the migrations."""
    models = apps.get_models(include_auto_created=True)
    return {
        model._meta.db_table: model
        for model in models
        if model._meta.managed and not model._meta.proxy
    }


def columns_of(model: type[Model]) -> list[Any]:
    """Return the fields of a model that the code writes."""
    return [field for field in model._meta.local_concrete_fields if not field.generated]


def stored_table(model: type[Model]) -> dict[str, list[Any]]:
    """Return the columns and the rows of a table. Of a long history, only the last rows are stored.

    Nothing refers to a row of a history.
    """
    rows = rows_of(model)
    if model.__name__.startswith("Historical"):
        rows = rows[-MAX_HISTORY_ROWS:]
    return {"columns": [field.column for field in columns_of(model)], "rows": rows}


def rows_of(model: type[Model]) -> list[list[Any]]:
    """Return the rows of a table, in the order of their keys."""
    fields = columns_of(model)
    return [
        [stored_value(field, row) for field in fields]
        for row in model._base_manager.order_by("pk").iterator()
    ]


def stored_value(field: Any, row: Model) -> Any:
    """Return the value of a field as Django's serialisers write it."""
    return None if field.value_from_object(row) is None else field.value_to_string(row)


def stored_files(folder: str = "") -> Iterator[tuple[str, str]]:
    """Yield the name and the content of each stored file."""
    folders, files = default_storage.listdir(folder)
    for name in sorted(files):
        path = f"{folder}/{name}"
        with default_storage.open(path) as file:
            yield path, base64.b64encode(file.read()).decode()
    for name in sorted(folders):
        yield from stored_files(f"{folder}/{name}" if folder else name)


def private_links() -> list[tuple[str, str]]:
    """Return the path of a private link of each kind that does not expire, and what it shows."""
    # Models can be imported once Django is set up.
    from commitments.models import Commitment, CommitmentStatus  # noqa: PLC0415
    from commitments.services.private_pages import report_address  # noqa: PLC0415
    from members.models import FocalPoint, MemberStatus  # noqa: PLC0415
    from members.services.participants import participants  # noqa: PLC0415
    from members.services.private_links import (  # noqa: PLC0415
        LinkPurpose,
        feed_url,
        status_page_url,
        token_for,
        working_group_url,
    )

    waiting = FocalPoint.objects.filter(member__status=MemberStatus.PENDING).order_by("pk")[0]
    member = participants().order_by("pk")[0]
    commitment = Commitment.objects.filter(status=CommitmentStatus.PUBLISHED).order_by("pk")[0]
    lead = participants().filter(member=commitment.lead_id).order_by("pk")[0]
    bulletins = token_for(member, LinkPurpose.BULLETINS)
    links = [
        (status_page_url(waiting, "en"), waiting.member.reference),
        (working_group_url(member, "en"), member.member.organisation_name),
        (feed_url(member), "BEGIN:VCALENDAR"),
        # The link of a bulletin of release 1.0.0. The demonstration has no bulletins.
        (reverse("mailings:unsubscribe", args=[bulletins]), member.email),
        (report_address(lead, commitment), commitment.reference),
    ]
    return [(url.removeprefix(settings.SITE_URL), shown) for url, shown in links]


def load(data: dict[str, Any]) -> None:
    """Bring the empty default database to the stored release, with its rows."""
    executor = MigrationExecutor(connection)
    executor.migrate([tuple(target) for target in data["migrations"]])
    state = executor.loader.project_state([tuple(target) for target in data["migrations"]])
    models = tables_of(state.apps)
    quote = connection.ops.quote_name
    # Foreign keys are checked at the end of the transaction, so the order does not matter.
    with transaction.atomic(), connection.cursor() as cursor:
        for table, stored in data["tables"].items():
            fields = {field.column: field for field in columns_of(models[table])}
            names = ", ".join(quote(column) for column in stored["columns"])
            places = ", ".join(["%s"] * len(fields))
            cursor.executemany(
                f"INSERT INTO {quote(table)} ({names}) VALUES ({places})",  # noqa: S608
                [
                    [
                        written_value(fields[column], value)
                        for column, value in zip(stored["columns"], row, strict=True)
                    ]
                    for row in stored["rows"]
                ],
            )
        for statement in connection.ops.sequence_reset_sql(no_style(), list(models.values())):
            cursor.execute(statement)


def written_value(field: Any, value: Any) -> Any:
    """Return a stored value as the database takes it."""
    if value is None:
        return None
    return field.get_db_prep_save(field.to_python(value), connection)


def compressed(data: dict[str, Any]) -> bytes:
    """Return the content of the file."""
    text = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False)
    return lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME)


def read() -> dict[str, Any]:
    """Return the stored release."""
    data: dict[str, Any] = json.loads(lzma.decompress(FILE.read_bytes()))
    return data


def main() -> int:
    """Make the demonstration in a folder of its own, and store it."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(
            {
                "DJANGO_SETTINGS_MODULE": "p2c_portal.settings",
                "READ_DOT_ENV": "false",
                "VAR_DIR": folder,
                "MEDIA_ROOT": f"{folder}/media",
                "DATABASE_URL": f"sqlite:///{folder}/release.sqlite3",
                "CELERY_BROKER_URL": "memory://",
                "SECRET_KEY": SECRET_KEY,
                "SITE_URL": "http://testserver",
                "ALLOWED_HOSTS": "testserver",
            }
        )
        django.setup()
        data = make()
        connection.close()
    FILE.write_bytes(compressed(data))
    sys.stdout.write(f"Stored {FILE.relative_to(ROOT)}: {FILE.stat().st_size} bytes.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
