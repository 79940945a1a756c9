"""The template type of the daily digest, and the variables of its template."""

from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from members.services.template_types import OFFICER, PREVIEW
from outbox.models.template_types import Audience, Placeholder, PlaceholderType, TemplateType
from triage.desk.services.work_queue import list_in_markdown

TEXTS: Final = Path(__file__).parents[2] / "data" / "letters"

WAITING = Placeholder(
    "waiting",
    _("what waits, each with a link to its list"),
    lambda: list_in_markdown({"nobodys": 12, "mine": 3, "overdue": 1}),
    PlaceholderType.BLOCK,
    is_required=True,
)
PREFERENCES = Placeholder(
    "preferences",
    _("the page where this mail can be ended"),
    f"{settings.SITE_URL}/accounts/preferences/",
    PlaceholderType.ADDRESS,
    is_required=True,
)

OFFICER_DIGEST: Final = TemplateType(
    "officer_daily_digest",
    _("What waits, each morning, to the staff"),
    _("It is seven in the morning where somebody of the staff is, and something waits."),
    (OFFICER, WAITING, PREFERENCES),
    audience=Audience.STAFF,
    preview=PREVIEW,
)
TEMPLATE_TYPES: Final = (OFFICER_DIGEST,)
