"""The stored release: a database with its data and files, which the tests upgrade."""

import base64
import shutil
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import override_settings

from tests.portal import database_at, database_url
from tools import release_data


class Release:
    """The stored release, in a database at its migrations, and copies of it."""

    def __init__(self, databases):
        self.data = release_data.read()
        if complaint := release_data.complaint_about(self.data):
            pytest.fail(complaint, pytrace=False)
        self.databases = databases
        self.targets = [tuple(target) for target in self.data["migrations"]]
        self.rows = {table: stored["rows"] for table, stored in self.data["tables"].items()}
        with opened(databases.create("release")):
            release_data.load(self.data)

    @contextmanager
    def copy(self, name):
        """Use a copy of the database."""
        with opened(self.databases.create(name, template="release")):
            yield
        self.databases.drop(name)

    def write_files(self, folder):
        """Write the files of papers and answers, and the logos."""
        for name, content in self.data["files"].items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(base64.b64decode(content))

    def go_back(self):
        """Reverse the migrations that the release does not have."""
        MigrationExecutor(connection).migrate(self.targets)

    def models(self):
        """Return the model of each table, as the release had it."""
        state = MigrationExecutor(connection).loader.project_state(self.targets)
        return release_data.tables_of(state.apps)


class Files:
    """SQLite databases in a folder."""

    def __init__(self, folder):
        self.folder = folder

    def create(self, name, *, template=None):
        file = self.folder / f"{name}.sqlite3"
        if template:
            shutil.copy(self.folder / f"{template}.sqlite3", file)
        return f"sqlite:///{file}"

    def drop(self, name):
        (self.folder / f"{name}.sqlite3").unlink()


class Databases:
    """PostgreSQL databases beside that of the tests."""

    def __init__(self, url):
        self.url = url

    def create(self, name, *, template="template0"):
        copied = self.name_of(template) if template != "template0" else template
        self.drop(name)
        self.execute(f'CREATE DATABASE "{self.name_of(name)}" TEMPLATE "{copied}"')
        return f"{self.url}_{name}"

    def drop(self, name):
        self.execute(f'DROP DATABASE IF EXISTS "{self.name_of(name)}" WITH (FORCE)')

    def name_of(self, name):
        return f"{urlsplit(self.url).path.lstrip('/')}_{name}"

    def execute(self, statement):
        with connection._nodb_cursor() as cursor:
            cursor.execute(statement)


@contextmanager
def opened(url):
    """Use a database as the default one, with the key that signed the links of the release."""
    with database_at(url), override_settings(SECRET_KEY=release_data.SECRET_KEY):
        yield
        if connection.vendor == "sqlite":
            # So that the file has all rows and can be copied.
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def upgrade():
    """Migrate as docs/operations says."""
    call_command("migrate", verbosity=0)


@pytest.fixture(scope="package")
def release(django_db_setup, django_db_blocker, tmp_path_factory):
    with django_db_blocker.unblock():
        is_sqlite = connection.vendor == "sqlite"
        databases = (
            Files(tmp_path_factory.mktemp("release")) if is_sqlite else Databases(database_url())
        )
        yield Release(databases)
        databases.drop("release")


@pytest.fixture(scope="module")
def upgraded(release, django_db_blocker, tmp_path_factory):
    """The stored release after its upgrade, as the default database of a module of tests."""
    files = tmp_path_factory.mktemp("files")
    release.write_files(files)
    stored = override_settings(MEDIA_ROOT=str(files))
    with django_db_blocker.unblock(), stored, release.copy("upgraded"):
        upgrade()
        yield release
