"""The placeholders of mailings, and the template that ends each bulletin."""

from pathlib import Path
from typing import Final

from django.utils.translation import gettext_lazy as _

from focus_areas.models import FOCUS_AREA_NAMES
from members.services.template_types import ORGANISATION, REFERENCE
from outbox.models.template_types import Placeholder, PlaceholderType, TemplateType
from outbox.services.rendering import PRIVATE_UNSUBSCRIBE

TEXTS: Final = Path(__file__).parents[1] / "data" / "letters"

NAME = Placeholder("name", _("the name of the recipient"), "Amina Diallo")
FOCUS_AREA = Placeholder(
    "focus_area",
    _("the focus area that the organisation belongs to, or asked for"),
    lambda: str(FOCUS_AREA_NAMES[1]),
    may_be_in_subject=True,
)
# Not registered: each mailing has its own texts.
MAILING: Final = TemplateType(
    "mailing",
    _("Mailing"),
    _("Written by hand to many."),
    (NAME, ORGANISATION, REFERENCE, FOCUS_AREA),
)
BULLETIN_ENDING: Final = TemplateType(
    "bulletin_ending",
    _("Ending of every bulletin"),
    _("Ends each bulletin, and says how to unsubscribe."),
    (
        Placeholder(
            "private_unsubscribe",
            _("the recipient's own link to unsubscribe, put in at delivery"),
            PRIVATE_UNSUBSCRIBE,
            PlaceholderType.ADDRESS,
            is_required=True,
            is_fixed=True,
        ),
    ),
    has_subject=False,
)
TEMPLATE_TYPES: Final = (BULLETIN_ENDING,)
