"""Exports of members that somebody edits, and what they change."""

import csv
import io
from contextlib import closing

from openpyxl import load_workbook

from core.spreadsheet_parsing import FormulaText
from members.models import FocalPoint, Member
from members.services.corrections import correct_answers
from tests.factories import NOON, FocalPointFactory, FocusAreaFactory, MemberFactory, UserFactory
from tests.triage.spreadsheets.sheets import CSV, XLSX, confirm, upload
from triage.spreadsheets.services.columns import MemberSheet, export_members

AREAS = (
    "connecting-people-everywhere",
    "empowering-communities",
    "building-digital-ecosystems",
    "incentivizing-investments",
)
# What follows from an answer, and is no cell of its own.
DERIVED = {
    "version",
    "sort_key",
    "search_text",
    "slug",
    "confirmed_at",
    "link_version",
    "link_secret",
}
WHY = "They wrote to us."


def focus_areas():
    return [FocusAreaFactory(number=number) for number in range(1, 5)]


def a_member(*, has_alternate=True, **facts):
    """A member whose other answers the form would refuse today, with its people."""
    facts = {"about": "First line.\r\nSecond = 2  ", "acronym": "007", **facts}
    member = MemberFactory(**facts)
    for is_alternate in (False, True)[: 1 + has_alternate]:
        FocalPointFactory(
            member=member, is_alternate=is_alternate, phone="+41227305111", position=""
        )
    return member


def exported(*members, kind=XLSX):
    """The file of some members, as a person downloads it."""
    found = Member.objects.filter(pk__in=[member.pk for member in members])
    _export, file = export_members(members=found, kind=kind, filters="", by=UserFactory(), at=NOON)
    with closing(file):
        return file.read()


def edit(content, edits, kind=XLSX):
    """Write cells into a file: texts by the reference of the row and the name of the column."""
    places = {name: place for place, name in enumerate(MemberSheet.fields)}
    reference = places["reference"]
    if kind == CSV:
        lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        for line in lines[1:]:
            for name, cell in edits.get(line[reference], {}).items():
                line[places[name]] = cell
        file = io.StringIO(newline="")
        csv.writer(file).writerows(lines)
        return file.getvalue().encode()
    book = load_workbook(io.BytesIO(content))
    for row in book.worksheets[0].iter_rows(min_row=2):
        for name, cell in edits.get(row[reference].value, {}).items():
            row[places[name]].value = cell
            if not isinstance(cell, FormulaText):
                row[places[name]].data_type = "s"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def stored(*members):
    """What the database has of some members and their people, by table, key and column."""
    keys = [member.pk for member in members]
    tables = (Member.objects.filter(pk__in=keys), FocalPoint.objects.filter(member__in=keys))
    return {
        (row_set.model, row["id"], column): value
        for row_set in tables
        for row in row_set.values()
        for column, value in row.items()
        if column not in DERIVED
    }


def changes_between(before, after):
    """The new values of what changed."""
    assert before.keys() == after.keys()
    return {key: after[key] for key in before if before[key] != after[key]}


def imported(client, content, *, call, **answers):
    """Check a file and confirm it; return both pages."""
    page = upload(client, content, call=call, name="edited.xlsx")
    assert page.status_code == 200, page.context["faults"]
    return page, confirm(client, page, **{"note": WHY, "channel": "", **answers})


def a_colleague_corrects(member, **facts):
    correct_answers(
        member=Member.objects.get(pk=member.pk),
        facts={"acronym": "NEW", **facts},
        focal_points={},
        reason="They called.",
        by=UserFactory(name="Amina Diallo"),
        at=NOON,
    )
