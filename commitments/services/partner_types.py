"""The template types of mail about what a lead sends, and about its partners."""

from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from commitments.services.desk_types import REASON_PARTNER, REFERENCE, TITLE
from core.languages import page_url
from members.services.template_types import (
    CLOSING,
    CONTACT,
    PAGE,
    REASON_FOCAL_POINT,
    sample_greeting,
)
from outbox.models.template_types import Audience, Placeholder, PlaceholderType, TemplateType

COMMITMENT_RECEIVED: Final = "commitment_received"
COMMITMENT_WITHDRAWN: Final = "commitment_withdrawn"
PARTNER_INVITED: Final = "commitment_partner_invited"
PARTNER_CONFIRMED: Final = "commitment_partner_confirmed"
PARTNER_DECLINED: Final = "commitment_partner_declined"

LEAD: Final = Placeholder(
    "lead", _("the organisation that leads the commitment"), "Ministry of Digital Affairs"
)
PARTNER: Final = Placeholder(
    "partner",
    _("the organisation that is named as partner"),
    "Schools for Everyone",
    may_be_in_subject=True,
    may_be_shortened=True,
)
PARTNER_ROLE: Final = Placeholder(
    "role", _("what the partner does in the commitment"), lambda: str(_("Carries it out"))
)
ANSWERED_BY: Final = Placeholder("by", _("the person who answered for the partner"), "Chen Wei")
STATEMENT: Final = Placeholder(
    "statement",
    _("the statement of the commitment, as the lead wrote it"),
    "We will train 1,000 teachers by the end of 2028.",
    PlaceholderType.BLOCK,
)
REASON: Final = Placeholder(
    "reason",
    _("the public reason, as the lead wrote it"),
    "The programme was not funded.",
    PlaceholderType.BLOCK,
    is_required=True,
)
COMMITMENT_PAGE: Final = Placeholder(
    "page",
    _("the page of the commitment (requires sign-in)"),
    lambda: page_url("commitments:my_commitments", get_language() or "en"),
    PlaceholderType.ADDRESS,
    is_required=True,
)

TEMPLATE_TYPES: Final[tuple[TemplateType, ...]] = (
    TemplateType(
        COMMITMENT_RECEIVED,
        _("Commitment received, to its lead"),
        _("A focal point sent a commitment. Each focal point of the organisation gets it."),
        (TITLE, REFERENCE, LEAD, COMMITMENT_PAGE),
        opening=sample_greeting,
        ending=CLOSING,
        reason=REASON_FOCAL_POINT,
    ),
    TemplateType(
        COMMITMENT_WITHDRAWN,
        _("Commitment withdrawn, to its lead and partners"),
        _("The lead withdrew a commitment, with a public reason."),
        (TITLE, REFERENCE, LEAD, REASON),
        audience=Audience.UNNAMED,
        reason=_("You get this because your organisation leads it or was asked to be its partner."),
    ),
    TemplateType(
        PARTNER_INVITED,
        _("Partner invited to confirm a commitment"),
        _("A lead named an organisation as partner. Its contact confirms or declines."),
        (TITLE, REFERENCE, LEAD, PARTNER, PARTNER_ROLE, STATEMENT, PAGE, CONTACT),
        audience=Audience.UNNAMED,
        reason=REASON_PARTNER,
    ),
    TemplateType(
        PARTNER_CONFIRMED,
        _("Partner confirmed a commitment, to its lead"),
        _("An organisation confirmed that it is a partner of a commitment."),
        (TITLE, REFERENCE, PARTNER, ANSWERED_BY, COMMITMENT_PAGE),
        opening=sample_greeting,
        ending=CLOSING,
        reason=REASON_FOCAL_POINT,
    ),
    TemplateType(
        PARTNER_DECLINED,
        _("Partner declined a commitment, to its lead"),
        _("An organisation said that it is no partner of a commitment."),
        (TITLE, REFERENCE, PARTNER, ANSWERED_BY, COMMITMENT_PAGE),
        opening=sample_greeting,
        ending=CLOSING,
        reason=REASON_FOCAL_POINT,
    ),
)
