#!/usr/bin/python3
"""Stands in for systemctl in a Debian without systemd: starts by hand what the units would start.

It is copied to the machine of the test. It knows only what the operations guide asks for: starting,
stopping and restarting units, and reloading nginx.
"""

import os
import pwd
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

UNITS = Path("/etc/systemd/system")
START_REDIS = (
    "install --directory --owner redis /run/redis"
    " && runuser --user redis -- redis-server /etc/redis/redis.conf --daemonize yes"
)
# How Debian's own services are started without systemd, and stopped.
SERVICES = {
    "postgresql": ("pg_ctlcluster 17 main start", "pg_ctlcluster 17 main stop"),
    "redis-server": (START_REDIS, "redis-cli shutdown nosave"),
    "nginx": ("nginx", "nginx -s stop"),
}
RELOAD_NGINX = "if [ -s /run/nginx.pid ]; then nginx -s reload; else nginx; fi"
READY_WITHIN = 60


def values(unit, name):
    """Return the values of a line of a unit."""
    template = re.sub(r"@[^.]+", "@", unit)
    text = (UNITS / (unit if (UNITS / unit).exists() else template)).read_text()
    return re.findall(rf"^{name}=(.*)$", text, re.MULTILINE)


def variables_of(unit):
    """Return the environment of a unit, as systemd reads it."""
    found = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
    for words in values(unit, "Environment"):
        found |= dict(word.split("=", 1) for word in shlex.split(words))
    for given in values(unit, "LoadCredential"):
        name, source = given.split(":")
        found["CREDENTIALS_DIRECTORY"] = f"/run/credentials/{unit}"
        target = Path(found["CREDENTIALS_DIRECTORY"]) / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(Path(source).read_bytes())
        shutil.chown(target, *values(unit, "User"))
        found = {key: value.replace("%d", str(target.parent)) for key, value in found.items()}
    for file in values(unit, "EnvironmentFile"):
        path = Path(file.removeprefix("-"))
        if path.exists() or not file.startswith("-"):
            lines = path.read_text().splitlines()
            found |= dict(shlex.split(line)[0].split("=", 1) for line in lines if "=" in line)
    return found


def start(unit):
    """Start what a unit starts, and wait until a web server says that it is ready."""
    [command] = values(unit, "ExecStart")
    instance = (re.findall(r"@([^.]+)", unit) or [""])[0]
    words = shlex.split(command.replace("%i", instance).replace("%%", "%"))
    [folder], [user] = values(unit, "WorkingDirectory"), values(unit, "User")
    given, ready = variables_of(unit), None
    if values(unit, "Type") == ["notify"]:
        ready = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        ready.settimeout(READY_WITHIN)
        given["NOTIFY_SOCKET"] = f"/run/{unit}.notify"
        Path(given["NOTIFY_SOCKET"]).unlink(missing_ok=True)
        ready.bind(given["NOTIFY_SOCKET"])
        os.chown(given["NOTIFY_SOCKET"], pwd.getpwnam(user).pw_uid, -1)
    with Path(f"/var/log/{unit}.log").open("a") as log:
        process = subprocess.Popen(
            words,
            cwd=folder,
            env=given,
            user=user,
            group=user,
            extra_groups=[],
            umask=0o027,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    if values(unit, "Type") == ["oneshot"]:
        sys.exit(process.wait())
    Path(f"/run/{unit}.pid").write_text(str(process.pid))
    while ready is not None and b"READY=1" not in ready.recv(4096):
        pass


def runs(number):
    """Return whether a process runs; one that has ended and is not waited for does not."""
    status = Path(f"/proc/{number}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def stop(unit):
    """Stop what a unit started: ask the first process, and end the others once it is gone."""
    file = Path(f"/run/{unit}.pid")
    if not file.exists():
        return
    number = int(file.read_text())
    file.unlink()
    if runs(number):
        os.kill(number, signal.SIGTERM)
    over = time.monotonic() + int(values(unit, "TimeoutStopSec")[0])
    while runs(number) and time.monotonic() < over:
        time.sleep(0.1)
    with suppress(ProcessLookupError):
        os.killpg(number, signal.SIGKILL)


def do(verb, unit):
    """Do one thing with one unit."""
    name = unit.removesuffix(".service")
    if name in SERVICES:
        commands = dict(zip(("start", "stop"), SERVICES[name], strict=True))
        commands |= {"restart": f"{commands['stop']}; {commands['start']}", "reload": RELOAD_NGINX}
        subprocess.run(["/bin/sh", "-c", commands[verb]], check=True)
    elif unit.endswith((".target", ".timer")):
        for each in " ".join(values(unit, "Wants")).split():
            do(verb, each)
    else:
        unit = f"{name}.service"
        if verb in ("stop", "restart"):
            stop(unit)
        if verb in ("start", "restart"):
            start(unit)


verb, *units = [word for word in sys.argv[1:] if not word.startswith("--")]
verb = {"enable": "start"}.get(verb, verb)
if verb in ("start", "stop", "restart", "reload"):
    for unit in units:
        do(verb, unit)
