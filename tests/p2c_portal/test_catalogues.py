"""A portal whose catalogues are not compiled from their present texts does not start."""

import os
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from p2c_portal.checks import catalogues_are_compiled
from tests.p2c_portal.test_settings import HERE, run
from tools.catalogues import write_compiled

START_WORKER = """
import sys
from celery import signals
from django.conf import settings
from p2c_portal.celery import app
settings.LOCALE_PATHS = sys.argv[1:]
app.loader.init_worker()
signals.worker_init.send(sender=None)
"""


@pytest.fixture
def arabic_and_french(settings, tmp_path):
    """Two compiled catalogues, in the place of the portal's own."""
    settings.LOCALE_PATHS = [tmp_path]
    catalogues = []
    for code in ("ar", "fr"):
        catalogue = tmp_path / code / "LC_MESSAGES" / "django.po"
        catalogue.parent.mkdir(parents=True)
        catalogue.write_text(f'msgid ""\nmsgstr "Language: {code}\\n"\n')
        write_compiled(catalogue)
        catalogues.append(catalogue)
    return catalogues


def test_catalogues_of_the_portal_are_compiled(settings):
    folder = Path(settings.BASE_DIR) / "locale"

    assert catalogues_are_compiled() == []
    assert len(list(folder.glob("*/LC_MESSAGES/django.mo"))) == 5


def test_catalogue_with_the_same_texts_and_another_time_is_compiled(arabic_and_french):
    for catalogue in arabic_and_french:
        os.utime(catalogue, (2e9, 2e9))

    assert catalogues_are_compiled() == []


def test_missing_and_stale_catalogues_are_named_with_what_to_run(arabic_and_french):
    arabic, french = arabic_and_french
    arabic.with_suffix(".mo").unlink()
    french.write_text(french.read_text().replace("fr", "fr_CH"))

    [error] = catalogues_are_compiled()

    assert error.id == "p2c_portal.E003"
    assert error.msg == "The translations of these languages are not compiled: ar, fr."
    assert error.hint == "Run `python -m tools.catalogues --compile` in the folder of manage.py."


@pytest.mark.parametrize(
    ("command", "options"), [("check", {}), ("migrate", {"skip_checks": False})]
)
def test_command_does_not_start_without_a_catalogue(arabic_and_french, command, options):
    arabic_and_french[0].with_suffix(".mo").unlink()

    with pytest.raises(SystemCheckError, match=r"python -m tools\.catalogues --compile"):
        call_command(command, **options)


def test_worker_does_not_start_without_a_catalogue(arabic_and_french, settings):
    arabic_and_french[0].with_suffix(".mo").unlink()

    # In a process of its own, because Celery prepares the process of a worker for its tasks.
    started = run("-c", START_WORKER, *map(str, settings.LOCALE_PATHS), **HERE)

    assert started.returncode == 1
    assert "Run `python -m tools.catalogues --compile`" in started.stderr
