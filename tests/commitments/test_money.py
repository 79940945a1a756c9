from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from commitments.models import (
    Amount,
    CommitmentStatus,
    CountingBy,
    EventKind,
    ExchangeRate,
    NotCounted,
    Novelty,
    ReportStatus,
    Stage,
)
from commitments.services.content import content_of, write_content
from commitments.services.figures import register_figures
from commitments.services.money import (
    WrongCounting,
    decide_counting,
    differing_amounts,
    freeze_amounts,
    freeze_waiting,
    record_paid,
    set_counting,
)
from core.conflicts import Conflict, NothingChanged
from members.services.conflicts import WrongStatus
from tests.commitments.register import published
from tests.factories import (
    NOON,
    AmountFactory,
    CommitmentFactory,
    ExchangeRateFactory,
    MemberFactory,
    ReportFactory,
    UserFactory,
)

MONTH = NOON.date().replace(day=1)
CONDITIONAL = {"not_counted": NotCounted.CONDITIONAL}


def counting(amount):
    amount.refresh_from_db()
    return amount.not_counted, amount.counted_in, amount.counting_by


# Rates


def test_amount_is_converted_by_the_rate_of_the_month_of_its_decision():
    ExchangeRateFactory(currency="EUR", month=date(2024, 3, 1), rate=Decimal("0.92"), source="UN")
    amount = AmountFactory(original=Decimal(60000000), currency="EUR", decided_on=date(2024, 3, 31))

    freeze_amounts(amount.commitment, at=NOON)

    amount.refresh_from_db()
    assert amount.usd == Decimal("65217391.30")
    assert (amount.rate, amount.rate_month, amount.rate_source) == (
        Decimal("0.92"),
        date(2024, 3, 1),
        "UN",
    )


@pytest.mark.parametrize(
    ("original", "usd"), [("1.000", "0.12"), ("1.080", "0.14"), ("1.001", "0.13"), ("0", "0.00")]
)
def test_cents_are_rounded_half_to_even(original, usd):
    ExchangeRateFactory(currency="TND", month=MONTH, rate=8)
    amount = AmountFactory(original=Decimal(original), currency="TND")

    freeze_amounts(amount.commitment, at=NOON)

    amount.refresh_from_db()
    assert amount.usd == Decimal(usd)


def test_us_dollars_need_no_rate():
    amount = AmountFactory(original=Decimal("7.5"), currency="USD")

    freeze_amounts(amount.commitment, at=NOON)

    amount.refresh_from_db()
    assert (amount.usd, amount.rate, amount.rate_source) == (Decimal("7.50"), 1, "1:1")


def test_amount_without_a_rate_waits_for_that_of_its_month():
    commitment = published()
    undated = AmountFactory(commitment=commitment, currency="ETB", original=Decimal(570))
    dated = AmountFactory(commitment=commitment, currency="ETB", decided_on=date(2023, 6, 12))
    freeze_amounts(commitment, at=NOON)
    # A new version does not change the month.
    freeze_amounts(commitment, at=NOON.replace(year=2026))
    ExchangeRateFactory(currency="ETB", month=MONTH, rate=57)
    ExchangeRateFactory(currency="ETB", month=date(2026, 11, 1), rate=130)

    assert freeze_waiting(at=NOON.replace(year=2026)) == 1

    undated.refresh_from_db()
    dated.refresh_from_db()
    assert (undated.usd, undated.rate_month) == (Decimal("10.00"), MONTH)
    assert (dated.usd, dated.rate_month) == (None, date(2023, 6, 1))


def test_frozen_amount_does_not_change_by_itself_when_its_rate_is_corrected():
    rate = ExchangeRateFactory(currency="EUR", month=MONTH, rate=Decimal("0.8"))
    amount = AmountFactory(commitment=published(), currency="EUR", original=Decimal(80))
    same = AmountFactory(commitment=amount.commitment, currency="USD")
    freeze_amounts(amount.commitment, at=NOON)
    assert list(differing_amounts()) == []
    ExchangeRate.objects.filter(pk=rate.pk).update(rate=Decimal("0.4"))

    freeze_amounts(amount.commitment, at=NOON)
    assert freeze_waiting(at=NOON) == 0

    amount.refresh_from_db()
    assert (amount.usd, amount.rate) == (Decimal("100.00"), Decimal("0.8"))
    [differing] = differing_amounts()
    assert (differing, differing.present_rate) == (amount, Decimal("0.4"))
    assert same.commitment == amount.commitment


def test_drafts_do_not_wait_for_rates():
    amount = AmountFactory(currency="EUR", rate_month=MONTH)
    ExchangeRateFactory(currency="EUR", month=MONTH)

    assert freeze_waiting(at=NOON) == 0
    amount.refresh_from_db()
    assert amount.usd is None


# What counts


ANNOUNCED = {"novelty": Novelty.ANNOUNCED}
COUNTS = ("", None, "")


@pytest.mark.parametrize(
    ("facts", "amounts", "expected"),
    [
        (ANNOUNCED, [{}], [(NotCounted.ANNOUNCED_BEFORE, None, CountingBy.PORTAL)]),
        # The part that was announced is an amount of its own.
        (
            ANNOUNCED,
            [{"not_counted": NotCounted.ANNOUNCED_BEFORE}, {}],
            [(NotCounted.ANNOUNCED_BEFORE, None, ""), COUNTS],
        ),
        # A conditional amount counts once it is paid.
        (
            {"conditions": "If others pay as much."},
            [{}, {"stage": Stage.PAID}],
            [(NotCounted.CONDITIONAL, None, CountingBy.PORTAL), COUNTS],
        ),
    ],
)
def test_what_was_announced_before_or_depends_on_others_does_not_count(facts, amounts, expected):
    commitment = published(**facts)
    rows = [AmountFactory(commitment=commitment, **each) for each in amounts]

    decide_counting(commitment, at=NOON)

    assert [counting(row) for row in rows] == expected


def test_what_the_portal_decided_is_decided_again_from_new_facts():
    commitment = published(novelty=Novelty.ANNOUNCED, conditions="If others pay.")
    amount = AmountFactory(commitment=commitment)
    decide_counting(commitment, at=NOON)
    assert content_of(commitment).amounts[0].not_counted == ""
    commitment.novelty = Novelty.NEW
    write_content(commitment, content_of(commitment), at=NOON)

    decide_counting(commitment, at=NOON)

    assert counting(amount) == (NotCounted.CONDITIONAL, None, CountingBy.PORTAL)


def test_portal_does_not_say_that_money_is_the_same_as_that_of_another_commitment():
    bank = MemberFactory(status="admitted")
    part = AmountFactory(commitment=published(), contributor=bank)
    own = AmountFactory(commitment=published(lead=bank), original=part.original)

    for amount in (part, own):
        decide_counting(amount.commitment, at=NOON)

    assert [counting(amount) for amount in (part, own)] == [("", None, "")] * 2


def test_staff_say_that_money_counts_in_another_commitment():
    other = AmountFactory(commitment=published(reference="C-OTHER1"))
    amount = AmountFactory(commitment=published(lead=other.commitment.lead))
    by = UserFactory()

    set_counting(
        amount,
        not_counted=NotCounted.DUPLICATE,
        counted_in=other.commitment,
        by=by,
        at=NOON,
        note="Entered twice.",
        version=1,
    )

    assert counting(amount) == (NotCounted.DUPLICATE, other.commitment, CountingBy.STAFF)
    [event] = amount.commitment.events.all()
    assert (event.kind, event.by_user, event.is_shared) == (EventKind.COUNTING_CHANGED, by, False)
    assert event.note == (
        "USD\xa01,000,000, Pledged: counts in C-OTHER1 (The same money as another amount)."
        "\nEntered twice."
    )
    amount.commitment.refresh_from_db()
    assert amount.commitment.version == 2


def test_what_staff_said_stays():
    amount = AmountFactory(commitment=published(novelty=Novelty.ANNOUNCED))
    set_counting(amount, not_counted="", by=UserFactory(), at=NOON)
    write_content(amount.commitment, content_of(amount.commitment), at=NOON)

    decide_counting(amount.commitment, at=NOON)

    assert counting(amount) == ("", None, CountingBy.STAFF)


def test_statement_of_the_lead_does_not_undo_what_staff_said():
    other = AmountFactory(commitment=published())
    amount = AmountFactory(commitment=published(lead=other.commitment.lead))
    stated = content_of(amount.commitment)
    set_counting(
        amount,
        not_counted=NotCounted.DUPLICATE,
        counted_in=other.commitment,
        by=UserFactory(),
        at=NOON,
    )

    write_content(amount.commitment, stated, at=NOON)

    assert counting(amount) == (NotCounted.DUPLICATE, other.commitment, CountingBy.STAFF)


def refuse(amount, error, match, **facts):
    before = Amount.objects.values().get(pk=amount.pk)
    facts = {"not_counted": NotCounted.DUPLICATE, **facts}

    with pytest.raises(error, match=match):
        set_counting(amount, by=UserFactory(), at=NOON, **facts)

    assert Amount.objects.values().get(pk=amount.pk) == before
    assert list(amount.commitment.events.all()) == []


def test_counting_in_the_same_commitment_or_elsewhere_without_need_is_refused():
    amount = AmountFactory(commitment=published())

    refuse(amount, WrongCounting, "no other amount", counted_in=amount.commitment)
    refuse(amount, WrongCounting, "needs the other", **CONDITIONAL, counted_in=published())


@pytest.mark.parametrize(
    "status", sorted(set(CommitmentStatus) - {CommitmentStatus.PUBLISHED, CommitmentStatus.ENDED})
)
def test_counting_in_a_commitment_that_is_not_in_force_is_refused(status):
    other = AmountFactory(commitment=CommitmentFactory(status=status))
    amount = AmountFactory(commitment=published())
    refuse(amount, WrongCounting, "nothing counts in it", counted_in=other.commitment)


def test_circle_is_refused():
    first, second, third = (AmountFactory(commitment=published()) for _number in range(3))
    for one, other in ((first, second), (second, third)):
        one.not_counted, one.counted_in = NotCounted.JOINT, other.commitment
        one.save()

    refuse(third, WrongCounting, "cannot count in both", counted_in=first.commitment)


def test_other_stage_is_refused():
    other = AmountFactory(commitment=published(), stage=Stage.PAID)
    amount = AmountFactory(commitment=published(), stage=Stage.FIRM)
    refuse(amount, WrongCounting, "that can be the same money", counted_in=other.commitment)


def test_other_contributor_is_refused():
    bank = MemberFactory()
    other = published()
    AmountFactory(commitment=other, contributor=bank, stage=Stage.PAID)
    AmountFactory(commitment=other, stage=Stage.FIRM)
    amount = AmountFactory(commitment=published(lead=bank), stage=Stage.FIRM)
    refuse(amount, WrongCounting, "of this contributor", counted_in=other)


@pytest.mark.parametrize(
    ("facts", "choice", "error", "match"),
    [
        ({}, {}, WrongCounting, "Say in which"),
        ({"is_current": False}, {"not_counted": ""}, WrongCounting, "no longer part"),
        ({"counting_by": CountingBy.STAFF}, {"not_counted": ""}, NothingChanged, "no changes"),
        ({"commitment__version": 3}, {**CONDITIONAL, "version": 2}, Conflict, "changed"),
        *(
            ({"commitment__status": status}, CONDITIONAL, WrongStatus, "not possible")
            for status in ("draft", "declined", "withdrawn")
        ),
    ],
)
def test_counting_that_is_not_possible_is_refused(facts, choice, error, match):
    amount = AmountFactory(**{"commitment__status": CommitmentStatus.PUBLISHED, **facts})
    refuse(amount, error, match, **choice)


# What was paid


def paid(commitment):
    rows = Amount.objects.filter(commitment=commitment, is_current=True, stage=Stage.PAID).order_by(
        "pk"
    )
    return [(row.original, row.currency, row.usd) for row in rows]


def report(commitment, amount, due_on=date(2026, 11, 27), currency="USD", **facts):
    return ReportFactory(
        commitment=commitment,
        status=ReportStatus.PUBLISHED,
        due_on=due_on,
        sent_at=datetime(due_on.year, due_on.month, due_on.day, tzinfo=UTC),
        paid=amount,
        paid_currency=currency if amount is not None else "",
        **facts,
    )


def test_report_replaces_what_the_lead_had_paid_before():
    commitment = published()
    partner = MemberFactory()
    AmountFactory(commitment=commitment, stage=Stage.PLEDGED, original=100)
    AmountFactory(commitment=commitment, stage=Stage.PAID, original=3)
    AmountFactory(commitment=commitment, stage=Stage.PAID, original=4, contributor=partner)
    ExchangeRateFactory(currency="EUR", month=date(2026, 9, 1), rate=Decimal("0.5"))
    record_paid(report(commitment, Decimal(10), date(2025, 11, 27)), at=NOON)

    record_paid(
        report(commitment, Decimal(8), currency="EUR", paid_until=date(2026, 9, 30)), at=NOON
    )

    assert paid(commitment) == [(4, "USD", 4), (8, "EUR", 16)]
    assert content_of(commitment).amounts[0].original == 100
    assert len(content_of(commitment).amounts) == 2


def test_report_that_is_published_again_corrects_its_own_amount():
    commitment = published()
    sent = report(commitment, Decimal(10))
    record_paid(sent, at=NOON)
    record_paid(sent, at=NOON)
    sent.paid = Decimal(7)

    record_paid(sent, at=NOON)

    assert paid(commitment) == [(7, "USD", 7)]
    assert commitment.amounts.count() == 1


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        # A report without payments.
        ((10, 2025), (None, 2026), 10),
        # A payment of nothing.
        ((10, 2025), (0, 2026), 0),
        # A report that was sent before the other one.
        ((10, 2026), (4, 2025), 10),
    ],
)
def test_newest_report_with_payments_says_what_was_paid(first, second, expected):
    commitment = published()

    for amount, year in (first, second):
        record_paid(report(commitment, amount, date(year, 11, 27)), at=NOON)

    assert paid(commitment) == [(expected, "USD", expected)]


def test_amount_typed_as_paid_after_a_report_is_replaced_too():
    commitment = published()
    record_paid(report(commitment, Decimal(10)), at=NOON)
    AmountFactory(commitment=commitment, stage=Stage.PAID, original=3)

    decide_counting(commitment, at=NOON)

    assert paid(commitment) == [(10, "USD", 10)]


@pytest.mark.parametrize(
    ("reasons", "reason_of_the_payment"),
    [
        ([NotCounted.JOINT], NotCounted.JOINT),
        ([NotCounted.ANNOUNCED_BEFORE], NotCounted.ANNOUNCED_BEFORE),
        ([NotCounted.CONDITIONAL], ""),
        # A part of the money counts.
        ([NotCounted.ANNOUNCED_BEFORE, ""], ""),
        # It is not disclosed, and was announced before.
        ([], NotCounted.ANNOUNCED_BEFORE),
    ],
)
def test_payment_counts_unless_its_money_does_not(reasons, reason_of_the_payment):
    commitment = published(**({} if reasons else {**ANNOUNCED, "amount_not_disclosed": True}))
    elsewhere = published() if reasons == [NotCounted.JOINT] else None
    for reason in reasons:
        AmountFactory(commitment=commitment, not_counted=reason, counted_in=elsewhere)

    amount = record_paid(report(commitment, Decimal(10)), at=NOON)

    by = CountingBy.PORTAL if reason_of_the_payment else ""
    assert counting(amount) == (reason_of_the_payment, elsewhere, by)


def test_next_report_keeps_what_staff_said_about_payments():
    commitment = published()
    amount = record_paid(report(commitment, Decimal(10), date(2025, 11, 27)), at=NOON)
    set_counting(amount, not_counted=NotCounted.CONDITIONAL, by=UserFactory(), at=NOON)

    amount = record_paid(report(commitment, Decimal(12)), at=NOON)

    assert counting(amount) == (NotCounted.CONDITIONAL, None, CountingBy.STAFF)


def test_figures_follow_what_counts(django_capture_on_commit_callbacks):
    amount = AmountFactory(commitment=published(), usd=5, rate=1, rate_month=MONTH, rate_source="1")

    with django_capture_on_commit_callbacks(execute=True):
        decide_counting(amount.commitment, at=NOON)

    assert register_figures().as_of == NOON
    assert register_figures().everything.totals.own.by_stage[Stage.PLEDGED].usd == 5
