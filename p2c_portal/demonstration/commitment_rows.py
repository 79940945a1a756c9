"""The commitments of the demonstration, read from their file. All of them are invented."""

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from commitments.models import (
    CommitmentType,
    Instrument,
    NotCounted,
    Novelty,
    PartnerRole,
    Stage,
    milestones_from,
)
from commitments.services.content import (
    AmountContent,
    Content,
    PartnerContent,
    PlaceContent,
    TargetContent,
)
from focus_areas.models import FocusArea, Pillar
from members.models import Category, Member

PATH = Path(__file__).parents[2] / "commitments" / "data" / "demonstration_commitments.csv"
# Their milestones, why they are behind, what an earlier report said, and their texts in English. A
# commitment without a row has none of these.
COURSES = PATH.with_name("demonstration_courses.csv")
NO_COURSE = dict.fromkeys(("milestones", "behind_reason", "earlier", "title_en", "summary_en"), "")
# How the file names languages that the portal names in another way.
LANGUAGES = {"zh": "zh-hans"}
INSTRUMENTS = {
    Category.SECTOR_MEMBER: Instrument.OWN_INVESTMENT,
    Category.MEMBER_STATE: Instrument.DOMESTIC_BUDGET,
}
LENDERS = {"African Development Bank", "World Bank Group", "البنك الإسلامي للتنمية"}
IN_KIND, DECLINED, NO_MEMBER = "in kind", "declined", " (not a member)"
NOT_ANSWERED = " not answered"


@dataclass(frozen=True)
class NamedPartner:
    """A partner as a row names it, with its own amount, or with "in kind" or "declined".

    One that has not answered yet has " not answered" after its amount.
    """

    name: str
    remark: str = ""

    @property
    def amount(self) -> tuple[Decimal, str] | None:
        value, _space, currency = self.remark.removesuffix(NOT_ANSWERED).partition(" ")
        return (Decimal(value), currency) if value.isdigit() else None

    @property
    def has_answered(self) -> bool:
        return not self.remark.endswith(NOT_ANSWERED)


@dataclass(frozen=True)
class Row:
    """One row of the file. Unlike in the file, what is not known is None."""

    facts: dict[str, str]

    def __getattr__(self, name: str) -> str:
        try:
            return self.facts[name]
        except KeyError as unknown:
            raise AttributeError(name) from unknown

    @property
    def published_on(self) -> date:
        """The day of its publication. Of one that was not published, the day of its question."""
        return date.fromisoformat(self.facts["published_on"])

    @property
    def reported_on(self) -> date | None:
        return date.fromisoformat(self.progress_date) if self.progress_date else None

    @property
    def earlier_report(self) -> tuple[date, Decimal] | None:
        """The day and the value of a report before the last one."""
        day, _colon, value = self.earlier.partition(":")
        return (date.fromisoformat(day), Decimal(value)) if day else None

    @property
    def named_partners(self) -> list[NamedPartner]:
        """Its partners. A name may have a colon only before the remark."""
        named = [partner.partition(": ") for partner in self.partners.split("; ") if partner]
        return [NamedPartner(name, remark) for name, _colon, remark in named]

    @property
    def is_duplicate(self) -> bool:
        """Whether the same lead has the same money in another commitment."""
        return self.counts_in_total.startswith("no: duplicate")

    @property
    def is_part(self) -> bool:
        """Whether its money is a part of a joint commitment of another lead."""
        return self.counts_in_total.startswith("no: part of")

    @property
    def is_conditional(self) -> bool:
        return self.counts_in_total == "no: conditional"


@cache
def read_rows() -> tuple[Row, ...]:
    """Return all rows, in the order of the file."""
    courses = {facts["id"]: facts for facts in _read(COURSES)}
    return tuple(Row({**facts, **courses.get(facts["id"], NO_COURSE)}) for facts in _read(PATH))


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def organisations_with_commitments() -> dict[str, int]:
    """Return the number of the focus area of each lead and partner, by its name."""
    areas: dict[str, int] = {}
    for row in read_rows():
        for name in (row.lead, *(partner.name for partner in row.named_partners)):
            areas.setdefault(name, int(row.focus_area))
    return areas


def content_of_row(row: Row, members: dict[str, Member], references: dict[str, str]) -> Content:
    """Return the content of a row.

    `members` are the admitted members by name, and `references` those of earlier rows by their key.
    """
    lead = members[row.lead]
    announced = row.announced_before
    for key, reference in references.items():
        announced = announced.replace(key, reference)
    return Content(
        type=row.type,
        title=row.title,
        statement=row.statement,
        language=LANGUAGES.get(row.language, row.language),
        focus_area=FocusArea.objects.get(number=row.focus_area).pk,
        pillar=Pillar.objects.get(name_en__iexact=row.pillar).pk,
        starts=None,
        ends=date.fromisoformat(row.by),
        novelty=row.newness,
        announced_before=announced,
        conditions=row.statement if row.is_conditional else "",
        amount_not_disclosed=row.type == CommitmentType.FINANCIAL and not row.amount,
        title_en=row.title_en,
        summary_en=row.summary_en,
        publication_consent=True,
        targets=(_target(row),),
        places=tuple(_place(place) for place in row.places.split()),
        amounts=tuple(_amounts(row, lead, members)),
        partners=tuple(_partner(partner, row, members) for partner in row.named_partners),
    )


def _target(row: Row) -> TargetContent:
    by = date.fromisoformat(row.by)
    if row.unit == "yes/no":
        return TargetContent(indicator=row.indicator, is_yes_no=True, by=by)
    return TargetContent(
        indicator=row.indicator,
        unit=row.unit,
        baseline=Decimal(row.baseline) if row.baseline else None,
        value=Decimal(row.value),
        by=by,
        milestones=milestones_from(pair.split(":") for pair in row.milestones.split()),
    )


def _place(place: str) -> PlaceContent:
    if place == "global":
        return PlaceContent()
    kind, _colon, region = place.partition(":")
    return PlaceContent(region=region) if kind == "region" else PlaceContent(country=place)


def _amounts(row: Row, lead: Member, members: dict[str, Member]) -> list[AmountContent]:
    """Return the amounts of the lead, then those of its partners."""
    if not row.amount:
        return []
    own: dict[str, Any] = {
        "instrument": _instrument(row, lead),
        "currency": row.currency,
        "stage": row.stage,
    }
    original = Decimal(row.amount)
    if row.counts_in_total.startswith("partly"):
        half = original / 2
        return [
            AmountContent(label="New", original=half, **own),
            AmountContent(
                label="Announced before",
                original=half,
                not_counted=NotCounted.ANNOUNCED_BEFORE,
                **own,
            ),
        ]
    amounts = [AmountContent(original=original, **own)]
    for partner in row.named_partners:
        if partner.amount is not None:
            value, currency = partner.amount
            contributor = members[partner.name]
            amounts.append(
                AmountContent(
                    contributor=contributor.pk,
                    contributor_name=partner.name,
                    instrument=_instrument(row, contributor),
                    original=value,
                    currency=currency,
                    stage=Stage.PLEDGED,
                )
            )
    return amounts


def _instrument(row: Row, contributor: Member) -> str:
    if IN_KIND in row.counts_in_total:
        return Instrument.IN_KIND
    if contributor.organisation_name in LENDERS:
        return Instrument.LOAN
    return INSTRUMENTS.get(Category(contributor.category), Instrument.GRANT)


def _partner(partner: NamedPartner, row: Row, members: dict[str, Member]) -> PartnerContent:
    member = members.get(partner.name)
    name = partner.name.removesuffix(NO_MEMBER)
    return PartnerContent(
        member=member.pk if member else None,
        name=name,
        contact_email="" if member else "partner@fundacao.example.org",
        role=_role(partner, row, member),
    )


def _role(partner: NamedPartner, row: Row, member: Member | None) -> str:
    """Return the role of a partner: who pays makes the commitment too, an authority is the host."""
    if partner.amount or partner.remark == IN_KIND or row.newness == Novelty.ANNOUNCED:
        return PartnerRole.CO_PLEDGER
    is_host = (
        member is not None
        and member.category == Category.MEMBER_STATE
        and member.country in row.places.split()
    )
    return PartnerRole.HOST if is_host else PartnerRole.IMPLEMENTER
