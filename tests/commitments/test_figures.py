from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from commitments.models import (
    Commitment,
    CommitmentStatus,
    CommitmentType,
    Condition,
    NotCounted,
    Place,
    RegisterFigures,
    Stage,
)
from commitments.services.division import divide
from commitments.services.figures import (
    figures_of,
    refresh_figures,
    register_figures,
)
from commitments.services.register import matching, place_condition
from commitments.services.totals import CurrencyTotal, totals
from members.services.countries import CountryGroup
from tests.commitments.register import in_dollars
from tests.commitments.test_totals_properties import rolled_back
from tests.factories import (
    NOON,
    AmountFactory,
    CommitmentFactory,
    FocusAreaFactory,
    MemberFactory,
    PlaceFactory,
)


def published(*places, usd=None, **facts):
    """Return a published commitment for some places, with an amount."""
    commitment = CommitmentFactory(status=CommitmentStatus.PUBLISHED, **facts)
    for place in places:
        PlaceFactory(commitment=commitment, **{"country": "", **place})
    if usd is not None:
        AmountFactory(commitment=commitment, **in_dollars(Decimal(usd)))
    return commitment


def pledged(figure):
    return figure.totals.own.pledged


def money(rows):
    return {key: str(pledged(figure)) for key, figure in rows.items()}


def numbers(rows):
    return {key: figure.commitments for key, figure in rows.items()}


def test_commitment_is_in_the_row_of_each_country_and_its_money_in_none():
    published({"country": "MW"}, usd="5.00")
    published({"country": "MW"}, {"country": "ZM"}, usd="8.00")

    table = register_figures().by_country

    assert numbers(table.rows) == {"MW": 2, "ZM": 1}
    assert money(table.rows) == {"MW": "5.00", "ZM": "0.00"}
    assert (table.not_divided.commitments, pledged(table.not_divided)) == (1, Decimal("8.00"))
    assert table.outside.commitments == 0


def test_money_is_divided_by_shares_to_the_cent():
    share = Decimal("33.33")
    published(
        *({"country": code, "share": share} for code in ("MW", "ZM")),
        {"country": "TD", "share": Decimal("33.34")},
        usd="100.01",
    )

    table = register_figures().by_country

    assert money(table.rows) == {"MW": "33.33", "TD": "33.35", "ZM": "33.33"}
    assert pledged(table.not_divided) == 0


# By country and by region: the money of each row, what is not divided, and what is outside.
@pytest.mark.parametrize(
    ("places", "by_country", "by_region"),
    [
        # Money without a share is not divided.
        (
            [{"country": "MW", "share": Decimal(60)}, {"country": "FJ"}],
            ({"FJ": "0.00", "MW": "6.00"}, 4, 0),
            ({"AFR": "6.00", "ASP": "0.00"}, 4, 0),
        ),
        # A region and the world fill no country.
        ([{"region": "AFR"}], ({}, 10, 0), ({"AFR": "10.00"}, 0, 0)),
        ([{}], ({}, 10, 0), ({"global": "10.00"}, 0, 0)),
        # Countries of one region fill its row.
        (
            [{"country": "MW"}, {"country": "ZM"}, {"region": "AFR"}],
            ({"MW": "0.00", "ZM": "0.00"}, 10, 0),
            ({"AFR": "10.00"}, 0, 0),
        ),
        ([{"country": "CK"}], ({"CK": "10.00"}, 0, 0), ({}, 0, 10)),
    ],
)
def test_money_is_in_the_row_of_a_place_if_it_is_known_how_much(places, by_country, by_region):
    published(*places, usd="10.00")

    figures = register_figures()

    for table, expected in ((figures.by_country, by_country), (figures.by_region, by_region)):
        assert (money(table.rows), pledged(table.not_divided), pledged(table.outside)) == expected


def test_groups_are_those_of_the_day_of_publication():
    published({"country": "BT", "is_ldc": True, "is_lldc": True}, usd="5.00")
    published({"country": "BT", "is_lldc": True}, usd="3.00")
    published({"country": "MW", "is_ldc": True}, {"country": "ZA"}, usd="1.00")

    groups = register_figures().by_group

    ldc, lldc, sids = (groups[group] for group in CountryGroup)
    assert (money(ldc.rows), pledged(ldc.outside), pledged(ldc.not_divided)) == (
        {"LDC": "5.00"},
        3,
        1,
    )
    assert (money(lldc.rows), pledged(lldc.outside)) == ({"LLDC": "8.00"}, 1)
    assert (sids.rows, pledged(sids.outside)) == ({}, 9)


def test_commitment_is_in_the_year_of_its_publication_with_all_its_money():
    commitment = published(published_at=datetime(2022, 12, 31, 23, 30, tzinfo=UTC))
    for usd, facts in (("1.00", {}), ("2.00", {"decided_on": date(2021, 5, 1)})):
        AmountFactory(commitment=commitment, **in_dollars(Decimal(usd)), **facts)

    years = register_figures().by_year

    # In Geneva it was 2023 already.
    assert (money(years), numbers(years)) == ({2023: "3.00"}, {2023: 1})


def test_figures_by_area_type_and_condition():
    area = FocusAreaFactory(number=2)
    published(focus_area=area, type=CommitmentType.POLICY, condition=Condition.BEHIND, usd="5.00")
    published(focus_area=FocusAreaFactory(number=1), amount_not_disclosed=True)
    published(focus_area=area, type=CommitmentType.POLICY)

    figures = register_figures()

    assert numbers(figures.by_area) == {1: 1, 2: 2}
    assert money(figures.by_area) == {1: "0.00", 2: "5.00"}
    assert numbers(figures.by_type) == {CommitmentType.POLICY: 2, CommitmentType.PROGRAMMATIC: 1}
    assert numbers(figures.by_condition) == {Condition.BEHIND: 1}
    assert (figures.everything.commitments, figures.everything.totals.not_disclosed) == (3, 1)


def test_what_does_not_count_and_what_is_not_converted_is_stored_too():
    commitment = published({"country": "MW"})
    AmountFactory(commitment=commitment, not_counted=NotCounted.CONDITIONAL)
    AmountFactory(commitment=commitment, currency="ETB", original=Decimal("7.125"))
    refresh_figures(at=NOON)

    found = register_figures().by_country.rows["MW"].totals

    assert found == totals(Commitment.objects.all())
    assert found.not_counted == {NotCounted.CONDITIONAL: 1}
    assert found.not_converted == {"ETB": {Stage.PLEDGED: CurrencyTotal(Decimal("7.125"), 1)}}


@pytest.mark.parametrize("status", [CommitmentStatus.WITHDRAWN, CommitmentStatus.SUBMITTED])
def test_only_commitments_in_force_are_counted(status):
    AmountFactory(commitment=CommitmentFactory(status=status), **in_dollars(5))

    assert register_figures().everything.commitments == 0


def test_figures_stay_until_they_are_computed_again():
    assert register_figures().as_of is None
    refresh_figures(at=NOON)
    published(usd="5.00")
    assert (register_figures().as_of, register_figures().everything.commitments) == (NOON, 0)

    refresh_figures(at=NOON + timedelta(minutes=5))

    assert register_figures().as_of == NOON + timedelta(minutes=5)
    assert pledged(register_figures().everything) == 5
    assert RegisterFigures.objects.count() == 1


def test_later_run_is_kept():
    refresh_figures(at=NOON)
    published()

    refresh_figures(at=NOON - timedelta(minutes=1))

    assert register_figures().everything.commitments == 0


def test_figures_are_read_with_one_query_and_computed_with_few():
    published({"country": "MW"}, usd="5.00")
    refresh_figures(at=NOON)

    with CaptureQueriesContext(connection) as reading:
        register_figures()
    published({"country": "MW"}, {"country": "ZM"}, usd="5.00")
    published({}, usd="5.00")
    with CaptureQueriesContext(connection) as computing:
        refresh_figures(at=NOON)

    assert len(reading) == 1
    # Three for the facts, four for results, two for who reports, five for what commitments promise,
    # and those that lock and store the row.
    assert len(computing) <= 16


@given(
    value=st.decimals(0, 10**12, places=2),
    shares=st.lists(st.sampled_from([None, "12.5", "33.33", "40", "100"]), max_size=5),
)
def test_parts_add_up_exactly(value, shares):
    places = [Place(share=share and Decimal(share)) for share in shares]
    stated = sum(Decimal(share or 0) for share in shares)

    *parts, rest = divide(value, places)

    assert sum(parts) + rest == value
    for part, share in zip(parts, shares, strict=True):
        expected = value * Decimal(share or 0) / 100 if stated <= 100 else 0
        assert abs(part - expected) < Decimal("0.01")


PLACES = st.lists(
    st.tuples(
        st.sampled_from(["MW", "ZM", "CK", "FJ", "region:AFR", "global"]),
        st.sampled_from([None, None, Decimal("12.5"), Decimal("33.33"), Decimal(100)]),
        st.booleans(),
    ),
    max_size=4,
    unique_by=lambda place: place[0],
)
AMOUNTS = st.lists(
    st.tuples(
        st.decimals("0.01", 10**9, places=2),
        st.sampled_from(list(Stage)),
        st.sampled_from(["", "", "conditional"]),
        st.booleans(),
    ),
    max_size=3,
)


def add_up(figures):
    """Add the money of cells by stage."""
    found = {}
    for figure in figures:
        for stage, total in figure.totals.own.by_stage.items():
            found[stage] = found.get(stage, Decimal(0)) + total.usd
    return found


QUESTIONS = [
    {},
    {"region": "AFR"},
    {"region": "global"},
    {"group": "LDC"},
    {"country": "MW"},
    {"region": "AFR", "group": "LDC"},
    {"type": "programmatic", "region": "ASP"},
]


@given(commitments=st.lists(st.tuples(PLACES, AMOUNTS), min_size=2, max_size=4))
def test_cells_of_each_table_add_up_to_the_total(db, commitments):
    with rolled_back():
        lead, area = MemberFactory(), FocusAreaFactory()
        for places, amounts in commitments:
            commitment = published(lead=lead, focus_area=area, condition=Condition.BEHIND)
            for name, share, is_ldc in places:
                country = name if len(name) == 2 else ""
                region = name.removeprefix("region:") if name.startswith("region:") else ""
                PlaceFactory(
                    commitment=commitment,
                    country=country,
                    region=region,
                    share=share,
                    is_ldc=is_ldc,
                )
            for value, stage, reason, is_converted in amounts:
                money = {"original": value, "currency": "ETB"}
                AmountFactory(
                    commitment=commitment,
                    stage=stage,
                    not_counted=reason,
                    **(in_dollars(value) if is_converted else money),
                )

        figures = register_figures()
        found = totals(Commitment.objects.all())

        assert figures.everything.totals == found
        expected = add_up([figures.everything])
        for table in (figures.by_country, figures.by_region, *figures.by_group.values()):
            assert add_up([*table.rows.values(), table.outside, table.not_divided]) == expected
        for rows in (figures.by_area, figures.by_type, figures.by_condition, figures.by_year):
            assert add_up(rows.values()) == expected
        for question in QUESTIONS:
            asked = totals(matching(question), places=place_condition(question))
            assert figures_of(question).everything.totals == asked
        for region, figure in figures.by_region.rows.items():
            question = {"region": region}
            assert figure.totals == totals(matching(question), places=place_condition(question))


def test_release_before_can_read_conditions():
    published(present_condition=Condition.UNREPORTED, condition=Condition.NO_REPORT)

    refresh_figures(at=NOON)

    assert set(RegisterFigures.objects.get().figures["by_condition"]) == {Condition.NO_REPORT}
    assert list(register_figures().by_condition) == [Condition.UNREPORTED]
