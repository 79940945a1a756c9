"""The template types of mail about what staff ask and decide, and their placeholders."""

from datetime import UTC, datetime
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.dates import format_datetime_for
from core.languages import page_url
from members.services.template_types import CLOSING, REASON_FOCAL_POINT, sample_greeting
from outbox.models.template_types import Placeholder, PlaceholderType, TemplateType, Words

QUESTION: Final = "commitment_question"
APPROVED: Final = "commitment_approved"
APPROVAL_TAKEN_BACK: Final = "commitment_approval_taken_back"
PUBLISHED: Final = "commitment_published"
PUBLISHED_TO_PARTNER: Final = "commitment_published_partner"
DECLINED: Final = "commitment_declined"
CHANGE_ACCEPTED: Final = "commitment_change_accepted"
CHANGE_DECLINED: Final = "commitment_change_declined"
TEXT_CORRECTED: Final = "commitment_text_corrected"
WITHDRAWN: Final = "commitment_withdrawn_by_staff"
SUPERSEDED: Final = "commitment_superseded"

# Why a partner gets a message.
REASON_PARTNER: Final = _("You get this because an organisation names you as its partner.")

SAMPLE_REFERENCE: Final = "C-7K3MQ9"
SAMPLE_TIME: Final = datetime(2026, 11, 30, 9, tzinfo=UTC)
SAMPLE_TIME_ZONE: Final = "Africa/Nairobi"


def _sample_time() -> str:
    return format_datetime_for(SAMPLE_TIME, SAMPLE_TIME_ZONE)


TITLE: Final = Placeholder(
    "title",
    _("the title of the commitment"),
    "Digital skills for 1,000 teachers",
    may_be_in_subject=True,
    may_be_shortened=True,
)
REFERENCE: Final = Placeholder(
    "reference", _("the reference of the commitment"), SAMPLE_REFERENCE, may_be_in_subject=True
)
LEAD: Final = Placeholder("organisation", _("the name of the lead"), "Ministry of Digital Affairs")
OWN_PAGE: Final = Placeholder(
    "page",
    _("the page of the commitment, after signing in"),
    lambda: page_url("commitments:my_commitment", get_language() or "en", SAMPLE_REFERENCE),
    PlaceholderType.ADDRESS,
    is_required=True,
)
PUBLIC_PAGE: Final = Placeholder(
    "page",
    _("the public page of the commitment"),
    lambda: page_url("commitments:commitment", get_language() or "en", SAMPLE_REFERENCE),
    PlaceholderType.ADDRESS,
    is_required=True,
)
ASKED: Final = Placeholder(
    "question", _("what staff ask"), "…", PlaceholderType.BLOCK, is_required=True
)
REASON: Final = Placeholder(
    "reason", _("the reason that staff gave"), "…", PlaceholderType.BLOCK, is_required=True
)
TEXT_CHANGES: Final = Placeholder(
    "changes",
    _("each text that was corrected, as it was and as it is"),
    "…",
    PlaceholderType.BLOCK,
    is_required=True,
)
ANNOUNCED_AT: Final = Placeholder(
    "announcement",
    _("when it will be published, in the reader’s time zone"),
    _sample_time,
    is_required=True,
)
EVENT: Final = Placeholder(
    "event",
    _("a sentence with the event at which it is announced, if there is one"),
    "…",
    PlaceholderType.BLOCK,
)
OTHER_TITLE: Final = Placeholder(
    "other_title", _("the title of the commitment that replaces it"), "Skills for every teacher"
)
OTHER_REFERENCE: Final = Placeholder(
    "other_reference", _("the reference of the commitment that replaces it"), "C-R4T6WX"
)


def _type(
    name: str,
    label: Words,
    description: Words,
    *placeholders: Placeholder,
    reason: Words = REASON_FOCAL_POINT,
) -> TemplateType:
    return TemplateType(
        name,
        label,
        description,
        (TITLE, REFERENCE, LEAD, *placeholders),
        opening=sample_greeting,
        ending=CLOSING,
        reason=reason,
    )


TEMPLATE_TYPES: Final[tuple[TemplateType, ...]] = (
    _type(
        QUESTION,
        _("Question about a commitment"),
        _("Staff ask the lead for information before they decide."),
        OWN_PAGE,
        ASKED,
    ),
    _type(
        APPROVED,
        _("Commitment approved"),
        _("A commitment was approved, and will be published at its announcement."),
        OWN_PAGE,
        ANNOUNCED_AT,
        EVENT,
    ),
    _type(
        APPROVAL_TAKEN_BACK,
        _("Approval of a commitment taken back"),
        _("An approved commitment is not published at its announcement."),
        OWN_PAGE,
        REASON,
    ),
    _type(
        PUBLISHED,
        _("Commitment published"),
        _("A commitment was published in the register."),
        PUBLIC_PAGE,
    ),
    _type(
        PUBLISHED_TO_PARTNER,
        _("Commitment published, to a partner"),
        _("A commitment was published in the register, and names the partner."),
        PUBLIC_PAGE,
        reason=REASON_PARTNER,
    ),
    _type(
        DECLINED,
        _("Commitment declined"),
        _("A commitment was declined."),
        OWN_PAGE,
        REASON,
    ),
    _type(
        CHANGE_ACCEPTED,
        _("Change of a commitment published"),
        _("A proposed change was accepted, and the new version was published."),
        PUBLIC_PAGE,
        REASON,
    ),
    _type(
        CHANGE_DECLINED,
        _("Change of a commitment declined"),
        _("A proposed change was declined."),
        OWN_PAGE,
        REASON,
    ),
    _type(
        TEXT_CORRECTED,
        _("Typing error of a commitment corrected"),
        _("Staff corrected a typing error of a published commitment, with a public note."),
        PUBLIC_PAGE,
        TEXT_CHANGES,
        REASON,
    ),
    _type(
        WITHDRAWN,
        _("Commitment withdrawn by staff"),
        _("Staff withdrew a published commitment, with a public reason."),
        PUBLIC_PAGE,
        REASON,
    ),
    _type(
        SUPERSEDED,
        _("Commitment superseded"),
        _("A published commitment was replaced by another one of the same lead."),
        PUBLIC_PAGE,
        OTHER_TITLE,
        OTHER_REFERENCE,
    ),
)
