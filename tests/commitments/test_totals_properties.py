"""Once staff have settled what they are asked, no money counts twice and none is lost."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from commitments.models import (
    Amount,
    Commitment,
    CommitmentStatus,
    NotCounted,
    ReportStatus,
    Stage,
)
from commitments.services.content import content_of, write_content
from commitments.services.double_counting import lost_amounts, possible_double_counts
from commitments.services.money import (
    freeze_amounts,
    freeze_waiting,
    record_paid,
    set_counting,
    settle_pair,
)
from commitments.services.totals import totals
from tests.factories import (
    NOON,
    AmountFactory,
    CommitmentFactory,
    ExchangeRateFactory,
    FocusAreaFactory,
    MemberFactory,
    ReportFactory,
    UserFactory,
)

MONTH = NOON.date().replace(day=1)
RATES = {"USD": Decimal(1), "EUR": Decimal("0.8"), "ETB": Decimal("57.3"), "KWD": Decimal("0.31")}
STAGES = list(Stage)
MAX_ANSWERS = 60
MONEY = st.tuples(
    st.decimals("0.001", 10**9, places=3), st.sampled_from(list(RATES)), st.sampled_from(STAGES)
)
DEEDS = st.tuples(
    st.sampled_from(
        [
            *("part", "part", "copy", "copy", "copy", "own", "uncounted", "withdraw", "withdraw"),
            *("supersede", "supersede", "drop", "advance", "rate", "pay"),
        ]
    ),
    st.integers(0, 5),
    st.integers(0, 5),
    MONEY,
)


@contextmanager
def rolled_back():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class World:
    """Joint commitments, with parts of contributors that repeat them in commitments of their own.

    Each contributor has one sum of money, which is in a joint commitment and in several of its own.
    """

    def __init__(self):
        self.by = UserFactory()
        self.area = FocusAreaFactory()
        self.leads = [MemberFactory() for _number in range(6)]
        self.joint = [self.publish(lead) for lead in self.leads[:3]]
        self.contributors = self.leads[3:]
        self.rates = {"USD"}
        self.money = {}

    def publish(self, lead):
        return CommitmentFactory(status=CommitmentStatus.PUBLISHED, lead=lead, focus_area=self.area)

    def do(self, deed, first, second, money):
        commitment = self.joint[first % len(self.joint)]
        contributor = self.contributors[second % len(self.contributors)]
        getattr(self, deed)(commitment, contributor, money)

    def part(self, commitment, contributor, money):
        """Add what a contributor gives to a joint commitment, once."""
        if contributor.pk not in self.money and self.is_in_force(commitment):
            self.money[contributor.pk] = money
            self.add(commitment, money, contributor=contributor)

    def copy(self, commitment, contributor, money):
        """Let a contributor enter its money again."""
        if contributor.pk in self.money:
            self.add(self.publish(contributor), self.money[contributor.pk], contributor=contributor)

    def settle(self):
        """Let staff answer all that they are asked: one of a pair counts, and what is lost."""
        commitments = Commitment.objects.all()
        for _n in range(MAX_ANSWERS):
            pairs, lost = possible_double_counts(commitments), lost_amounts(commitments)
            if pairs:
                first, second = pairs[0].first, pairs[0].second
                settle_pair(
                    first,
                    second,
                    versions=(first.commitment.version, second.commitment.version),
                    counts_first=True,
                    counts_second=False,
                    by=self.by,
                    at=NOON,
                )
            elif lost:
                set_counting(lost[0].amount, not_counted="", by=self.by, at=NOON)
            else:
                return
        raise AssertionError("Staff are asked without end.")

    def own(self, commitment, contributor, money):
        self.add(commitment, money)

    def uncounted(self, commitment, contributor, money):
        """Add money that does not count. No total changes."""
        before = totals(Commitment.objects.all())
        self.add(commitment, money, not_counted=NotCounted.CONDITIONAL)
        after = totals(Commitment.objects.all())
        assert (after.own.by_stage, after.not_converted) == (
            before.own.by_stage,
            before.not_converted,
        )

    def withdraw(self, commitment, contributor, money):
        chosen = self.any_of(contributor, commitment)
        if self.is_in_force(chosen):
            chosen.status, chosen.reason = CommitmentStatus.WITHDRAWN, "Not possible."
            chosen.save()

    def supersede(self, commitment, contributor, money):
        """Replace a commitment by one that states the same."""
        chosen = self.any_of(contributor, commitment)
        if not self.is_in_force(chosen):
            return
        new = self.publish(chosen.lead)
        for row in chosen.amounts.filter(report=None).order_by("pk"):
            row.pk, row.commitment = None, new
            row._state.adding = True
            row.save()
        chosen.status, chosen.superseded_by = CommitmentStatus.SUPERSEDED, new
        chosen.save()
        self.joint = [new if each == chosen else each for each in self.joint]

    def drop(self, commitment, contributor, money):
        """Leave out the first amount in a new version."""
        chosen = self.any_of(contributor, commitment)
        content = content_of(chosen)
        write_content(chosen, replace(content, amounts=content.amounts[1:]), at=NOON)

    def advance(self, commitment, contributor, money):
        """Move the amounts of a joint commitment to the next stage."""
        content = content_of(commitment)
        amounts = tuple(
            replace(each, stage=STAGES[min(STAGES.index(each.stage) + 1, 2)])
            for each in content.amounts
        )
        write_content(commitment, replace(content, amounts=amounts), at=NOON)

    def rate(self, commitment, contributor, money):
        currency = money[1]
        if currency not in self.rates:
            self.rates.add(currency)
            ExchangeRateFactory(currency=currency, month=MONTH, rate=RATES[currency])
            freeze_waiting(at=NOON)

    def pay(self, commitment, contributor, money):
        due_on = date(2022 + commitment.reports.count(), 10, 24)
        report = ReportFactory(
            commitment=commitment,
            due_on=due_on,
            status=ReportStatus.PUBLISHED,
            paid=money[0],
            paid_currency=money[1],
        )
        record_paid(report, at=NOON)

    def add(self, commitment, money, **facts):
        original, currency, stage = money
        amount = AmountFactory(
            commitment=commitment, original=original, currency=currency, stage=stage, **facts
        )
        freeze_amounts(commitment, at=NOON)
        return amount

    def any_of(self, contributor, commitment):
        """Return a commitment of the contributor, if it has one, or the joint one."""
        own = Commitment.objects.in_force().filter(lead=contributor).order_by("pk")
        return own.last() if commitment.pk % 2 and own else commitment

    def is_in_force(self, commitment):
        return Commitment.objects.in_force().filter(pk=commitment.pk).exists()

    def live(self):
        amounts = Amount.objects.select_related("commitment").order_by("pk")
        return [
            each
            for each in amounts
            if each.is_current and each.commitment.status == CommitmentStatus.PUBLISHED
        ]

    def counted(self):
        """Return the money that should count: [(amount, currency, stage)]."""
        counted = [each for each in self.live() if not each.not_counted]
        return sorted((each.original, each.currency, each.stage) for each in counted)

    def check_settled(self):
        """Check that the money of each contributor counts once, if a commitment has it."""
        for contributor in self.contributors:
            own = [each for each in self.live() if each.contributor_id == contributor.pk]
            counted = [each for each in own if not each.not_counted]
            promised = [each for each in counted if each.stage != Stage.PAID]
            assert bool(counted) == bool(own)
            assert bool(promised) == any(each.stage != Stage.PAID for each in own)
            assert len(promised) <= 1
            assert len(counted) - len(promised) <= 1


def check(world):
    found = totals(Commitment.objects.all())
    expected = world.counted()
    for stage in Stage:
        here = [(money, currency) for money, currency, of in expected if of == stage]
        converted = [
            (money / RATES[currency]).quantize(Decimal("0.01"))
            for money, currency in here
            if currency in world.rates
        ]
        assert found.own.by_stage[stage].usd == sum(converted)
        assert found.own.by_stage[stage].amounts == len(converted)
        for currency in RATES.keys() - world.rates:
            waiting = [money for money, each in here if each == currency]
            total = found.not_converted.get(currency, {}).get(stage)
            assert (total.original if total else 0) == sum(waiting)
            assert (total.amounts if total else 0) == len(waiting)


@given(deeds=st.lists(DEEDS, min_size=8, max_size=14))
def test_nothing_counts_twice_and_nothing_is_lost(db, deeds):
    with rolled_back():
        world = World()
        for number, deed in enumerate(deeds):
            world.do(*deed)
            if number % 4 == 0:
                world.settle()
        check(world)
        world.settle()
        world.check_settled()
        check(world)
