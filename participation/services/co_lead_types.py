"""The template types of mail about what co-leads do, and their placeholders.

The default texts are in `participation/data/letters/`.
"""

from typing import Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from focus_areas.models import FocusArea
from members.services.template_types import CLOSING, sample_greeting
from outbox.models.template_types import (
    Audience,
    Placeholder,
    PlaceholderType,
    TemplateType,
    Words,
)
from participation.services.template_types import NAME, SAMPLE_TITLE, WHEN

CO_LEAD_PAPER: Final = "co_lead_paper"
MEETING_PROPOSED: Final = "meeting_proposed"
PROPOSAL_ACCEPTED: Final = "proposal_accepted"
PROPOSAL_DECLINED: Final = "proposal_declined"

BY: Final = Placeholder("by", _("the name of the co-lead’s focal point"), "Amina Diallo")
ORGANISATION: Final = Placeholder(
    "organisation", _("the organisation that is co-lead"), "Ministry of Digital Affairs"
)
AREA: Final = Placeholder(
    "focus_area", _("the focus area of the working group"), lambda: FocusArea(number=2).name
)
PAPER_TITLE: Final = Placeholder(
    "title", _("the title of the paper"), "Framework, chapter 2", may_be_in_subject=True
)


def staff_page(meaning: Words) -> Placeholder:
    """Return the placeholder of a page in the administration."""
    return Placeholder(
        "page",
        meaning,
        f"{settings.SITE_URL}/admin/",
        PlaceholderType.ADDRESS,
        is_required=True,
    )


PROPOSAL_TITLE: Final = Placeholder(
    "title", _("the title of the proposed meeting"), SAMPLE_TITLE, may_be_in_subject=True
)
GROUP_PAGE: Final = Placeholder(
    "page",
    _("the page on which co-leads run their working group (requires sign-in)"),
    f"{settings.SITE_URL}/en/my/",
    PlaceholderType.ADDRESS,
    is_required=True,
)
REASON: Final = Placeholder(
    "reason",
    _("the reason, as the coordinator wrote it"),
    "The group already meets in that week.",
    PlaceholderType.BLOCK,
    is_required=True,
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
    ),
    TemplateType(
        PROPOSAL_ACCEPTED,
        _("Proposed meeting accepted, to the co-lead"),
        _("A coordinator accepted a proposed meeting, and prepares it."),
        (PROPOSAL_TITLE, AREA, WHEN, GROUP_PAGE),
        opening=sample_greeting,
        ending=CLOSING,
    ),
    TemplateType(
        PROPOSAL_DECLINED,
        _("Proposed meeting declined, to the co-lead"),
        _("A coordinator declined a proposed meeting, with a reason."),
        (PROPOSAL_TITLE, AREA, WHEN, REASON, GROUP_PAGE),
        opening=sample_greeting,
        ending=CLOSING,
    ),
)
