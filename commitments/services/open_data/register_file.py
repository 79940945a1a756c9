"""The register in one file: a row for each commitment, with its places, money and targets.

The sums of every question of the register can be computed from this file alone
(tests/commitments/open_data/test_recompute.py does so).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from commitments.models import (
    STATUSES_IN_FORCE,
    Commitment,
    PartnerAnswer,
    Place,
    Stage,
    Target,
    TargetValue,
)
from commitments.services.counting import COUNTS
from commitments.services.open_data import public_rows
from commitments.services.open_data.coalition_resources import region_code
from commitments.services.open_data.columns import (
    Column,
    Kind,
    Resource,
    Value,
    expressions,
    plain_number,
    unchanged,
)
from commitments.services.open_data.commitment_resources import (
    AMOUNTS,
    COMMITMENT_KEY,
    COMMITMENTS,
    WORLD,
)
from commitments.services.open_data.partner_resources import PARTNERS
from commitments.services.open_data.report_resources import REPORT_VALUES
from commitments.services.register import GROUP_COLUMNS
from core.dates import format_date_short
from core.folding import fold
from core.numbers import number_in_words
from members.models import Category

# Commitments that are read from the database at a time.
CHUNK_SIZE: Final = 500
# Who gives an amount, if it is the lead.
LEAD: Final = "lead"


@dataclass(frozen=True)
class PartsColumn(Column):
    """A column that is computed from a commitment with its parts, as `_with_parts()` reads it."""

    compute: Callable[[Any], Value] = unchanged


@dataclass(frozen=True)
class RegisterFile(Resource):
    """A resource whose rows are commitments with their parts."""

    def values(self, rows: "QuerySet[Any]") -> Iterator[tuple[int, tuple[Value, ...]]]:
        """Yield the key and the public values of each row, in a fixed number of queries a chunk."""
        for commitment in _with_parts(self.query_of(rows)).iterator(CHUNK_SIZE):
            yield commitment.pk, tuple(_value(column, commitment) for column in self.columns)

    def query_of(self, rows: "QuerySet[Any]") -> "QuerySet[Any, Any]":
        """Return the query of the commitments, with the columns that the database computes."""
        read = [column for column in self.columns if not isinstance(column, PartsColumn)]
        known: QuerySet[Any, Any] = rows.only("status", "lead").annotate(**expressions(read))
        return known

    def queries_of(self, rows: "QuerySet[Any]") -> "list[QuerySet[Any, Any]]":
        """Return the queries of the commitments and of their parts, for an entity tag."""
        wanted = rows.order_by().values("pk")
        parts = [
            part.filter(**{f"{'report__' if name == 'values' else ''}commitment__in": wanted})
            for name, part in _parts().items()
        ]
        return [self.query_of(rows), *parts]


def _value(column: Column, commitment: Any) -> Value:
    if isinstance(column, PartsColumn):
        return column.compute(commitment)
    return column.convert(getattr(commitment, f"column_{column.name}"))


def _parts() -> "dict[str, QuerySet[Any]]":
    """Return the public rows that belong to commitments, in the order in which they are shown."""
    listed = public_rows.listed
    confirmed = PARTNERS.rows().filter(answer=PartnerAnswer.CONFIRMED, member__isnull=False)
    return {
        "places": Place.objects.order_by("pk"),
        "amounts": AMOUNTS.rows()
        .select_related("contributor")
        .annotate(slug=listed("contributor"))
        .order_by("position", "pk"),
        "partners": confirmed.annotate(slug=listed("member")).order_by("position", "pk"),
        "targets": Target.objects.filter(is_current=True).order_by("position", "pk"),
        "values": REPORT_VALUES.rows().order_by("on", "report__due_on", "pk"),
    }


def _with_parts(commitments: "QuerySet[Any, Any]") -> "QuerySet[Any, Any]":
    parts = _parts()
    values = Prefetch("values", parts.pop("values"), to_attr="stated")
    targets = parts.pop("targets").prefetch_related(values)
    return commitments.prefetch_related(
        Prefetch("targets", targets, to_attr="part_targets"),
        *(Prefetch(name, rows, to_attr=f"part_{name}") for name, rows in parts.items()),
    )


def _places(commitment: Any) -> list[Place]:
    places: list[Place] = commitment.part_places
    return places


def _amounts(commitment: Any) -> list[Any]:
    amounts: list[Any] = commitment.part_amounts
    return amounts


def _countries(commitment: Any) -> Value:
    return [place.country for place in _places(commitment) if place.country]


def _regions(commitment: Any) -> Value:
    """Return the regions that are named, and those of the countries, each once."""
    regions = (place.region or region_code(place.country) for place in _places(commitment))
    return list(dict.fromkeys(filter(None, regions)))


def _places_in_order(commitment: Any) -> Value:
    return [_place(place) for place in _places(commitment)]


def _place(place: Place) -> str:
    """Return a place such as KE[AFR]:40 or MW[AFR,LDC,LLDC], ARB:25 or world."""
    written = place.country or place.region or WORLD
    if place.country:
        groups = [group.value for group, flag in GROUP_COLUMNS.items() if getattr(place, flag)]
        written += f"[{','.join(filter(None, [region_code(place.country), *groups]))}]"
    return written if place.share is None else f"{written}:{plain_number(place.share)}"


def _counted(commitment: Any) -> list[Any]:
    """Return the amounts that count, as the column `is_counted` of the amounts says."""
    if commitment.status not in STATUSES_IN_FORCE:
        return []
    return [amount for amount in _amounts(commitment) if amount.reason == COUNTS]


def _usd(*stages: Stage) -> Callable[[Any], Value]:
    def total(commitment: Any) -> Value:
        dollars = [
            amount.usd
            for amount in _counted(commitment)
            if amount.stage in stages and amount.usd is not None
        ]
        return sum(dollars, Decimal(0)) if dollars else None

    return total


def _money_by_giver(commitment: Any) -> Value:
    """Return a line for each stage and giver: pledged|1500000|name-of-the-giver."""
    sums: dict[tuple[str, object], Decimal] = defaultdict(Decimal)
    names: dict[object, str] = {}
    for amount in _counted(commitment):
        if amount.usd is not None:
            giver, name = _giver(amount, commitment.lead_id)
            names[giver] = name
            sums[amount.stage, giver] += amount.usd
    return "\n".join(
        f"{stage}|{plain_number(total)}|{names[giver]}" for (stage, giver), total in sums.items()
    )


def _giver(amount: Any, lead: int) -> tuple[object, str]:
    """Return who gives an amount: a key that tells givers apart, and what the file names it."""
    if amount.contributor is None and not amount.contributor_name:
        return lead, LEAD
    if amount.contributor is None:
        return fold(amount.contributor_name), " ".join(amount.contributor_name.split())
    if amount.contributor_id == lead:
        return lead, LEAD
    return amount.contributor_id, amount.slug or " ".join(
        amount.contributor.organisation_name.split()
    )


def _stages(commitment: Any) -> Value:
    stated = {amount.stage for amount in _amounts(commitment)}
    return [stage.value for stage in Stage if stage in stated]


def _not_converted(commitment: Any) -> Value:
    return sum(amount.usd is None for amount in _counted(commitment))


def _not_counted(commitment: Any) -> Value:
    return len(_amounts(commitment)) - len(_counted(commitment))


def _partner_members(commitment: Any) -> Value:
    # Members that gave money before version 1.1 were not asked whether they are partners.
    givers = [
        amount for amount in _amounts(commitment) if amount.contributor_id != commitment.lead_id
    ]
    named = [*commitment.part_partners, *givers]
    return list(dict.fromkeys(each.slug for each in named if each.slug))


def _targets(commitment: Any) -> Value:
    return "\n".join(map(_target, commitment.part_targets))


def _target(target: Any) -> str:
    """Return a target in words, such as Schools: 400 of 1,000 schools (31 Dec 2027)."""
    newest: TargetValue | None = target.stated[-1] if target.stated else None
    if target.is_yes_no:
        so_far = "no report yet" if newest is None else "yes" if newest.reached else "not yet"
    else:
        so_far = "no value" if newest is None else number_in_words(newest.value or Decimal(0))
        so_far += f" of {number_in_words(target.value)} {target.unit}"
    return f"{target.indicator}: {so_far} ({format_date_short(target.by)})"


COMMITMENT_COLUMNS: Final = {column.name: column for column in COMMITMENTS.columns}


def _same(*names: str) -> Iterable[Column]:
    """Return columns of the commitments, which have the same values here."""
    return [COMMITMENT_COLUMNS[name] for name in names]


REGISTER: Final = RegisterFile(
    name="register",
    title=_("The register in one file"),
    description=_(
        "One row for each commitment, with its places, money and targets. It opens in a "
        "spreadsheet program by a double click."
    ),
    columns=(
        *_same("commitment", "title", "lead", "lead_member"),
        Column("lead_acronym", Kind.TEXT, _("The acronym of the lead."), "lead__acronym"),
        Column(
            "lead_category",
            Kind.TEXT,
            _("What kind of organisation the lead is."),
            "lead__category",
            choices=Category,
        ),
        *_same("focus_area", "pillar", "type", "status", "condition"),
        *_same("published_on", "starts", "ends"),
        PartsColumn(
            "countries",
            Kind.LIST,
            _("The countries that it names, by their codes in ISO 3166-1 alpha-2."),
            compute=_countries,
        ),
        PartsColumn(
            "regions",
            Kind.LIST,
            _("The ITU regions that it names, and those of the countries."),
            compute=_regions,
        ),
        PartsColumn(
            "places",
            Kind.LIST,
            _(
                "All places in their order, such as KE[AFR]:40 MW[AFR,LDC,LLDC]:60, ARB or world: "
                "after a country its region and its groups on the day of publication, and the "
                "share in per cent if the lead states it."
            ),
            compute=_places_in_order,
        ),
        PartsColumn(
            "usd_pledged",
            Kind.NUMBER,
            _("Promised and not binding, in US dollars: the amounts that count."),
            compute=_usd(Stage.PLEDGED),
        ),
        PartsColumn(
            "usd_firm",
            Kind.NUMBER,
            _("Promised and binding, in US dollars: the amounts that count."),
            compute=_usd(Stage.FIRM),
        ),
        PartsColumn(
            "usd_promised",
            Kind.NUMBER,
            _("Promised in all, in US dollars: not binding and binding together."),
            compute=_usd(Stage.PLEDGED, Stage.FIRM),
        ),
        PartsColumn(
            "usd_paid",
            Kind.NUMBER,
            _("Paid so far, in US dollars. It is a part of what is promised: never add it."),
            compute=_usd(Stage.PAID),
        ),
        PartsColumn(
            "money_by_giver",
            Kind.TEXT,
            _(
                "The same money, a line for each stage and organisation: stage|US dollars|"
                "organisation. The organisation is “lead”, a member as in the file of members, or "
                "a name."
            ),
            compute=_money_by_giver,
        ),
        PartsColumn(
            "amounts_not_converted",
            Kind.INTEGER,
            _("The number of amounts that count, and that no rate of exchange converts."),
            compute=_not_converted,
        ),
        PartsColumn(
            "amounts_not_counted",
            Kind.INTEGER,
            _("The number of amounts that do not count. The file of amounts says why."),
            compute=_not_counted,
        ),
        *_same("amount_not_disclosed"),
        PartsColumn(
            "stages",
            Kind.LIST,
            _("The stages of all its amounts, also of those that do not count."),
            compute=_stages,
        ),
        PartsColumn(
            "partner_members",
            Kind.LIST,
            _("The members that confirmed that they take part, as in the file of members."),
            compute=_partner_members,
        ),
        PartsColumn(
            "targets",
            Kind.TEXT,
            _("A line for each target: the newest reported value, the value to reach, the day."),
            compute=_targets,
        ),
        *_same("next_report_on", "last_report_on", "page", "actions"),
    ),
    key=("commitment",),
    rows=Commitment.objects.public,
    commitment="pk",
    foreign_keys=(
        COMMITMENT_KEY,
        *(key for key in COMMITMENTS.foreign_keys if key.resource != COMMITMENTS.name),
    ),
)
