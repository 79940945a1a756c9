"""The ETag of a file changes with all that the file is made of, and nothing is written for it."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from commitments.models import (
    Amount,
    Commitment,
    CommitmentStatus,
    Partner,
    Place,
    Report,
    Target,
    TargetValue,
)
from commitments.views import data
from members.models import Category, Member
from tests.commitments.open_data.reading import body, get

pytestmark = pytest.mark.usefixtures("hard_cases")
IATI = "commitments.xml"
JOINT = {"reference": "C-JOINT1"}
JOINT_ROWS = {"commitment__reference": "C-JOINT1"}
REPORT_ROWS = {"report__commitment__reference": "C-JOINT1"}
LEAD = {"acronym": "L"}
MINISTRY = {"organisation_name": "Ministry of Tests"}
# For each query of the IATI file a row, its new facts, and the files that change with it. The tag
# of a CSV file is computed from the query from which it is written.
CHANGES = (
    (Commitment, JOINT, {"title": "Other"}, ["commitments.csv", IATI]),
    # Its money no longer counts.
    (
        Commitment,
        JOINT,
        {"status": CommitmentStatus.WITHDRAWN, "reason": "No money."},
        ["amounts.csv", IATI],
    ),
    (Member, LEAD, {"organisation_name": "Other"}, ["members.csv", IATI]),
    (Member, LEAD, {"category": Category.MEMBER_STATE}, [IATI]),
    (Member, MINISTRY, {"organisation_name": "Other"}, ["partners.csv", "amounts.csv", IATI]),
    (Place, JOINT_ROWS | {"country": "MW"}, {"share": Decimal(5)}, ["places.csv", IATI]),
    (Amount, JOINT_ROWS | {"currency": "ZAR"}, {"original": Decimal(9)}, ["amounts.csv", IATI]),
    (Partner, {"name": "Confirmed by mail"}, {"name": "Other"}, ["partners.csv", IATI]),
    (Target, {"indicator": "Schools connected"}, {"unit": "Other"}, ["targets.csv", IATI]),
    (TargetValue, REPORT_ROWS, {"on": date(2023, 1, 1)}, ["report_values.csv", IATI]),
    (
        Report,
        JOINT_ROWS | {"paid_currency": "USD"},
        {"paid_until": date(2023, 5, 1)},
        ["reports.csv", IATI],
    ),
)


def test_each_change_of_a_file_changes_its_etag():
    names = {name for *_change, names in CHANGES for name in names}
    before = {name: (body(answer := get(f"/data/{name}")), answer["ETag"]) for name in names}

    for model, rows, facts, changed in CHANGES:
        with transaction.atomic():
            assert model.objects.filter(**rows).update(**facts) >= 1
            for name in changed:
                answer = get(f"/data/{name}")
                content, etag = before[name]
                assert body(answer) != content, (name, facts)
                assert answer["ETag"] != etag, (name, facts)
            transaction.set_rollback(True)


def test_another_release_or_another_day_has_another_etag(settings, monkeypatch):
    before = get(f"/data/{IATI}")["ETag"]

    monkeypatch.setattr(data.timezone, "localdate", lambda: date(2030, 1, 1))
    on_another_day = get(f"/data/{IATI}")["ETag"]
    settings.REVISION = "abc"
    of_another_release = get(f"/data/{IATI}")["ETag"]

    assert len({before, on_another_day, of_another_release}) == 3


@pytest.mark.parametrize("query", ["", "?country=MW", "?country=AQ"])
def test_file_that_a_program_has_is_not_written(query, monkeypatch):
    for name in ("commitments.csv", IATI):
        address = f"/data/{name}{query}"
        etag = get(address)["ETag"]
        with monkeypatch.context() as patched:
            patched.delattr(data, "write_file")
            again = get(address, **{"If-None-Match": etag})

        assert (again.status_code, body(again), again["ETag"]) == (304, b"", etag)
