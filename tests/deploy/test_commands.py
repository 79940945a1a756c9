"""The files in deploy/ start what the Procfile starts, and are valid."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
PORTAL = "/opt/p2c/portal"
VENV = f"{PORTAL}/.venv/bin/"
# What the units start, in the folder of the portal.
PROGRAMS = (".venv/bin/gunicorn", ".venv/bin/celery", "deploy/backup/backup.sh")
# A name of a host before the path of an image.
REGISTRY = re.compile(r"^\s*(?:FROM|image:)\s+\S+\.\S+/\S+", re.MULTILINE)


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


def test_containers_start_the_processes_of_the_procfile():
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    [web] = re.findall(r"^CMD \[(.*)\]$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE)
    started = {
        name: service["command"]
        for name, service in compose["services"].items()
        if "build" in service and "command" in service
    }
    started["web"] = shlex.join(part.strip(' "') for part in web.split(","))

    expected = commands()
    expected["web"] = expected["web"].replace("${HOST:-127.0.0.1}:${PORT:-8000}", "0.0.0.0:8000")
    assert started == expected


def test_units_are_valid_and_confine_their_process(found, tmp_path):
    systemd_analyze = found("systemd-analyze")
    for name in PROGRAMS:
        program = tmp_path / "portal" / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    for unit in (DEPLOY / "systemd").iterdir():
        text = unit.read_text().replace(f"={PORTAL}/", f"={tmp_path}/portal/")
        (tmp_path / unit.name).write_text(text)

    units = [str(tmp_path / unit.name) for unit in UNITS]
    verified = subprocess.run(
        [systemd_analyze, "verify", "--man=no", *units, str(tmp_path / "p2c-backup.timer")],
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


@pytest.mark.parametrize("name", ["Containerfile", "compose.yaml"])
def test_images_name_no_registry(name):
    assert REGISTRY.findall((DEPLOY / name).read_text()) == []
