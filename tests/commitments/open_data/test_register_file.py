"""The register in one file, as people open it in a spreadsheet program."""

import codecs
from datetime import datetime
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import transaction
from openpyxl import load_workbook

from commitments.models import Amount, Commitment, Partner, Place, Stage, Target, TargetValue
from commitments.services.open_data.register_file import REGISTER
from members.models import Category, Member
from tests.commitments.open_data.hard_cases import SECRET, a_commitment, a_member, usd
from tests.commitments.open_data.reading import body, get, rows_of
from tests.factories import PartnerFactory, PlaceFactory

pytestmark = pytest.mark.usefixtures("hard_cases")

CSV, XLSX = "/data/register.csv", "/data/register.xlsx"


def workbook_of(address=XLSX):
    return load_workbook(BytesIO(body(get(address))))


def cells_of(address=XLSX):
    heading, *rows = workbook_of(address).active.iter_rows()
    return [dict(zip((cell.value for cell in heading), row, strict=True)) for row in rows]


def test_csv_opens_by_a_double_click_and_runs_nothing():
    content = body(get(CSV))

    assert content.startswith(codecs.BOM_UTF8 + b"commitment,title,lead,")
    assert content.count(codecs.BOM_UTF8) == 1
    assert ',"\'+ 1,000 “teachers”, ""trained""",' in content.decode("utf-8-sig")


def test_workbook_has_numbers_as_numbers_days_as_days_and_no_formula():
    joint, *others = cells_of()
    [plus] = [row for row in others if row["commitment"].value == "C-PLUS01"]

    assert (joint["usd_firm"].value, joint["usd_firm"].number_format) == (31000000.01, "#,##0.00")
    assert (joint["published_on"].value, joint["published_on"].number_format) == (
        datetime(2022, 6, 8),  # noqa: DTZ001  # A workbook has no time zones.
        "yyyy-mm-dd",
    )
    assert (joint["amount_not_disclosed"].value, joint["focus_area"].value) == (False, 1)
    assert (plus["title"].value, plus["title"].data_type) == ('+ 1,000 “teachers”, "trained"', "s")
    assert {cell.data_type for row in (joint, *others) for cell in row.values()} <= set("snbd")


def test_workbook_keeps_its_heading_in_sight_and_reads_from_left_to_right():
    sheet = workbook_of().active

    assert (sheet.title, sheet.freeze_panes) == ("register", "A2")
    assert not sheet.sheet_view.rightToLeft
    assert sheet.column_dimensions["B"].width > sheet.column_dimensions["L"].width > 8


def test_both_formats_have_the_same_rows_with_the_filters_of_the_register():
    for query in ("", "?type=financial", "?country=MW", "?country=AQ"):
        in_csv = [row["\ufeffcommitment"] for row in rows_of(f"{CSV}{query}")]
        in_workbook = [row["commitment"].value for row in cells_of(f"{XLSX}{query}")]

        assert in_csv == in_workbook
        assert len(in_csv) <= Commitment.objects.public().count()


@pytest.mark.parametrize("address", [CSV, XLSX])
def test_wrong_filter_is_refused(address):
    response = get(f"{address}?contry=MW")

    assert (response.status_code, response.content) == (400, b"There is no filter 'contry' here.\n")


def test_nothing_that_is_not_public_is_in_the_file():
    text = body(get(CSV)).decode()
    cells = [str(cell.value) for row in cells_of() for cell in row.values()]

    assert SECRET not in text + "".join(cells)
    assert "X-HID" not in text


def test_places_have_region_and_groups_in_their_order():
    rows = {row["\ufeffcommitment"]: row for row in rows_of(CSV)}

    found = {
        reference: (row["places"], row["countries"], row["regions"])
        for reference, row in rows.items()
        if row["places"]
    }

    assert found == {
        "C-JOINT1": ("MW[AFR,LDC]:33.33 ZM[AFR,LDC]:66.67", "MW ZM", "AFR"),
        "C-AGAIN1": ("PE[AMS]:40 EC[AMS] AMS", "PE EC", "AMS"),
        "C-PLUS01": ("world", "", ""),
        "C-ARABIC": ("ARB", "", "ARB"),
        "C-CHINES": ("CN[ASP]", "CN", "ASP"),
    }


CHANGES = (
    (Commitment, {"reference": "C-JOINT1"}, {"title": "Other"}),
    (Member, {"acronym": "L"}, {"category": Category.MEMBER_STATE}),
    (Member, {"organisation_name": "Ministry of Tests"}, {"publication_consent": False}),
    (Place, {"commitment__reference": "C-JOINT1", "country": "MW"}, {"is_sids": True}),
    (Amount, {"currency": "ZAR"}, {"usd": Decimal(9)}),
    (Partner, {"member__organisation_name": "Helper"}, {"is_current": False}),
    (Target, {"indicator": "Schools connected"}, {"unit": "Other"}),
    (TargetValue, {"target__indicator": "Schools connected"}, {"value": Decimal(7)}),
)


def test_each_change_of_the_file_changes_its_etag():
    joint = Commitment.objects.get(reference="C-JOINT1")
    PartnerFactory(commitment=joint, member=a_member("Helper"), has_confirmed=True)
    before = {address: get(address)["ETag"] for address in (CSV, XLSX)}
    content = body(get(CSV))

    for model, rows, facts in CHANGES:
        with transaction.atomic():
            assert model.objects.filter(**rows).update(**facts) == 1
            assert body(get(CSV)) != content, (model, facts)
            for address, etag in before.items():
                assert get(address)["ETag"] != etag, (address, facts)
            transaction.set_rollback(True)

    for address, etag in before.items():
        assert get(address, **{"If-None-Match": etag}).status_code == 304


def test_queries_do_not_grow_with_the_number_of_commitments(django_assert_max_num_queries):
    few = Commitment.objects.filter(reference__in=["C-JOINT1", "C-AGAIN1"])

    with django_assert_max_num_queries(9) as for_few:
        list(REGISTER.values(REGISTER.rows_of(few)))
    with django_assert_max_num_queries(len(for_few)):
        list(REGISTER.values(REGISTER.rows_of(Commitment.objects.public())))


def test_amount_of_nothing_is_a_number_and_no_amount_is_empty():
    usd(a_commitment("C-NOUGHT"), Stage.FIRM, "0")
    PlaceFactory(commitment=a_commitment("C-NOTHIN"), country="KE")

    rows = {row["\ufeffcommitment"]: row for row in rows_of(CSV)}

    assert [rows[each]["usd_firm"] for each in ("C-NOUGHT", "C-NOTHIN")] == ["0", ""]
