"""Measures the portal, and prints the figures as Markdown tables, ratios first.

    make bench                     all parts, about 20 minutes on two cores
    make bench ONLY=form           one part; several in quotes, separated by spaces
    make bench QUICK=1             smaller sizes and shorter rounds, to see whether it runs

Each part starts its own servers on free ports of 127.0.0.1, with temporary databases and folders,
sends load only there, and stops after a limited time. It needs the PostgreSQL and Redis that
`.ci/run` installs, and runs its own servers of both. If one is not installed, the part says so and
measures the rest.

docs/performance.md has the goals, earlier figures, and how pages stay fast. A ratio says more than
a time: both sides are measured in turns, so that other load affects both.

A part is a module with `NAME` (a line on what it measures) and `measure(*, quick)`, which yields
each `Table` when it is complete. PARTS lists it here; the Makefile's help and docs/performance.md
list it too.
"""

import argparse
import platform
import time

import benchmarks.set_up  # noqa: F401
from benchmarks import beside, delivery, first_visit, form, register, scale

PARTS = {
    "form": form,
    "scale": scale,
    "register": register,
    "delivery": delivery,
    "first_visit": first_visit,
    "beside": beside,
}


def main():
    """Measure the requested parts, or all."""
    parser = argparse.ArgumentParser(prog="make bench", description="Measures the portal.")
    parser.add_argument("names", nargs="*", metavar="part", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="smaller sizes, shorter stretches")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")

    print(f"# Figures of {platform.node() or 'this machine'}, Python {platform.python_version()}\n")
    for name in arguments.names or PARTS:
        part = PARTS[name]
        started = time.monotonic()
        print(f"## {name}: {part.NAME}\n", flush=True)
        for table in part.measure(quick=arguments.quick):
            print(table, flush=True)
        print(f"({name} took {time.monotonic() - started:.0f} s)\n", flush=True)


if __name__ == "__main__":
    main()
