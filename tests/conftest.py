"""What every test stands on: the database, plain static files, a fresh cache."""

import gc
import logging
import os
from contextlib import contextmanager, nullcontext
from fnmatch import fnmatch
from functools import partial
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache, caches
from django.db import connection
from django.test import TransactionTestCase, client, override_settings
from django.utils.translation import override
from hypothesis import HealthCheck, settings

from tests.copies import create_test_db
from tests.emptying import kept

TESTS = Path(__file__).parent
# Tests that draw pages, write texts or calculate, which any database does not change. The services,
# models and lists behind them, and the sweeps, which open every page, run on both.
SQLITE_ONLY = (
    *("hostile/*", "p2c_portal/*", "tools/*", "benchmarks/*", "how_to/*", "members/letters/*"),
    *("*/test_admin*", "*/test_views.py", "*/test_pages.py", "*/test_my*", "*/test_forms*"),
    *("*/test_*_pages.py", "*/test_*_rendering.py", "*/test_rendering.py", "*/test_*ical*"),
    *("accounts/test_second_factor*", "accounts/test_sign_in_code*", "accounts/test_sessions.py"),
    *("outbox/test_smtp*", "eoi/test_expression*", "eoi/test_word_count.py", "eoi/test_selects.py"),
)
QUERIES = ("sweeps/*", "triage/desk/test_admin_queue*", "triage/duplicates/test_admin_*")

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

    A page looks the same on any database: only some journeys, which write, run on PostgreSQL.
    Sweeps and hostile tests pass through nearly everything, most slowly while that is counted.
    """
    for item in items:
        path = item.path.relative_to(TESTS)
        folder = path.parts[0]
        if is_like(path, SQLITE_ONLY) and not is_like(path, QUERIES):
            item.add_marker(pytest.mark.sqlite_only)
        if folder == "system":
            item.add_marker(pytest.mark.system)
        elif folder == "journeys":
            item.add_marker(pytest.mark.journey)
            if not item.get_closest_marker("both_databases"):
                item.add_marker(pytest.mark.sqlite_only)
        elif folder in ("sweeps", "hostile"):
            item.add_marker(pytest.mark.no_cover)


def is_like(path, patterns):
    return any(fnmatch(str(path), pattern) for pattern in patterns)


def pytest_collection_finish():
    """Look no more through what stays to the end, thousands of tests and the code, for garbage."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item):
    """Give the database back quickly, where a test has filled it with little and it is its own."""
    is_slow = item.get_closest_marker("system") is None
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


@pytest.fixture(scope="session", autouse=True)
def _refusals_without_tracebacks():
    """Log in one line what is answered with 400, 403 or 404.

    To write down where each was raised takes longer than to raise it, and all that the request
    had would stay until the test ends.
    """
    as_ever = logging.getLogRecordFactory()

    def shortened(*arguments, **more):
        record = as_ever(*arguments, **more)
        is_refused = record.name == "django.request" and record.levelno < logging.ERROR
        if is_refused or record.name.startswith("django.security"):
            record.exc_info = None
        return record

    logging.setLogRecordFactory(shortened)
    yield
    logging.setLogRecordFactory(as_ever)


@pytest.fixture(autouse=True)
def _fresh_start(db):
    """Let each test use the database, as nearly every one does, and find nothing of the last.

    In one fixture, since each costs every test time.
    """
    # Looked up before the test counts queries: a process does so only once.
    ContentType.objects.get_for_models(*apps.get_models())
    # The codes of apps that the last test used, and the feeds that it read.
    cache.clear()
    caches["feeds"].clear()
    # Not the language that a request of the last test left active.
    with override("en"):
        yield


@pytest.fixture(scope="session", autouse=True)
def _settings_of_tests():
    """Serve static files by their own names, and hash passwords quickly; once for all tests."""
    staticfiles = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        STORAGES={**django_settings.STORAGES, "staticfiles": staticfiles},
        # Each test's browser would read every file that was ever collected here.
        WHITENOISE_AUTOREFRESH=True,
        # In earnest it is slow on purpose.
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ):
        yield


@pytest.fixture(scope="session", autouse=True)
def _contexts_of_pages_alone():
    """Copy no context for tests to look at of the many parts and widgets that a page has.

    Those of parts have nothing of the view's that the page's own has not.
    """
    store_any = client.store_rendered_templates

    def store_pages(store, signal, sender, template, context, **more):
        is_widget = (template.name or "").startswith("django/forms/")
        if context.template is template and not is_widget:
            store_any(store, signal, sender, template, context, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "store_rendered_templates", store_pages)
        yield
