"""What an EOI and its people say, in words: as it is now, and as it was sent."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from focus_areas.models import FocusArea
from members.models import (
    CONTRIBUTION_COLUMNS,
    FURTHER_AREA_COLUMNS,
    FocalPoint,
    Member,
    TimelineEntry,
    TimelineKind,
    full_name_in_script_order,
)
from members.services.countries import groups_of, name_of, region_of


@dataclass(frozen=True)
class AnswerRow:
    """One fact of the file: as it is now, and as it was sent where that differs."""

    label: str
    now: str
    sent: str
    is_corrected: bool


@dataclass(frozen=True)
class Answers:
    """The facts of an EOI, but for its people: in the parts of the form that asked for them."""

    organisation: list[AnswerRow]
    region_and_groups: AnswerRow
    interest: list[AnswerRow]
    consents: list[AnswerRow]


@dataclass(frozen=True)
class PersonAnswers:
    """One focal point, and the facts about it."""

    focal_point: FocalPoint
    facts: list[AnswerRow]


def answers_of(member: Member) -> Answers:
    """Compare the EOI as it is with the first row of its history: the EOI as it was sent."""
    areas = {area.pk: area for area in FocusArea.objects.order_by("number")}
    sent = member.history.order_by("history_id").first() or member
    region = _("ITU region and groups")
    [region_and_groups] = _compared(
        {region: _region_and_groups(member.country)}, {region: _region_and_groups(sent.country)}
    )
    return Answers(
        organisation=_compared(_organisation(member), _organisation(sent)),
        region_and_groups=region_and_groups,
        interest=_compared(_interest(member, areas), _interest(sent, areas)),
        consents=_compared(_consents(member), _consents(sent)),
    )


def people_of(focal_points: list[FocalPoint]) -> list[PersonAnswers]:
    """Compare each focal point as it is with how it was first given.

    Whoever took a role over is compared with what they were then: nobody else is theirs to see.
    """
    entries = TimelineEntry.objects.filter(
        kind=TimelineKind.ROLE_TAKEN_OVER, by_focal_point__in=focal_points
    )
    taken_over = dict(entries.order_by("pk").values_list("by_focal_point", "at"))
    history = FocalPoint.history.filter(
        Q(history_type="+") | Q(history_date__in=taken_over.values()),
        id__in=[focal_point.pk for focal_point in focal_points],
    )
    sent = {
        row.id: row
        for row in history.order_by("history_id")
        if row.history_type == "+" or row.history_date == taken_over.get(row.id)
    }
    return [
        PersonAnswers(
            focal_point,
            _compared(_person(focal_point), _person(sent.get(focal_point.pk, focal_point))),
        )
        for focal_point in focal_points
    ]


def _compared(now: dict[str, str], sent: dict[str, str]) -> list[AnswerRow]:
    return [
        AnswerRow(label=label, now=value, sent=sent[label], is_corrected=value != sent[label])
        for label, value in now.items()
    ]


# Each of these takes a member or a focal point, or a row of its history, and returns words by
# their labels.


def _organisation(eoi: Any) -> dict[str, str]:
    return {
        _("Organisation"): eoi.organisation_name,
        _("Acronym"): eoi.acronym,
        _("Category"): str(eoi.get_category_display()),
        _("Country"): name_of(eoi.country),
        _("Website"): eoi.website,
        _("About the organisation"): eoi.about,
    }


def _interest(eoi: Any, areas: dict[int, FocusArea]) -> dict[str, str]:
    further = [
        f"{area.number} · {area}"
        for area in areas.values()
        if getattr(eoi, FURTHER_AREA_COLUMNS[area.slug])
    ]
    contributions = [
        str(contribution.label)
        for contribution, column in CONTRIBUTION_COLUMNS.items()
        if getattr(eoi, column)
    ]
    first_choice = areas[eoi.first_choice_id]
    return {
        _("First choice"): f"{first_choice.number} · {first_choice}",
        _("Also interested in"): "\n".join(further),
        _("Role sought"): str(eoi.get_role_display()),
        _("Contribution"): ", ".join(contributions),
        _("Motivation"): eoi.motivation,
    }


def _consents(eoi: Any) -> dict[str, str]:
    return {
        _("Authorised to express the interest"): _yes_or_no(eoi.is_authorised),
        _("Agreed to the privacy notice"): eoi.privacy_version,
        _("May be listed publicly"): _yes_or_no(eoi.publication_consent),
        _("Wants the newsletter"): _yes_or_no(eoi.newsletter),
    }


def _person(focal_point: Any) -> dict[str, str]:
    name = full_name_in_script_order(focal_point.given_name, focal_point.family_name)
    phone = focal_point.phone
    return {
        _("Name"): f"{focal_point.get_title_display()} {name}".strip(),
        _("Position"): focal_point.position,
        _("Email"): focal_point.email,
        _("Phone"): getattr(phone, "as_international", None) or str(phone),
        _("Language of correspondence"): str(focal_point.get_language_display()),
        _("Time zone"): focal_point.time_zone,
    }


def _region_and_groups(country: str) -> str:
    """Return the ITU region of a country and the groups that it is in, one a line."""
    region, groups = region_of(country), groups_of(country)
    words = [str(region.label) if region else _("In no ITU region")]
    if groups.is_ldc:
        words.append(_("Least developed country (LDC)"))
    elif groups.was_ldc_in_2021:
        words.append(_("Least developed country (LDC) in 2021, no longer today"))
    if groups.is_lldc:
        words.append(_("Landlocked developing country (LLDC)"))
    if groups.is_sids:
        words.append(_("Small island developing State (SIDS)"))
    return "\n".join(words)


def _yes_or_no(answer: bool) -> str:  # noqa: FBT001
    return _("Yes") if answer else _("No")
