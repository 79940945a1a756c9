"""Looks for active content in a PDF. It runs as a process of its own, with limits.

The PDF comes on the standard input; the verdict, one word of VERDICTS, goes to the standard output.
The process has no other way to tell something: whatever else happens, the PDF could not be checked.
"""

import re
import resource
import sys
from io import BytesIO
from itertools import chain
from typing import Any, Final

HARMLESS, ACTIVE, PROTECTED, BROKEN = VERDICTS = ("harmless", "active", "protected", "broken")
# Names that only active content needs: scripts, programs to start, files inside the file, and
# forms that are programs of their own (XFA). /AA and /OpenAction are harmless if they only move the
# view, and have one of these names if they do more.
ACTIVE_NAMES: Final = (
    "/JavaScript",
    "/JS",
    "/Launch",
    "/EmbeddedFile",
    "/EmbeddedFiles",
    "/EF",
    "/XFA",
    "/RichMedia",
)
LOOKS_ACTIVE: Final = re.compile("|".join(ACTIVE_NAMES).encode())


def verdict_on(content: bytes) -> str:
    """Return the verdict on a PDF: whether any of its objects is active."""
    # Imported here, so that its memory counts towards the limit.
    from pikepdf import PasswordError, Pdf, PdfError  # noqa: PLC0415

    try:
        with Pdf.open(BytesIO(content)) as pdf:
            objects = chain([pdf.trailer], pdf.objects)
            return ACTIVE if any(is_active(each) for each in objects) else HARMLESS
    except PasswordError:
        return PROTECTED
    except PdfError:
        return BROKEN


def is_active(found: Any) -> bool:
    """Return whether an object has one of ACTIVE_NAMES, as a key or as a value.

    Objects that it only refers to are not opened: each is looked at on its own.
    """
    from pikepdf import Array, Dictionary, Name, Stream  # noqa: PLC0415

    whole = found.stream_dict if isinstance(found, Stream) else found
    # Most objects are done with here. The names may also be part of a text.
    if not LOOKS_ACTIVE.search(whole.unparse(resolved=True)):
        return False
    waiting = [whole]
    while waiting:
        each = waiting.pop()
        parts: list[Any] = []
        if isinstance(each, Name) and str(each) in ACTIVE_NAMES:
            return True
        if isinstance(each, Dictionary):
            by_name = dict(each.items())
            if not by_name.keys().isdisjoint(ACTIVE_NAMES):
                return True
            parts = list(by_name.values())
        elif isinstance(each, Array):
            parts = list(each)
        # Numbers and truth values are values of Python here.
        waiting += [part for part in parts if not getattr(part, "is_indirect", False)]
    return False


def main(max_seconds: int, max_memory: int) -> None:
    """Write the verdict on the PDF of the standard input.

    The limits are for this process: processor time in seconds, and memory in bytes.
    """
    resource.setrlimit(resource.RLIMIT_CPU, (max_seconds, max_seconds))
    resource.setrlimit(resource.RLIMIT_AS, (max_memory, max_memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.write(verdict_on(sys.stdin.buffer.read()))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
