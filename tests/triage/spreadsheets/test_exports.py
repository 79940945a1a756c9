"""Exports of the queue, their permissions, and their records."""

import logging
import re
import tracemalloc
from contextlib import closing
from datetime import timedelta

import pytest
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import override

from core.spreadsheet_parsing import parse_spreadsheet
from members.models import FocalPoint, GrantedRole, Member, MemberStatus, SpamSignal, TimelineKind
from tests.factories import (
    NOON,
    CallFactory,
    ExportFactory,
    FocalPointFactory,
    FocusAreaFactory,
    MemberFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.full_disk import room_for
from tests.queries import queries_of
from tests.triage.spreadsheets.sheets import CSV, UPLOAD, XLSX
from tests.triage.staff import QUEUE, coordinator, may, observer, officer, signed_in
from triage.spreadsheets.models import Export
from triage.spreadsheets.services.columns import export_members

DAY = timedelta(days=1)
KINDS = pytest.mark.parametrize("kind", [CSV, XLSX])


def test_export_says_what_became_of_a_member_and_nothing_of_why_it_is_suspected():
    MemberFactory(
        reference="P2C-ABCDEF",
        call__title="October call",
        submitted_at=NOON,
        decided_at=NOON,
        status=MemberStatus.ADMITTED,
        focus_area=FocusAreaFactory(number=2),
        granted_role=GrantedRole.CO_LEAD,
        assignee=UserFactory(name="Amina Diallo"),
        country="CI",
        spam_signal=SpamSignal.HONEYPOT,
        submission_key="the-secret-key",
    )
    expected = {
        "Reference": "P2C-ABCDEF",
        "Call": "October call",
        "Status": "Admitted",
        "Received on": "2021-10-25T14:00:00+02:00",
        "Decided on": "2021-10-25T14:00:00+02:00",
        "Focus area admitted to": "2 · Empowering Communities",
        "Role granted": "Co-lead",
        "Assignee": "Amina Diallo",
        "Possible spam": "Yes",
        "Country": "Côte d’Ivoire",
    }

    [row] = exported(signed_in(officer()), "?view=all")

    assert {heading: row[heading] for heading in expected} == expected
    cells = " ".join(row.values())
    assert [secret for secret in ("honeypot", "the-secret-key") if secret in cells] == []


@KINDS
def test_export_says_for_how_many_days_an_undecided_member_has_waited(kind):
    asked = a_member(status=MemberStatus.INFORMATION_REQUESTED, submitted_at=NOON - 9 * DAY)
    TimelineEntryFactory(member=asked, kind=TimelineKind.INFORMATION_REQUESTED, at=NOON - 3 * DAY)
    a_member(status=MemberStatus.PENDING, submitted_at=NOON - 2 * DAY)
    a_member(status=MemberStatus.DECLINED, submitted_at=NOON - DAY)

    _export, content = written_to(kind, at=NOON)

    table = parse_spreadsheet(content)
    column = table.heading.index("Days waiting")
    assert [cells[column] for _number, cells in table.rows] == ["3", "2", ""]


def test_export_records_who_took_what_when_and_how_many():
    by = UserFactory(name="Amina Diallo")
    for _n in range(3):
        a_member()

    export, _content = written_to(XLSX, by=by, filters="status: Waiting", at=NOON)

    export.refresh_from_db()
    assert (export.by, export.by_name, export.at) == (by, "Amina Diallo", NOON)
    assert (export.format, export.filters, export.row_count) == ("xlsx", "status: Waiting", 3)
    with pytest.raises(ProtectedError):
        by.delete()


def test_export_in_french_is_in_french_and_recorded_in_english():
    a_member(category="member_state", country="NP", first_choice=FocusAreaFactory(number=1))
    in_french = {"accept-language": "fr"}

    [row] = exported(signed_in(officer()), "?first_choice=1&group=LDC", headers=in_french)

    assert (row["Catégorie"], row["Pays"]) == ("État Membre", "Népal")
    assert Export.objects.get().filters == (
        "view: Needs action · first choice: 1 · Connecting People Everywhere · "
        "country group: Least developed country (LDC)"
    )


def test_filters_are_read_in_the_readers_language():
    export = ExportFactory(filters="status: Pending · a search")

    with override("fr"):
        in_french = export.filters_in_words

    as_read = in_french.replace("\N{NO-BREAK SPACE}", " ")
    assert as_read.startswith("statut : En attente · ")
    assert export.filters_in_words == "status: Pending · a search"


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
    table = parse_spreadsheet(content)
    return [dict(zip(table.heading, cells, strict=True)) for _number, cells in table.rows]


def written_to(kind, members=None, **facts):
    members = Member.objects.all() if members is None else members
    made = {"members": members, "filters": "", "by": UserFactory(), "at": NOON, **facts}
    export, file = export_members(kind=kind, **made)
    with closing(file):
        return export, file.read()


# Two of the first record who exported and how many rows. The page has the counts of the bar.
EXPORT_QUERIES, PAGE_QUERIES = 10, 6


def test_queue_links_who_may_to_the_import_and_to_the_export_of_what_it_shows():
    a_member(organisation_name="Union")

    page = signed_in(officer()).get(f"{QUEUE}?view=all&q=Union").text
    # Nothing to export.
    none = signed_in(officer()).get(f"{QUEUE}?view=all&q=Nobody").text
    to_read = signed_in(observer()).get(QUEUE).text

    assert f'href="{EXPORT}?view=all&amp;q=Union"' in page
    assert EXPORT not in none
    assert UPLOAD in page
    for address in (EXPORT, UPLOAD):
        assert address not in to_read


def test_export_page_says_what_the_file_will_hold_and_changes_nothing():
    for _n in range(2):
        a_member(category="academia")
    a_member(category="other")
    client = signed_in(officer())

    page = client.get(f"{EXPORT}?category__exact=academia&q=Organisation")

    assert page.status_code == 200
    assert page.context["number"] == 2
    assert ("category", "Academia") in page.context["filters"]
    assert Export.objects.count() == 0


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_export_says_at_the_field_that_the_disk_is_full_and_records_nothing(kind, monkeypatch):
    monkeypatch.setattr("triage.spreadsheets.services.columns.MAX_IN_MEMORY", 1)
    a_member(about="About us. " * 1000)
    client = signed_in(officer())

    with room_for(1000):
        page = client.post(EXPORT, {"format": kind})

    assert page.status_code == 503
    [error] = page.context["form"].errors["format"]
    assert error == (
        "The file could not be written because the portal's disk is full. Nothing was exported. "
        "Contact the people who run the portal, or filter the list to fewer rows."
    )
    assert Export.objects.count() == 0
    assert len(exported(client)) == 1


def test_export_has_what_was_searched_for_on_all_pages_and_records_a_search_without_its_words(
    monkeypatch, caplog
):
    monkeypatch.setattr("triage.desk.admin.queue.MemberAdmin.list_per_page", 2)
    kept = {a_member(organisation_name=f"Union {n}", country="KE").reference for n in range(5)}
    a_member(organisation_name="Union closed", country="KE", status=MemberStatus.CLOSED)
    a_member(organisation_name="Union abroad", country="CH")
    a_member(organisation_name="Other", country="KE")

    with caplog.at_level(logging.DEBUG):
        rows = exported(signed_in(officer()), "?q=Union&region=AFR&view=undecided&p=999")

    for told in ("Union", "focal-point"):
        assert told not in caplog.text
    assert {row["Reference"] for row in rows} == kept
    export = Export.objects.get()
    assert export.filters == "view: Not decided yet · ITU region: Africa · a search"
    assert export.row_count == 5


@pytest.mark.parametrize(("kind", "type_"), [("csv", "text/csv"), ("xlsx", "spreadsheetml.sheet")])
def test_export_is_a_file_that_nobody_keeps_named_for_what_and_when(kind, type_):
    client = signed_in(officer())

    response = client.post(EXPORT, {"format": kind})

    content = b"".join(response.streaming_content)
    # Of nothing, it has the heading alone.
    assert (content.count(b"\r\n"), Export.objects.get().row_count) == (int(kind == CSV), 0)
    day = timezone.localdate().isoformat()
    named = rf'attachment; filename="expressions-of-interest-{day}-[0-9]{{4}}\.{kind}"'
    assert re.fullmatch(named, response.headers["Content-Disposition"])
    assert response.headers["Content-Type"].endswith(type_)
    assert "no-store" in response.headers["Cache-Control"]


def test_export_of_a_coordinator_who_may_is_of_their_area_alone():
    mine, other = FocusAreaFactory(number=1), FocusAreaFactory(number=2)
    of_mine = a_member(status=MemberStatus.ADMITTED, focus_area=mine)
    a_member(status=MemberStatus.ADMITTED, focus_area=other)
    a_member()
    client = signed_in(may(coordinator(mine), "export_member"))

    rows = exported(client, "?view=all")

    assert [row["Reference"] for row in rows] == [of_mine.reference]


def test_export_and_its_page_ask_as_often_for_three_files_as_for_one(django_assert_num_queries):
    client = signed_in(officer())
    for number in (1, 2):
        for _n in range(number):
            a_member(assignee=UserFactory())

        with django_assert_num_queries(EXPORT_QUERIES):
            exported(client)
        assert queries_of(client, EXPORT) == PAGE_QUERIES


def test_export_of_many_members_takes_little_memory(monkeypatch):
    monkeypatch.setattr("triage.spreadsheets.services.columns.CHUNK", 20)
    monkeypatch.setattr("triage.spreadsheets.services.columns.MAX_IN_MEMORY", 1)
    facts = {"call": CallFactory(), "first_choice": FocusAreaFactory(number=1)}
    members = Member.objects.bulk_create(MemberFactory.build(**facts) for _n in range(400))
    FocalPoint.objects.bulk_create(FocalPointFactory.build(member=member) for member in members)
    peaks = []

    # The first time, it also loads what is loaded once.
    for number in (40, 40, 400):
        keys = [member.pk for member in members[:number]]
        tracemalloc.start()
        written_to(XLSX, Member.objects.filter(pk__in=keys))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    _first, few, many = peaks
    assert many < 2 * few
