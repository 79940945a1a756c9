"""Real servers and real processes of the portal, for service tests and benchmarks.

Each is a context manager that ends what it started at once, whatever happens inside:

    with PostgresServer() as postgres, RedisServer() as redis, mail_server(Sink()) as mail_port:
        postgres.create("portal")
        settings = environment(
            database_url=postgres.url("portal"), broker_url=redis.url(), mail_port=mail_port
        )
        manage("migrate", environment=settings)
        collect_static()
        with web(settings, folder) as site, worker(settings, folder), beat(settings, folder):
            urlopen(f"{site.url}/en/")

All of them listen on 127.0.0.1 alone, on ports that are free. Nothing here needs pytest.
"""

import contextlib
import functools
import os
import pwd
import shlex
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.error import URLError
from urllib.parse import quote, urlsplit
from urllib.request import urlopen

import environ
import psycopg2
import redis
from django.conf import settings
from django.db import connection, connections

from tests.mail_server import free_port

ROOT = Path(settings.BASE_DIR)
# What may reach a process from this one's environment; the rest of it is given.
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH")
# The longest that a process may take to come up or to end, in seconds.
UP_WITHIN = 60
DOWN_WITHIN = 30
# Where Debian keeps the programs of PostgreSQL.
POSTGRES_FOLDERS = "/usr/lib/postgresql"


class ProgramMissing(Exception):
    """A program that a server needs is not on this machine."""


class DidNotStart(Exception):
    """A process ended, or did not answer in time; says what it wrote."""


def eventually(happened, *, within):
    """Wait until something is so, at most so many seconds; false where it is not in time."""
    deadline = time.monotonic() + within
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def program(name):
    """Find a program on this machine."""
    found = shutil.which(name)
    if found is None:
        versions = sorted(Path(POSTGRES_FOLDERS).glob(f"*/bin/{name}"), key=version_of)
        if not versions:
            raise ProgramMissing(name)
        found = str(versions[-1])
    return found


def version_of(path):
    """Return the version of a program of PostgreSQL, from the folder that it stands in."""
    name = path.parents[1].name
    return int(name) if name.isdecimal() else 0


class Process:
    """A process with all that it starts, which writes to a file of its own."""

    def __init__(self, name, command, *, environment, folder, user=None):
        self.name = name
        self.command = command
        self.environment = environment
        self.log = Path(folder) / f"{name}.log"
        self.user = user
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()

    @property
    def pid(self):
        """The number of the process, which is also that of its group."""
        return self.process.pid

    @property
    def is_running(self):
        """Tell whether it was started and has not ended."""
        return self.process is not None and self.process.poll() is None

    def start(self):
        """Start it, and wait until it answers, where it answers at all."""
        if self.is_running:
            raise DidNotStart(f"{self.name} is running already")
        as_user = {"user": self.user, "group": self.user, "extra_groups": []} if self.user else {}
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                self.command,
                env=self.environment,
                cwd=ROOT if self.user is None else "/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **as_user,
            )
        if not eventually(lambda: self.answers() or not self.is_running, within=UP_WITHIN):
            self.kill()
        if not self.is_running:
            raise DidNotStart(f"{self.name} wrote:\n{self.log.read_text()[-4000:]}")

    def answers(self):
        """Tell whether it has come up."""
        return True

    def stop(self, how=signal.SIGTERM):
        """Ask it to end, and end it by force where it does not."""
        if self.is_running:
            self.process.send_signal(how)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=DOWN_WITHIN)
        self.kill()

    def kill(self):
        """End it at once, as a machine without power does, with all that it started."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self.process.wait()

    def children(self):
        """Return the numbers of the processes that it has started itself."""
        with contextlib.suppress(OSError):
            return list(
                map(int, Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split())
            )
        return []


# Servers --------------------------------------------------------------------------------------


class PostgresServer(Process):
    """A PostgreSQL cluster of its own, in a temporary folder, that trusts whoever connects."""

    def __init__(self, *, port=None, **options):
        self.port = port or free_port()
        # Not in a folder of pytest's: the server refuses to run as root, and those are root's.
        self.folder = Path(tempfile.mkdtemp(prefix="p2c-portal-postgres-"))
        options = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "max_connections": 100,
            **options,
        }
        arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        super().__init__(
            "postgres",
            [program("postgres"), "-D", str(self.folder / "data"), *arguments],
            environment={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            folder=self.folder,
            user="postgres" if os.geteuid() == 0 else None,
        )

    def __enter__(self):
        self.initialise()
        return super().__enter__()

    def __exit__(self, *_):
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def initialise(self):
        """Make the cluster's files."""
        as_user = {}
        if self.user:
            person = pwd.getpwnam(self.user)
            os.chown(self.folder, person.pw_uid, person.pw_gid)
            as_user = {"user": self.user, "group": self.user, "extra_groups": []}
        subprocess.run(
            [
                program("initdb"),
                *("--pgdata", str(self.folder / "data")),
                *("--username", "postgres"),
                *("--auth", "trust"),
                *("--encoding", "UTF8"),
                *("--locale", "C"),
                "--no-sync",
            ],
            check=True,
            cwd="/",
            env=self.environment,
            stdout=subprocess.DEVNULL,
            **as_user,
        )

    def url(self, name):
        """Return the address of a database, as DATABASE_URL takes it."""
        return f"postgres://postgres:trusted@127.0.0.1:{self.port}/{name}"

    def execute(self, statement):
        """Run a statement on the server itself, outside any transaction."""
        database = psycopg2.connect(
            host="127.0.0.1", port=self.port, user="postgres", dbname="postgres", connect_timeout=2
        )
        try:
            database.autocommit = True
            with database.cursor() as cursor:
                cursor.execute(statement)
        finally:
            database.close()

    def create(self, name, *, template="template0"):
        """Make a database, empty or as another is to which nobody is connected."""
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop(self, name):
        """Throw a database away, with whoever is connected to it."""
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def start(self):
        """Start it, as soon as the processes of one that was killed have noticed and ended."""
        if not eventually(self.has_started, within=UP_WITHIN):
            raise DidNotStart(f"{self.name}: what was killed still holds its memory")

    def has_started(self):
        """Start it, unless memory of one before is in the way."""
        try:
            super().start()
        except DidNotStart as trouble:
            if "shared memory" not in str(trouble):
                raise
        return self.is_running

    def answers(self):
        """Tell whether it takes connections."""
        with contextlib.suppress(psycopg2.OperationalError):
            self.execute("SELECT 1")
            return True
        return False

    def stop(self, how=signal.SIGINT):
        """End it: SIGINT breaks connections off, SIGQUIT (immediate) does not tidy up either."""
        super().stop(how)

    def restart(self, *, immediately=False):
        """End it and start it again; immediately: it finds its data as after a crash."""
        self.stop(signal.SIGQUIT if immediately else signal.SIGINT)
        self.start()


class RedisServer(Process):
    """A Redis of its own, which keeps nothing over a restart unless it is told to."""

    def __init__(self, *, port=None, persistent=False):
        self.port = port or free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="p2c-portal-redis-"))
        super().__init__(
            "redis",
            [
                program("redis-server"),
                *("--bind", "127.0.0.1"),
                *("--port", str(self.port)),
                *("--dir", str(self.folder)),
                *("--save", ""),
                *("--appendonly", "yes" if persistent else "no"),
            ],
            environment={"PATH": os.environ["PATH"]},
            folder=self.folder,
        )

    def __exit__(self, *_):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, number=0):
        """Return the address of a database, as CELERY_BROKER_URL takes it."""
        return f"redis://127.0.0.1:{self.port}/{number}"

    def cache_url(self, number=1):
        """Return the address of a database, as CACHE_URL takes it."""
        return f"rediscache://127.0.0.1:{self.port}/{number}"

    def client(self, number=0):
        """Return a client, to look into it; close it."""
        return redis.Redis(host="127.0.0.1", port=self.port, db=number, socket_timeout=5)

    def answers(self):
        """Tell whether it takes commands."""
        with contextlib.suppress(redis.RedisError), self.client() as client:
            return bool(client.ping())
        return False

    def flush(self):
        """Throw away all that it holds."""
        with self.client() as client:
            client.flushall()

    def restart(self):
        """End it and start it again."""
        self.stop()
        self.start()


# The portal -----------------------------------------------------------------------------------


def environment(
    *,
    database_url,
    broker_url,
    cache_url=None,
    mail_port=None,
    site_url=None,
    **more,
):
    """Return the environment of the portal's processes, complete.

    Without `cache_url` the cache is a table in the database; without `mail_port` nobody takes
    mail; without `site_url` the web server gets a port that is free. `more` are names of
    .env.example, and win.
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
        "DEFAULT_FROM_EMAIL": "Partner2Connect Digital Coalition <noreply@p2c.example>",
        "PYTHONUNBUFFERED": "1",
    }
    if cache_url is not None:
        given["CACHE_URL"] = cache_url
    return {**given, **more}


def manage(*command, environment):
    """Run a command of manage.py, and return what it wrote; raises CalledProcessError."""
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
    """Gather the static files, without which no web process serves a page; once is enough."""
    nothing = environment(database_url="sqlite://:memory:", broker_url="memory://")
    manage("collectstatic", "--no-input", environment=nothing)


class Web(Process):
    """The web server of the Procfile; it listens where SITE_URL says."""

    @property
    def url(self):
        """The address of the site, without a slash at its end."""
        return self.environment["SITE_URL"]

    def answers(self):
        """Tell whether it answers requests."""
        with contextlib.suppress(URLError, OSError), urlopen(f"{self.url}/healthz") as answer:  # noqa: S310
            return answer.status == 200
        return False


def web(environment, folder, *, workers=2, threads=4, name="web"):
    """Return the web server with so many workers; its static files must have been collected."""
    command = ["-m", "gunicorn", "p2c_portal.wsgi"]
    command += ["--bind", urlsplit(environment["SITE_URL"]).netloc]
    command += ["--workers", str(workers), "--threads", str(threads)]
    return Web(name, [sys.executable, *command], environment=environment, folder=folder)


def worker(environment, folder, *, queues="mail,bulk,sweep", concurrency=2, name="worker"):
    """Return a worker for some queues."""
    command = ["-m", "celery", "--quiet", "--app", "p2c_portal", "worker", "--queues", queues]
    command += ["--concurrency", str(concurrency), "--hostname", f"{name}@%h"]
    command += ["--without-mingle", "--without-gossip", "--without-heartbeat"]
    return Process(name, [sys.executable, *command], environment=environment, folder=folder)


def as_in_procfile(name, environment, folder):
    """Return a worker, or beat, with the very words of the Procfile."""
    commands = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    words = shlex.split(commands[name].removeprefix("exec celery "))
    return Process(
        name, [sys.executable, "-m", "celery", *words], environment=environment, folder=folder
    )


def beat(environment, folder, *, name="beat"):
    """Return what starts the sweep at its times."""
    command = ["-m", "celery", "--quiet", "--app", "p2c_portal", "beat"]
    command += ["--schedule", str(Path(folder) / f"{name}-schedule"), "--pidfile", ""]
    return Process(name, [sys.executable, *command], environment=environment, folder=folder)


# The tests' own process -----------------------------------------------------------------------


def database_url():
    """Return the address of the tests' own database."""
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{Path(facts['NAME']).resolve()}"
    signed_in = f"{quote(facts['USER'])}:{quote(facts['PASSWORD'])}"
    return f"postgres://{signed_in}@{facts['HOST']}:{facts['PORT'] or 5432}/{facts['NAME']}"


@contextlib.contextmanager
def database_at(url):
    """Let models and factories of this process use another database."""
    before, facts = connections["default"], connections.settings["default"]
    named = {**connections.configure_settings({"default": environ.Env.db_url_config(url)})}
    connections.settings["default"] = named["default"]
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"], connections.settings["default"] = before, facts


class Forwarder:
    """Stands between the portal and a server, and can be cut off or made to hang."""

    def __init__(self, port, to):
        self.port = port
        self.to = to
        self.hangs = threading.Event()
        self.open = set()
        self.server = None

    def start(self):
        """Take connections, and forward what they carry."""
        forwarder = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                forwarder.forward(self.request)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self.hangs.clear()
        self.server = Server(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, args=[0.05], daemon=True).start()

    def stop(self):
        """Refuse connections, and break off those that are open."""
        self.server.shutdown()
        for end_point in list(self.open):
            with contextlib.suppress(OSError):
                end_point.shutdown(socket.SHUT_RDWR)
        self.server.server_close()

    def forward(self, near):
        """Carry bytes in both directions until one side ends."""
        with socket.create_connection(self.to) as far:
            self.open |= {near, far}
            back = threading.Thread(target=self.carry, args=[far, near], daemon=True)
            back.start()
            self.carry(near, far)
            back.join()
            self.open -= {near, far}

    def carry(self, source, target):
        """Carry bytes in one direction; what comes while it hangs is lost."""
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if not self.hangs.is_set():
                    target.sendall(data)
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
