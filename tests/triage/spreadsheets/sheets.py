"""Spreadsheets to import: rows of answers, in any format and language."""

from django.core.files.uploadedfile import SimpleUploadedFile

from core.spreadsheets import SpreadsheetFormat
from tests.core.test_spreadsheets import written

CSV, XLSX = SpreadsheetFormat.CSV, SpreadsheetFormat.XLSX
UPLOAD = "/admin/members/member/import/"
CONFIRM = "/admin/members/member/import/confirm/"

ROW = {
    "organisation_name": "Ministry of Digital Affairs",
    "category": "Member State",
    "country": "Kenya",
    "focus_area": "1 · Connecting People Everywhere",
    "role": "Participant",
    "motivation": "We want to connect every school.",
    "given_name": "Wanjikũ",
    "family_name": "Ng’ang’a",
    "position": "Director",
    "email": "wanjiku@example.org",
    "phone": "+254 712 345678",
    "language": "English",
    "is_authorised": "Yes",
    "privacy_consent": "Yes",
}


def a_row(**changes):
    """The cells of a row. None leaves the column out if it is the only row."""
    return {name: cell for name, cell in {**ROW, **changes}.items() if cell is not None}


def rows_of_many(number, **changes):
    """Rows that are not similar to each other."""
    return [
        a_row(
            organisation_name=f"Union {n}",
            family_name=f"Ng’ang’a {n}",
            email=f"union-{n}@example.org",
            **changes,
        )
        for n in range(number)
    ]


def sheet(*rows, kind=CSV):
    """A file with some rows below the names of their fields."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return written(kind, [names, *([row.get(name, "") for name in names] for row in rows)])


def upload(client, content, *, call, name="mails.csv"):
    return client.post(UPLOAD, {"call": call.pk, "file": SimpleUploadedFile(name, content)})


def confirm(client, checked, **changes):
    """Confirm the check page of an import."""
    answers = {"parcel": checked.context["sealed"], "channel": "mail", **changes}
    return client.post(CONFIRM, {name: value for name, value in answers.items() if value})
