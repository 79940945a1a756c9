"""The files in deploy/ start what the Procfile starts, and are valid."""

import re
import shutil
import subprocess
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
PORTAL = "/opt/p2c/portal"
VENV = f"{PORTAL}/.venv/bin/"
# What the units start, in the folder of the portal.
PROGRAMS = (
    *(".venv/bin/gunicorn", ".venv/bin/celery"),
    *(f"deploy/backup/{name}.sh" for name in ("backup", "offsite", "prove")),
)


def commands():
    """Return the command of each process of the Procfile."""
    lines = (ROOT / "Procfile").read_text().splitlines()
    return dict(line.removesuffix("\n").split(": exec ", 1) for line in lines)


def setting_of(unit, name):
    """Return the value of a line of a unit."""
    [value] = re.findall(rf"^{name}=(.*)$", unit.read_text(), re.MULTILINE)
    return value


def test_units_start_the_processes_of_the_procfile():
    started = {
        unit.stem.removeprefix("p2c-").rstrip("@"): setting_of(unit, "ExecStart")
        .removeprefix(VENV)
        .replace("%%", "%")
        .replace("127.0.0.1:%i", "${HOST:-127.0.0.1}:${PORT:-8000}")
        for unit in UNITS
        if setting_of(unit, "Type") != "oneshot"
    }

    assert started == commands()


def test_units_are_valid_and_confine_their_process(found, tmp_path):
    systemd_analyze = found("systemd-analyze")
    for name in PROGRAMS:
        program = tmp_path / "portal" / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    shutil.copytree(DEPLOY / "systemd", tmp_path, dirs_exist_ok=True)
    for unit in UNITS:
        text = unit.read_text().replace(f"={PORTAL}/", f"={tmp_path}/portal/")
        (tmp_path / unit.name).write_text(text)

    units = [str(tmp_path / unit.name) for unit in UNITS]
    verified = subprocess.run(
        [systemd_analyze, "verify", "--man=no", *units, *map(str, tmp_path.glob("*.timer"))],
        capture_output=True,
        text=True,
        check=False,
    )
    exposed = [
        subprocess.run(
            [systemd_analyze, "security", "--offline=true", "--threshold=20", unit],
            capture_output=True,
            check=False,
        ).returncode
        for unit in units
    ]

    about_ours = [line for line in verified.stderr.splitlines() if "p2c" in line]
    assert (verified.returncode, about_ours) == (0, [])
    assert exposed == [0] * len(UNITS)


def test_each_unit_has_a_limit_and_tells_when_it_fails():
    told = {
        unit.name: setting_of(unit, "OnFailure") for unit in UNITS if unit.stem != "p2c-failure@"
    }

    assert set(told.values()) == {"p2c-failure@%n.service"}
    assert [unit.name for unit in UNITS if not setting_of(unit, "MemoryMax")] == []
