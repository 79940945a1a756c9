"""Converting amounts again after a wrong rate was corrected."""

from datetime import date
from decimal import Decimal

import pytest

from commitments.models import CommitmentEvent, CommitmentVersion, EventKind, Stage
from commitments.services.figures import register_figures
from commitments.services.rates import RatesConflict
from commitments.services.reconversion import NoPublicNote, convert_again
from tests.commitments.register import published
from tests.factories import (
    NOON,
    AmountFactory,
    CommitmentFactory,
    CommitmentVersionFactory,
    ExchangeRateFactory,
    UserFactory,
)

MONTH = date(2026, 11, 1)
WRONG = {"currency": "ETB", "rate": Decimal("1.3"), "rate_month": MONTH, "rate_source": "UN"}


def converted_wrongly(**facts):
    """An amount of 1,300 birr, which a rate made a hundred times too large."""
    if "commitment" not in facts:
        facts["commitment"] = published()
        CommitmentVersionFactory(commitment=facts["commitment"])
    return AmountFactory(**{"original": 1300, "usd": 1000, **WRONG, **facts})


def convert(rate, **facts):
    who = {"seen": rate.rate, "note": "The rate was wrong.", "by": UserFactory(), "at": NOON}
    return convert_again(rate, **{**who, **facts})


@pytest.fixture
def rate():
    return ExchangeRateFactory(
        currency="ETB", month=MONTH, rate=Decimal(130), source="UN, corrected"
    )


def test_convert_again_converts_all_amounts_of_the_currency_and_month(
    rate, django_capture_on_commit_callbacks
):
    amount = converted_wrongly()
    second = converted_wrongly(commitment=amount.commitment, original=2600, usd=2000)
    other_month = converted_wrongly(rate_month=date(2026, 10, 1))
    of_a_draft = converted_wrongly(commitment=CommitmentFactory(status="draft"))
    replaced = converted_wrongly(commitment=amount.commitment, is_current=False)

    with django_capture_on_commit_callbacks(execute=True):
        commitments = convert(rate)

    rows = [amount, second, other_month, of_a_draft, replaced]
    for row in rows:
        row.refresh_from_db()
    assert commitments == [amount.commitment]
    assert [row.usd for row in rows] == [10, 20, 1000, 1000, 1000]
    assert (amount.rate, amount.rate_month, amount.rate_source) == (130, MONTH, "UN, corrected")
    # The figures follow, with what is current and was published.
    assert register_figures().everything.totals.own.by_stage[Stage.PLEDGED].usd == 1030


def test_convert_again_publishes_the_note_as_a_version_and_records_both_values(rate):
    ann, amount = UserFactory(name="Ann"), converted_wrongly()

    convert(rate, by=ann, note=" The rate of November was wrong. ")

    versions = CommitmentVersion.objects.filter(commitment=amount.commitment).order_by("number")
    assert [(version.number, version.reason) for version in versions] == [
        (1, ""),
        (2, "The rate of November was wrong."),
    ]
    event = CommitmentEvent.objects.get(commitment=amount.commitment)
    assert (event.kind, event.by_user, event.is_shared) == (EventKind.CHANGED, ann, True)
    assert event.note.replace("\xa0", " ") == (
        "The rate of November was wrong.\nETB 1,300: USD 1,000 became USD 10."
    )
    version = amount.commitment.version
    amount.commitment.refresh_from_db()
    assert amount.commitment.version == version + 1


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [({"note": " \n"}, NoPublicNote), ({"seen": Decimal("1.3")}, RatesConflict)],
)
def test_convert_again_refuses_and_changes_nothing(rate, facts, refusal):
    amount = converted_wrongly()

    with pytest.raises(refusal):
        convert(rate, **facts)

    amount.refresh_from_db()
    assert (amount.usd, amount.rate) == (1000, Decimal("1.3"))
    assert CommitmentVersion.objects.count() == 1
    assert not CommitmentEvent.objects.exists()
