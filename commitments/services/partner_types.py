"""The template types of mail about what a lead sends, and about its partners."""

from decimal import Decimal
from typing import Final

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from commitments.services.desk_types import REASON_PARTNER, REFERENCE, TITLE
from commitments.services.money_in_words import money_in_words
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
COMMITMENT_CORRECTED: Final = "commitment_corrected"
COMMITMENT_WITHDRAWN: Final = "commitment_withdrawn"
PARTNER_INVITED: Final = "commitment_partner_invited"
PARTNER_ASKED_SUMS: Final = "commitment_partner_sums"
PARTNER_SUMS_CHANGED: Final = "commitment_partner_sums_changed"
PARTNER_CONFIRMED: Final = "commitment_partner_confirmed"
PARTNER_DECLINED: Final = "commitment_partner_declined"


def _sample_sum() -> str:
    return f"**{money_in_words(Decimal(500_000), 'USD')}**"


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
SUMS: Final = Placeholder(
    "sums",
    _("the amounts that the partner is said to give"),
    lambda: "- " + _sample_sum(),
    PlaceholderType.BLOCK,
    is_required=True,
)
CHANGED_SUMS: Final = Placeholder(
    "sums",
    _("the amounts that the partner is said to give, with what they were before"),
    lambda: (
        "- "
        + gettext("%(sum)s (before: %(before)s)")
        % {"sum": _sample_sum(), "before": money_in_words(Decimal(300_000), "USD")}
    ),
    PlaceholderType.BLOCK,
    is_required=True,
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
        COMMITMENT_CORRECTED,
        _("Commitment corrected, to its lead"),
        _("A focal point corrected a commitment before anybody of the staff had taken it."),
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
        PARTNER_ASKED_SUMS,
        _("Partner invited to confirm a commitment and what it gives"),
        _("A lead named an organisation as partner that gives money. Its contact answers."),
        (TITLE, REFERENCE, LEAD, PARTNER, PARTNER_ROLE, STATEMENT, SUMS, PAGE, CONTACT),
        audience=Audience.UNNAMED,
        reason=REASON_PARTNER,
    ),
    TemplateType(
        PARTNER_SUMS_CHANGED,
        _("Partner asked again: the amounts changed"),
        _("The amounts that a confirmed partner gives changed. Its contact answers again."),
        (TITLE, REFERENCE, LEAD, PARTNER, CHANGED_SUMS, PAGE, CONTACT),
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
