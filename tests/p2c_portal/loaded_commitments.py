"""What the demonstration has of each commitment in its file, as the portal counts and shows it."""

from collections import Counter
from datetime import UTC, datetime

from django.utils.timezone import now

from commitments.models import (
    Commitment,
    CommitmentStatus,
    NotCounted,
    PartnerAnswer,
    Stage,
)
from commitments.services.conditions import condition_of, facts_of
from commitments.services.double_counting import possible_double_counts
from commitments.services.given_sums import sums_of
from commitments.services.leads import is_correctable
from commitments.services.register_order import RegisterOrder, in_order
from commitments.services.result_of_the_month import chosen_in, month_of
from commitments.services.results import results_of
from commitments.services.second_person import waiting_request
from commitments.services.totals import totals
from members.models import Category
from members.services.kinds import KIND_OF_CATEGORY, OrganisationKind
from outbox.models import Message, MessageStatus
from p2c_portal.demonstration.commitment_rows import Row, read_rows

STATUSES = {
    "embargoed": CommitmentStatus.APPROVED,
    "ended": CommitmentStatus.ENDED,
    "information_requested": CommitmentStatus.INFORMATION_REQUESTED,
    "published": CommitmentStatus.PUBLISHED,
    "second_person": CommitmentStatus.SUBMITTED,
    "submitted": CommitmentStatus.SUBMITTED,
    "superseded": CommitmentStatus.SUPERSEDED,
    "withdrawn": CommitmentStatus.WITHDRAWN,
}
# How these stand on the day of the file.
TODAY = datetime(2026, 12, 1, 12, tzinfo=UTC).date()
CONDITIONS = {
    "P2C-D-001": "on_course",
    "P2C-D-002": "behind",
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
# How many of hundred commitments in force may stand so: at least, and at most.
MIX = {
    "on_course": (35, 45),
    "reached": (12, 18),
    "behind": (12, 16),
    "not_reached": (2, 6),
    "unreported": (2, 6),
    "no_report": (10, 15),
    "overdue": (3, 8),
    "reached_late": (1, 2),
    "inactive": (1, 2),
}
# The currencies that have no rate, each with one commitment that is in force.
WITHOUT_RATE = {"ETB", "AOA", "BTN", "CVE", "LSL", "DJF"}


def commitments_by_id():
    by_title = {each.title: each for each in Commitment.objects.select_related("lead")}
    return {row.id: by_title[row.title] for row in read_rows()}


def assert_commitments_are_those_of_the_file():
    rows, found = read_rows(), commitments_by_id()

    assert len(found) == Commitment.objects.count() == 64
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
    assert everything.own.by_stage[Stage.PLEDGED].amounts > 10


def counts_of(commitment: Commitment, row: Row):
    """Return how many amounts of a commitment count that it states, and at which stage."""
    only = totals(Commitment.objects.filter(pk=commitment.pk))
    return {
        stage: only.own.by_stage[stage].amounts
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
            partner.amount is not None and partner.has_answered for partner in row.named_partners
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
    assert {each.language for each in found.values()} == {
        "ar",
        "en",
        "es",
        "fr",
        "pt",
        "ru",
        "zh-hans",
    }
    # Bhutan left the group in December 2023, and counts as it was on the day of publication.
    assert [found[key].places.get().is_ldc for key in ("P2C-D-023", "P2C-D-024")] == [True, False]


def assert_conditions_are_those_of_the_day_of_the_file():
    found = commitments_by_id()
    keys = {found[key].pk: key for key in CONDITIONS}

    facts = facts_of([found[key] for key in CONDITIONS])

    assert {keys[pk]: condition_of(each, TODAY) for pk, each in facts.items()} == CONDITIONS
    # Milestones decide about the first one, which is behind the straight line.
    assert len(found["P2C-D-001"].targets.get().path) == 3
    assert found["P2C-D-002"].reports.get().behind_reason != ""


def assert_mix_is_believable():
    in_force = list(Commitment.objects.in_force())
    facts = facts_of(in_force)

    counted = Counter(condition_of(each, TODAY) for each in facts.values())

    shares = {condition: 100 * number / len(in_force) for condition, number in counted.items()}
    assert {
        condition: share
        for condition, share in shares.items()
        if not MIX[condition][0] <= share <= MIX[condition][1]
    } == {}
    assert set(counted) == set(MIX)
    behind = [each for each in in_force if condition_of(facts[each.pk], TODAY) == "behind"]
    assert all(each.reports.latest("sent_at").behind_reason for each in behind)
    with_milestones = [each for each in in_force if each.targets.get().path]
    assert 25 <= 100 * len(with_milestones) / len(in_force) <= 40
    results = results_of(Commitment.objects.all()).results
    assert len(results) >= 8
    assert 100 * sum(each.sum.reporting for each in results) >= 60 * sum(
        each.sum.leads for each in results
    )


def assert_first_rows_of_the_register_are_fit_to_show():
    in_force = Commitment.objects.in_force().select_related("lead", "focus_area")
    rows = list(in_order(in_force, RegisterOrder.NEWEST_REPORT)[:20])
    facts = facts_of(rows)

    conditions = Counter(condition_of(facts[each.pk], TODAY) for each in rows)

    assert conditions == {"on_course": 18, "behind": 1, "reached": 1}
    assert {KIND_OF_CATEGORY[Category(each.lead.category)] for each in rows} == set(
        OrganisationKind
    )
    assert {each.focus_area.number for each in rows} == {1, 2, 3, 4}
    assert {each.language for each in rows} == {"ar", "en", "es", "fr", "pt", "ru", "zh-hans"}
    in_english = [(each.title_en, each.summary_en) for each in rows if each.language != "en"]
    assert all(title.endswith("(demonstration)") and summary for title, summary in in_english)
    assert len({each.lead_id for each in rows}) == 20


def assert_staff_have_something_to_decide():
    found = commitments_by_id()
    keys = {each.pk: key for key, each in found.items()}

    pairs = possible_double_counts(Commitment.objects.all())

    assert {
        frozenset((keys[pair.first.commitment_id], keys[pair.second.commitment_id]))
        for pair in pairs
    } == {frozenset(("P2C-D-007", "P2C-D-061")), frozenset(("P2C-D-030", "P2C-D-062"))}
    assert waiting_request(found["P2C-D-063"]) is not None
    assert is_correctable(found["P2C-D-064"])
    silent = found["P2C-D-016"].partners.get(answer=PartnerAnswer.INVITED)
    assert [each.money for each in sums_of(silent)] == ["USD\N{NO-BREAK SPACE}20,000,000"]
    assert chosen_in(month_of(now())).target.commitment_id == found["P2C-D-042"].pk
    first, additional = found["P2C-D-025"].reports.published().order_by("due_on")
    # The first one is for an anniversary, the second one for the day on which it was sent.
    assert (first.due_on.isoformat(), additional.due_on.isoformat()) == ("2026-02-20", "2026-11-25")
    reminders = Message.objects.filter(
        topic__startswith=f"commitment-{found['P2C-D-013'].reference}/report-request/2026-07-09/"
    )
    assert set(reminders.values_list("status", flat=True)) == {MessageStatus.SENT}
    assert reminders.count() == 5
