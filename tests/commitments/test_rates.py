from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from commitments.forms.rates import CheckedRates
from commitments.models import ExchangeRate
from commitments.services import rates as rates_module
from commitments.services.rates import (
    MAX_RATE_ROWS,
    Imported,
    LargeDifference,
    Outcome,
    RatesConflict,
    check_rates,
    import_rates,
    outcomes,
)
from core.conflicts import NothingChanged
from core.spreadsheet_parsing import Unreadable, parse_spreadsheet
from tests.factories import (
    NOON,
    AmountFactory,
    CommitmentFactory,
    ExchangeRateFactory,
    UserFactory,
)

HEADING = "source,currency,month,rate\n"


def check(text):
    content = text if isinstance(text, bytes) else (HEADING + text).encode()
    return check_rates(parse_spreadsheet(content, max_rows=MAX_RATE_ROWS))


def import_file(text, **facts):
    checked = CheckedRates.of(check(text))
    return import_rates(
        checked.rows, **{"seen": checked.seen, "by": UserFactory(), "at": NOON, **facts}
    )


def rates():
    rows = ExchangeRate.objects.order_by("currency", "month")
    return [(row.source, row.currency, str(row.month), row.rate) for row in rows]


def test_check_says_what_is_new_changed_or_the_same():
    ExchangeRateFactory(source="UN", currency="EUR", rate=Decimal("0.92"))
    ExchangeRateFactory(source="UN", currency="ZMW", rate=Decimal("23.1"))
    ExchangeRateFactory(source="UN", currency="GBP", rate=Decimal("0.75"))

    checked = check(
        "UN,EUR,2026-11,0.920000\nUN,zmw,2026-11-01,23.2\nECB,GBP,2026-11,0.75\nUN,KWD,2026-11,0.307\n"
    )

    assert [row.outcome for row in checked] == ["same", "changed", "changed", "new"]
    assert [row.number for row in checked] == [2, 3, 4, 5]
    assert checked[1].before.rate == Decimal("23.1")
    assert outcomes(checked) == {Outcome.SAME: 1, Outcome.CHANGED: 2, Outcome.NEW: 1}
    assert ExchangeRate.objects.count() == 3


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",EUR,2026-11,0.92", "source is missing"),
        (f"{'x' * 101},EUR,2026-11,0.92", "at most 100 characters"),
        ("UN,USD,2026-11,1", "need no rate"),
        ("UN,XXX,2026-11,1", "“XXX” is not the code"),
        ("UN,EUR,2026-13,0.92", "month like this"),
        ("UN,EUR,2026-11-15,0.92", "month like this"),
        ("UN,EUR,11/2026,0.92", "month like this"),
        ("UN,EUR,1026-11,0.92", "month like this"),
        ('UN,EUR,2026-11,"0,92"', "point before the decimals"),
        ('UN,VND,2026-11,"25,300.5"', "point before the decimals"),
        ("UN,EUR,2026-11,", "must be a number"),
        ("UN,EUR,2026-11,-1", "must be a number"),
        ("UN,EUR,2026-11,0.1234567", "at most six decimals"),
        ("UN,EUR,2026-11,=1+1", "must be a number"),
        ("UN,EUR,2026-11,1e3", "must be a number"),
        ("UN,EUR,2026-11,٠.٩", "must be a number"),
        ("UN,EUR,2026-11,0", "too small"),
        ("UN,XOF,2026-11,0.0017", "too small"),
    ],
)
def test_wrong_row_has_a_reason(row, reason):
    [checked] = check(row)

    assert checked.outcome == Outcome.WRONG
    assert reason in checked.reason


def test_second_rate_of_a_currency_and_month_is_wrong():
    checked = check("UN,EUR,2026-11,0.92\nUN,EUR,2026-10,0.92\nECB,EUR,2026-11,0.93\n")

    assert [row.outcome for row in checked] == ["new", "new", "wrong"]
    assert checked[2].reason == "Row 2 has a rate for the same currency and month."


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"currency,month,rate\nEUR,2026-11,0.92\n", "each of these headings once"),
        (HEADING.encode() + b"UN,EUR,2026-11,1\n" * (MAX_RATE_ROWS + 1), "at most 5000 rows"),
    ],
)
def test_unreadable_file_is_refused(content, match):
    with pytest.raises(Unreadable, match=match):
        check(content)


def test_import_stores_rates_with_their_history_and_converts_what_waited():
    ExchangeRateFactory(source="UN", currency="ZMW", rate=Decimal("23.1"))
    amount = AmountFactory(
        commitment=CommitmentFactory(status="published"),
        currency="EUR",
        original=92,
        rate_month=date(2026, 11, 1),
    )
    by = UserFactory(name="Ann")

    made = import_file("UN,EUR,2026-11,0.92\nUN,ZMW,2026-11,23.2\n", by=by)

    assert made == Imported(new=1, changed=1, converted=1)
    assert rates() == [
        ("UN", "EUR", "2026-11-01", Decimal("0.92")),
        ("UN", "ZMW", "2026-11-01", Decimal("23.2")),
    ]
    amount.refresh_from_db()
    assert amount.usd == 100
    histories = [
        rate.history.order_by("-pk").first() for rate in ExchangeRate.objects.order_by("currency")
    ]
    assert [(row.history_user, row.history_date, row.history_type) for row in histories] == [
        (by, NOON, "+"),
        (by, NOON, "~"),
    ]


def test_check_compares_each_rate_with_that_of_the_month_before_in_the_file_or_stored():
    ExchangeRateFactory(currency="ETB", month=date(2026, 8, 1), rate=Decimal(120))
    ExchangeRateFactory(currency="ETB", month=date(2026, 9, 1), rate=Decimal(130))

    checked = check(
        "UN,ETB,2026-11,13500\nUN,ETB,2026-10,135\nUN,ETB,2026-08,99\nUN,ZMW,2026-11,23\n"
    )

    found = [(row.month_before and row.month_before.rate, row.differs_much) for row in checked]
    assert found == [(135, True), (130, False), (None, False), (None, False)]


@pytest.mark.parametrize(
    ("rate", "is_asked"),
    [("125", False), ("125.000001", True), ("75", False), ("74.999999", True), ("10000", True)],
)
def test_difference_above_25_per_cent_is_imported_only_once_it_is_confirmed(rate, is_asked):
    ExchangeRateFactory(currency="ETB", month=date(2026, 10, 1), rate=Decimal(100))
    text = f"UN,ETB,2026-11,{rate}\n"

    if is_asked:
        with pytest.raises(LargeDifference, match="by more than 25 per cent"):
            import_file(text)
        assert ExchangeRate.objects.count() == 1
    made = import_file(text, is_difference_confirmed=is_asked)

    assert made == Imported(new=1, changed=0, converted=0)


def test_rate_that_stays_the_same_asks_nothing():
    ExchangeRateFactory(currency="ETB", month=date(2026, 10, 1), rate=Decimal(100))
    ExchangeRateFactory(source="UN", currency="ETB", month=date(2026, 11, 1), rate=Decimal(200))

    made = import_file("UN,ETB,2026-11,200\nUN,ZMW,2026-11,23\n")

    assert made == Imported(new=1, changed=0, converted=0)


def test_import_that_changes_nothing_is_refused():
    ExchangeRateFactory(source="UN", currency="EUR", rate=Decimal("0.92"))

    with pytest.raises(NothingChanged):
        import_file("UN,EUR,2026-11,0.92\n")


@pytest.mark.parametrize("rate", ["0.91", "0.93"])
def test_rates_that_a_colleague_imported_meanwhile_are_not_overwritten(rate):
    checked = CheckedRates.of(check("UN,EUR,2026-11,0.93\nUN,ZMW,2026-11,23\n"))
    ExchangeRateFactory(source="UN", currency="EUR", rate=Decimal(rate))

    with pytest.raises(RatesConflict, match="Nothing was imported"):
        import_rates(checked.rows, seen=checked.seen, by=UserFactory(), at=NOON)

    assert rates() == [("UN", "EUR", "2026-11-01", Decimal(rate))]


def test_rates_of_the_demonstration_can_be_imported_and_say_what_they_are():
    path = Path(rates_module.__file__).parents[1] / "data" / "demonstration_rates.csv"

    checked = check(path.read_bytes())

    assert outcomes(checked) == {Outcome.NEW: 31 * 54}
    assert {row.row.source for row in checked} == {"demonstration rates, not official"}
    assert {row.row.currency for row in checked}.isdisjoint(
        {"ETB", "AOA", "SSP", "BTN", "CVE", "LSL", "DJF"}
    )
    months = {row.row.month for row in checked}
    assert (min(months), max(months)) == (date(2022, 6, 1), date(2026, 11, 1))
