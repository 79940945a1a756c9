"""The Data Package: a description of all files and columns for programs.

It follows Data Package and Table Schema, version 1 (https://specs.frictionlessdata.io).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.utils.translation import override

from commitments.services.open_data.columns import Column, Kind, Resource, as_csv
from commitments.services.open_data.files import WrittenFile
from commitments.services.open_data.resources import RESOURCES

NAME: Final = "partner2connect-commitments"
TITLE: Final = "Commitments of the Partner2Connect Digital Coalition"
DESCRIPTION: Final = (
    "What members of the coalition promise, how much, where, by when, and the results so far. "
    "An empty cell means that nothing is known. In CSV, an apostrophe stands before a sign with "
    "which a spreadsheet program would begin a formula (=, +, -, @); JSON and IATI have the text "
    "as it was written."
)


def data_package(
    *, at: datetime | None = None, files: Mapping[str, WrittenFile] | None = None
) -> dict[str, Any]:
    """Return the descriptor of the data package, in English.

    `files` are written files by name, whose sizes and hashes it contains; `at` is their time.
    """
    with override("en"):
        package: dict[str, Any] = {
            "profile": "tabular-data-package",
            "name": NAME,
            "title": TITLE,
            "description": DESCRIPTION,
            "homepage": f"{settings.SITE_URL}/en/data/",
        }
        if settings.DATA_LICENCE:
            package["licenses"] = [
                {"title": settings.DATA_LICENCE, "path": settings.DATA_LICENCE_URL}
            ]
        if at is not None:
            package["created"] = as_csv(at)
        written = files or {}
        package["resources"] = [
            _resource(resource, written.get(f"{resource.name}.csv"))
            for resource in RESOURCES.values()
        ]
    return package


def _resource(resource: Resource, file: WrittenFile | None) -> dict[str, Any]:
    described: dict[str, Any] = {
        "profile": "tabular-data-resource",
        "name": resource.name,
        "title": str(resource.title),
        "description": str(resource.description),
        "path": f"{resource.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "fields": [_field(column) for column in resource.columns],
            "primaryKey": list(resource.key),
            "foreignKeys": list(_foreign_keys(resource)),
        },
    }
    if file is not None:
        described |= {"bytes": file.size, "hash": f"sha256:{file.sha256}"}
    return described


def _field(column: Column) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": column.name,
        "type": Kind.TEXT.value if column.kind is Kind.LIST else column.kind.value,
        "description": str(column.description),
    }
    constraints: dict[str, Any] = {}
    if column.is_required:
        constraints["required"] = True
    if column.choices:
        constraints["enum"] = [choice.value for choice in column.choices]
    return described | ({"constraints": constraints} if constraints else {})


def _foreign_keys(resource: Resource) -> Iterable[dict[str, Any]]:
    for key in resource.foreign_keys:
        # In Table Schema, an empty name is the resource itself.
        target = "" if key.resource == resource.name else key.resource
        yield {
            "fields": list(key.columns),
            "reference": {"resource": target, "fields": list(key.target)},
        }
