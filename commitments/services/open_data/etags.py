"""Entity tags of files, computed from the rows that a file is made of, without writing it."""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


def etag_of(queries: Iterable["QuerySet[Any, Any]"], *facts: object) -> str:
    """Return a hash of all columns that some queries read, and of other facts about a file.

    The queries have to be those from which the file is written, so that nothing in it can change
    without its tag. Settings and the release of the portal decide how the rows are written.
    """
    release = (settings.VERSION, settings.REVISION, settings.SITE_URL, settings.IATI_ORGANISATION)
    digest = hashlib.sha256(repr((release, facts)).encode())
    for query in queries:
        digest.update(_hash_of(query))
    return digest.hexdigest()


def _hash_of(query: "QuerySet[Any, Any]") -> bytes:
    try:
        sql, values = query.query.sql_with_params()
    except EmptyResultSet:
        return b""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # The rows stay in the database. Each is hashed alone, so that none takes much memory.
            # The subquery is what Django wrote.
            cursor.execute(
                f"SELECT md5(string_agg(md5(line::text), '')) FROM ({sql}) AS line",  # noqa: S608
                values,
            )
            [found] = cursor.fetchone()
            return (found or "").encode()
        digest = hashlib.sha256()
        cursor.execute(sql, values)
        for row in cursor:
            digest.update(repr(row).encode())
        return digest.digest()
