"""The template types of mail about letters of co-leads to their working group.

The default texts are in `mailings/data/letters/`.
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

GROUP_LETTER_WAITING: Final = "group_letter_waiting"
GROUP_LETTER_RELEASED: Final = "group_letter_released"
GROUP_LETTER_RETURNED: Final = "group_letter_returned"

SUBJECT: Final = Placeholder(
    "title",
    _("the subject of the letter"),
    "Your comments on chapter 2",
    may_be_in_subject=True,
    may_be_shortened=True,
)
TEMPLATE_TYPES: Final = (
    TemplateType(
        GROUP_LETTER_WAITING,
        _("Letter of a co-lead waits, to the coordinators"),
        _("A co-lead wrote a letter to their working group, which waits for release."),
        (
            NAME,
            BY,
            ORGANISATION,
            AREA,
            SUBJECT,
            staff_page(_("the page of the letter in the administration")),
        ),
        audience=Audience.STAFF,
        reason=REASON_COORDINATOR,
    ),
    TemplateType(
        GROUP_LETTER_RELEASED,
        _("Letter released, to the co-lead"),
        _("A coordinator released the letter of a co-lead, and it is being sent."),
        (SUBJECT, AREA, GROUP_PAGE),
        opening=sample_greeting,
        ending=CLOSING,
        reason=REASON_CO_LEAD,
    ),
    TemplateType(
        GROUP_LETTER_RETURNED,
        _("Letter returned, to the co-lead"),
        _("A coordinator returned the letter of a co-lead with a reason."),
        (SUBJECT, AREA, REASON, GROUP_PAGE),
        opening=sample_greeting,
        ending=CLOSING,
        reason=REASON_CO_LEAD,
    ),
)
