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
PLACES = {"root", "checkout", "anywhere"}
NEEDS = {"network", "systemd", "asks", "example"}
BLOCK = re.compile(r"^ *```sh\b *([^\n]*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)

HEADING = re.compile(r"^##+ (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """Some lines of commands, where they run, and the heading that they are under."""

    page: str
    marks: frozenset[str]
    commands: str
    step: str


def blocks(page):
    """Return the blocks of commands of a page, in their order."""
    text = page.read_text()
    return [
        Block(
            page.name,
            frozenset(found[1].split()),
            textwrap.dedent(found[2]),
            (HEADING.findall(text[: found.start()]) or [""])[-1],
        )
        for found in BLOCK.finditer(text)
    ]
