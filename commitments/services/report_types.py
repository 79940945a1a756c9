"""The template types of mail about reports, and hosts that are asked."""

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from commitments.services.desk_types import REFERENCE, SAMPLE_REFERENCE, TITLE
from core.dates import format_date, format_date_in_subject
from core.languages import page_url
from members.services.countries import name_of
from members.services.template_types import CLOSING, LINK, REASON_FOCAL_POINT, sample_greeting
from outbox.models.template_types import Placeholder, PlaceholderType, TemplateType

SAMPLE_DAY: Final = date(2026, 11, 27)

# The kinds of mail
REQUEST_BEFORE: Final = "commitment_report_request_before"
REQUEST_DUE: Final = "commitment_report_request_due"
REQUEST_AFTER: Final = "commitment_report_request_after"
REQUEST_ALTERNATE: Final = "commitment_report_request_alternate"
REQUEST_OTHERS: Final = "commitment_report_request_others"
RECEIVED: Final = "commitment_report_received"
QUESTION: Final = "commitment_report_question"
PUBLISHED: Final = "commitment_report_published"
HOST_ASKED: Final = "commitment_host_asked"

LEAD: Final = Placeholder(
    "lead",
    _("the lead organisation"),
    "Ministry of Digital Affairs",
    may_be_in_subject=True,
    may_be_shortened=True,
)
PAGE: Final = Placeholder(
    "page",
    _("the page of the report, after signing in"),
    lambda: page_url("commitments:report", get_language() or "en", SAMPLE_REFERENCE),
    PlaceholderType.ADDRESS,
)
DUE_ON: Final = Placeholder(
    "due_on",
    _("the day on which the report is due"),
    partial(format_date, SAMPLE_DAY),
    may_be_in_subject=True,
    subject_sample=partial(format_date_in_subject, SAMPLE_DAY),
)
# In mail about a report that was sent, which may be an additional one.
REPORT_DAY: Final = replace(DUE_ON, meaning=_("the day of the report"))
FOCAL_POINT: Final = Placeholder(
    "focal_point", _("the focal point, who has not answered"), "Amina Diallo"
)
COMMITMENT_PAGE: Final = Placeholder(
    "commitment_page",
    _("the public page of the commitment"),
    lambda: page_url("commitments:commitment", get_language() or "en", SAMPLE_REFERENCE),
    PlaceholderType.ADDRESS,
    is_required=True,
)
ACTOR: Final = Placeholder("by", _("the person who did it"), "Amina Diallo")
QUESTION_TEXT: Final = Placeholder(
    "question", _("what the team asks"), "…", PlaceholderType.BLOCK, is_required=True
)
COUNTRY: Final = Placeholder(
    "country",
    _("the country of the host"),
    lambda: name_of("MW"),
    may_be_in_subject=True,
    may_be_shortened=True,
)
# Why the host of a commitment is asked. The others are focal points of its organisation.
REASON_HOST: Final = _("You get this because a commitment names your country.")

TEMPLATE_TYPES: Final[tuple[TemplateType, ...]] = tuple(
    TemplateType(
        name,
        label,
        description,
        (TITLE, REFERENCE, LEAD, *placeholders),
        opening=sample_greeting,
        ending=CLOSING,
        reason=REASON_HOST if name == HOST_ASKED else REASON_FOCAL_POINT,
    )
    for name, label, description, placeholders in (
        (
            REQUEST_BEFORE,
            _("Report of a commitment, 30 days before"),
            _("A report about a commitment is due in 30 days."),
            (DUE_ON, LINK, PAGE),
        ),
        (
            REQUEST_DUE,
            _("Report of a commitment, on the day"),
            _("The day of a report about a commitment has come, and it was not sent yet."),
            (DUE_ON, LINK, PAGE),
        ),
        (
            REQUEST_AFTER,
            _("Report of a commitment, 30 days after"),
            _("A report about a commitment is overdue: 30 days after, or when staff remind."),
            (DUE_ON, LINK, PAGE),
        ),
        (
            REQUEST_ALTERNATE,
            _("Report of a commitment, 45 days after"),
            _("The alternate focal point is asked, because the focal point has not answered."),
            (DUE_ON, FOCAL_POINT, LINK, PAGE),
        ),
        (
            REQUEST_OTHERS,
            _("Report of a commitment, 60 days after"),
            _("Other contacts of the organisation are asked who represents it now."),
            (DUE_ON, COMMITMENT_PAGE),
        ),
        (
            RECEIVED,
            _("Report of a commitment received"),
            _("A focal point has sent a report, or corrected it."),
            (REPORT_DAY, ACTOR, LINK, PAGE),
        ),
        (
            QUESTION,
            _("Question about a report of a commitment"),
            _("Staff have a question about a report before it is published."),
            (REPORT_DAY, QUESTION_TEXT, LINK, PAGE),
        ),
        (
            PUBLISHED,
            _("Report of a commitment published"),
            _("A report was published."),
            (REPORT_DAY, replace(PAGE, is_required=True)),
        ),
        (
            HOST_ASKED,
            _("Host of a commitment asked"),
            _("A commitment for their country was published, and the host is asked about it."),
            (COUNTRY, LINK),
        ),
    )
)
