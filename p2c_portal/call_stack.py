"""Deep calls without a slowness of Python.

Python keeps the calls of a thread in pieces of memory of 16 KiB. It requests each piece from the
operating system, and returns it when the last call in it ends. A loop whose calls begin at the end
of a piece does so each time; templates and widgets are such loops (CPython issue 142183, corrected
in Python 3.13.13; decision 58).
"""

import sys
from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

HAS_SLOW_CALLS: Final = sys.version_info < (3, 13, 13)

# In words of eight bytes. Python rounds up to a power of two, here to a piece of 1 MiB, so there is
# almost as much again for its calls. Memory that nothing touches costs nothing.
RESERVED_WORDS: Final = 66_000


def with_one_stack(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call the function, with all its calls in one piece of memory."""
    return function(*args, **kwargs)


# The piece must be large enough for this call, which says that it needs more than it does.
with_one_stack.__code__ = with_one_stack.__code__.replace(co_stacksize=RESERVED_WORDS)
