"""The answers of an EOI and its focal points as text: the current ones and the ones sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from django.db.models import Q
from django.utils.translation import gettext as _

from core.languages import with_commas
from core.personal_data import ERASED_NAME
from focus_areas.models import FocusArea
from members.models import (
    FocalPoint,
    Member,
    TimelineEntry,
    TimelineKind,
    full_name_in_script_order,
)
from members.services.countries import CountryGroup, countries_in, name_of, region_of
from members.services.question import Kind, Question, Section
from members.services.questions import QUESTIONS, QUESTIONS_BY_NAME
from members.services.response_times import day_in_geneva


@dataclass(frozen=True)
class AnswerRow:
    """One answer: the current value, and the value that was sent if it differs.

    `link` is the URL of a website or of an email address, otherwise empty.
    """

    label: str
    now: str
    sent: str
    is_corrected: bool
    link: str = ""


@dataclass(frozen=True)
class Answers:
    """The answers of an EOI, except those about its focal points, by section of the form."""

    organisation: list[AnswerRow]
    interest: list[AnswerRow]
    consents: list[AnswerRow]
    country_as_sent: str


@dataclass(frozen=True)
class PersonAnswers:
    """One focal point and the answers about them."""

    focal_point: FocalPoint
    facts: list[AnswerRow]


def answers_of(member: Member) -> Answers:
    """Compare the current EOI with the first row of its history, which is the EOI as sent."""
    areas = {area.pk: area for area in FocusArea.objects.order_by("number")}
    sent = member.history.order_by("history_id").first() or member
    if member.personal_data_deleted_at is not None:
        # The versions differ only by what replaced the answers.
        sent = member

    def compared(section: Section) -> list[AnswerRow]:
        return _compared(_in_words(section, member, areas), _in_words(section, sent, areas))

    return Answers(
        organisation=compared(Section.ORGANISATION),
        interest=compared(Section.INTEREST),
        consents=compared(Section.AGREEMENT),
        country_as_sent=sent.country,
    )


def region_and_groups(member: Member, *, country_as_sent: str, today: date) -> AnswerRow:
    """Return the ITU region and the groups of a member's country, one per line.

    The groups that the country left since the submission are named as well.
    """
    label = _("ITU region and groups")
    [row] = _compared(
        {label: _region_and_groups(member.country, member, today)},
        {label: _region_and_groups(country_as_sent, member, today)},
    )
    return row


def people_of(focal_points: list[FocalPoint]) -> list[PersonAnswers]:
    """Compare each focal point with the first answers about them.

    A person who took over a role is compared with their own first answers. They must not see
    those of the person before them.
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
    sent |= {person.pk: person for person in focal_points if person.family_name == ERASED_NAME}
    return [
        PersonAnswers(
            focal_point,
            _compared(_person(focal_point), _person(sent.get(focal_point.pk, focal_point))),
        )
        for focal_point in focal_points
    ]


def _compared(now: dict[str, str], sent: dict[str, str]) -> list[AnswerRow]:
    kinds = {str(question.heading): question.kind for question in QUESTIONS}
    return [
        AnswerRow(
            label=label,
            now=value,
            sent=sent[label],
            is_corrected=value != sent[label],
            link=_link_to(value, kinds.get(label)),
        )
        for label, value in now.items()
    ]


def _link_to(value: str, kind: Kind | None) -> str:
    if kind is Kind.EMAIL and value:
        return f"mailto:{quote(value, safe='@')}"
    if kind is Kind.WEBSITE and value.startswith(("http://", "https://")):
        return value
    return ""


def _in_words(section: Section, row: Any, areas: Mapping[int, FocusArea]) -> dict[str, str]:
    """Return the answers of a member, a focal point or a history row, by heading."""
    return {
        str(question.heading): answer_in_words(question, row, areas)
        for question in QUESTIONS
        if question.section is section
    }


def answer_in_words(question: Question, row: Any, areas: Mapping[int, FocusArea]) -> str:
    """Return the answer of a member, a focal point or a history row as text."""
    column = question.column_name
    match question.kind:
        case Kind.FOCUS_AREA:
            return _numbered(areas[getattr(row, f"{column}_id")])
        case Kind.FOCUS_AREAS:
            further = (each for each in areas.values() if getattr(row, question.columns[each.slug]))
            return "\n".join(map(_numbered, further))
        case Kind.CONTRIBUTIONS:
            chosen = (kind.label for kind, each in question.columns.items() if getattr(row, each))
            return with_commas(chosen)
        case Kind.CHOICE:
            return str(getattr(row, f"get_{column}_display")())
        case Kind.COUNTRY:
            return name_of(getattr(row, column))
        case Kind.PHONE:
            phone = getattr(row, column)
            return getattr(phone, "as_international", None) or str(phone)
        case Kind.CHECKBOX:
            return _("Yes") if getattr(row, column) else _("No")
        case _:
            return str(getattr(row, column))


def _numbered(area: FocusArea) -> str:
    return f"{area.number} · {area}"


def _person(focal_point: Any) -> dict[str, str]:
    """Return the answers about a person, with the parts of the name joined."""
    answers = _in_words(Section.FOCAL_POINT, focal_point, {})
    title, given_name, family_name = (
        answers.pop(str(QUESTIONS_BY_NAME[name].heading))
        for name in ("title", "given_name", "family_name")
    )
    name = full_name_in_script_order(given_name, family_name)
    return {_("Name"): f"{title} {name}".strip(), **answers}


def _region_and_groups(country: str, member: Member, today: date) -> str:
    region = region_of(country)
    lines = [str(region.label) if region else _("No ITU region")]
    for group in CountryGroup:
        if country in countries_in(group, on=today):
            lines.append(str(group.label))
        elif country in countries_in(group, on=day_in_geneva(member.submitted_at)):
            lines.append(
                _("%(group)s on the day of submission, not today") % {"group": group.label}
            )
    return "\n".join(lines)
