"""Reads exported spreadsheets."""

from contextlib import closing

from members.models import Member
from tests.factories import NOON, FocalPointFactory, MemberFactory, UserFactory
from tests.triage.staff import QUEUE
from triage.spreadsheets.services.exports import export_members
from triage.spreadsheets.services.parsing import parse_spreadsheet

EXPORT = f"{QUEUE}export/"


def a_member(**facts):
    member = MemberFactory(**facts)
    FocalPointFactory(member=member, position="Director", phone="+41227305111")
    return member


def exported(client, query="", *, headers=None, **answers):
    """The rows of a file, by heading."""
    response = client.post(f"{EXPORT}{query}", {"format": "csv", **answers}, headers=headers)
    assert response.status_code == 200
    content = b"".join(response.streaming_content)
    table = read_with_heading_alone(content)
    return [dict(zip(table[0], cells, strict=True)) for cells in table[1:]]


def read_with_heading_alone(content):
    """The lines of a file, which may have no rows and so could not be imported."""
    if content.count(b"\r\n") == 1:
        return [content.decode("utf-8-sig").strip().split(",")]
    table = parse_spreadsheet(content)
    return [table.heading, *(cells for _number, cells in table.rows)]


def written_to(kind, members=None, **facts):
    members = Member.objects.all() if members is None else members
    made = {"members": members, "filters": "", "by": UserFactory(), "at": NOON, **facts}
    export, file = export_members(kind=kind, **made)
    with closing(file):
        return export, file.read()
