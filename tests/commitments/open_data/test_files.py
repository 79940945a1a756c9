"""The files have exactly the public rows, the same in CSV and JSON, and nothing else."""

import json
from collections import defaultdict
from decimal import Decimal
from types import NoneType

import pytest
from django.http import QueryDict
from frictionless import Package

from commitments.models import Commitment, Stage
from commitments.services.open_data.columns import Kind
from commitments.services.open_data.resources import RESOURCES
from commitments.services.register import matching
from commitments.services.totals import totals
from focus_areas.models import FocusArea
from members.models import Member
from tests.commitments.open_data.hard_cases import SECRET
from tests.commitments.open_data.reading import body, get, json_rows_of, rows_of

pytestmark = pytest.mark.usefixtures("hard_cases")


def as_cell(value):
    """Return a value of JSON as CSV writes it."""
    if isinstance(value, list):
        return " ".join(map(str, value))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def test_csv_and_json_have_the_same_values():
    for name in RESOURCES:
        in_csv, in_json = rows_of(f"/data/{name}.csv"), json_rows_of(f"/data/{name}.json")

        assert len(in_csv) > 0
        assert in_csv == [{key: as_cell(cell) for key, cell in row.items()} for row in in_json]


def test_values_of_json_have_the_declared_types():
    types = {
        Kind.TEXT: str,
        Kind.INTEGER: int,
        Kind.NUMBER: int | Decimal,
        Kind.BOOLEAN: bool,
        Kind.DATE: str,
        Kind.INSTANT: str,
        Kind.LIST: list,
    }
    wrong = [
        (name, column.name, row[column.name])
        for name, resource in RESOURCES.items()
        for row in json_rows_of(f"/data/{name}.json")
        for column in resource.columns
        if not isinstance(row[column.name], types[column.kind] | NoneType)
    ]

    assert wrong == []


def test_every_text_is_as_it_was_written_and_days_are_those_of_geneva():
    public = {each.reference: each for each in Commitment.objects.public()}

    rows = {row["commitment"]: row for row in rows_of("/data/commitments.csv")}

    assert {key: (row["title"], row["statement"]) for key, row in rows.items()} == {
        key: (each.title, each.statement) for key, each in public.items()
    }
    joint, again = rows["C-JOINT1"], rows["C-AGAIN1"]
    assert (joint["published_on"], joint["last_report_on"]) == ("2022-06-08", "2021-10-25")
    # A member that is not listed is named, and has no page.
    assert (again["lead"], again["lead_member"]) == ("Unlisted organisation", "")
    assert joint["lead_member"] == Member.objects.get(acronym="L").slug


def test_cell_that_a_spreadsheet_program_would_run_begins_with_an_apostrophe():
    content = body(get("/data/commitments.csv")).decode()

    assert ',"\'+ 1,000 “teachers”, ""trained""",' in content
    assert "\"'=HYPERLINK(" in content
    # JSON has the text itself.
    assert '"title": "+ 1,000 “teachers”' in body(get("/data/commitments.json")).decode()


def test_nothing_that_is_not_public_is_in_any_file():
    addresses = [f"/data/{name}.{end}" for name in RESOURCES for end in ("csv", "json")]
    addresses += ["/data/commitments.xml", "/data/datapackage.json"]
    addresses += ["/data/register.csv", "/en/commitments/changes.atom"]
    # One with all kinds of rows, and one that was superseded by one that is not public.
    for reference in ("C-JOINT1", "C-OTH000"):
        addresses += [f"/data/commitments/{reference}.{end}" for end in ("json", "xml")]

    dump = "".join(body(get(address)).decode() for address in addresses)

    assert len(dump) > 50_000
    for secret in (SECRET, SECRET.lower(), "secret.example.org", "41227305111", "X-HID"):
        assert secret not in dump
    assert not any(member.reference in dump for member in Member.objects.all())


def test_commitment_that_is_not_public_has_no_file():
    hidden = Commitment.objects.exclude(pk__in=Commitment.objects.public())

    statuses = {
        get(f"/data/commitments/{each.reference}.{end}").status_code
        for each in hidden
        for end in ("json", "xml")
    }

    assert hidden.count() > 4
    assert statuses == {404}


def test_partners_are_those_that_confirmed_or_are_only_named():
    partners = [(row["organisation"], row["is_confirmed"]) for row in rows_of("/data/partners.csv")]

    assert partners == [
        ("Ministry of Tests", "true"),
        ("Named, no member", "false"),
        ("Confirmed by mail", "true"),
    ]


def sums_of(amounts, references):
    """Return the US dollars of each stage, as the page about the data says to add them up."""
    sums = defaultdict(Decimal)
    for row in amounts:
        if row["is_counted"] == "true" and row["commitment"] in references and row["usd"]:
            sums[row["stage"]] += Decimal(row["usd"])
    return {stage: sums[stage] for stage in Stage.values}


@pytest.mark.parametrize("query", ["", "country=MW&stage=firm", "condition=reached", "year=2022"])
def test_filter_selects_the_same_commitments_and_totals_in_all_files(query):
    shown = matching(QueryDict(query).dict())

    commitments = rows_of(f"/data/commitments.csv?{query}")
    amounts = rows_of(f"/data/amounts.csv?{query}")
    iati = body(get(f"/data/commitments.xml?{query}")).decode()

    references = {row["commitment"] for row in commitments}
    assert references == set(shown.values_list("reference", flat=True))
    assert 0 < len(commitments) == len(references) == iati.count("<iati-activity ")
    assert bool(query) == (references < set(matching({}).values_list("reference", flat=True)))
    assert {row["commitment"] for row in amounts} <= references
    assert json_rows_of(f"/data/commitments.json?{query}") != []
    published = totals(shown)
    assert sums_of(amounts, references) == {
        stage: published.own.by_stage[Stage(stage)].usd for stage in Stage.values
    }


@pytest.fixture
def folder(tmp_path):
    """A folder with all files of the package."""
    for name in ("datapackage.json", *(f"{name}.csv" for name in RESOURCES)):
        (tmp_path / name).write_bytes(body(get(f"/data/{name}")))
    return tmp_path


def test_package_is_valid_with_all_keys_and_references(folder):
    package = Package(str(folder / "datapackage.json"))
    report = package.validate()

    assert report.flatten(["type", "note", "rowNumber", "fieldName"]) == []
    assert [task.name for task in report.tasks] == list(RESOURCES)
    # It reads the values as they are stored.
    [row] = [
        row.to_dict()
        for row in package.get_resource("amounts").read_rows()
        if row["currency"] == "UGX"
    ]
    assert row["original"] == Decimal(900_000_000_000_000)


def test_package_finds_a_reference_that_leads_nowhere(folder):
    places = folder / "places.csv"
    places.write_text(places.read_text().replace("C-JOINT1", "C-GONE99", 1))

    report = Package(str(folder / "datapackage.json")).validate()

    assert report.flatten(["type"]) == [["foreign-key"]]


def test_one_commitment_has_the_rows_of_all_files():
    one = json.loads(body(get("/data/commitments/C-JOINT1.json")), parse_float=Decimal)

    of_commitments = [name for name, resource in RESOURCES.items() if resource.commitment]
    assert list(one) == of_commitments
    for name in of_commitments:
        everything = json_rows_of(f"/data/{name}.json")
        assert one[name] == [row for row in everything if row["commitment"] == "C-JOINT1"]
        assert one[name] != []


def test_focus_areas_are_named_in_english_whatever_the_reader_speaks():
    french = get("/data/focus_areas.csv", **{"Accept-Language": "fr"})

    assert body(french) == body(get("/data/focus_areas.csv"))
    assert [row["number"] for row in rows_of("/data/focus_areas.csv")] == [
        str(area.number) for area in FocusArea.objects.order_by("pk")
    ]
