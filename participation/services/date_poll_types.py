"""The template type of mail that asks which dates suit, and its placeholders.

The default texts are in `participation/data/letters/`.
"""

from datetime import timedelta
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.languages import page_url
from members.services.template_types import CLOSING, REASON_FOCAL_POINT, sample_greeting
from outbox.models.template_types import Placeholder, PlaceholderType, TemplateType
from outbox.services.rendering import private_link_marker
from participation.services.date_poll_text import (
    dates_text,
    deadline_text,
    length_text,
    links_text,
)
from participation.services.template_types import (
    SAMPLE_TIME,
    SAMPLE_TIME_ZONE,
    SAMPLE_TITLE,
)

DATE_POLL: Final = "date_poll"
SAMPLE_STARTS: Final = tuple(SAMPLE_TIME + timedelta(days=days) for days in (7, 8, 10))

POLL_TITLE: Final = Placeholder(
    "title",
    _("the title of the planned meeting"),
    SAMPLE_TITLE,
    may_be_in_subject=True,
    may_be_shortened=True,
)
POLL_LENGTH: Final = Placeholder(
    "length",
    _("how long the meeting lasts, and where it takes place"),
    lambda: length_text(timedelta(hours=1), ""),
)
DEADLINE: Final = Placeholder(
    "deadline",
    _("until when answers are asked for"),
    lambda: deadline_text(SAMPLE_TIME, SAMPLE_TIME_ZONE),
    is_required=True,
)
DATES: Final = Placeholder(
    "dates",
    _("the proposed dates, in the time zone of the reader with Geneva beside"),
    lambda: dates_text(SAMPLE_STARTS, SAMPLE_TIME_ZONE),
    PlaceholderType.BLOCK,
    is_required=True,
)
LINKS: Final = Placeholder(
    "links",
    _("the reader’s own links to answer, one for each organisation"),
    lambda: links_text([("", private_link_marker(1))]),
    PlaceholderType.BLOCK,
    is_required=True,
)
POLL_PAGE: Final = Placeholder(
    "page",
    _("the page on which the dates are answered after signing in"),
    lambda: page_url("participation:my_page", get_language() or "en"),
    PlaceholderType.ADDRESS,
    is_required=True,
)
TEMPLATE_TYPES: Final = (
    TemplateType(
        DATE_POLL,
        _("Which date suits you"),
        _("A coordinator looks for the date of a meeting, and asks the working group."),
        (POLL_TITLE, POLL_LENGTH, DEADLINE, DATES, LINKS, POLL_PAGE),
        opening=sample_greeting,
        ending=CLOSING,
        reason=REASON_FOCAL_POINT,
    ),
)
