"""The template types of the mails about an account of staff."""

from functools import partial
from typing import Final

from django.utils.translation import gettext_lazy as _

from core.dates import format_date
from members.services.template_types import ACTOR, CONTACT, REASON_STAFF, SAMPLE_TIME
from outbox.models.template_types import Audience, Placeholder, PlaceholderType, TemplateType
from outbox.services.rendering import PRIVATE_PAGE

NAME = Placeholder("name", _("the name of the member of staff"), "Kofi Mensah")
ROLE = Placeholder("role", _("the role of the member of staff"), "Triage officer")
LINK = Placeholder(
    "private_page",
    _("the private link on which the person sets a password"),
    PRIVATE_PAGE,
    PlaceholderType.ADDRESS,
    is_required=True,
    is_fixed=True,
)
EXPIRES_ON = Placeholder(
    "expires_on", _("the last day of the link"), partial(format_date, SAMPLE_TIME.date())
)

INVITATION: Final = TemplateType(
    "staff_invitation",
    _("Invitation of staff"),
    _("A colleague has invited a person to the staff. The link works once, for seven days."),
    (NAME, ACTOR, ROLE, LINK, EXPIRES_ON, CONTACT),
    audience=Audience.STAFF,
    reason=_("You get this because a colleague invited you."),
)
SECOND_FACTOR_RESET: Final = TemplateType(
    "staff_second_factor_reset",
    _("Two-factor authentication reset"),
    _("A colleague has removed the second factor of a member of staff."),
    (NAME, ACTOR, CONTACT),
    audience=Audience.STAFF,
    reason=REASON_STAFF,
)
TEMPLATE_TYPES: Final = (INVITATION, SECOND_FACTOR_RESET)
