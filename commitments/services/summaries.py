"""What a list says of a commitment in a few words: where it has an effect, and how much money."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db.models import Case, OuterRef, Prefetch, Subquery, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commitments.models import (
    Amount,
    Commitment,
    CommitmentQuerySet,
    CommitmentStatus,
    CommitmentType,
    Condition,
    Place,
    Report,
    Stage,
)
from commitments.services.money_in_words import US_DOLLAR, money_in_brief
from commitments.services.typed_places import place_name
from core.dates import format_date_short
from core.languages import list_in_words, reads
from core.numbers import GroupedNumber
from members.services.countries import region_of

# A list names so many places, and only counts more.
MAX_NAMED_PLACES: Final = 3
# What `commitments/_newest.html` and the summaries in it show.
COLUMNS_WITHOUT_MONEY: Final = (
    *("reference", "title", "title_en", "language", "status", "present_condition", "ends"),
    *("lead__organisation_name", "focus_area__number"),
)


@dataclass(frozen=True)
class Chip:
    """How a commitment stands: a word, and the status or condition that says how it looks.

    `reason` is why it is behind, as the lead said it in `language`.
    """

    value: str
    words: str
    reason: str = ""
    language: str = ""


@dataclass(frozen=True)
class Summary:
    """A commitment as a row of a list."""

    commitment: Commitment
    where: str
    by: str
    chip: Chip | None
    # The title in English, if the reader's language is not that of the title.
    english: str = ""
    # One text for each stage.
    money: Sequence[str] = ()


def with_summaries(commitments: CommitmentQuerySet) -> CommitmentQuerySet:
    """Return commitments with what their summaries read, in a fixed number of queries."""
    amounts = Amount.objects.shown().order_by("position", "pk")
    with_places = _with_places(with_behind_reason(commitments))
    return with_places.prefetch_related(Prefetch("amounts", amounts))


def with_behind_reason(commitments: CommitmentQuerySet) -> CommitmentQuerySet:
    """Annotate `behind_reason`, why a commitment is behind, and `behind_language`.

    They are those of the latest published report, and empty for a commitment that is not behind.
    """
    latest = Report.objects.published().filter(commitment=OuterRef("pk"))

    def of_latest(column: str) -> Case:
        found = Subquery(latest.values(column)[:1])
        return Case(When(present_condition=Condition.BEHIND, then=found), default=Value(""))

    return commitments.annotate(
        behind_reason=of_latest("behind_reason"), behind_language=of_latest("language")
    )


def summaries_of(commitments: Iterable[Commitment]) -> list[Summary]:
    """Return the summaries of commitments from `with_summaries()`."""
    return [
        _summary_of(commitment, money=money_of(commitment, commitment.amounts.all()))
        for commitment in commitments
    ]


def summaries_without_money(commitments: CommitmentQuerySet) -> list[Summary]:
    """Return the summaries of commitments for a list that shows no money, with two queries."""
    read = _with_places(commitments).only(*COLUMNS_WITHOUT_MONEY)
    return [_summary_of(commitment) for commitment in read]


def chip_of(commitment: Commitment) -> Chip | None:
    """Return how a public commitment stands, or that it is withdrawn or superseded.

    Why it is behind comes from `with_behind_reason()`; lists that do not say why leave it out.
    """
    status = CommitmentStatus(commitment.status)
    if status in (CommitmentStatus.WITHDRAWN, CommitmentStatus.SUPERSEDED):
        return Chip(status.value, str(status.label))
    if not commitment.present_condition:
        return None
    condition = Condition(commitment.present_condition)
    return Chip(
        condition.value,
        str(condition.label),
        reason=getattr(commitment, "behind_reason", None) or "",
        language=getattr(commitment, "behind_language", None) or "",
    )


def places_in_words(places: Iterable[Place]) -> str:
    """Return the names of all places, as a list in a sentence."""
    return list_in_words(place_name(place.country, place.region) for place in places)


def places_in_brief(places: Collection[Place]) -> str:
    """Return the names of a few places, or the number of many."""
    if len(places) <= MAX_NAMED_PLACES:
        return places_in_words(places)
    countries = [place.country for place in places if place.country]
    number = GroupedNumber(len(countries))
    if len(countries) < len(places):
        places_number = GroupedNumber(len(places))
        return ngettext("%(number)s place", "%(number)s places", places_number) % {
            "number": places_number
        }
    regions = {region_of(code) for code in countries}
    if len(regions) == 1 and (region := regions.pop()):
        return ngettext(
            "%(number)s country in the region %(region)s",
            "%(number)s countries in the region %(region)s",
            number,
        ) % {"number": number, "region": region.label}
    return ngettext("%(number)s country", "%(number)s countries", number) % {"number": number}


def money_of(commitment: Commitment, amounts: Iterable[Any]) -> list[str]:
    """Return the counted money of a commitment at each stage, or why there is none.

    The amounts come from `with_summaries()`. Amounts without US dollars are given in their own
    currency, if there are no others.
    """
    known = list(amounts)
    counted = [each for each in known if not each.not_counted]
    shown = [
        _at_stage(money, stage)
        for stage in Stage
        if (money := _sum_in_brief([each for each in counted if each.stage == stage]))
    ]
    if shown:
        return shown
    if known:
        return [_("Not counted")]
    if commitment.amount_not_disclosed:
        return [_("Not disclosed")]
    if commitment.type == CommitmentType.FINANCIAL:
        return []
    return [_("Not financial")]


def _sum_in_brief(amounts: list[Amount]) -> str:
    in_dollars = [amount.usd for amount in amounts if amount.usd is not None]
    if in_dollars:
        return money_in_brief(sum(in_dollars, Decimal(0)), US_DOLLAR)
    currencies = {amount.currency for amount in amounts}
    if len(currencies) == 1:
        return money_in_brief(
            sum((each.original for each in amounts), Decimal(0)), currencies.pop()
        )
    return _("several currencies") if currencies else ""


def _at_stage(money: str, stage: Stage) -> str:
    texts = {
        Stage.PLEDGED: _("%(money)s pledged"),
        Stage.FIRM: _("%(money)s firm"),
        Stage.PAID: _("%(money)s paid"),
    }
    return texts[stage] % {"money": money}


def _with_places(commitments: CommitmentQuerySet) -> CommitmentQuerySet:
    places = Prefetch("places", Place.objects.order_by("pk"))
    return commitments.select_related("lead", "focus_area").prefetch_related(places)


def _summary_of(commitment: Commitment, *, money: Sequence[str] = ()) -> Summary:
    return Summary(
        commitment=commitment,
        where=places_in_brief(commitment.places.all()),
        by=format_date_short(commitment.ends) if commitment.ends else "",
        chip=chip_of(commitment),
        english="" if reads(commitment.language) else commitment.title_en,
        money=money,
    )
