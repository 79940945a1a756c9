"""Starts the portal with the oldest and the newest promised Python that this machine has.

python -m tools.pythons

An empty database is migrated, the checks run, and a page opens. A Python other than the one of
`.venv` has an environment of its own, such as `.venv-3.11`, with the packages that the portal runs
with and none of its tests.
"""

import hashlib
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROMISED_VERSIONS = ("3.11", "3.13")
LOCK = ROOT / "requirements" / "run.txt"
INSTALL = "-m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r"
OPEN_A_PAGE = """\
from django.test import Client
response = Client().get("/en/", headers={"host": "portal.example"})
assert response.status_code == 200, response
"""
COMMANDS = (
    ("migrate", "--verbosity=0"),
    ("check",),
    ("shell", "--verbosity=0", "--command", OPEN_A_PAGE),
)


def has_python(version: str) -> bool:
    """Tell whether this machine has a Python that works and can create an environment."""
    name = f"python{version}"
    if not shutil.which(name):
        return False
    command = [name, "-c", "import ensurepip, venv"]
    done = subprocess.run(command, check=False, capture_output=True)  # noqa: S603  # A constant.
    return done.returncode == 0


def environment_of(version: str) -> Path:
    """Return the Python of the environment for a version, made if the lock file has changed."""
    if version == ".".join(map(str, sys.version_info[:2])):
        return Path(sys.executable)
    folder = ROOT / f".venv-{version}"
    python, installed = folder / "bin" / "python", folder / "installed"
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not installed.exists() or installed.read_text() != digest:
        run(f"python{version}", "-m", "venv", "--clear", folder)
        run(python, *INSTALL.split(), LOCK)
        installed.write_text(digest)
    return python


def run(*command: str | Path, **settings: str) -> None:
    """Run a command in the folder of the portal.

    Raises CalledProcessError if it fails.
    """
    environment = {**os.environ, **settings}
    subprocess.run(command, cwd=ROOT, env=environment, check=True)  # noqa: S603  # Constants.


def start_portal(python: Path) -> None:
    """Migrate an empty database, run the checks, and open a page.

    Raises CalledProcessError if one of them fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        for command in COMMANDS:
            run(
                python,
                "manage.py",
                *command,
                READ_DOT_ENV="false",
                # The files of the static pages need not be collected first.
                DEBUG="true",
                VAR_DIR=folder,
                DATABASE_URL=f"sqlite:///{folder}/db.sqlite3",
                SITE_URL="http://portal.example",
                SECRET_KEY=secrets.token_hex(),
            )


def main() -> int:
    """Start the portal with each version; return 1 if there is none or one of them fails."""
    results = {}
    for version in PROMISED_VERSIONS:
        if not has_python(version):
            sys.stdout.write(f"Python {version} is not on this machine\n")
            continue
        try:
            start_portal(environment_of(version))
        except subprocess.CalledProcessError:
            results[version] = "does not start"
        else:
            results[version] = "starts"
        sys.stdout.write(f"The portal {results[version]} with Python {version}\n")
        sys.stdout.flush()
    return 0 if set(results.values()) == {"starts"} else 1


if __name__ == "__main__":
    sys.exit(main())
