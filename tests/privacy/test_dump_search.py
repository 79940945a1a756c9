"""The search for traces of a person finds each encoding that is planted, and nothing else."""

import base64
import gzip
import hashlib
import io
import json
import quopri
import sqlite3
import zlib
from contextlib import closing
from email.message import EmailMessage
from html import escape
from urllib.parse import quote, urlencode

import pytest
from django.core import signing
from openpyxl import Workbook

from core.folding import fold
from tests.privacy.dump_search import Identity, find_traces

NAME, ADDRESS, PHONE = "Zoë Łuczyńska", "zoe.luczynska@bücher.example", "+41 22 730 58 91"
ZOE = Identity(names=(NAME,), addresses=(ADDRESS,), phones=(PHONE,))
NOISE = b"INSERT INTO members_member VALUES(1,'Ministry','2021-10-25 12:00:00','0412273058910');\n"
EVERYTHING = f"{NAME} <{ADDRESS}>, {PHONE}"


def a_workbook():
    book, file = Workbook(), io.BytesIO()
    book.active.append([EVERYTHING])
    book.save(file)
    return file.getvalue()


def a_mail():
    mail = EmailMessage()
    mail["To"], mail["Subject"] = "grace@example.org", NAME * 3
    mail.set_content(EVERYTHING, cte="base64")
    mail.add_attachment(a_workbook(), maintype="application", subtype="octet-stream")
    return mail.as_bytes()


def a_folded_event():
    line = f"ATTENDEE;CN={NAME}:mailto:{ADDRESS};TEL={PHONE}"
    return "\r\n ".join(line[start : start + 9] for start in range(0, len(line), 9)).encode()


def a_row_of_bytes():
    """Return the dump of a row whose column holds bytes, as SQLite and PostgreSQL write it."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE files (content BLOB)")
        database.execute("INSERT INTO files VALUES (?)", [a_workbook()])
        return "\n".join(database.iterdump()).encode()


PLANTED = {
    "utf-8": EVERYTHING.encode(),
    "upper case": EVERYTHING.upper().encode(),
    "utf-16": EVERYTHING.encode("utf-16-le"),
    "folded for search": fold(EVERYTHING).encode(),
    "JSON": json.dumps(EVERYTHING).encode(),
    "JSON in a string": json.dumps(json.dumps(EVERYTHING)).encode(),
    "HTML": escape(EVERYTHING).encode("ascii", "xmlcharrefreplace"),
    "quoted-printable": quopri.encodestring(EVERYTHING.encode()),
    "percent-encoding": quote(EVERYTHING, safe="").encode(),
    "form data": urlencode({"name": NAME, "email": ADDRESS, "phone": PHONE}).encode(),
    "base64": base64.encodebytes(EVERYTHING.encode() * 4),
    "base64 within a word": b"abc" + base64.urlsafe_b64encode(EVERYTHING.encode()).rstrip(b"="),
    "session": signing.dumps({"asked": EVERYTHING * 5}, compress=True).encode(),
    "hexadecimal": EVERYTHING.encode().hex().encode(),
    "folded lines": a_folded_event(),
    "gzip": gzip.compress(EVERYTHING.encode()),
    "zlib": zlib.compress(EVERYTHING.encode()),
    "zip": a_workbook(),
    "mail": a_mail(),
    "column of bytes": a_row_of_bytes(),
}
# Compressed bytes are recognised at the beginning of a file or a column only.
ALONE = {"gzip", "zlib", "zip", "utf-16"}


@pytest.mark.parametrize("encoding", PLANTED)
def test_traces_are_found_in_each_encoding(encoding):
    data = PLANTED[encoding] if encoding in ALONE else NOISE + PLANTED[encoding] + b"\n" + NOISE

    found = {word for word, _how in find_traces(data, ZOE)}

    assert found == {NAME, ADDRESS, PHONE}


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ("ZOE LUCZYNSKA", NAME),
        ("=?utf-8?b?Wm/DqyDFgXVjennFhHNrYQ==?=", NAME),
        ("zoe.luczynska@xn--bcher-kva.example", ADDRESS),
        ("0041227305891", PHONE),
        ("+41 (0)22 730 58 91", PHONE),
        ("022/730.58.91", PHONE),
        ("tel:+41-22-730-58-91", PHONE),
        (hashlib.sha256(ADDRESS.encode()).hexdigest(), ADDRESS),
        (base64.b64encode(hashlib.sha256(fold(NAME).encode()).digest()).decode(), NAME),
    ],
)
def test_traces_are_found_in_each_spelling(data, word):
    assert {found for found, _how in find_traces(data.encode(), ZOE)} == {word}


def test_traces_are_not_found_where_there_are_none():
    data = NOISE + a_mail_about_another() + NOISE

    assert find_traces(data, ZOE) == set()


def a_mail_about_another():
    mail = EmailMessage()
    mail["To"], mail["Subject"] = "zoe@bücher.example", "Zoë Lovelace"
    mail.set_content("Łucja, +41 22 730 58 92", cte="base64")
    return mail.as_bytes()
