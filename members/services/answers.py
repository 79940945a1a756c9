"""The answers of an EOI and its focal points as text: the current ones and the ones sent."""

from collections.abc import Iterable, Mapping
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

    `link` is the URL of a website or of an email address, otherwise empty. `is_long` says that it
    is a text of the organisation in its own words.
    """

    label: str
    now: str
    sent: str
    is_corrected: bool
    link: str = ""
    is_long: bool = False


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


def answers_of(
    member: Member,
    timeline: Iterable[TimelineEntry] | None = None,
    areas: Iterable[FocusArea] | None = None,
) -> Answers:
    """Compare the current EOI with the first row of its history, which is the EOI as sent.

    `timeline` is that of the member, and `areas` are all focus areas by number, if they were read
    already.
    """
    numbered = {area.pk: area for area in areas or FocusArea.objects.order_by("number")}
    sent = member
    # If the data was deleted, the versions differ only by what replaced the answers.
    if member.personal_data_deleted_at is None and _were_corrected(timeline):
        sent = member.history.order_by("history_id").first() or member

    def compared(section: Section) -> list[AnswerRow]:
        return _compared(_in_words(section, member, numbered), _in_words(section, sent, numbered))

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


def people_of(
    focal_points: list[FocalPoint], timeline: Iterable[TimelineEntry] | None = None
) -> list[PersonAnswers]:
    """Compare each focal point with the first answers about them.

    A person who took over a role is compared with their own first answers. They must not see
    those of the person before them. `timeline` is that of their member, if it was read already.
    """
    entries = timeline
    if entries is None:
        entries = TimelineEntry.objects.filter(by_focal_point__in=focal_points)
    taken_over = {
        entry.by_focal_point_id: entry.at
        for entry in sorted(entries, key=lambda entry: entry.pk)
        if entry.kind == TimelineKind.ROLE_TAKEN_OVER
    }
    sent: dict[int, Any] = {}
    if _were_corrected(timeline):
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


def _were_corrected(timeline: Iterable[TimelineEntry] | None) -> bool:
    """Return whether answers differ from those sent; also if that is not known."""
    changes = (TimelineKind.CORRECTED, TimelineKind.ROLE_TAKEN_OVER)
    return timeline is None or any(entry.kind in changes for entry in timeline)


def _compared(now: dict[str, str], sent: dict[str, str]) -> list[AnswerRow]:
    kinds = {str(question.heading): question.kind for question in QUESTIONS}
    return [
        AnswerRow(
            label=label,
            now=value,
            sent=sent[label],
            is_corrected=value != sent[label],
            link=_link_to(value, kinds.get(label)),
            is_long=kinds.get(label) is Kind.LONG_TEXT,
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
