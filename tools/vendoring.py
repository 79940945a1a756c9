"""Builds static/vendor from published packages, and checks that it was not edited by hand.

python -m tools.vendoring            builds again; needs Node and a package registry
python -m tools.vendoring --check    compares with the manifest; needs nothing

The manifest holds the versions to build with and the SHA-256 of what went in and came out.
"""

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MANIFEST = ROOT / "vendoring" / "manifest.json"
SOURCE = ROOT / "vendoring" / "bootstrap.scss"
TARGET = ROOT / "static" / "vendor" / "bootstrap"
# The pages do not need source maps, and hashed file names would break their references.
SOURCE_MAP = re.compile(r"\n?/\*# sourceMappingURL=[^*]*\*/")


def digests() -> dict[str, str]:
    """Return the SHA-256 of the source and of every vendored file, by path."""
    files = [SOURCE, *sorted(path for path in TARGET.rglob("*") if path.is_file())]
    return {
        path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def differing_files() -> list[str]:
    """Return the paths of files that differ from the manifest."""
    expected = json.loads(MANIFEST.read_text())["sha256"]
    found = digests()
    return sorted(path for path in {*expected, *found} if expected.get(path) != found.get(path))


def check() -> int:
    """Return 0 if files and manifest agree; else print the different files and return 1."""
    differing = differing_files()
    for path in differing:
        sys.stderr.write(f"{path} is not what vendoring/manifest.json says\n")
    return 1 if differing else 0


def build() -> int:
    """Compile Bootstrap's parts for both directions, and write the manifest."""
    versions = json.loads(MANIFEST.read_text())["versions"]
    with tempfile.TemporaryDirectory() as folder:

        def run(*command: str) -> None:
            subprocess.run(command, cwd=folder, check=True)  # noqa: S603

        packages = [f"{name}@{version}" for name, version in versions.items()]
        run("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", *packages)
        modules = Path(folder) / "node_modules"
        ltr, rtl = Path(folder) / "bootstrap.css", Path(folder) / "bootstrap.rtl.css"
        # Bootstrap 5 still uses features that Sass has deprecated.
        run(
            "node", str(modules / "sass/sass.js"), "--quiet", "--no-source-map",
            f"--load-path={modules}", str(SOURCE), str(ltr),
        )  # fmt: skip
        run("node", str(modules / "rtlcss/bin/rtlcss.js"), str(ltr), str(rtl))
        TARGET.mkdir(parents=True, exist_ok=True)
        for css in (ltr, rtl):
            (TARGET / css.name).write_text(SOURCE_MAP.sub("", css.read_text()).rstrip() + "\n")
        shutil.copyfile(modules / "bootstrap/LICENSE", TARGET / "LICENSE")
    MANIFEST.write_text(json.dumps({"versions": versions, "sha256": digests()}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Build static/vendor, or check it.")
    parser.add_argument("--check", action="store_true", help="only compare with the manifest")
    sys.exit(check() if parser.parse_args().check else build())
