"""Reads the commands of the operations guide.

A block of commands says in its first line where they run: ```` ```sh root systemd ````.
"""

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
GUIDE = ROOT / "docs" / "operations"
PAGES = sorted(GUIDE.glob("*.md"))
# What a block may say, as docs/operations/README.md explains.
PLACES = {"root", "checkout", "anywhere", "containers"}
NEEDS = {"network", "systemd", "asks", "example"}
BLOCK = re.compile(r"^ *```sh\b *([^\n]*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """Some lines of commands, and where they run."""

    page: str
    marks: frozenset[str]
    commands: str


def blocks(page):
    """Return the blocks of commands of a page, in their order."""
    return [
        Block(page.name, frozenset(marks.split()), textwrap.dedent(commands))
        for marks, commands in BLOCK.findall(page.read_text())
    ]
