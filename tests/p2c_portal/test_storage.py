"""Uploaded and collected files are stored completely or not at all."""

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command

from p2c_portal.storage import WholeFileStorage, WholeStaticFileStorage
from tests.full_disk import room_for

STATIC_FILES = {"staticfiles": {"BACKEND": "p2c_portal.storage.WholeStaticFileStorage"}}


def files_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("content", ["Minutes – محضر", "Minutes – محضر".encode()])
def test_file_is_kept_as_it_is_for_the_portal_and_its_group(tmp_path, content):
    storage = WholeFileStorage(location=tmp_path / "new" / "files")

    name = storage.save("papers/one", ContentFile(content))

    assert files_in(tmp_path) == ["new/files/papers/one"]
    with storage.open(name) as file:
        assert file.read().decode() == "Minutes – محضر"
    assert oct((tmp_path / "new/files/papers/one").stat().st_mode)[-3:] == "640"
    assert oct((tmp_path / "new/files").stat().st_mode)[-3:] == "750"


def test_file_replaces_none_of_its_name(tmp_path):
    storage = WholeFileStorage(location=tmp_path)
    storage.save("one", ContentFile(b"first"))

    # As if two requests had checked at the same time that the name is unused.
    second = storage._save("one", ContentFile(b"second"))

    assert (tmp_path / "one").read_bytes() == b"first"
    assert (tmp_path / second).read_bytes() == b"second"


def test_file_on_a_full_disk_leaves_nothing_and_spoils_none_of_its_name(tmp_path):
    storage = WholeFileStorage(location=tmp_path)
    storage.save("one", ContentFile(b"first"))

    with pytest.raises(OSError, match="too large"), room_for(1000):
        storage.save("one", ContentFile(b"x" * 100_000))

    assert files_in(tmp_path) == ["one"]
    assert (tmp_path / "one").read_bytes() == b"first"


def test_static_files_collected_on_a_full_disk_are_whole_once_there_is_room(tmp_path, settings):
    source, target = tmp_path / "source", tmp_path / "collected"
    source.mkdir()
    (source / "large.css").write_text("a { color: black }\n" * 10_000)
    settings.STATICFILES_DIRS, settings.STATIC_ROOT = [source], target
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = {**settings.STORAGES, **STATIC_FILES}

    with pytest.raises(OSError, match="too large"), room_for(1000):
        call_command("collectstatic", interactive=False, verbosity=0)
    left = files_in(target)
    call_command("collectstatic", interactive=False, verbosity=0)

    assert left == []
    assert (target / "large.css").read_bytes() == (source / "large.css").read_bytes()
    assert WholeStaticFileStorage(location=target).exists("staticfiles.json")
