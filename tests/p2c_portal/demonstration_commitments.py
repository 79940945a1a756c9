"""What the demonstration has of each commitment in its file, as the portal counts and shows it."""

from datetime import UTC, datetime

from commitments.models import (
    Commitment,
    CommitmentStatus,
    NotCounted,
    PartnerAnswer,
    Stage,
)
from commitments.services.conditions import condition_of, facts_of
from commitments.services.totals import totals
from p2c_portal.demonstration.commitment_rows import Row, read_rows

STATUSES = {
    "embargoed": CommitmentStatus.APPROVED,
    "ended": CommitmentStatus.ENDED,
    "information_requested": CommitmentStatus.INFORMATION_REQUESTED,
    "published": CommitmentStatus.PUBLISHED,
    "superseded": CommitmentStatus.SUPERSEDED,
    "withdrawn": CommitmentStatus.WITHDRAWN,
}
# How these stand on the day of the file.
TODAY = datetime(2026, 11, 27, 12, tzinfo=UTC).date()
CONDITIONS = {
    "P2C-D-006": "reached",
    "P2C-D-012": "reached",
    "P2C-D-015": "overdue",
    "P2C-D-018": "not_reached",
    "P2C-D-023": "reached_late",
    "P2C-D-026": "inactive",
    "P2C-D-028": "behind",
    "P2C-D-032": "no_report",
    "P2C-D-056": "behind",
    "P2C-D-060": "reached",
}
# The currencies that have no rate, each with one commitment that is in force.
WITHOUT_RATE = {"ETB", "AOA", "BTN", "CVE", "LSL", "DJF"}


def commitments_by_id():
    by_title = {each.title: each for each in Commitment.objects.select_related("lead")}
    return {row.id: by_title[row.title] for row in read_rows()}


def assert_commitments_are_those_of_the_file():
    rows, found = read_rows(), commitments_by_id()

    assert len(found) == Commitment.objects.count() == 60
    assert {key: each.status for key, each in found.items()} == {
        row.id: STATUSES[row.state] for row in rows
    }
    assert all(each.title.endswith("(demonstration)") for each in found.values())
    assert {key: each.lead.organisation_name for key, each in found.items()} == {
        row.id: row.lead for row in rows
    }


def assert_each_counts_as_the_file_says():
    found = commitments_by_id()

    counted = {row.id: counts_of(found[row.id], row) for row in read_rows()}

    assert counted == {row.id: expected_counts(row) for row in read_rows()}
    everything = totals(Commitment.objects.all())
    # The payments of those without a rate are not converted either.
    assert set(everything.not_converted) == WITHOUT_RATE
    assert everything.not_disclosed == 1
    assert everything.by_stage[Stage.PLEDGED].amounts > 10


def counts_of(commitment: Commitment, row: Row):
    """Return how many amounts of a commitment count that it states, and at which stage."""
    only = totals(Commitment.objects.filter(pk=commitment.pk))
    return {
        stage: only.by_stage[stage].amounts
        + sum(stages[stage].amounts for stages in only.not_converted.values() if stage in stages)
        for stage in Stage
        # What a report says was paid is another amount.
        if stage != Stage.PAID or row.stage == stage
    }


def expected_counts(row: Row):
    counts = dict.fromkeys((stage for stage in Stage if stage != Stage.PAID), 0)
    if row.stage == Stage.PAID:
        counts[Stage.PAID] = 0
    if row.counts_in_total.startswith(("yes", "partly")):
        counts[Stage(row.stage)] = 1 + sum(
            partner.amount is not None for partner in row.named_partners
        )
    return counts


def assert_hard_cases_are_there():
    found = commitments_by_id()

    def amounts(key):
        rows = found[key].amounts.filter(is_current=True, report=None)
        return sorted(rows.values_list("original", "currency", "not_counted"))

    assert amounts("P2C-D-058") == [
        (600_000_000, "USD", ""),
        (600_000_000, "USD", NotCounted.ANNOUNCED_BEFORE),
    ]
    [part] = found["P2C-D-008"].amounts.all()
    assert (part.not_counted, part.counted_in) == (NotCounted.JOINT, found["P2C-D-007"])
    assert {currency for _original, currency, _why in amounts("P2C-D-007")} == {"EUR", "USD", "XOF"}
    [duplicate] = found["P2C-D-010"].amounts.all()
    assert duplicate.counted_in == found["P2C-D-009"]
    assert amounts("P2C-D-039")[0][2] == NotCounted.CONDITIONAL
    assert found["P2C-D-044"].superseded_by == found["P2C-D-045"]
    assert found["P2C-D-059"].announce_at.date().isoformat() == "2027-06-08"
    assert found["P2C-D-025"].partners.get().member is None
    declined = found["P2C-D-060"].partners.get(answer=PartnerAnswer.DECLINED)
    assert declined.name == "Autoridade Nacional de Comunicações"
    assert found["P2C-D-014"].targets.get().value < found["P2C-D-014"].targets.get().baseline
    assert {each.language for each in found.values()} == {"ar", "en", "es", "fr", "ru", "zh-hans"}
    # Bhutan left the group in December 2023, and counts as it was on the day of publication.
    assert [found[key].places.get().is_ldc for key in ("P2C-D-023", "P2C-D-024")] == [True, False]


def assert_conditions_are_those_of_the_day_of_the_file():
    found = commitments_by_id()
    keys = {found[key].pk: key for key in CONDITIONS}

    facts = facts_of([found[key] for key in CONDITIONS])

    assert {keys[pk]: condition_of(each, TODAY) for pk, each in facts.items()} == CONDITIONS
