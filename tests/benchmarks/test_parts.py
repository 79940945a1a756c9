"""Every part of the benchmarks is documented, and can be run."""

from pathlib import Path

from django.conf import settings

from benchmarks.__main__ import PARTS

ROOT = Path(settings.BASE_DIR)
PAGES = [(ROOT / name).read_text() for name in ("Makefile", "docs/performance.md")]


def test_parts_are_named_where_one_looks_for_them():
    untold = [name for page in PAGES for name in PARTS if f"ONLY={name}" not in page]

    assert untold == []


def test_parts_say_what_they_measure():
    assert [
        name for name, part in PARTS.items() if not (part.NAME and callable(part.measure))
    ] == []
