"""The content of a commitment in words, part by part, for the pages of its lead."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from commitments.models import (
    CommitmentType,
    Instrument,
    Novelty,
    PartnerRole,
    Stage,
    Topic,
)
from commitments.services.completeness import FormPart
from commitments.services.content import AmountContent, Content, TargetContent
from commitments.services.goals import GOALS
from commitments.services.typed_numbers import in_language
from commitments.services.typed_places import place_name
from core.dates import format_date
from core.languages import language_name, language_shown, with_commas
from focus_areas.models import FocusArea, Pillar
from members.models import Member


@dataclass(frozen=True)
class Fact:
    """A label with its value: what somebody typed, if anything, and lines in the reader's language.

    `language` is that of what was typed, if it is known. `before` is the same fact in another
    content, if it differs.
    """

    label: str
    lines: tuple[str, ...] = ()
    typed: str = ""
    language: str = ""
    is_changed: bool = False
    before: "Fact | None" = None

    @property
    def value(self) -> tuple[str, ...]:
        """All that the fact says."""
        return tuple(filter(None, (self.typed, *self.lines)))


@dataclass(frozen=True)
class PartInWords:
    """The facts of one part of the form."""

    part: FormPart
    facts: tuple[Fact, ...]


def content_in_words(content: Content) -> list[PartInWords]:
    """Return what a content states, part by part. What is not stated is left out."""
    readers = {
        FormPart.WHAT: _what,
        FormPart.TARGETS: _targets,
        FormPart.PLACES: _places,
        FormPart.MONEY: _money,
        FormPart.PARTNERS: _partners,
        FormPart.MORE: _more,
    }
    return [
        PartInWords(part, tuple(fact for fact in readers[part](content) if fact.value))
        for part in FormPart
    ]


def compared(now: list[PartInWords], then: list[PartInWords]) -> list[PartInWords]:
    """Return the second content with what is different in it, and what was there before."""
    return [
        PartInWords(new.part, tuple(_compared(old.facts, new.facts)))
        for old, new in zip(now, then, strict=True)
    ]


def _compared(old: Iterable[Fact], new: Iterable[Fact]) -> Iterator[Fact]:
    before = {fact.label: fact for fact in old}
    for fact in new:
        was = before.pop(fact.label, None)
        is_changed = was is None or was.value != fact.value
        yield replace(fact, is_changed=is_changed, before=was if is_changed else None)
    for label, fact in before.items():
        yield Fact(label, is_changed=True, before=fact)


def number_in_words(number: Decimal) -> str:
    """Return a number as the reader's language writes it."""
    return in_language(number, get_language() or "en")


def amount_in_words(amount: AmountContent) -> str:
    """Return an amount with its currency and stage."""
    return _("%(amount)s %(currency)s, %(stage)s") % {
        "amount": number_in_words(amount.original or Decimal(0)),
        "currency": amount.currency,
        "stage": Stage(amount.stage).label if amount.stage else "–",
    }


def target_in_words(target: TargetContent) -> str:
    """Return what a target wants to reach, by when; empty if neither is known."""
    day = format_date(target.by) if target.by else "–"
    if target.is_yes_no or target.value is None:
        return _("reached by %(day)s") % {"day": day} if target.by else ""
    return _("%(value)s %(unit)s by %(day)s") % {
        "value": number_in_words(target.value),
        "unit": target.unit,
        "day": day,
    }


def _what(content: Content) -> Iterator[Fact]:
    area = FocusArea.objects.filter(pk=content.focus_area or 0).first()
    pillar = Pillar.objects.filter(pk=content.pillar or 0).first()
    own = content.language
    if content.type:
        yield Fact(_("Type"), (str(CommitmentType(content.type).label),))
    yield Fact(_("Title"), typed=content.title, language=own)
    yield Fact(_("Statement"), typed=content.statement, language=own)
    if own:
        yield Fact(_("Language of the texts"), (language_name(own),))
    yield Fact(_("Focus area"), (area.name if area else "",))
    if pillar:
        shown = language_shown(pillar, "name")
        yield Fact(_("Pillar"), typed=pillar.name, language=shown)
    if content.novelty:
        yield Fact(_("New or not"), (str(Novelty(content.novelty).label),))
    yield Fact(_("What exists or was announced"), typed=content.announced_before, language=own)


def _targets(content: Content) -> Iterator[Fact]:
    for number, target in enumerate(content.targets, start=1):
        lines = [target_in_words(target)]
        if target.baseline is not None:
            start = {"value": number_in_words(target.baseline), "unit": target.unit}
            if target.baseline_on:
                start["day"] = format_date(target.baseline_on)
                lines.append(_("at the start: %(value)s %(unit)s on %(day)s") % start)
            else:
                lines.append(_("at the start: %(value)s %(unit)s") % start)
        label = _("Target %(number)d") % {"number": number}
        yield Fact(label, tuple(lines), target.indicator, content.language)


def _places(content: Content) -> Iterator[Fact]:
    named = [
        _("%(place)s (%(share)s %%)")
        % {
            "place": place_name(place.country, place.region),
            "share": number_in_words(place.share),
        }
        if place.share is not None
        else place_name(place.country, place.region)
        for place in content.places
    ]
    yield Fact(_("Where"), tuple(named))
    if content.starts:
        yield Fact(_("Starts"), (format_date(content.starts),))
    if content.ends:
        yield Fact(_("Ends"), (format_date(content.ends),))


def _money(content: Content) -> Iterator[Fact]:
    if content.amount_not_disclosed:
        yield Fact(_("Not disclosed"), (_("There is money whose amount is not disclosed."),))
    contributors = [each.contributor for each in content.amounts if each.contributor]
    names = (
        dict(Member.objects.filter(pk__in=contributors).values_list("pk", "organisation_name"))
        if contributors
        else {}
    )
    for number, amount in enumerate(content.amounts, start=1):
        if amount.original is None:
            continue
        lines = [amount_in_words(amount)]
        if amount.instrument:
            lines.append(str(Instrument(amount.instrument).label))
        contributor = names.get(amount.contributor or 0, amount.contributor_name)
        if contributor:
            lines.append(_("from %(organisation)s") % {"organisation": contributor})
        if amount.decided_on:
            lines.append(_("decided on %(day)s") % {"day": format_date(amount.decided_on)})
        lines += [
            _("%(year)d: %(amount)s") % {"year": year, "amount": number_in_words(Decimal(part))}
            for year, part in amount.portions
        ]
        yield Fact(_("Amount %(number)d") % {"number": number}, tuple(lines), amount.label)


def _partners(content: Content) -> Iterator[Fact]:
    for number, partner in enumerate(content.partners, start=1):
        role = str(PartnerRole(partner.role).label) if partner.role else ""
        member = _("Member of the coalition") if partner.member else ""
        lines = (role, member, partner.contact_email)
        yield Fact(_("Partner %(number)d") % {"number": number}, lines, partner.name)


def _more(content: Content) -> Iterator[Fact]:
    yield Fact(_("Depends on"), typed=content.conditions, language=content.language)
    yield Fact(_("Who benefits"), typed=content.beneficiaries, language=content.language)
    yield Fact(_("Topics"), (with_commas(Topic(topic).label for topic in content.topics),))
    goals = [f"{number}. {GOALS[number]}" for number in content.sdgs if number in GOALS]
    yield Fact(_("Sustainable Development Goals"), tuple(goals))
