"""The versions of a commitment in words, and what each one changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from commitments.models import (
    CommitmentType,
    CommitmentVersion,
    Instrument,
    Novelty,
    PartnerAnswer,
    PartnerRole,
    Stage,
    Topic,
)
from commitments.models import Partner as PartnerRow
from commitments.services.content import (
    AmountContent,
    Content,
    PartnerContent,
    PlaceContent,
    TargetContent,
    from_json,
)
from commitments.services.money_in_words import money_in_words
from commitments.services.summaries import place_name
from core.dates import format_date_short
from core.languages import language_name, with_commas
from core.numbers import number_in_words
from core.text_diff import DiffSegment, diff_words
from focus_areas.models import FocusArea, Pillar
from members.models import Member


@dataclass(frozen=True)
class Line:
    """One fact of a version. `language` is that of a text that somebody typed."""

    label: str
    text: str
    language: str = ""


@dataclass(frozen=True)
class Change:
    """What a version changed in one fact."""

    label: str
    segments: Sequence[DiffSegment]
    language: str = ""


@dataclass(frozen=True)
class VersionShown:
    """A published version, with its facts and what it changed since the one before."""

    number: int
    published_at: datetime
    reason: str
    content: Content
    lines: Sequence[Line]
    changes: Sequence[Change] = ()


@dataclass(frozen=True)
class Names:
    """The names of what contents refer to by key. A partner that declined is not named."""

    areas: Mapping[int, str]
    pillars: Mapping[int, str]
    members: Mapping[int, str]
    declined: frozenset[UUID] = field(default_factory=frozenset)


def versions_shown(versions: Iterable[CommitmentVersion]) -> list[VersionShown]:
    """Return all versions of one commitment in words, the newest first.

    A partner that declined is left out, also of the versions from before its answer.
    """
    rows = sorted(versions, key=lambda version: version.number)
    if not rows:
        return []
    contents = [from_json(version.content) for version in rows]
    names = _names_in(contents, commitment=rows[0].commitment_id)
    shown: list[VersionShown] = []
    for version, content in zip(rows, contents, strict=True):
        lines = lines_of(content, names)
        shown.append(
            VersionShown(
                number=version.number,
                published_at=version.published_at,
                reason=version.reason,
                content=content,
                lines=lines,
                changes=changes_between(shown[-1].lines, lines) if shown else (),
            )
        )
    return shown[::-1]


def lines_of(content: Content, names: Names) -> list[Line]:
    """Return the facts of a content in words. Facts that are not stated are left out."""
    typed = content.language
    lines = [
        Line(_("Title"), content.title, typed),
        Line(_("Commitment"), content.statement, typed),
        Line(_("Language of the texts"), language_name(typed) if typed else ""),
        *(Line(_("Target"), _target(target), typed) for target in content.targets),
        Line(_("Starts"), _day(content.starts)),
        Line(_("Ends"), _day(content.ends)),
        Line(_("Where"), with_commas(map(_place, content.places))),
        *(Line(_("Amount"), _amount(amount, names), typed) for amount in content.amounts),
        Line(_("Amount"), _("Not disclosed") if content.amount_not_disclosed else ""),
        Line(
            _("With"),
            with_commas(
                _partner(partner, names)
                for partner in content.partners
                if partner.key not in names.declined
            ),
        ),
        Line(_("Focus area"), names.areas.get(content.focus_area or 0, "")),
        Line(_("Pillar"), names.pillars.get(content.pillar or 0, "")),
        Line(_("Type"), str(CommitmentType(content.type).label) if content.type else ""),
        Line(_("New?"), str(Novelty(content.novelty).label) if content.novelty else ""),
        Line(_("Announced where and when"), content.announced_before, typed),
        Line(_("Depends on"), content.conditions, typed),
        Line(_("Who benefits"), content.beneficiaries, typed),
        Line(
            _("Sustainable Development Goals"), with_commas(str(number) for number in content.sdgs)
        ),
        Line(_("Topics"), with_commas(Topic(topic).label for topic in content.topics)),
    ]
    return [line for line in lines if line.text]


def changes_between(before: Sequence[Line], after: Sequence[Line]) -> list[Change]:
    """Return the facts that differ. Facts with the same label are compared in their order."""
    old, new = _by_label(before), _by_label(after)
    return [
        Change(label, diff_words(former, text), language)
        for label in dict.fromkeys([*new, *old])
        for former, text, language in _pairs(old.get(label, []), new.get(label, []))
        if former != text
    ]


def _by_label(lines: Iterable[Line]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.label, []).append(line)
    return found


def _pairs(old: Sequence[Line], new: Sequence[Line]) -> list[tuple[str, str, str]]:
    """Return the former and the present text of each fact, without those that stayed the same."""
    kept = {line.text for line in old} & {line.text for line in new}
    former = [line for line in old if line.text not in kept]
    present = [line for line in new if line.text not in kept]
    empty = Line("", "")
    former += [empty] * (len(present) - len(former))
    present += [empty] * (len(former) - len(present))
    return [
        (one.text, other.text, other.language or one.language)
        for one, other in zip(former, present, strict=True)
    ]


def _names_in(contents: Sequence[Content], *, commitment: int) -> Names:
    pillars = {content.pillar for content in contents if content.pillar}
    members = {
        key
        for content in contents
        for key in (
            *(amount.contributor for amount in content.amounts),
            *(partner.member for partner in content.partners),
        )
        if key
    }
    declined = PartnerRow.objects.filter(commitment=commitment, answer=PartnerAnswer.DECLINED)
    return Names(
        areas={area.pk: area.name for area in FocusArea.objects.all()},
        pillars={pillar.pk: str(pillar) for pillar in Pillar.objects.filter(pk__in=pillars)},
        members=dict(Member.objects.filter(pk__in=members).values_list("pk", "organisation_name")),
        declined=frozenset(declined.values_list("key", flat=True)),
    )


def _day(day: date | None) -> str:
    return format_date_short(day) if day else ""


def _target(target: TargetContent) -> str:
    facts = {"target": target.indicator, "day": _day(target.by), "unit": target.unit}
    if target.is_yes_no or target.value is None:
        return _("%(target)s, yes or no, by %(day)s") % facts
    facts["value"] = number_in_words(target.value)
    if target.baseline is None:
        return _("%(target)s: %(value)s %(unit)s by %(day)s") % facts
    facts["start"] = number_in_words(target.baseline)
    if target.baseline_on:
        facts["start"] += f" ({_day(target.baseline_on)})"
    return _("%(target)s: from %(start)s to %(value)s %(unit)s by %(day)s") % facts


def _place(place: PlaceContent) -> str:
    name = place_name(place.country, place.region)
    if place.share is None:
        return name
    return _("%(place)s (%(share)s %%)") % {"place": name, "share": number_in_words(place.share)}


def _amount(amount: AmountContent, names: Names) -> str:
    parts = [
        amount.label,
        str(Instrument(amount.instrument).label) if amount.instrument else "",
        amount.contributor_name or names.members.get(amount.contributor or 0, ""),
        money_in_words(amount.original or Decimal(0), amount.currency),
        str(Stage(amount.stage).label) if amount.stage else "",
        _day(amount.decided_on),
        *portions_in_words(amount.portions),
    ]
    return with_commas(part for part in parts if part)


def portions_in_words(portions: Iterable[Any]) -> list[str]:
    """Return the portions of an amount by year, in its own currency."""
    return [
        _("%(year)d: %(amount)s") % {"year": year, "amount": number_in_words(Decimal(part))}
        for year, part in portions
    ]


def _partner(partner: PartnerContent, names: Names) -> str:
    name = names.members.get(partner.member or 0) or partner.name
    if not partner.role:
        return name
    return pgettext("a partner and its role", "%(name)s (%(role)s)") % {
        "name": name,
        "role": PartnerRole(partner.role).label,
    }
