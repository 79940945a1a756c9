"""Measures the portal, and prints the figures as Markdown tables, ratios first.

    make bench                     everything, about a quarter of an hour on two cores
    make bench ONLY=form           one part; several with spaces between, in quotes
    make bench QUICK=1             smaller sizes and shorter stretches: does it run at all?

Each part starts its own servers on free ports of 127.0.0.1, with databases and folders that are
gone afterwards, sends load there and nowhere else, is bounded in time, and stops by itself. It
needs what `.ci/run` installs: PostgreSQL and Redis, of which it runs servers of its own. Where
one is missing, the part says so and measures the rest.

What the figures were, on which machine, and what was mended because of them, is in
docs/performance.md. A ratio tells more than a time: both sides of it are measured in turns,
so that what else the machine does meets both.

A part is a module with `NAME` (a line on what it measures) and `measure(*, quick)`, which yields
a `Table` as soon as it is measured; PARTS names it here, the Makefile's help and
docs/performance.md name it too.
"""

import argparse
import platform
import time

import benchmarks.set_up  # noqa: F401
from benchmarks import delivery, first_visit, form, scale

PARTS = {
    "form": form,
    "scale": scale,
    "delivery": delivery,
    "first_visit": first_visit,
}


def main():
    """Measure the parts that were asked for, or all."""
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
