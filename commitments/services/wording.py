"""The content of a commitment in words, and the differences between two contents."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from commitments.models import (
    Amount,
    CommitmentType,
    Instrument,
    NotCounted,
    Novelty,
    PartnerRole,
    Stage,
    Topic,
)
from commitments.services.content import (
    AmountContent,
    Content,
    PartnerContent,
    PlaceContent,
    TargetContent,
)
from commitments.services.money_in_words import money_in_words
from commitments.services.typed_places import place_name
from core.dates import format_date_short
from core.languages import language_name, list_in_words, with_commas
from core.text_diff import DiffSegment, diff_words
from focus_areas.models import FocusArea, Pillar
from members.models import Member

# Between the facts of one target, amount or partner.
SEPARATOR = " · "


@dataclass(frozen=True)
class Fact:
    """One fact of a content. Its key stays the same in all versions."""

    key: str
    label: str
    words: str


@dataclass(frozen=True)
class FactChange:
    """How one fact differs between two contents."""

    label: str
    segments: list[DiffSegment]


@dataclass(frozen=True)
class Names:
    """The names of the rows that contents refer to by key."""

    members: Mapping[int, str] = field(default_factory=dict)
    areas: Mapping[int, str] = field(default_factory=dict)
    pillars: Mapping[int, str] = field(default_factory=dict)


def names_in(contents: Iterable[Content]) -> Names:
    """Read the names that some contents need, in three queries."""
    contents = list(contents)
    keys = (
        *(each.contributor for content in contents for each in content.amounts),
        *(each.member for content in contents for each in content.partners),
    )
    members = {key for key in keys if key is not None}
    named = Member.objects.filter(pk__in=members).values_list("pk", "organisation_name")
    return Names(
        members=dict(named),
        areas={area.pk: area.name for area in FocusArea.objects.all()},
        pillars={pillar.pk: str(pillar) for pillar in Pillar.objects.all()},
    )


def facts_of(content: Content, names: Names) -> list[Fact]:
    """Return the facts of a content, in the order of the form. Empty ones are left out."""
    return [fact for fact in _facts(content, names) if fact.words]


def differences(before: Content, after: Content, names: Names) -> list[FactChange]:
    """Return the facts that differ between two contents, in the order of the form."""
    old = {fact.key: fact for fact in facts_of(before, names)}
    new = {fact.key: fact for fact in facts_of(after, names)}
    keys = [*new, *(key for key in old if key not in new)]
    changes = []
    for key in keys:
        was, now = old.get(key), new.get(key)
        words = (was.words if was else "", now.words if now else "")
        if words[0] != words[1]:
            shown = now or was
            changes.append(FactChange(shown.label if shown else "", diff_words(*words)))
    return changes


def number_in_words(number: Decimal) -> str:
    """Return a number with the separators of the reader's language, without final zeros."""
    plain = number.quantize(Decimal(1)) if number == number.to_integral() else number.normalize()
    return number_format(plain, force_grouping=True)


def amount_in_words(amount: Amount) -> str:
    """Return an amount with its stage."""
    money = money_in_words(amount.original, amount.currency)
    return SEPARATOR.join([money, _label(Stage, amount.stage)])


def target_in_words(target: TargetContent) -> str:
    """Return what a target wants to reach, from where, and by when."""
    parts = [target.indicator]
    if target.is_yes_no:
        parts.append(pgettext("of a target", "Yes or no"))
    elif target.value is not None:
        parts.append(
            pgettext("of a target", "%(value)s %(unit)s")
            % {"value": number_in_words(target.value), "unit": target.unit}
        )
        if target.baseline is None:
            parts.append(_("no value at the start"))
        else:
            parts.append(_("from %(value)s") % {"value": number_in_words(target.baseline)})
            if target.baseline_on:
                parts.append(_("on %(day)s") % {"day": format_date_short(target.baseline_on)})
    if target.by:
        parts.append(_("by %(day)s") % {"day": format_date_short(target.by)})
    return SEPARATOR.join(parts)


def _facts(content: Content, names: Names) -> Iterator[Fact]:
    yield Fact("type", _("Type"), _label(CommitmentType, content.type))
    yield Fact("title", _("Title"), content.title)
    yield Fact("statement", _("Statement"), content.statement)
    yield Fact(
        "language", _("Language"), language_name(content.language) if content.language else ""
    )
    yield Fact("focus_area", _("Focus area"), names.areas.get(content.focus_area or 0, ""))
    yield Fact("pillar", _("Pillar"), names.pillars.get(content.pillar or 0, ""))
    yield Fact("starts", _("Starts"), format_date_short(content.starts) if content.starts else "")
    yield Fact("ends", _("Ends"), format_date_short(content.ends) if content.ends else "")
    yield Fact("novelty", _("New or not"), _label(Novelty, content.novelty))
    yield Fact("announced_before", _("Announced where and when"), content.announced_before)
    for target in content.targets:
        yield Fact(f"target-{target.key}", _("Target"), target_in_words(target))
    yield Fact("places", _("Places"), with_commas(map(_place, content.places)))
    yield Fact(
        "amount_not_disclosed",
        _("Amount not disclosed"),
        _("Yes") if content.amount_not_disclosed else "",
    )
    for amount in content.amounts:
        yield Fact(f"amount-{amount.key}", _("Amount"), _amount(amount, names))
    for partner in content.partners:
        yield Fact(f"partner-{partner.key}", _("Partner"), _partner(partner, names))
    yield Fact("conditions", _("Conditions"), content.conditions)
    yield Fact("beneficiaries", _("Who benefits"), content.beneficiaries)
    yield Fact("sdgs", _("Sustainable Development Goals"), list_in_words(content.sdgs))
    topics = [_label(Topic, each) for each in content.topics]
    yield Fact("topics", _("Topics"), list_in_words(topics))


def _place(place: PlaceContent) -> str:
    name = place_name(place.country, place.region)
    if place.share is None:
        return name
    words = _("%(place)s (%(share)s%%)")
    return words % {"place": name, "share": number_in_words(place.share)}


def _amount(amount: AmountContent, names: Names) -> str:
    parts = [
        money_in_words(amount.original, amount.currency) if amount.original is not None else "",
        _label(Stage, amount.stage),
        _label(Instrument, amount.instrument),
        names.members.get(amount.contributor or 0, amount.contributor_name),
        amount.label,
        format_date_short(amount.decided_on) if amount.decided_on else "",
        *(f"{year}: {portion}" for year, portion in amount.portions),
        _label(NotCounted, amount.not_counted),
    ]
    return SEPARATOR.join(filter(None, parts))


def _partner(partner: PartnerContent, names: Names) -> str:
    name = names.members.get(partner.member or 0, partner.name)
    return SEPARATOR.join(filter(None, [name, _label(PartnerRole, partner.role)]))


def _label(choices: type, value: str) -> str:
    return str(choices(value).label) if value else ""
