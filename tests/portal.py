"""Real processes of the portal, for system tests and benchmarks. Nothing here needs pytest.

Each is a context manager that always ends what it has started:

    with PostgresServer() as postgres, RedisServer() as redis, mail_server(Sink()) as mail_port:
        postgres.create("portal")
        settings = environment(
            database_url=postgres.url("portal"), broker_url=redis.url(), mail_port=mail_port
        )
        manage("migrate", environment=settings)
        collect_static()
        with web(settings, folder) as site, worker(settings, folder), beat(settings, folder):
            urlopen(f"{site.url}/en/")
"""

import contextlib
import fcntl
import functools
import os
import shlex
import subprocess
import sys
from pathlib import Path
from urllib.error import URLError
from urllib.parse import quote, urlsplit
from urllib.request import urlopen

import environ
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.db import connection, connections

from p2c_portal.databases import postgresql_options
from tests.mail_server import free_port
from tests.processes import ROOT, Process, program

# The variables of this process that its child processes inherit. The others are given explicitly.
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH")


def environment(
    *,
    database_url,
    broker_url,
    cache_url=None,
    mail_port=None,
    site_url=None,
    **more,
):
    """Return the complete environment of the portal's processes.

    Without `cache_url`, the cache is a table in the database; without `mail_port`, there is no mail
    server; without `site_url`, the web server gets a free port. `more` has names from .env.example,
    and overrides the rest.
    """
    given = {name: os.environ[name] for name in KEPT if name in os.environ}
    given |= {
        "READ_DOT_ENV": "false",
        "SECRET_KEY": "only-for-tests-only-for-tests-only-for-tests-only-for-tests",
        "SITE_URL": site_url or f"http://127.0.0.1:{free_port()}",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "DATABASE_URL": database_url,
        "CELERY_BROKER_URL": broker_url,
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_port or free_port()}",
        "EMAIL_TIMEOUT": "5",
        "SWEEP_EVERY": "2",
        "UNDO_SECONDS": "0",
        "DEFAULT_FROM_EMAIL": "Partner2Connect Digital Coalition <partner2connect@p2c.example>",
        # Copies of the test database are no restored portals.
        "INSTALLATION_FILE": "",
        "PYTHONUNBUFFERED": "1",
    }
    if cache_url is not None:
        given["CACHE_URL"] = cache_url
    return {**given, **more}


def manage(*command, environment):
    """Run a command of manage.py, and return its output. Raises CalledProcessError."""
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        env=environment,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    ).stdout


@functools.cache
def collect_static():
    """Collect the static files, without which web processes serve no page, unless they are there.

    One process at a time, because another may be serving them already.
    """
    nothing = environment(database_url="sqlite://:memory:", broker_url="memory://")
    manifest, noted = settings.STATIC_ROOT / "staticfiles.json", settings.VAR_DIR / "collected"
    with (settings.VAR_DIR / "collecting").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        there = str([static_files(), manifest.exists() and manifest.stat().st_mtime_ns])
        if not noted.exists() or noted.read_text() != there:
            manage("collectstatic", "--no-input", environment=nothing)
            noted.write_text(str([static_files(), manifest.stat().st_mtime_ns]))


def static_files():
    """Return the size and the modification time of each static file of the code, by path."""
    found = [
        Path(storage.path(name)) for finder in get_finders() for name, storage in finder.list([])
    ]
    return sorted((str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in found)


class Web(Process):
    """The web server of the Procfile, which listens at SITE_URL."""

    @property
    def url(self):
        """The URL of the site, without a slash at its end."""
        return self.environment["SITE_URL"]

    def answers(self):
        """Return whether it answers requests."""
        with contextlib.suppress(URLError, OSError), urlopen(f"{self.url}/healthz") as answer:  # noqa: S310
            return answer.status == 200
        return False


def web(environment, folder, *, workers=2, threads=4, name="web", clock=None):
    """Return a web server with some workers. The static files must have been collected.

    `clock` is the error of its clock, such as "+1h".
    """
    command = ["-m", "gunicorn", "p2c_portal.wsgi"]
    command += ["--bind", urlsplit(environment["SITE_URL"]).netloc]
    command += ["--workers", str(workers), "--threads", str(threads)]
    command, environment = at_clock(clock, [sys.executable, *command], environment)
    return Web(name, command, environment=environment, folder=folder)


def at_clock(clock, command, environment):
    """Return a command and an environment in which the clock is wrong by `clock`, if any.

    Durations stay correct.
    """
    if clock is None:
        return command, environment
    environment = {**environment, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    return [program("faketime"), "-f", clock, *command], environment


def worker(
    environment, folder, *, queues="mail,bulk,sweep", concurrency=2, name="worker", clock=None
):
    """Return a worker for some queues. `clock` is the error of its clock, such as "+1h"."""
    command = ["-m", "celery", "--quiet", "--app", "p2c_portal", "worker", "--queues", queues]
    command += ["--concurrency", str(concurrency), "--hostname", f"{name}@%h"]
    command += ["--without-mingle", "--without-gossip", "--without-heartbeat"]
    command, environment = at_clock(clock, [sys.executable, *command], environment)
    return Process(name, command, environment=environment, folder=folder)


def as_in_procfile(name, environment, folder):
    """Return a worker, or beat, with exactly the command in the Procfile."""
    commands = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    words = shlex.split(commands[name].removeprefix("exec celery "))
    return Process(
        name, [sys.executable, "-m", "celery", *words], environment=environment, folder=folder
    )


def beat(environment, folder, *, name="beat", files=None):
    """Return Celery beat. `files` names its VAR_DIR, if it shares that of another beat."""
    environment = {**environment, "VAR_DIR": str(Path(folder) / (files or f"{name}-files"))}
    command = ["-m", "celery", "--quiet", "--app", "p2c_portal", "beat"]
    return Process(name, [sys.executable, *command], environment=environment, folder=folder)


def database_url():
    """Return the URL of the test database."""
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{Path(facts['NAME']).resolve()}"
    signed_in = f"{quote(facts['USER'])}:{quote(facts['PASSWORD'])}"
    return f"postgres://{signed_in}@{facts['HOST']}:{facts['PORT'] or 5432}/{facts['NAME']}"


def opened_as_by_the_portal(url):
    """Return the settings of a database from its URL, with the portal's options."""
    database = environ.Env.db_url_config(url)
    if not database["ENGINE"].endswith("sqlite3"):
        database["OPTIONS"] = postgresql_options(
            database.get("OPTIONS", {}), server_options=settings.POSTGRES_OPTIONS
        )
    return database


@contextlib.contextmanager
def database_at(url):
    """Let models and factories of this process use another database."""
    before, facts = connections["default"], connections.settings["default"]
    named = {**connections.configure_settings({"default": opened_as_by_the_portal(url)})}
    connections.settings["default"] = named["default"]
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"], connections.settings["default"] = before, facts
