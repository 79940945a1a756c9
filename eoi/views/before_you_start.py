"""The page that says what an organisation needs before it fills in the form."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.dates import GENEVA, format_datetime
from core.languages import language_shown, page_url
from eoi.forms.expression import focus_area_choices
from eoi.forms.layout import (
    AGREEMENT,
    ALTERNATE,
    FOCAL_POINT,
    INTEREST,
    ORGANISATION,
    FormSection,
)
from focus_areas.models import FocusArea
from members.models import Call
from members.services.question import Kind, Question
from members.services.questions import QUESTIONS

PARTS = (ORGANISATION, INTEREST, FOCAL_POINT, AGREEMENT, ALTERNATE)


@dataclass(frozen=True)
class ChoiceRow:
    """A choice with its hint. `language` is that of the hint, if staff wrote it."""

    label: object
    hint: object = ""
    language: str = ""


@dataclass(frozen=True)
class QuestionRow:
    """A question of the form, with its choices if there are only a few."""

    label: str | Promise
    hint: str | Promise
    is_required: bool
    choices: list[ChoiceRow]


@dataclass(frozen=True)
class QuestionSection:
    """A section of the form with its questions, the required ones first."""

    part: FormSection
    questions: list[QuestionRow]


@require_safe
def before_you_start(request: HttpRequest) -> HttpResponse:
    """List the questions of the form, with the deadline of the open call or the next opening."""
    at = timezone.now()
    call = Call.objects.open_at(at).first()
    next_call = None if call else Call.objects.upcoming(at).first()
    moment = call.last_moment_at(at) if call else next_call and next_call.opens_at
    context = {
        "sections": question_sections(list(focus_area_choices())),
        "call": call,
        "moment": moment,
        "moment_in_words": moment and format_datetime(moment, GENEVA),
        "mail_link": _mail_link(page_url("eoi:before_you_start", get_language() or "en")),
    }
    return render(request, "eoi/before_you_start.html", context)


def question_sections(focus_areas: Iterable[FocusArea]) -> list[QuestionSection]:
    """Return all questions of the form by section."""
    return [
        QuestionSection(
            part,
            [
                QuestionRow(
                    question.label,
                    question.hint,
                    bool(question.required),
                    _choices(question, focus_areas),
                )
                for question in sorted(QUESTIONS, key=lambda question: not question.required)
                if question.section == part.slug
            ],
        )
        for part in PARTS
    ]


def _choices(question: Question, focus_areas: Iterable[FocusArea]) -> list[ChoiceRow]:
    if question.kind is Kind.FOCUS_AREA:
        return [
            ChoiceRow(area, area.summary, language_shown(area, "summary")) for area in focus_areas
        ]
    if question.empty_label:
        return []
    return [
        ChoiceRow(label, question.choice_hints.get(value, "")) for value, label in question.choices
    ]


def _mail_link(address: str) -> str:
    """Return a link that opens a new mail with the address of the page."""
    subject = _("What you need to express your interest in Partner2Connect")
    return f"mailto:?{urlencode({'subject': subject, 'body': address}, quote_via=quote)}"
