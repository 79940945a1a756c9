"""Fixtures for all tests: the database, static files, and an empty cache."""

import gc
import logging
import os
from contextlib import contextmanager, nullcontext
from fnmatch import fnmatch
from functools import cache, partial
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.contrib.contenttypes.models import ContentType
from django.core.cache import caches
from django.db import connection
from django.test import TransactionTestCase, client, override_settings
from django.utils import timezone
from django.utils.translation import override
from hypothesis import HealthCheck, settings

from focus_areas.models import FocusArea
from meetings.models import Meeting
from members.services.calls import is_a_call_open
from opportunities.services.register import are_shown
from papers.services.file_scans import breaker
from tests.accounts.codes import worker
from tests.clamd import scanner
from tests.copies import create_test_db
from tests.emptying import kept

TESTS = Path(__file__).parent
# Tests of what may differ between databases: SQL of our own, constraints, races, grouped queries,
# and each page once. They run on SQLite and on PostgreSQL, in CI on PostgreSQL alone; the other
# unit tests run on PostgreSQL only in `make test-all`. A page with such SQL is opened on both by
# sweeps/test_queries.py.
BOTH_DATABASES = (
    *("sweeps/test_constraints.py", "sweeps/test_queries.py", "sweeps/test_races.py"),
    *("core/test_conflicts.py", "core/test_folding.py", "core/test_history.py"),
    *("core/test_migration_operations.py", "core/test_rate_limits.py", "core/test_sorting.py"),
    *("p2c_portal/test_databases.py", "p2c_portal/test_outages.py"),
    *("outbox/test_delivery.py", "outbox/test_delivery_events.py", "outbox/test_delivery_races.py"),
    *("outbox/test_erasure.py", "outbox/test_queue.py"),
    *("members/test_directory.py", "members/test_figures.py", "members/test_repeats.py"),
    *("members/test_response_times.py", "members/test_search*"),
    *("eoi/test_link_requests.py", "mailings/test_recipients.py"),
    *("commitments/test_*counting.py", "commitments/test_figures.py"),
    *("commitments/test_totals*", "commitments/test_register.py", "commitments/test_similar.py"),
    *("commitments/open_data/test_files.py", "commitments/open_data/test_one_moment.py"),
    *("triage/statistics/test_queries.py", "triage/statistics/test_work.py"),
    *("triage/duplicates/test_matching*", "triage/duplicates/test_repeat*"),
    *("triage/staff_pages/test_previous_next.py", "triage/desk/test_admin_queue.py"),
    *("triage/desk/test_admin_queue_filters.py", "triage/desk/test_admin_queue_search.py"),
    "triage/desk/test_workload.py",
    "triage/spreadsheets/test_imports.py",
    *("privacy/test_erasure.py", "privacy/test_everywhere.py", "privacy/test_retention_runs.py"),
)

# The mark of each test in a folder.
FOLDERS = {"system": "system", "journeys": "journey"}
# Two calls at once, on connections of their own.
RACES = "test_races.py"

# The same few examples in each run, so that a failure is due to a change.
# HYPOTHESIS_PROFILE=thorough searches for more.
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


def pytest_ignore_collect(collection_path, config):
    """Do not import what has only tests that are left out: collecting takes seconds a process."""
    path, chosen = collection_path.relative_to(TESTS), config.option.markexpr
    if str(path) in FOLDERS and f"not {FOLDERS[str(path)]}" in chosen:
        return True
    if not path.match("test_*.py"):
        return None
    is_of_sweeps = path.parts[0] == "sweeps"
    is_for_one = is_for_both(path) and "sqlite_in_ci" not in collection_path.read_text()
    if "not postgresql_in_ci" in chosen and (
        path.name == RACES or (is_for_one and not is_of_sweeps)
    ):
        return True
    if "both_databases" not in chosen or path.parts[0] == "system":
        return None
    return (not is_for_both(path) and "both_databases" not in collection_path.read_text()) or None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark tests by their path: what they need, and what depends on the database.

    Sweeps and hostile tests run nearly all code, and are slowest when coverage is measured.
    """
    for item in items:
        path = below_tests(item.path)
        folder = path.parts[0]
        if folder in FOLDERS:
            item.add_marker(FOLDERS[folder])
        elif folder in ("sweeps", "hostile"):
            item.add_marker(pytest.mark.no_cover)
        if is_for_both(path):
            item.add_marker(pytest.mark.both_databases)
        # Those of the sweeps are few, and run on both in CI. So do those about SQLite alone.
        is_on_both = folder == "sweeps" or item.get_closest_marker("sqlite_in_ci")
        if path.name == RACES or (item.get_closest_marker("both_databases") and not is_on_both):
            item.add_marker(pytest.mark.postgresql_in_ci)


@cache
def below_tests(path):
    return path.relative_to(TESTS)


@cache
def is_for_both(path):
    return any(fnmatch(str(path), pattern) for pattern in BOTH_DATABASES)


def pytest_collection_finish():
    """Freeze the collected objects, so that the garbage collector does not scan them.

    Tests leave few cycles. To look for them less often saves more than a tenth of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item):
    """Restore the database quickly after a test that committed a little to its own database."""
    is_slow = item.get_closest_marker("system") is None
    with giving_back() if is_slow else nullcontext():
        return (yield)


@contextmanager
def giving_back():
    """Restore the database as it was before the test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", kept.give_back)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Remember the contents of the database before any test."""
    with django_db_blocker.unblock():
        kept.keep()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix, django_db_keepdb, django_db_use_migrations
):
    """Migrate only once for all processes and runs of pytest, because it takes several seconds."""
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
    """Log responses with status 400, 403 or 404 in one line.

    Formatting a traceback takes longer than raising the exception, and it would keep the request in
    memory until the test ends.
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
    """Let each test use the database, without state that the previous test left behind.

    This is one fixture, because each fixture takes time in each test.
    """
    # Looked up before the test counts queries, because a process does so only once.
    ContentType.objects.get_for_models(*apps.get_models(), for_concrete_models=False)
    # The used app codes and the feeds that the previous test requested.
    caches["default"].clear()
    caches["feeds"].clear()
    # The same: what the header of each page knows of the calls, and of needs and offers.
    caches["calls"].clear()
    is_a_call_open(at=timezone.now())
    are_shown()
    # A request of the previous test may have left its language active.
    with override("en"):
        yield


@pytest.fixture
def area():
    return FocusArea.objects.get(number=2)


@pytest.fixture
def other_area():
    return FocusArea.objects.get(number=3)


@pytest.fixture
def no_meetings():
    """Start without the default meetings."""
    Meeting.objects.all().delete()


@pytest.fixture
def folder(settings, tmp_path):
    """Store files in an empty folder."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def clamd(settings, tmp_path_factory):
    """Scan files, by a scanner on a Unix socket."""
    settings.CLAMD = str(tmp_path_factory.mktemp("clamd") / "clamd.ctl")
    breaker.close()
    with scanner(settings.CLAMD) as server:
        yield server
    breaker.close()


@pytest.fixture
def undo_is_on(settings):
    settings.UNDO_SECONDS = 120


@pytest.fixture
def sent_codes(monkeypatch):
    """Run the tasks that send sign-in codes, and return the e-mails."""
    return worker(monkeypatch)


@pytest.fixture(scope="session", autouse=True)
def _settings_of_tests():
    """Serve static files by their own names, and hash passwords quickly, once for all tests."""
    staticfiles = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        STORAGES={**django_settings.STORAGES, "staticfiles": staticfiles},
        # Otherwise each test client would read all collected files.
        WHITENOISE_AUTOREFRESH=True,
        # The real hasher is slow on purpose.
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ):
        yield


@pytest.fixture(scope="session", autouse=True)
def _contexts_of_pages_alone():
    """Do not record the context of each of a page's many included templates and widgets.

    Their contexts contain nothing from the view that the context of the page does not have.
    """
    store_any = client.store_rendered_templates

    def store_pages(store, signal, sender, template, context, **more):
        is_widget = (template.name or "").startswith("django/forms/")
        if context.template is template and not is_widget:
            store_any(store, signal, sender, template, context, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "store_rendered_templates", store_pages)
        yield
