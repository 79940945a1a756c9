"""Reads the files of the open data as a program of others does."""

import csv
import io
import json
from decimal import Decimal

from django.test import Client

from core.spreadsheets import unescape_formula


def get(address, **headers):
    return Client().get(address, headers=headers)


def body(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def rows_of(address):
    """Return the rows of a CSV file, each cell as text."""
    text = body(get(address)).decode()
    return [
        {name: unescape_formula(cell) for name, cell in row.items()}
        for row in csv.DictReader(io.StringIO(text, newline=""))
    ]


def json_rows_of(address):
    """Return the rows of all pages of JSON."""
    rows = []
    while address:
        page = json.loads(body(get(address)), parse_float=Decimal)
        rows += page["rows"]
        address = page["next"]
    return rows
