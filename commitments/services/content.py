"""The content of a commitment: what the lead states, apart from its way through the desk.

What is sent, a proposed change and a published version all have the same content. `content_of()`
reads it from the rows, `write_content()` writes it to them, `as_json()` and `from_json()` keep it
in one column. Targets, amounts and partners keep their `key` in all versions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypeVar
from uuid import UUID, uuid4

from django.db.models import Model

from commitments.models import (
    Amount,
    Commitment,
    ContributorAnswer,
    CountingBy,
    EnglishBy,
    Milestone,
    Partner,
    PartnerAnswer,
    Place,
    Target,
    milestones_from,
)
from commitments.services.indicators import code_of
from commitments.services.partner_names import is_partner_named

Json = dict[str, Any]


@dataclass(frozen=True)
class TargetContent:
    """A target, as stated. `value` and `baseline` are empty if it is yes or no."""

    key: UUID = field(default_factory=uuid4)
    indicator: str = ""
    is_yes_no: bool = False
    unit: str = ""
    baseline: Decimal | None = None
    baseline_on: date | None = None
    value: Decimal | None = None
    by: date | None = None
    milestones: tuple[Milestone, ...] = ()


@dataclass(frozen=True)
class PlaceContent:
    """A country, a region, or the world if both are empty."""

    country: str = ""
    region: str = ""
    share: Decimal | None = None


@dataclass(frozen=True)
class AmountContent:
    """An amount, as stated. `contributor` is the key of a member; without one it is the lead's."""

    key: UUID = field(default_factory=uuid4)
    contributor: int | None = None
    contributor_name: str = ""
    label: str = ""
    instrument: str = ""
    original: Decimal | None = None
    currency: str = ""
    stage: str = ""
    decided_on: date | None = None
    # [year, amount] pairs; amounts as text, so that no digit is lost in JSON.
    portions: tuple[tuple[int, str], ...] = ()
    not_counted: str = ""


@dataclass(frozen=True)
class PartnerContent:
    """A partner, as named. `member` is the key of a member."""

    key: UUID = field(default_factory=uuid4)
    member: int | None = None
    name: str = ""
    contact_email: str = ""
    role: str = ""


@dataclass(frozen=True)
class Content:
    """All that a lead states in a commitment."""

    type: str = ""
    title: str = ""
    statement: str = ""
    language: str = ""
    focus_area: int | None = None
    pillar: int | None = None
    starts: date | None = None
    ends: date | None = None
    novelty: str = ""
    announced_before: str = ""
    conditions: str = ""
    beneficiaries: str = ""
    sdgs: tuple[int, ...] = ()
    topics: tuple[str, ...] = ()
    # Keys of paragraphs of the Action Framework.
    actions: tuple[str, ...] = ()
    title_en: str = ""
    summary_en: str = ""
    amount_not_disclosed: bool = False
    publication_consent: bool = False
    targets: tuple[TargetContent, ...] = ()
    places: tuple[PlaceContent, ...] = ()
    amounts: tuple[AmountContent, ...] = ()
    partners: tuple[PartnerContent, ...] = ()


# The fields of `Content` that are columns of `Commitment`; the others are rows of their own.
PARTS: Final[Mapping[str, type]] = {
    "targets": TargetContent,
    "places": PlaceContent,
    "amounts": AmountContent,
    "partners": PartnerContent,
}
RELATIONS = ("focus_area", "pillar")
COLUMNS = tuple(each.name for each in fields(Content) if each.name not in PARTS)
# What `write_content()` changes in the row of the commitment.
WRITTEN_COLUMNS = (*COLUMNS, "english_by", "saved_at")
Part = TypeVar("Part", TargetContent, PlaceContent, AmountContent, PartnerContent)


def content_of(commitment: Commitment) -> Content:
    """Return the content of a commitment: what it states now, without what reports added."""
    return replace(
        columns_of(commitment),
        targets=tuple(
            _part(TargetContent, row)
            for row in commitment.targets.filter(is_current=True).order_by("position", "pk")
        ),
        places=tuple(_part(PlaceContent, row) for row in commitment.places.order_by("pk")),
        amounts=tuple(
            _part(AmountContent, row)
            for row in commitment.amounts.filter(is_current=True, report=None).order_by(
                "position", "pk"
            )
        ),
        partners=tuple(
            _part(PartnerContent, row)
            for row in commitment.partners.filter(is_current=True).order_by("position", "pk")
        ),
    )


def columns_of(commitment: Commitment) -> Content:
    """Return the content of a commitment without its targets, places, amounts and partners."""
    columns: Json = {}
    for name in COLUMNS:
        value = getattr(commitment, f"{name}_id" if name in RELATIONS else name)
        columns[name] = tuple(value) if isinstance(value, list) else value
    return Content(**columns)


def write_content(commitment: Commitment, content: Content, *, at: datetime) -> None:
    """Write content to the rows of a commitment, which the caller has locked and saves.

    Incomplete parts cannot be rows: until the form is complete, `Commitment.typed` has its text.
    Frozen US dollars stay with an amount that did not change, and so does what staff say about
    counting it. Afterwards the caller lets services/money.py freeze amounts and decide the rest.
    """
    if english_of(content) != english_of(commitment):
        commitment.english_by = EnglishBy.LEAD if any(english_of(content)) else ""
    for name in COLUMNS:
        value = getattr(content, name)
        column = f"{name}_id" if name in RELATIONS else name
        setattr(commitment, column, list(value) if isinstance(value, tuple) else value)
    commitment.saved_at = at
    _write_keyed(commitment.targets.all(), commitment, Target, content.targets)
    _write_keyed(commitment.amounts.filter(report=None), commitment, Amount, content.amounts)
    _write_keyed(commitment.partners.all(), commitment, Partner, content.partners)
    _mark_declined_before(commitment)
    _write_places(commitment, content.places)


def english_of(stated: Content | Commitment) -> tuple[str, str]:
    """Return the title and the sentence in English."""
    return stated.title_en, stated.summary_en


def as_json(content: Content, *, has_contacts: bool = False) -> Json:
    """Return content as JSON can store it.

    Only a proposed change has the addresses of contacts. A version is public and has none.
    """
    facts: Json = _plain(asdict(content))
    if not has_contacts:
        for partner in facts["partners"]:
            del partner["contact_email"]
    return facts


def from_json(facts: Json) -> Content:
    """Return the content that `as_json()` stored.

    Unknown names are ignored: the next release, which may run beside, may have more fields.
    """
    parts: Json = {
        name: tuple(_typed(kind, each) for each in facts[name]) for name, kind in PARTS.items()
    }
    stated = {name: value for name, value in facts.items() if name not in PARTS}
    content: Content = _typed(Content, stated)
    return replace(content, **parts)


DATES = {"starts", "ends", "by", "baseline_on", "decided_on"}
DECIMALS = {"baseline", "value", "original", "share"}
# Columns of parts that are keys of members.
MEMBERS = ("contributor", "member")


def _typed_facts(facts: Json) -> Json:
    typed: Json = {}
    for name, value in facts.items():
        if value is None:
            typed[name] = None
        elif name in DATES:
            typed[name] = date.fromisoformat(value)
        elif name in DECIMALS:
            typed[name] = Decimal(value)
        elif name == "key":
            typed[name] = UUID(value)
        elif name == "portions":
            typed[name] = tuple((year, amount) for year, amount in value)
        elif name == "milestones":
            typed[name] = milestones_from(value)
        else:
            typed[name] = tuple(value) if isinstance(value, list) else value
    return typed


def _typed(kind: Any, facts: Json) -> Any:
    known = {each.name for each in fields(kind)}
    return kind(**_typed_facts({name: facts[name] for name in known & facts.keys()}))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, (date, Decimal, UUID)):
        return str(value)
    return value


def _part(kind: type[Part], row: Model) -> Part:
    facts = {
        each.name: getattr(row, f"{each.name}_id" if each.name in MEMBERS else each.name)
        for each in fields(kind)
    }
    if "portions" in facts:
        facts["portions"] = tuple((year, amount) for year, amount in facts["portions"])
    if "milestones" in facts:
        facts["milestones"] = milestones_from(facts["milestones"])
    if isinstance(row, Amount) and row.counting_by == CountingBy.PORTAL:
        # The portal's own decision is no statement of the lead.
        facts["not_counted"] = ""
    return kind(**facts)


def _columns(part: TargetContent | AmountContent | PartnerContent) -> Json:
    facts = {
        f"{each.name}_id" if each.name in MEMBERS else each.name: getattr(part, each.name)
        for each in fields(part)
    }
    if "portions" in facts:
        facts["portions"] = [list(portion) for portion in facts["portions"]]
    if "milestones" in facts:
        facts["milestones"] = _plain(facts["milestones"])
    return facts


def _write_keyed(
    rows: Any,
    commitment: Commitment,
    model: type[Target] | type[Amount] | type[Partner],
    parts: Sequence[TargetContent | AmountContent | PartnerContent],
) -> None:
    """Write the parts to the rows with their keys. Rows without a part are no longer current.

    Before publication they are deleted instead: nothing refers to them. Only the answer of a
    partner that declined stays, so that its amounts are not published. This comes first, because a
    member can be only one current partner.
    """
    keys = {part.key for part in parts}
    there = {row.key: row for row in rows}
    for row in there.values():
        if row.key not in keys:
            if commitment.published_at is None and not _has_declined(row):
                row.delete()
            elif row.is_current:
                row.is_current = False
                row.save(update_fields=["is_current"])
    for position, part in enumerate(parts):
        row = there.get(part.key) or model(commitment=commitment)
        row.position, row.is_current = position, True
        if isinstance(row, Amount) and row.pk and _money_of(row) != _money_of(part):
            row.differs_from.clear()
        fill_row(row, part)
        row.save()


def _has_declined(row: Target | Amount | Partner) -> bool:
    return isinstance(row, Partner) and row.answer == PartnerAnswer.DECLINED


def _mark_declined_before(commitment: Commitment) -> None:
    """Mark the partners of which the lead named the organisation before, and it declined."""
    partners = list(commitment.partners.select_related("member"))
    declined = [each for each in partners if each.answer == PartnerAnswer.DECLINED]
    for partner in partners:
        is_before = partner not in declined and any(
            is_partner_named(each, partner.member_id, partner.name) for each in declined
        )
        if partner.declined_before != is_before:
            partner.declined_before = is_before
            partner.save(update_fields=["declined_before"])


def fill_row(
    row: Target | Amount | Partner, part: TargetContent | AmountContent | PartnerContent
) -> None:
    """Set the columns of a row to what a part states. The row is not saved."""
    columns = _columns(part)
    if isinstance(row, Amount):
        _forget_conversion(row, part)
        has_changed = _money_of(row) != _money_of(part)
        if has_changed and row.contributor_answer == ContributorAnswer.NOT_ASKED:
            # It counted without an answer, as long as it stayed as it was.
            row.contributor_answer = ""
        if _keeps_counting(row, has_changed=has_changed):
            del columns["not_counted"]
        else:
            row.counted_in, row.counting_by = None, ""
    for name, value in columns.items():
        setattr(row, name, value)
    if isinstance(row, Target):
        row.indicator_code = code_of(row.indicator, row.unit)


def _forget_conversion(row: Amount, part: Any) -> None:
    """Empty the US dollars of an amount whose money or day changes: the rate is another one."""
    before = row.original, row.currency, row.decided_on
    if before != (part.original, part.currency, part.decided_on):
        row.usd = row.rate = row.rate_month = None
        row.rate_source = ""


def _money_of(amount: Any) -> tuple[Any, ...]:
    member = amount.contributor_id if isinstance(amount, Amount) else amount.contributor
    return amount.original, amount.currency, amount.stage, member, amount.contributor_name


def _keeps_counting(row: Amount, *, has_changed: bool) -> bool:
    """Return whether it stays as it is if an amount counts.

    What staff said stays. Money that counts elsewhere does not count here before they say so: if it
    changes, it is no longer what they decided about (double_counting.py).
    """
    is_elsewhere = row.counted_in_id is not None
    if is_elsewhere and has_changed:
        row.counting_by = CountingBy.PORTAL
    return is_elsewhere or row.counting_by == CountingBy.STAFF


def _write_places(commitment: Commitment, places: Sequence[PlaceContent]) -> None:
    kept = {(row.country, row.region): row for row in commitment.places.all()}
    for place in places:
        row = kept.pop((place.country, place.region), None) or Place(
            commitment=commitment, country=place.country, region=place.region
        )
        row.share = place.share
        row.save()
    for row in kept.values():
        row.delete()
