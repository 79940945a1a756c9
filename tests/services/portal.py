"""The portal's processes beside the web, started for real, and a broker that can be cut off."""

import contextlib
import os
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection


@contextlib.contextmanager
def running_portal(*, broker, mail_port, folder, key_prefix=""):
    """Run a worker and beat on the tests' database, until the block ends."""
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "CELERY_BROKER_URL": broker,
        "CELERY_KEY_PREFIX": key_prefix,
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
        "EMAIL_TIMEOUT": "5",
    }
    lean = ["--without-mingle", "--without-gossip", "--without-heartbeat"]
    commands = {
        "worker": ["worker", "--queues", "mail,sweep", "--concurrency", "2", *lean],
        "beat": ["beat", "--schedule", str(folder / "schedule")],
    }
    with contextlib.ExitStack() as stack:
        for name, arguments in commands.items():
            log = stack.enter_context((folder / f"{name}.log").open("w"))
            process = subprocess.Popen(
                [sys.executable, "-m", "celery", "--app", "p2c_portal", *arguments],
                env=environment,
                cwd=settings.BASE_DIR,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            stack.callback(end, process)
        yield


def end(process):
    """End a process and those that it started."""
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def database_url():
    """Return the address of the tests' own database."""
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{Path(facts['NAME']).resolve()}"
    signed_in = f"{quote(facts['USER'])}:{quote(facts['PASSWORD'])}"
    return f"postgres://{signed_in}@{facts['HOST']}:{facts['PORT'] or 5432}/{facts['NAME']}"


def eventually(happened, *, within):
    """Wait until something is so; false where it is not in time."""
    deadline = time.monotonic() + within
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


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
