"""Refuse PDFs with active content: scripts, programs to start, and files inside the file."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from papers.services import pdf_objects
from papers.services.pdf_objects import ACTIVE_NAMES, HARMLESS, VERDICTS

# The limits of the process: processor time in seconds, and memory in bytes.
MAX_SECONDS = 10
MAX_MEMORY = 1024 * 1024 * 1024
# In seconds. The process may have to wait for a processor.
TIMEOUT = 20
# The verdict on a PDF that takes more time or memory than the limits, or that crashes the library.
TOO_COMPLEX: Final = "too complex"
# A PDF without these names has no active content, and no parts that hide it: objects in compressed
# streams, and encryption.
HIDING_NAMES: Final = ("/ObjStm", "/XRef", "/Encrypt")
NAMES_TO_LOOK_INTO: Final = re.compile("|".join((*ACTIVE_NAMES, *HIDING_NAMES)).encode())
# A letter of a name may be written as its number.
ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")


def verdict_on_pdf(content: bytes) -> str:
    """Return one of VERDICTS on a PDF, or TOO_COMPLEX.

    It is read in full only if it has one of NAMES_TO_LOOK_INTO. The library that reads it runs in a
    process of its own, because a PDF can be made to use up all time and memory.
    """
    names = ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), content)
    if not NAMES_TO_LOOK_INTO.search(names):
        return HARMLESS
    script = Path(pdf_objects.__file__)
    try:
        # With -P, the modules beside the script do not hide those of the library.
        done = subprocess.run(  # noqa: S603  # No part of the command comes from people.
            [sys.executable, "-P", str(script), str(MAX_SECONDS), str(MAX_MEMORY)],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return TOO_COMPLEX
    verdict = done.stdout.decode(errors="replace")
    return verdict if done.returncode == 0 and verdict in VERDICTS else TOO_COMPLEX
