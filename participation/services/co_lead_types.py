"""The template types of mail about what co-leads do, and their placeholders.

The default texts are in `participation/data/letters/`.
"""

from typing import Final

from django.utils.translation import gettext_lazy as _

from members.services.co_lead_placeholders import (
    AREA,
    BY,
    GROUP_PAGE,
    NAME,
    ORGANISATION,
    REASON,
    staff_page,
)
from members.services.template_types import (
    CLOSING,
    REASON_CO_LEAD,
    REASON_COORDINATOR,
    sample_greeting,
)
from outbox.models.template_types import Audience, Placeholder, TemplateType
from participation.services.template_types import SAMPLE_TITLE, WHEN

CO_LEAD_PAPER: Final = "co_lead_paper"
MEETING_PROPOSED: Final = "meeting_proposed"
PROPOSAL_ACCEPTED: Final = "proposal_accepted"
PROPOSAL_DECLINED: Final = "proposal_declined"

PAPER_TITLE: Final = Placeholder(
    "title",
    _("the title of the paper"),
    "Framework, chapter 2",
    may_be_in_subject=True,
    may_be_shortened=True,
)
PROPOSAL_TITLE: Final = Placeholder(
    "title",
    _("the title of the proposed meeting"),
    SAMPLE_TITLE,
    may_be_in_subject=True,
    may_be_shortened=True,
)
TEMPLATE_TYPES: Final = (
    TemplateType(
        CO_LEAD_PAPER,
        _("Paper by a co-lead, to the coordinators"),
        _("A co-lead added a paper or a version for their working group."),
        (
            NAME,
            BY,
            ORGANISATION,
            AREA,
            PAPER_TITLE,
            staff_page(_("the page of the paper in the administration")),
        ),
        audience=Audience.STAFF,
        reason=REASON_COORDINATOR,
    ),
    TemplateType(
        MEETING_PROPOSED,
        _("Meeting proposed, to the coordinators"),
        _("A co-lead proposed a meeting of their working group."),
        (
            NAME,
            BY,
            ORGANISATION,
            AREA,
            PROPOSAL_TITLE,
            WHEN,
            staff_page(_("the page of the proposal in the administration")),
        ),
        audience=Audience.STAFF,
        reason=REASON_COORDINATOR,
    ),
    TemplateType(
        PROPOSAL_ACCEPTED,
        _("Proposed meeting accepted, to the co-lead"),
        _("A coordinator accepted a proposed meeting, and prepares it."),
        (PROPOSAL_TITLE, AREA, WHEN, GROUP_PAGE),
        opening=sample_greeting,
        ending=CLOSING,
        reason=REASON_CO_LEAD,
    ),
    TemplateType(
        PROPOSAL_DECLINED,
        _("Proposed meeting declined, to the co-lead"),
        _("A coordinator declined a proposed meeting, with a reason."),
        (PROPOSAL_TITLE, AREA, WHEN, REASON, GROUP_PAGE),
        opening=sample_greeting,
        ending=CLOSING,
        reason=REASON_CO_LEAD,
    ),
)
