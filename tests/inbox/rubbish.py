"""Mails that no mail program would write: malformed, too large, too deep, or made to harm."""

import io
import zipfile

from inbox.services.parsing import MAX_PARTS, MAX_SIZE
from tests.inbox.mails import reply

MALFORMED = [
    b"\x00\xff\xfe",
    b"Subject: =?utf-9?B?////?=\nFrom: \xff\xfe\n\n\xff",
    b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n!!!!",
    b"Content-Type: multipart/mixed\n\nno boundary",
    b"Content-Type: message/rfc822\n\n",
    b"Content-Type: multipart/report; boundary=a\n\n--a\nContent-Type: message/delivery-status",
    b'From: "a" <<>>@\nTo: \nIn-Reply-To: <------------------------------------@p2c.example>',
    b"Content-Disposition: attachment; filename*=utf-8''%ff%00\n\nx",
]
WRONG_CHARSETS = [
    b'Content-Type: text/plain; charset="nonsense"\n\n\xe9t\xe9',
    b'Content-Type: text/plain; charset="utf-16"\n\n\xe9t\xe9',
    b'Content-Type: text/html; charset="\xff"\n\n<p>\xd0\xd1</p>',
]
MANY_HEADERS = b"\n".join(b"X-%d: y" % number for number in range(5000)) + b"\n\ntext"
TOO_LARGE = b"Subject: large\n\n" + b"x" * MAX_SIZE


def deep(levels):
    """A mail in which each part holds the next one."""
    return b"".join(
        f'Content-Type: multipart/mixed; boundary="b{number}"\n\n--b{number}\n'.encode()
        for number in range(levels)
    )


def too_many_parts():
    """A mail with more files than are read."""
    mail = reply("portal@p2c.example")
    for number in range(MAX_PARTS):
        mail.add_attachment(b"x", maintype="text", subtype="plain", filename=f"{number}.txt")
    return mail.as_bytes()


def bomb():
    """A mail with a small file that becomes a large one when it is unpacked."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(50_000_000))
    mail = reply("portal@p2c.example")
    mail.add_attachment(
        packed.getvalue(), maintype="application", subtype="zip", filename="statutes.docx"
    )
    return mail.as_bytes()


def rubbish(count):
    """Return so many different mails, of each kind about as many, but one that is too large."""
    kinds = [*MALFORMED, *WRONG_CHARSETS, MANY_HEADERS, deep(300), too_many_parts(), bomb()]
    return [
        TOO_LARGE,
        *(b"X-Number: %d\n" % number + kinds[number % len(kinds)] for number in range(1, count)),
    ]
