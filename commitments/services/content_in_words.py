"""The content of a commitment in words, part by part, and the differences between two contents."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import Enum, auto
from typing import Any, Final

from django.utils.translation import gettext as _

from commitments.models import (
    Amount,
    CommitmentVersion,
    Instrument,
    Milestone,
    NotCounted,
    PartnerRole,
    Place,
    Stage,
)
from commitments.services.completeness import FormPart
from commitments.services.content import (
    AmountContent,
    Content,
    PartnerContent,
    PlaceContent,
    TargetContent,
    from_json,
)
from commitments.services.contributors import public_contents
from commitments.services.fields import GOALS, CommitmentField, FieldKind, declared_fields
from commitments.services.money_in_words import money_in_words
from commitments.services.typed_places import place_name
from core.dates import format_date_short
from core.languages import language_name, language_shown, list_in_words, with_commas
from core.numbers import number_in_words
from core.text_diff import DiffSegment, diff_words
from focus_areas.models import FocusArea, Pillar
from framework.services.adopted_actions import AdoptedAction, actions_by_key
from members.models import Member

# Between the parts of one fact.
SEPARATOR: Final = " · "


class Reader(Enum):
    """Who reads a content. Only the lead reads the addresses of contacts."""

    LEAD = auto()
    STAFF = auto()
    PUBLIC = auto()


@dataclass(frozen=True)
class FactLink:
    """A line of a fact that leads to a page; `address` is empty if the reader cannot open it."""

    words: str
    address: str
    language: str


@dataclass(frozen=True)
class Fact:
    """A label with its value: what somebody typed, if anything, and lines in the reader's language.

    `key` stays the same in all versions. `language` is that of what was typed, if it is known.
    `before` is the same fact in another content, if it differs. `links` are the lines with their
    addresses, where they have some.
    """

    key: str
    label: str
    lines: tuple[str, ...] = ()
    typed: str = ""
    language: str = ""
    is_changed: bool = False
    before: "Fact | None" = None
    links: "tuple[FactLink, ...]" = ()

    @property
    def value(self) -> tuple[str, ...]:
        """All that the fact says."""
        return tuple(filter(None, (self.typed, *self.lines)))


@dataclass(frozen=True)
class PartInWords:
    """The facts of one part of the form."""

    part: FormPart
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class FactChange:
    """How one fact differs between two contents. `language` is that of a text somebody typed."""

    label: str
    segments: Sequence[DiffSegment]
    language: str = ""


@dataclass(frozen=True)
class VersionShown:
    """A published version, with its facts and what it changed since the one before."""

    number: int
    published_at: datetime
    reason: str
    facts: Sequence[Fact]
    changes: Sequence[FactChange] = ()


@dataclass(frozen=True)
class Names:
    """The rows that contents refer to by key."""

    members: Mapping[int, str] = field(default_factory=dict)
    areas: Mapping[int, str] = field(default_factory=dict)
    pillars: Mapping[int, Pillar] = field(default_factory=dict)
    actions: Mapping[str, AdoptedAction] = field(default_factory=dict)


def content_in_words(
    content: Content, names: Names | None = None, *, reader: Reader = Reader.LEAD
) -> list[PartInWords]:
    """Return what a content states, part by part. What is not stated is left out."""
    names = names or names_in([content])
    return [
        PartInWords(
            part, tuple(each for each in _facts(content, part, names, reader) if each.value)
        )
        for part in FormPart
    ]


def facts_of(content: Content, names: Names | None = None, *, reader: Reader) -> list[Fact]:
    """Return what a content states, in the order of the form."""
    parts = content_in_words(content, names, reader=reader)
    return [fact for part in parts for fact in part.facts]


def compared(now: list[PartInWords], then: list[PartInWords]) -> list[PartInWords]:
    """Return the second content with what is different in it, and what was there before."""
    return [
        PartInWords(new.part, tuple(_compared(old.facts, new.facts)))
        for old, new in zip(now, then, strict=True)
    ]


def differences(before: Iterable[Fact], after: Iterable[Fact]) -> list[FactChange]:
    """Return the facts that differ between two contents, word by word."""
    return [
        FactChange(
            fact.label,
            diff_words(_in_one_line(fact.before), _in_one_line(fact)),
            "" if fact.lines or (fact.before and fact.before.lines) else fact.language,
        )
        for fact in _compared(before, after)
        if fact.is_changed
    ]


def versions_shown(
    versions: Iterable[CommitmentVersion], *, reader: Reader = Reader.PUBLIC
) -> list[VersionShown]:
    """Return all versions of one commitment in words, the newest first.

    The public reads no partner that declined, and no amount of another organisation without its
    word, also in the versions from before.
    """
    rows = sorted(versions, key=lambda version: version.number)
    contents = [from_json(version.content) for version in rows]
    if rows and reader is Reader.PUBLIC:
        contents = public_contents(rows[0].commitment, contents)
    names = names_in(contents) if rows else Names()
    shown: list[VersionShown] = []
    for version, content in zip(rows, contents, strict=True):
        facts = facts_of(content, names, reader=reader)
        changes = differences(shown[-1].facts, facts) if shown else []
        shown.append(
            VersionShown(version.number, version.published_at, version.reason, facts, changes)
        )
    return shown[::-1]


def names_in(contents: Iterable[Content]) -> Names:
    """Read the names that some contents need, in four queries at most."""
    contents = list(contents)
    keys = (
        *(each.contributor for content in contents for each in content.amounts),
        *(each.member for content in contents for each in content.partners),
    )
    members = Member.objects.filter(pk__in={key for key in keys if key})
    areas = FocusArea.objects.filter(
        pk__in={each.focus_area for each in contents if each.focus_area}
    )
    pillars = {each.pillar for each in contents if each.pillar}
    return Names(
        members=dict(members.values_list("pk", "organisation_name")),
        areas={area.pk: area.name for area in areas},
        pillars=Pillar.objects.in_bulk(pillars),
        actions=actions_by_key(key for content in contents for key in content.actions),
    )


def target_in_words(target: TargetContent) -> list[str]:
    """Return what a target wants to reach, by when, and from where."""
    day = format_date_short(target.by) if target.by else "–"
    if target.is_yes_no or target.value is None:
        return [_("reached by %(day)s") % {"day": day}] if target.by else []
    facts = {"value": number_in_words(target.value), "unit": target.unit, "day": day}
    lines = [_("%(value)s %(unit)s by %(day)s") % facts]
    if target.milestones:
        lines.append(milestones_in_words(target.milestones))
    if target.baseline is None:
        return lines
    facts["value"] = number_in_words(target.baseline)
    if target.baseline_on is None:
        return [*lines, _("at the start: %(value)s %(unit)s") % facts]
    facts["day"] = format_date_short(target.baseline_on)
    return [*lines, _("at the start: %(value)s %(unit)s on %(day)s") % facts]


def milestones_in_words(milestones: Sequence[Milestone]) -> str:
    """Return the milestones of a target with their days; empty without milestones."""
    if not milestones:
        return ""
    return _("Milestones: %(milestones)s") % {
        "milestones": list_in_words(
            _("%(value)s by %(day)s")
            % {"value": number_in_words(each.value), "day": format_date_short(each.on)}
            for each in milestones
        )
    }


def place_in_words(place: Place | PlaceContent) -> str:
    """Return the name of a place, with its share."""
    name = place_name(place.country, place.region)
    if place.share is None:
        return name
    return _("%(place)s (%(share)s %%)") % {"place": name, "share": number_in_words(place.share)}


def amount_in_words(amount: Amount | AmountContent) -> str:
    """Return an amount with its stage."""
    money = money_in_words(amount.original or Decimal(0), amount.currency)
    return SEPARATOR.join(filter(None, [money, _label(Stage, amount.stage)]))


def portions_in_words(portions: Iterable[Any]) -> list[str]:
    """Return the portions of an amount by year, in its own currency."""
    return [
        _("%(year)d: %(amount)s") % {"year": year, "amount": number_in_words(Decimal(part))}
        for year, part in portions
    ]


def _facts(content: Content, part: FormPart, names: Names, reader: Reader) -> Iterator[Fact]:
    for declared in declared_fields(part):
        yield _fact(declared, content, names, reader)
    match part:
        case FormPart.TARGETS:
            yield from _targets(content)
        case FormPart.PLACES:
            places = tuple(place_in_words(place) for place in content.places)
            yield Fact("places", _("Where"), places)
        case FormPart.MONEY:
            yield from _amounts(content, names, reader)
        case FormPart.PARTNERS:
            yield from _partners(content, names, reader)


def _fact(declared: CommitmentField, content: Content, names: Names, reader: Reader) -> Fact:
    """Return a declared field in words."""
    value: Any = getattr(content, declared.name)
    fact = Fact(declared.name, str(declared.heading))
    if not value:
        return fact
    if declared.is_typed:
        language = "en" if declared.is_english else content.language
        return replace(fact, typed=value, language=language)
    if declared.kind is FieldKind.PILLAR:
        if not (pillar := names.pillars.get(value)):
            return fact
        return replace(fact, typed=pillar.name, language=language_shown(pillar, "name"))
    if declared.kind is FieldKind.ACTIONS:
        links = tuple(_action(key, names, reader) for key in value)
        return replace(fact, lines=tuple(each.words for each in links), links=links)
    return replace(fact, lines=_lines(declared, value, names))


def _action(key: str, names: Names, reader: Reader) -> FactLink:
    action = names.actions.get(key)
    if action is None:
        # The framework is not adopted on this portal, such as after a restore.
        return FactLink(key, "", "en")
    words = action.public_words if reader is Reader.PUBLIC else action.words
    return FactLink(words, action.address, action.language)


def _lines(declared: CommitmentField, value: Any, names: Names) -> tuple[str, ...]:
    match declared.kind:
        case FieldKind.CHOICE:
            return (_label(declared.choices, value),)
        case FieldKind.CHOICES:
            return (with_commas(_label(declared.choices, each) for each in value),)
        case FieldKind.LANGUAGE:
            return (language_name(value),)
        case FieldKind.FOCUS_AREA:
            return (names.areas.get(value, ""),)
        case FieldKind.DAY:
            return (format_date_short(value),)
        case FieldKind.GOALS:
            return tuple(f"{number}. {GOALS[number]}" for number in value if number in GOALS)
        case _:
            return (str(declared.ticked),)


def _targets(content: Content) -> Iterator[Fact]:
    for number, target in enumerate(content.targets, start=1):
        yield Fact(
            f"target-{target.key}",
            _("Target %(number)d") % {"number": number},
            tuple(target_in_words(target)),
            target.indicator,
            content.language,
        )


def _amounts(content: Content, names: Names, reader: Reader) -> Iterator[Fact]:
    for number, amount in enumerate(content.amounts, start=1):
        if amount.original is None:
            continue
        lines = [amount_in_words(amount), _label(Instrument, amount.instrument)]
        if contributor := names.members.get(amount.contributor or 0, amount.contributor_name):
            lines.append(_("from %(organisation)s") % {"organisation": contributor})
        if amount.decided_on:
            lines.append(_("decided on %(day)s") % {"day": format_date_short(amount.decided_on)})
        lines += portions_in_words(amount.portions)
        if reader is Reader.STAFF:
            lines.append(_label(NotCounted, amount.not_counted))
        yield Fact(
            f"amount-{amount.key}",
            _("Amount %(number)d") % {"number": number},
            tuple(filter(None, lines)),
            amount.label,
            content.language,
        )


def _partners(content: Content, names: Names, reader: Reader) -> Iterator[Fact]:
    for number, partner in enumerate(content.partners, start=1):
        yield Fact(
            f"partner-{partner.key}",
            _("Partner %(number)d") % {"number": number},
            _partner_lines(partner, reader),
            names.members.get(partner.member or 0, partner.name),
        )


def _partner_lines(partner: PartnerContent, reader: Reader) -> tuple[str, ...]:
    member = _("Member of the coalition") if partner.member else ""
    email = partner.contact_email if reader is Reader.LEAD else ""
    return tuple(filter(None, (_label(PartnerRole, partner.role), member, email)))


def _compared(old: Iterable[Fact], new: Iterable[Fact]) -> Iterator[Fact]:
    before = {fact.key: fact for fact in old}
    for fact in new:
        was = before.pop(fact.key, None)
        is_changed = was is None or was.value != fact.value
        yield replace(fact, is_changed=is_changed, before=was if is_changed else None)
    for key, fact in before.items():
        yield Fact(key, fact.label, language=fact.language, is_changed=True, before=fact)


def _in_one_line(fact: Fact | None) -> str:
    return SEPARATOR.join(fact.value) if fact else ""


def _label(choices: Any, value: str) -> str:
    return str(choices(value).label) if value else ""
