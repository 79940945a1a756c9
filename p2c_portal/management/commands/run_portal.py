"""Starts the whole portal on one machine, without other services: `make run`.

In production, a process manager starts the processes of the Procfile.
"""

import fcntl
import os
import signal
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.urls import reverse
from honcho import manager
from honcho.command import main as honcho

from accounts.models import User
from members.models import Member
from p2c_portal.management.commands.load_demonstration import SIGN_INS, RealMailServer

# Seconds for a worker to finish its tasks; honcho's default of five is too short on a busy machine.
SHUTDOWN_SECONDS = 20
# A file in VAR_DIR that is locked while the portal runs, so that reset_demonstration refuses.
LOCK_NAME = "run_portal.lock"


class Command(BaseCommand):
    """Updates the portal, prints where everything is, and runs web, workers and beat."""

    help = (
        "Runs the whole portal on this machine: web, workers and beat. The first time it loads "
        "the demonstration coalition. Example: manage.py run_portal --port 8010"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        port = str(urlsplit(settings.SITE_URL).port or 8000)
        parser.add_argument(
            "--port", default=port, help="where to listen (default: the port of SITE_URL)"
        )

    def handle(self, *, port: str, **options: object) -> None:
        with (settings.VAR_DIR / LOCK_NAME).open("a") as lock:
            # Shared: several may run. This waits while reset_demonstration runs.
            fcntl.flock(lock, fcntl.LOCK_SH)
            self.prepare()
            self.introduce()
            self.run_processes(port)

    def prepare(self) -> None:
        """Update database and static files, and load the demonstration into an empty portal."""
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        if not Member.objects.exists() and not User.objects.exists():
            self.stdout.write("Loading the demonstration coalition")
            try:
                call_command("load_demonstration")
            except RealMailServer as refused:
                self.stdout.write(str(refused))

    def introduce(self) -> None:
        """Print what each kind of person looks at first, and how to sign in."""
        site = settings.SITE_URL
        meetings = reverse("admin:meetings_meeting_changelist")
        rows = [
            ("Organisation", site + reverse("eoi:create"), "the form to apply"),
            ("Officer", site + reverse("admin:index"), "dashboard and members"),
            ("Coordinator", site + meetings, "meetings of a focus area"),
            ("Focal point", site + reverse("accounts:sign_in_code"), "a code comes by mail"),
            ("Operator", site + reverse("readyz"), f"also {reverse('healthz')}"),
        ]
        width = max(len(address) for _person, address, _note in rows)
        self.stdout.write(f"\nWhat to look at first on {site}/")
        for person, address, note in rows:
            self.stdout.write(f"  {person:<13}  {address:<{width}}  {note}")
        if mail_files := getattr(settings, "EMAIL_FILE_PATH", None):
            self.stdout.write(f"  {'Mail':<13}  files in {mail_files}")
        if SIGN_INS.exists():
            self.stdout.write(f"\n{SIGN_INS.read_text(encoding='utf-8').strip()}")
        self.stdout.write("\nCtrl-C ends all of it.\n")
        self.stdout.flush()

    def run_processes(self, port: str) -> None:
        """Run the processes of the Procfile until one of them stops or the person ends them."""
        # Closing the terminal must end the processes as Ctrl-C does. honcho handles only Ctrl-C.
        signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
        manager.KILL_WAIT = SHUTDOWN_SECONDS
        procfile = Path(settings.BASE_DIR) / "Procfile"
        # The processes read .env themselves, and the environment takes precedence over it. If
        # honcho read it, the file would take precedence.
        honcho(["start", "--env", os.devnull, "--procfile", str(procfile), "--port", port])
