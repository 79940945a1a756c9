"""The answers as text, for the pages on which people check them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.time_zones import all_zones, city
from eoi.forms.answers import AnswersForm
from eoi.forms.expression import EMAIL_FIELDS, ExpressionOfInterestForm
from eoi.forms.fields import LongText
from eoi.forms.layout import OPTIONAL_SECTIONS, REQUIRED_SECTIONS
from members.services import countries
from members.services.question import Kind
from members.services.questions import QUESTIONS_BY_NAME


@dataclass(frozen=True)
class ReviewRow:
    """One answer with its label. `likely` is the email address that was probably meant."""

    name: str
    label: str
    answer: str
    lines: list[str]
    is_address: bool
    is_long: bool
    is_group: bool
    likely: str | None


@dataclass(frozen=True)
class ReviewSection:
    """A section of the form with its answers."""

    slug: str
    title: str | Promise
    rows: list[ReviewRow]


@dataclass(frozen=True)
class AnswerChange:
    """An answer that would change: the row with the new answer, and the old answer."""

    row: ReviewRow
    was: list[str]

    @property
    def label(self) -> str:
        return self.row.label

    @property
    def now(self) -> list[str]:
        return self.row.lines


def changes(form: AnswersForm) -> list[AnswerChange]:
    """Return the answers that a form would change, in the order of the page."""
    return [
        AnswerChange(
            _row(form, form[name]),
            answer_lines(form[name], form.focus_areas[was] if name == "focus_area" else was),
        )
        for name, was, _now in form.differences()
    ]


def review(form: ExpressionOfInterestForm) -> list[ReviewSection]:
    """Return the valid answers of a form, without optional ones that are empty."""
    parts = [
        ReviewSection(
            part.slug,
            part.title,
            [
                _row(form, form[name])
                for name in part.fields
                if name in form.cleaned_data
                and (part in REQUIRED_SECTIONS or form.cleaned_data[name])
            ],
        )
        for part in (*REQUIRED_SECTIONS, *OPTIONAL_SECTIONS)
    ]
    return [part for part in parts if part.rows]


def check_context(
    form: ExpressionOfInterestForm, typed: QueryDict, rows: Iterable[ReviewRow]
) -> dict[str, Any]:
    """Return what the check page still asks, and the other answers for its hidden fields."""
    country = form.cleaned_data["country"]
    asked = {row.name for row in rows if row.likely}
    zones = []
    if form.asks_for_time_zone:
        asked.add("time_zone")
        # Uninhabited territories have no time zone.
        offered = countries.time_zones_of(country) or all_zones()
        zones = [(zone, city(zone)) for zone in offered]
    carried = [name for name in form.fields if name not in asked]
    return {
        "asked": asked,
        "zones": zones,
        "country": countries.name_of(country),
        "carried": [(name, value) for name in carried for value in typed.getlist(name)],
    }


def take_chosen_addresses(typed: QueryDict) -> list[str]:
    """Take the addresses that were chosen where a check page asked which of two is right.

    The page has the address as typed in `typed_<field>`. Returns the fields without a choice.
    """
    unanswered = []
    for name in EMAIL_FIELDS:
        if f"typed_{name}" not in typed:
            continue
        if chosen := typed.get(name):
            typed.appendlist("right_addresses", str(chosen))
        else:
            typed[name] = str(typed[f"typed_{name}"])
            unanswered.append(name)
    return unanswered


def _row(form: ExpressionOfInterestForm, field: BoundField) -> ReviewRow:
    name = field.name
    answer = form.cleaned_data[name]
    kind = _kind_of(name)
    return ReviewRow(
        name=name,
        label=str(field.label),
        answer=str(answer),
        lines=answer_lines(field, answer),
        is_address=kind in (Kind.EMAIL, Kind.WEBSITE, Kind.PHONE),
        is_long=isinstance(field.field, LongText),
        is_group=field.use_fieldset,
        likely=form.mistyped_addresses.get(name),
    )


def _kind_of(name: str) -> Kind:
    """Return the kind of a field; the only one that is no question is a checkbox."""
    question = QUESTIONS_BY_NAME.get(name)
    return question.kind if question else Kind.CHECKBOX


def answer_lines(field: BoundField, answer: object) -> list[str]:
    """Return an answer as lines of text."""
    if isinstance(field.field, forms.BooleanField):
        return [_("Yes") if answer else _("No")]
    if not answer:
        return [_("Not given")]
    kind = QUESTIONS_BY_NAME[field.name].kind
    if kind is Kind.FOCUS_AREA:
        return [str(answer)]
    if kind is Kind.TIME_ZONE:
        return [city(str(answer))]
    if isinstance(field.field, forms.ChoiceField):
        labels = dict(cast("list[tuple[str, object]]", field.field.choices))
        values = answer if isinstance(answer, list) else [answer]
        return [capfirst(str(labels.get(str(value), value))) for value in values]
    return str(answer).split("\n")
