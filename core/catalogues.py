"""Whether the compiled catalogues of translations were compiled from their present texts.

`python -m tools.catalogues --compile` writes a digest of the .po file to the end of the .mo file,
where gettext does not read. Times of files would say less: git and tar set them.
"""

import hashlib
from pathlib import Path


def digest_of(catalogue: Path) -> bytes:
    """Return what is at the end of the file that is compiled from a catalogue."""
    return hashlib.sha256(catalogue.read_bytes()).digest()


def is_compiled(catalogue: Path) -> bool:
    """Return whether a catalogue is compiled, and has not changed since."""
    compiled = catalogue.with_suffix(".mo")
    return compiled.exists() and compiled.read_bytes().endswith(digest_of(catalogue))
