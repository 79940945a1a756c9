"""The table of decisions in docs/lifecycle.md, and that of another page."""

from pathlib import Path

from django.conf import settings

from members.models import MemberStatus

PAGE = (Path(settings.BASE_DIR) / "docs" / "lifecycle.md").read_text()
STATUSES = [status.value for status in MemberStatus]
HEADINGS = [*STATUSES, "writes to them"]


def table_of(page):
    """Return the cells of each step, by the heading of their column."""
    table = page.split("| step | ", 1)[1].split("\n\n", 1)[0]
    headings, _line, *rows = [
        [cell.strip() for cell in row.strip("| ").split("|")] for row in table.splitlines()
    ]
    return {step.strip("`"): dict(zip(headings, cells, strict=True)) for step, *cells in rows}


STEPS = table_of(PAGE)
