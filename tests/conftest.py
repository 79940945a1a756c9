"""What every test stands on: the database, plain static files, a fresh cache."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _database_for_every_test(db):
    """Let each test use the database, as nearly every one does."""


@pytest.fixture(autouse=True)
def _fresh_cache():
    """Keep counts of one test out of the next."""
    cache.clear()


@pytest.fixture(autouse=True)
def _plain_static_files(settings):
    """Serve static files by their own names, without collecting them first."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
