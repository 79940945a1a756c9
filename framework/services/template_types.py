"""The template types of mail about the drafts of an Action Framework, and their placeholders.

The default texts are in `framework/data/letters/`.
"""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.dates import format_date_in_subject, format_datetime_for
from core.languages import page_url
from framework.services import answers_in_words
from members.services.template_types import (
    CLOSING,
    FOCUS_AREA,
    LINK,
    ORGANISATION,
    REASON_FOCAL_POINT,
    sample_greeting,
)
from outbox.models.template_types import Placeholder, PlaceholderType, TemplateType

TEXTS: Final = Path(__file__).parents[1] / "data" / "letters"
SAMPLE_TIME: Final = datetime(2027, 2, 26, 22, 59, tzinfo=UTC)

# The kinds of mail
OPENED: Final = "framework_opened"
OPENED_WITH_ANSWERS: Final = "framework_opened_answers"
CLOSES_SOON: Final = "framework_closes_soon"
ADOPTED: Final = "framework_adopted"
ADOPTED_WITH_ANSWERS: Final = "framework_adopted_answers"

NUMBER: Final = Placeholder("number", _("the number of the draft"), "3", may_be_in_subject=True)
CLOSES_AT: Final = Placeholder(
    "closes_at",
    _("when the draft closes, in the reader’s time zone"),
    partial(format_datetime_for, SAMPLE_TIME, "Africa/Nairobi"),
    is_required=True,
)
CLOSES_ON: Final = Placeholder(
    "closes_on",
    _("the day on which the draft closes"),
    partial(format_date_in_subject, SAMPLE_TIME.date()),
    may_be_in_subject=True,
)
MAY_DO: Final = Placeholder(
    "what_they_may_do",
    _("that the organisation may propose changes, or that it only reads the drafts"),
    lambda: answers_in_words.may_do_text("Ministry of Digital Affairs", may_propose=True),
    PlaceholderType.BLOCK,
)
ANSWERED: Final = Placeholder(
    "answered",
    _("what the letter answers: how many proposals"),
    lambda: answers_in_words.answered_text(3),
    may_be_in_subject=True,
)
ANSWERS: Final = Placeholder(
    "answers",
    _("each proposal of the organisation, what the draft says, and why"),
    "…",
    PlaceholderType.BLOCK,
    is_required=True,
)
PAGE: Final = Placeholder(
    "page",
    _("the page of the framework, after signing in"),
    lambda: page_url("framework:framework", get_language() or "en", "connecting-people"),
    PlaceholderType.ADDRESS,
)

TEMPLATE_TYPES: Final = tuple(
    TemplateType(
        name,
        label,
        description,
        (NUMBER, FOCUS_AREA, ORGANISATION, *placeholders, LINK, PAGE),
        opening=sample_greeting,
        ending=CLOSING,
        reason=REASON_FOCAL_POINT,
    )
    for name, label, description, placeholders in (
        (
            OPENED,
            _("Draft of a framework opened"),
            _("A draft of an Action Framework is open, and the organisation gets no answers."),
            (CLOSES_AT, MAY_DO),
        ),
        (
            OPENED_WITH_ANSWERS,
            _("Draft of a framework opened, with answers"),
            _("A draft is open, and says what became of the proposals of the organisation."),
            (CLOSES_AT, ANSWERED, ANSWERS, MAY_DO),
        ),
        (
            CLOSES_SOON,
            _("Draft of a framework closes soon"),
            _("A draft closes in three days, and the organisation proposed and supported nothing."),
            (CLOSES_AT, CLOSES_ON),
        ),
        (
            ADOPTED,
            _("Framework adopted"),
            _("An Action Framework was adopted, and the organisation gets no answers."),
            (),
        ),
        (
            ADOPTED_WITH_ANSWERS,
            _("Framework adopted, with answers"),
            _("A framework was adopted: what became of the proposals of the organisation."),
            (ANSWERED, ANSWERS),
        ),
    )
)
