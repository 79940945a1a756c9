"""What was answered, in words, for a person to check before it is sent."""

from dataclasses import dataclass
from typing import cast

from django import forms
from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.time_zones import city
from eoi.forms.answers import FactsForm
from eoi.forms.email_typos import likely_address
from eoi.forms.expression import ExpressionOfInterestForm
from eoi.forms.fields import LongText
from eoi.forms.layout import CORE, MORE


@dataclass(frozen=True)
class Row:
    """One answer under its label; `likely` is the email address that was probably meant."""

    name: str
    label: str
    answer: str
    lines: list[str]
    is_address: bool
    is_long: bool
    is_group: bool
    likely: str | None


@dataclass(frozen=True)
class ReviewedPart:
    """A part of the form with the answers in it."""

    slug: str
    title: str | Promise
    rows: list[Row]


@dataclass(frozen=True)
class Change:
    """An answer that is not what the file says: as it was, and as it is to be."""

    row: Row
    was: list[str]


def changes(form: FactsForm) -> list[Change]:
    """Return what a form of facts would change, in the order of the page."""
    return [
        Change(
            _row(form, form[name]),
            in_words(form[name], form.focus_areas[was] if name == "focus_area" else was),
        )
        for name, was, _now in form.differences()
    ]


def review(form: ExpressionOfInterestForm) -> list[ReviewedPart]:
    """Return the answers of a valid form: all that are required, and what was added."""
    parts = [
        ReviewedPart(
            part.slug,
            part.title,
            [
                _row(form, form[name])
                for name in part.fields
                if part in CORE or form.cleaned_data[name]
            ],
        )
        for part in (*CORE, *MORE)
    ]
    return [part for part in parts if part.rows]


def _row(form: ExpressionOfInterestForm, field: BoundField) -> Row:
    name = field.name
    answer = form.cleaned_data[name]
    is_email = name in ("email", "alternate_email")
    return Row(
        name=name,
        label=str(field.label),
        answer=str(answer),
        lines=in_words(field, answer),
        is_address=is_email or name in ("website", "phone", "alternate_phone"),
        is_long=isinstance(field.field, LongText),
        is_group=field.use_fieldset,
        likely=likely_address(answer) if is_email and answer else None,
    )


def in_words(field: BoundField, answer: object) -> list[str]:
    """Return an answer in words, by lines."""
    if isinstance(field.field, forms.BooleanField):
        return [_("Yes") if answer else _("No")]
    if not answer:
        return [_("Not given")]
    if field.name == "focus_area":
        return [str(answer)]
    if field.name in ("time_zone", "alternate_time_zone"):
        return [city(str(answer))]
    if isinstance(field.field, forms.ChoiceField):
        labels = dict(cast("list[tuple[str, object]]", field.field.choices))
        values = answer if isinstance(answer, list) else [answer]
        return [capfirst(str(labels.get(str(value), value))) for value in values]
    return str(answer).split("\n")
