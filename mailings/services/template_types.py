"""The placeholders of mailings, and the template that ends each bulletin."""

from pathlib import Path
from typing import Final

from django.utils.translation import gettext_lazy as _

from focus_areas.models import FOCUS_AREA_NAMES
from members.services.template_types import ORGANISATION, REASON_FOCAL_POINT, REFERENCE
from outbox.models.template_types import Placeholder, PlaceholderType, TemplateType
from outbox.services.rendering import PRIVATE_UNSUBSCRIBE

TEXTS: Final = Path(__file__).parents[1] / "data" / "letters"

NAME = Placeholder("name", _("the name of the recipient"), "Amina Diallo")
FOCUS_AREA = Placeholder(
    "focus_area",
    _("the focus area of the organisation, or its first choice"),
    lambda: str(FOCUS_AREA_NAMES[1]),
    may_be_in_subject=True,
)
# Not registered: each mailing has its own texts.
MAILING: Final = TemplateType(
    "mailing",
    _("Mailing"),
    _("Written by staff and sent to selected recipients."),
    (NAME, ORGANISATION, REFERENCE, FOCUS_AREA),
    # The end of a bulletin says it itself.
    reason=REASON_FOCAL_POINT,
)
BULLETIN_ENDING: Final = TemplateType(
    "bulletin_ending",
    _("Bulletin footer"),
    _("Added at the end of each bulletin. Explains how to unsubscribe."),
    (
        Placeholder(
            "private_unsubscribe",
            _("the recipient's own unsubscribe link, added when the email is sent"),
            PRIVATE_UNSUBSCRIBE,
            PlaceholderType.ADDRESS,
            is_required=True,
            is_fixed=True,
        ),
    ),
    has_subject=False,
)
TEMPLATE_TYPES: Final = (BULLETIN_ENDING,)
