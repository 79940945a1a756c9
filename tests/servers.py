"""Real servers on free ports of 127.0.0.1, which can be stopped, killed or disconnected."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import socketserver
import subprocess
import tempfile
import threading
from pathlib import Path

import psycopg2
import redis

from tests.mail_server import free_port
from tests.processes import UP_WITHIN, DidNotStart, Process, eventually, program


class PostgresServer(Process):
    """A PostgreSQL cluster in a temporary folder, without passwords."""

    def __init__(self, *, port=None, **options):
        self.port = port or free_port()
        # Not in a folder of pytest, which may belong to root: the server refuses to run as root.
        self.folder = Path(tempfile.mkdtemp(prefix="p2c-portal-postgres-"))
        options = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
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
        """Create the cluster's files."""
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
        """Return the URL of a database for DATABASE_URL."""
        return f"postgres://postgres:trusted@127.0.0.1:{self.port}/{name}"

    def execute(self, statement):
        """Run a statement outside any transaction."""
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
        """Create a database, empty or as a copy of another one without connections."""
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop(self, name):
        """Drop a database and end its connections."""
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def start(self):
        """Start it, once all processes of a killed server have ended."""
        if not eventually(self.has_started, within=UP_WITHIN):
            raise DidNotStart(f"{self.name}: what was killed still holds its memory")

    def has_started(self):
        """Try to start it; return False if shared memory of the earlier server still exists."""
        try:
            super().start()
        except DidNotStart as trouble:
            if "shared memory" not in str(trouble):
                raise
        return self.is_running

    def answers(self):
        """Return whether it accepts connections."""
        with contextlib.suppress(psycopg2.OperationalError):
            self.execute("SELECT 1")
            return True
        return False

    def stop(self, how=signal.SIGINT):
        """Stop it: SIGINT ends connections, SIGQUIT (immediate) also skips the checkpoint."""
        super().stop(how)

    def restart(self, *, immediately=False):
        """Stop it and start it again; with `immediately`, it recovers as after a crash."""
        self.stop(signal.SIGQUIT if immediately else signal.SIGINT)
        self.start()


def copy_database(url, *, to):
    """Copy a PostgreSQL database into an empty one on another server."""
    dump = subprocess.run([program("pg_dump"), "--no-owner", url], check=True, capture_output=True)
    subprocess.run(
        [program("psql"), "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", to],
        check=True,
        input=dump.stdout,
        capture_output=True,
    )


class RedisServer(Process):
    """A Redis server, which stores nothing on disk unless told to."""

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
        """Return the URL of a database for CELERY_BROKER_URL."""
        return f"redis://127.0.0.1:{self.port}/{number}"

    def cache_url(self, number=1):
        """Return the URL of a database for CACHE_URL."""
        return f"rediscache://127.0.0.1:{self.port}/{number}"

    def client(self, number=0):
        """Return a client, which the caller must close."""
        return redis.Redis(host="127.0.0.1", port=self.port, db=number, socket_timeout=5)

    def answers(self):
        """Return whether it accepts commands."""
        with contextlib.suppress(redis.RedisError), self.client() as client:
            return bool(client.ping())
        return False

    def flush(self):
        with self.client() as client:
            client.flushall()

    def restart(self):
        self.stop()
        self.start()


class Forwarder:
    """A TCP proxy between the portal and a server, which can disconnect or hang."""

    def __init__(self, port, to):
        self.port = port
        self.to = to
        self.hangs = threading.Event()
        self.open = set()
        self.server = None

    def start(self):
        """Accept connections, and forward their data."""
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
        """Refuse connections, and end the open ones."""
        self.server.shutdown()
        for end_point in list(self.open):
            with contextlib.suppress(OSError):
                end_point.shutdown(socket.SHUT_RDWR)
        self.server.server_close()

    def forward(self, near):
        """Forward data in both directions until one side ends."""
        with socket.create_connection(self.to) as far:
            self.open |= {near, far}
            back = threading.Thread(target=self.carry, args=[far, near], daemon=True)
            back.start()
            self.carry(near, far)
            back.join()
            self.open -= {near, far}

    def carry(self, source, target):
        """Forward data in one direction. Data that arrives while it hangs is lost."""
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if not self.hangs.is_set():
                    target.sendall(data)
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
