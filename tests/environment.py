"""The environment of all tests, set before Django reads its settings.

`DATABASE_URL` and `CELERY_BROKER_URL` may be set outside, to run the tests on PostgreSQL and Redis.
No other variable is used, and `.env` is not read.
"""

import os
import sys
import tempfile
from pathlib import Path

import pytest

from p2c_portal.call_stack import HAS_SLOW_CALLS, with_one_stack
from tools.catalogues import catalogues, write_compiled

KEPT = ("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL")
OURS = {
    "READ_DOT_ENV": "false",
    "SECRET_KEY": "only-for-tests-only-for-tests-only-for-tests-only-for-tests",
    "SITE_URL": "http://testserver",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "DEFAULT_FROM_EMAIL": "Partner2Connect Digital Coalition <partner2connect@p2c.example>",
    "LOG_LEVEL": "INFO",
    # Most tests are about what holds once a decision has settled. Those of the undo set it.
    "UNDO_SECONDS": "0",
    # Most tests are about what one person decides. Those of the second person set it.
    "COMMITMENT_SECOND_PERSON_ABOVE": "0",
    # For files that a test stores by accident. Tests of files have their own folders.
    "MEDIA_ROOT": str(Path(tempfile.gettempdir()) / "p2c-portal-test-files"),
    # Copies of test databases are no restored portals. Tests of these name a file of their own.
    "INSTALLATION_FILE": "",
    "ERASURES_FILE": "",
    # Parallel tests share a Redis, and must not get each other's tasks.
    "CELERY_KEY_PREFIX": f"p2c-portal-test-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}:",
}
UNSET = (
    "ACCENT_COLOUR",
    "ACCENT_COLOUR_DARK",
    "DEBUG",
    "CSRF_TRUSTED_ORIGINS",
    "EMAIL_URL",
    "EMBLEM_FILE",
    "EMAIL_TIMEOUT",
    "LOG_FORMAT",
    "METRICS_TOKEN",
    "SENTRY_DSN",
    "SECRET_KEY_FALLBACKS",
    "SWEEP_EVERY",
    "MAIL_ALLOWLIST",
    "MAIL_PER_CONNECTION",
    "TRUSTED_PROXIES",
    "EOI_PER_NETWORK",
    "EOI_PER_ADDRESS",
    "STAFF_SECOND_FACTOR",
    "PAPER_AT_MOST_MB",
    "STATIC_ROOT",
    "VAR_DIR",
)

for name in UNSET:
    os.environ.pop(name, None)
os.environ.update(OURS)
os.environ.setdefault("CELERY_BROKER_URL", "memory://")
os.environ.setdefault("CACHE_URL", "locmemcache://")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    """Run all tests with the catalogues as they are, and with their calls in one piece of memory.

    For the calls, see p2c_portal/call_stack.py: the tests are a fifth faster so.
    """
    for catalogue in catalogues():
        write_compiled(catalogue)
    run = config.pluginmanager.subset_hook_caller("pytest_cmdline_main", [sys.modules[__name__]])
    return with_one_stack(run, config=config) if HAS_SLOW_CALLS else run(config=config)
