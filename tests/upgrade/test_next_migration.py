"""The tests of the upgrade notice a bad migration, and accept a good one."""

from contextlib import contextmanager

import pytest
from django.db.migrations import Migration, RunPython
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import AddField
from django.db.models import TextField
from django.db.models.functions import Upper

from tests.upgrade.conftest import upgrade
from tests.upgrade.rows import changed_tables, lost_rows

# It shows that the other tests notice something, and takes as long as they do.
pytestmark = pytest.mark.long


@contextmanager
def next_migrations(monkeypatch, app, *operations):
    """Add a migration for each operation at the end of an app."""
    as_ever = MigrationLoader.load_disk

    def load_disk(loader):
        as_ever(loader)
        for number, operation in enumerate(operations):
            last = max(name for label, name in loader.disk_migrations if label == app)
            made_up = Migration(f"9999_made_up_{number}", app)
            made_up.dependencies, made_up.operations = [(app, last)], [operation]
            loader.disk_migrations[app, made_up.name] = made_up

    with monkeypatch.context() as patch:
        patch.setattr(MigrationLoader, "load_disk", load_disk)
        yield


def shout(apps, _schema_editor):
    apps.get_model("members", "FocalPoint").objects.update(family_name=Upper("family_name"))


def delete_reasons(apps, _schema_editor):
    apps.get_model("members", "ReasonGiven").objects.all().delete()


def write_notes(apps, _schema_editor):
    apps.get_model("members", "FocalPoint").objects.update(nickname="K")


def test_upgrade_can_be_reversed(release):
    with release.copy("reversed"):
        upgrade()
        release.go_back()

        assert (lost_rows(release), changed_tables(release)) == ({}, set())


@pytest.mark.long
def test_good_migrations_are_accepted_and_reversed(release, monkeypatch):
    nickname = AddField("focalpoint", "nickname", TextField(null=True))
    written = RunPython(write_notes, RunPython.noop)

    with next_migrations(monkeypatch, "members", nickname, written), release.copy("good"):
        upgrade()
        lost = lost_rows(release)
        release.go_back()

        assert (lost, changed_tables(release)) == ({}, set())


def test_migration_that_loses_rows_is_noticed(release, monkeypatch):
    deleted = RunPython(delete_reasons, RunPython.noop)

    with next_migrations(monkeypatch, "members", deleted), release.copy("lost"):
        upgrade()

        assert lost_rows(release).keys() == {"members_reasongiven"}


@pytest.mark.long
def test_migration_that_does_not_find_back_is_noticed(release, monkeypatch):
    shouted = RunPython(shout, RunPython.noop)

    with next_migrations(monkeypatch, "members", shouted), release.copy("changed"):
        upgrade()
        release.go_back()

        assert changed_tables(release) == {"members_focalpoint"}
