"""The sections of the form: the required ones first, then the optional ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.template import Context
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members.services.question import CorrectableBy, Section
from members.services.questions import QUESTIONS


@dataclass(frozen=True)
class FormSection:
    """A named part of the form."""

    slug: str
    title: str | Promise
    fields: tuple[str, ...]
    hint: str | Promise = ""


def asked(*sections: Section, is_folded: bool = False) -> tuple[str, ...]:
    """Return the names of the questions of some sections, either required or optional."""
    return tuple(
        question.name
        for question in QUESTIONS
        if question.section in sections and question.is_folded is is_folded
    )


ORGANISATION = FormSection("organisation", _("Your organisation"), asked(Section.ORGANISATION))
INTEREST = FormSection("interest", _("Your interest"), asked(Section.INTEREST))
FOCAL_POINT = FormSection(
    "focal-point",
    _("Your focal point"),
    asked(Section.FOCAL_POINT),
    hint=_("The person who represents the organisation and receives our emails."),
)
# A person who is not authorised ticks that somebody else signs, which is not stored.
_AUTHORITY, *_OTHERS = asked(Section.AGREEMENT)
AGREEMENT = FormSection(
    "agreement", _("Your agreement"), (_AUTHORITY, "somebody_else_signs", *_OTHERS)
)
ALTERNATE = FormSection(
    "alternate",
    _("An alternate focal point"),
    asked(Section.ALTERNATE),
    hint=_(
        "A second person who also receives our emails. Leave this section empty, or enter at least "
        "the family name and the email address."
    ),
)
REQUIRED_SECTIONS = (ORGANISATION, INTEREST, FOCAL_POINT, AGREEMENT)
OPTIONAL_SECTIONS = (
    FormSection(
        "more-organisation",
        _("More about the organisation"),
        asked(Section.ORGANISATION, is_folded=True),
    ),
    FormSection(
        "more-interest",
        _("More about your interest"),
        asked(Section.INTEREST, is_folded=True),
    ),
    FormSection(
        "more-focal-point",
        _("More about the focal point"),
        asked(Section.FOCAL_POINT, Section.AGREEMENT, is_folded=True),
    ),
    ALTERNATE,
)
# The sections of the form of corrections.
CORRECTION_SECTIONS = tuple(
    FormSection(
        part.slug,
        part.title,
        tuple(
            question.name
            for question in QUESTIONS
            if question.section == part.slug
            and question.correctable_by is CorrectableBy.APPLICANT_AND_STAFF
        ),
    )
    for part in (ORGANISATION, INTEREST, FOCAL_POINT, ALTERNATE, AGREEMENT)
)


def field_names(parts: tuple[FormSection, ...]) -> Iterator[str]:
    """Yield the names of the fields of some sections, in the order of the page."""
    for part in parts:
        yield from part.fields


# Fields with a template of their own.
TEMPLATES = {
    "focus_area": "eoi/_focus_area.html",
    "privacy_consent": "eoi/_privacy_consent.html",
    "somebody_else_signs": "eoi/_somebody_else_signs.html",
}


class SectionLayout(Div):  # type: ignore[misc]  # crispy has no types
    """A section of the form under its heading."""

    template = "bootstrap5/section.html"

    def __init__(self, part: FormSection, *, is_nested: bool = False, progress: str = "") -> None:
        super().__init__(*(Field(name, template=TEMPLATES.get(name)) for name in part.fields))
        self.part = part
        self.is_nested = is_nested
        self.progress = progress


class CollapsibleSection(Div):  # type: ignore[misc]  # crispy has no types
    """Optional sections, collapsed unless one has an answer, an error or the focus."""

    template = "bootstrap5/fold.html"

    def __init__(self, parts: tuple[FormSection, ...], *, focus_on: str, progress: str) -> None:
        super().__init__(*(SectionLayout(part, is_nested=True) for part in parts))
        self.progress = progress
        self.names = tuple(field_names(parts))
        self.focus_on = focus_on
        self.is_open = False

    def render(self, form: forms.Form, context: Context, *args: Any, **kwargs: Any) -> str:
        self.is_open = self.focus_on in self.names or any(
            form[name].errors or form[name].value() for name in self.names
        )
        return str(super().render(form, context, *args, **kwargs))


def corrected_parts(*, has_alternate: bool) -> tuple[FormSection, ...]:
    """Return the sections of the form of corrections."""
    if has_alternate:
        return CORRECTION_SECTIONS
    return tuple(ALTERNATE if part.slug == ALTERNATE.slug else part for part in CORRECTION_SECTIONS)


def corrected_layout(parts: tuple[FormSection, ...]) -> Layout:
    """Return the layout of the form of corrections."""
    return Layout(*(SectionLayout(part) for part in parts))


def eoi_layout(focus_on: str) -> Layout:
    """Return the layout of the form, which sets the focus on the field `focus_on`."""
    total = len(REQUIRED_SECTIONS) + 1
    progress = [
        gettext("Part %(number)d of %(total)d") % {"number": number, "total": total}
        for number in range(1, total + 1)
    ]
    return Layout(
        *(
            SectionLayout(part, progress=words)
            for part, words in zip(REQUIRED_SECTIONS, progress, strict=False)
        ),
        CollapsibleSection(OPTIONAL_SECTIONS, focus_on=focus_on, progress=progress[-1]),
    )


def section_layout(part: FormSection) -> Layout:
    """Return the layout of one section, without its heading, which is that of the page."""
    return Layout(*(Field(name, template=TEMPLATES.get(name)) for name in part.fields))


def form_helper(layout: Layout) -> FormHelper:
    """Return the crispy-forms helper for a layout, without the form element."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = layout
    return helper
