"""The placeholders of mail about what co-leads do, which two apps send."""

from typing import Final

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.languages import page_url
from focus_areas.models import FocusArea
from outbox.models.template_types import Placeholder, PlaceholderType, Words

NAME: Final = Placeholder("name", _("the name of the coordinator"), "Kofi Mensah")
BY: Final = Placeholder("by", _("the name of the co-lead’s focal point"), "Amina Diallo")
ORGANISATION: Final = Placeholder(
    "organisation", _("the organisation that is co-lead"), "Ministry of Digital Affairs"
)
AREA: Final = Placeholder(
    "focus_area", _("the focus area of the working group"), lambda: FocusArea(number=2).name
)
GROUP_PAGE: Final = Placeholder(
    "page",
    _("the page on which co-leads run their working group (requires sign-in)"),
    lambda: page_url("participation:my_page", get_language() or "en"),
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


def staff_page(meaning: Words) -> Placeholder:
    """Return the placeholder of a page in the administration."""
    return Placeholder(
        "page",
        meaning,
        f"{settings.SITE_URL}/admin/",
        PlaceholderType.ADDRESS,
        is_required=True,
    )
