"""Checks, offline, that the locks in requirements/ agree with pyproject.toml.

python -m tools.locks
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(
    r"^(?P<name>[\w.-]+)(?:\[[^\]]+\])?==(?P<version>[^\s;]+)(?P<rest>.*?)(?=^[\w]|\Z)",
    re.MULTILINE | re.DOTALL,
)
WANTED_BY_US = "p2c-portal (pyproject.toml"

Pins = dict[str, str]


def read_lock(name: str) -> tuple[Pins, set[str]]:
    """Return the pinned version of each package in a lock, and the directly required packages."""
    pins: Pins = {}
    asked_for: set[str] = set()
    for pin in PIN.finditer((ROOT / "requirements" / f"{name}.txt").read_text()):
        package = canonicalize_name(pin["name"])
        pins[package] = pin["version"]
        if WANTED_BY_US in pin["rest"]:
            asked_for.add(package)
    return pins, asked_for


def complaints_about(name: str, requirements: list[str]) -> Iterator[str]:
    """Yield the differences between a lock and the requirements that it was compiled from."""
    pins, asked_for = read_lock(name)
    wanted = {canonicalize_name(Requirement(line).name): Requirement(line) for line in requirements}
    for package in sorted(asked_for - wanted.keys()):
        yield f"requirements/{name}.txt has {package}, which pyproject.toml no longer asks for"
    for package, requirement in sorted(wanted.items()):
        if package not in pins:
            yield f"requirements/{name}.txt lacks {package}"
        elif not requirement.specifier.contains(pins[package]):
            yield f"requirements/{name}.txt has {package} {pins[package]}, not {requirement}"


def main() -> int:
    """Print all differences; return 1 if there are any."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    running, groups = project["project"]["dependencies"], project["dependency-groups"]
    complaints = [
        *complaints_about("run", running),
        *complaints_about("development", running + groups["dev"]),
        *complaints_about("browser", groups["browser"]),
        *complaints_about("audit", groups["audit"]),
    ]
    run, _ = read_lock("run")
    for name in ("development", "browser"):
        for package, version in read_lock(name)[0].items():
            if run.get(package, version) != version:
                complaints.append(
                    f"requirements/{name}.txt has {package} {version}, run.txt {run[package]}"
                )
    for complaint in complaints:
        sys.stderr.write(f"{complaint}; run `make lock`\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
