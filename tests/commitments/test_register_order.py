"""The orders of the register, and the amount that one of them sorts by."""

from datetime import timedelta
from decimal import Decimal

import pytest

from commitments.models import Commitment, CommitmentStatus, Condition, NotCounted, Stage
from commitments.services.figures import refresh_figures
from commitments.services.register import matching
from commitments.services.register_order import (
    CONDITIONS_WORST_FIRST,
    ORDERS,
    RegisterOrder,
    in_order,
    write_promised,
)
from core.pagination import KeyPaginator
from members.services.names import set_name_columns
from tests.commitments.register import in_dollars, published
from tests.factories import NOON, AmountFactory, CommitmentFactory, MemberFactory


def titles(order):
    return [each.title for each in in_order(matching({}), order)]


def lead_named(name):
    lead = MemberFactory(organisation_name=name)
    set_name_columns(lead)
    lead.save()
    return lead


def promised():
    return dict(Commitment.objects.values_list("title", "promised_usd"))


def test_largest_promised_amount_comes_first_and_those_without_one_last():
    for title, usd in (("none", None), ("small", 5), ("large", 900), ("nothing", 0)):
        published(title=title, promised_usd=usd)

    assert titles(RegisterOrder.PROMISED) == ["large", "small", "nothing", "none"]


def test_newest_publication_comes_first():
    for title, days in (("old", 1), ("new", 3), ("between", 2)):
        published(
            title=title,
            published_at=NOON + timedelta(days=days),
            last_report_at=NOON - timedelta(days=days),
        )

    assert titles(RegisterOrder.PUBLISHED) == ["new", "between", "old"]


def test_leads_are_sorted_as_names_are_and_each_lead_is_kept_together():
    for title, name in (("z", "Zamtel"), ("e", "Équateur"), ("a", "africa"), ("f", "Fiji")):
        published(title=title, lead=lead_named(name))
    for title in ("same 1", "same 2"):
        published(title=title, lead=lead_named("Fiji"), published_at=NOON - timedelta(days=9))

    assert titles(RegisterOrder.LEAD) == ["a", "e", "f", "same 1", "same 2", "z"]


def test_worst_condition_comes_first_and_what_is_not_in_force_last():
    for condition in (Condition.REACHED, Condition.BEHIND, Condition.NOT_REACHED):
        published(title=condition, present_condition=condition)
    CommitmentFactory(
        title="withdrawn", status=CommitmentStatus.WITHDRAWN, present_condition=Condition.BEHIND
    )

    assert titles(RegisterOrder.CONDITION) == ["not_reached", "behind", "reached", "withdrawn"]


def test_every_condition_has_a_rank_and_every_order_is_declared():
    assert sorted(CONDITIONS_WORST_FIRST) == sorted(Condition)
    assert set(ORDERS) == set(RegisterOrder)


@pytest.mark.parametrize("order", RegisterOrder)
def test_pages_of_each_order_have_each_commitment_once(order):
    lead = lead_named("Fiji")
    for number in range(9):
        published(lead=lead, promised_usd=number % 2, present_condition=Condition.BEHIND)
    wanted = [each.pk for each in in_order(matching({"q": "fiji"}), order)]

    paginator = KeyPaginator(in_order(matching({"q": "fiji"}), order), 4)

    assert [each.pk for number in (1, 2, 3) for each in paginator.get_page(number)] == wanted
    assert len(set(wanted)) == 9


def test_write_promised_adds_up_what_counts_and_is_not_binding_or_binding():
    schools = published(title="schools")
    for stage, usd in ((Stage.PLEDGED, "1000.25"), (Stage.FIRM, 200), (Stage.PAID, 40)):
        AmountFactory(commitment=schools, stage=stage, **in_dollars(Decimal(usd)))
    AmountFactory(commitment=schools, not_counted=NotCounted.CONDITIONAL, **in_dollars(7))
    AmountFactory(commitment=schools, is_current=False, **in_dollars(7))
    AmountFactory(
        commitment=schools, contributor_name="Somebody", contributor_answer="", **in_dollars(7)
    )
    AmountFactory(commitment=schools, currency="ETB")
    birr = published(title="birr")
    AmountFactory(commitment=birr, currency="ETB")
    AmountFactory(commitment=birr, stage=Stage.PAID, **in_dollars(7))
    withdrawn = CommitmentFactory(
        title="withdrawn", status=CommitmentStatus.WITHDRAWN, promised_usd=7
    )
    AmountFactory(commitment=withdrawn, **in_dollars(7))

    assert write_promised() == 2

    assert promised() == {"schools": Decimal("1200.25"), "birr": None, "withdrawn": None}
    assert write_promised() == 0


def test_promised_amounts_are_written_with_the_figures():
    AmountFactory(commitment=published(title="schools"), **in_dollars(900))

    refresh_figures(at=NOON)

    assert promised() == {"schools": 900}
