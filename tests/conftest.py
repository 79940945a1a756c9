"""What every test stands on: the database, plain static files, a fresh cache."""

import gc
import os
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from django.utils.translation import override
from hypothesis import HealthCheck, settings

from tests.copies import create_test_db
from tests.emptying import kept

TESTS = Path(__file__).parent

# The same few examples each time, so that a change is to blame for what fails; for a search,
# HYPOTHESIS_PROFILE=thorough.
settings.register_profile(
    "bounded",
    max_examples=5,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.register_profile(
    "thorough", settings.get_profile("bounded"), max_examples=100, derandomize=False
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "bounded"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark what needs processes of its own, a browser or no coverage, by its folder.

    Sweeps and hostile tests pass through nearly everything, most slowly while that is counted.
    """
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0]
        if folder == "services":
            item.add_marker(pytest.mark.services)
        elif folder == "journeys":
            item.add_marker(pytest.mark.journey)
        elif folder in ("sweeps", "hostile"):
            item.add_marker(pytest.mark.no_cover)


def pytest_collection_finish():
    """Look no more through what stays to the end, thousands of tests and the code, for garbage."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item):
    """Give the database back quickly, where a test has filled it with little and it is its own."""
    is_slow = item.get_closest_marker("services") is None
    with giving_back() if is_slow else nullcontext():
        return (yield)


@contextmanager
def giving_back():
    """Have the database given back as it was kept."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", kept.give_back)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Keep what the database holds before any test."""
    with django_db_blocker.unblock():
        kept.keep()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix, django_db_keepdb, django_db_use_migrations
):
    """Migrate once for all processes and calls of pytest, which takes each several seconds."""
    if django_db_keepdb or not django_db_use_migrations:
        yield
        return
    as_django_does = connection.creation.create_test_db
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            connection.creation, "create_test_db", partial(create_test_db, as_django_does)
        )
        yield


@pytest.fixture(autouse=True)
def _database_for_every_test(db):
    """Let each test use the database, as nearly every one does."""


@pytest.fixture(autouse=True)
def _known_content_types(db):
    """Look content types up before the test counts queries: a process does so only once."""
    ContentType.objects.get_for_models(*apps.get_models())


@pytest.fixture(autouse=True)
def _fresh_cache():
    """Keep counts of one test out of the next."""
    cache.clear()


@pytest.fixture(autouse=True)
def _in_english():
    """Keep the language that a request of one test left active out of the next."""
    with override("en"):
        yield


@pytest.fixture(autouse=True)
def _plain_static_files(settings):
    """Serve static files by their own names, without collecting them first."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    # Each test's browser would read every file that was ever collected here.
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    """Hash passwords quickly; in earnest it is slow on purpose."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
