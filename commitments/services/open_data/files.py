"""Writes resources as files: whole CSV files, and JSON in pages.

A file is written whole before it is sent, on the disk if it is large. So a failure is an error and
not half a file, its size is known, and a slow reader keeps nothing open in the database.
"""

import codecs
import csv
import hashlib
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

from django.db import connection, transaction
from django.db.models import QuerySet

from commitments.models import Commitment
from commitments.services.open_data.columns import (
    LIST_SEPARATOR,
    Resource,
    Value,
    as_csv,
    row_as_json,
)
from commitments.services.open_data.resources import RESOURCES
from core.spreadsheets import Cell, SafeXlsx

# Rows of one page of JSON.
PAGE_SIZE: Final = 500
# A larger file is kept on the disk while it is sent, in bytes.
MAX_SIZE_IN_MEMORY: Final = 2 * 1024 * 1024
LINES_AT_ONCE: Final = 500


@dataclass(frozen=True)
class WrittenFile:
    """A file that was written whole. `rows` is the number of its rows without the heading."""

    content: IO[bytes]
    size: int
    sha256: str
    rows: int


def write_file(write: Callable[[IO[bytes]], int]) -> WrittenFile:
    """Return what a function writes to a file, from its beginning; it returns its rows."""
    # Closed by the code that reads it.
    content: Any = SpooledTemporaryFile(MAX_SIZE_IN_MEMORY)  # noqa: SIM115
    try:
        rows = write(content)
        size = content.tell()
        content.seek(0)
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        content.seek(0)
    except BaseException:
        content.close()
        raise
    return WrittenFile(content, size, sha256, rows)


def is_small(size: int) -> bool:
    """Return whether a file of a size is sent from the memory."""
    return size <= MAX_SIZE_IN_MEMORY


def write_csv(
    resource: Resource, rows: "QuerySet[Any]", file: IO[bytes], *, has_mark: bool = False
) -> int:
    """Write rows as CSV (RFC 4180) in UTF-8, and return their number.

    With a byte order mark, Excel opens the file by a double click. Data Packages have none.
    """
    if has_mark:
        file.write(codecs.BOM_UTF8)
    lines = (list(map(as_csv, values)) for _key, values in resource.values(rows))
    number = 0
    some: list[Any] = [resource.names]
    while some:
        text = io.StringIO(newline="")
        csv.writer(text).writerows(some)
        file.write(text.getvalue().encode())
        some = list(islice(lines, LINES_AT_ONCE))
        number += len(some)
    return number


def write_workbook(resource: Resource, rows: "QuerySet[Any]", file: IO[bytes]) -> int:
    """Write rows as a workbook (XLSX) that any spreadsheet program opens; return their number."""
    lines = (list(map(_as_cell, values)) for _key, values in resource.values(rows))
    sheet = chain([resource.names], lines)
    return SafeXlsx().write_sheets({resource.name: sheet}, file, is_wrapped=True) - 1


def _as_cell(value: Value) -> Cell:
    return LIST_SEPARATOR.join(map(str, value)) if isinstance(value, list) else value


@dataclass(frozen=True)
class JsonPage:
    """Some rows as JSON objects, and the key after which the next page begins, if there is one."""

    rows: list[str]
    next_after: int | None


def json_page(resource: Resource, rows: "QuerySet[Any]", *, after: int) -> JsonPage:
    """Return the rows that come after a key. A row that is added meanwhile moves no other."""
    found = list(resource.values(rows.filter(pk__gt=after)[: PAGE_SIZE + 1]))
    shown = found[:PAGE_SIZE]
    return JsonPage(
        rows=[row_as_json(resource.names, values) for _key, values in shown],
        next_after=shown[-1][0] if len(found) > len(shown) else None,
    )


def commitment_as_json(commitment: Commitment) -> str:
    """Return all public rows of one commitment as JSON, each resource under its name.

    Call it in a `consistent_read()`.
    """
    this = Commitment.objects.filter(pk=commitment.pk)
    parts = []
    for resource in RESOURCES.values():
        if resource.commitment:
            values = [row for _key, row in resource.values(resource.rows_of(this))]
            rows = ",\n".join(row_as_json(resource.names, row) for row in values)
            parts.append(f'"{resource.name}": [{rows}]')
    return "{" + ",\n".join(parts) + "}\n"


@contextmanager
def consistent_read() -> Iterator[None]:
    """Read the database as it is at one moment, whatever others change until the end.

    It takes no lock. In a transaction, which is already there, it changes nothing. It cannot be
    nested.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        # Django would begin a transaction that writes, for which all others would wait.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
