"""The template type of the daily digest, and the variables of its template."""

from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from members.services.officer_types import OFFICER
from members.services.template_types import PREVIEW
from outbox.models.template_types import Audience, Placeholder, PlaceholderType, TemplateType
from triage.desk.services.work_queue import list_in_markdown

TEXTS: Final = Path(__file__).parents[2] / "data" / "letters"

WAITING = Placeholder(
    "waiting",
    _("what is new, and the items of the work queue, each with a link"),
    lambda: list_in_markdown({"unassigned": 12, "mine": 3, "overdue": 1}),
    PlaceholderType.BLOCK,
    is_required=True,
)
PREFERENCES = Placeholder(
    "preferences",
    _("the page where the daily summary can be turned off"),
    f"{settings.SITE_URL}/accounts/preferences/",
    PlaceholderType.ADDRESS,
    is_required=True,
)

OFFICER_DIGEST: Final = TemplateType(
    "officer_daily_digest",
    _("Daily summary for staff"),
    _("It is 07:00 in the time zone of a member of staff, and the work queue is not empty."),
    (OFFICER, WAITING, PREFERENCES),
    audience=Audience.STAFF,
    preview=PREVIEW,
    reason=_("You get this because you can assign applicants."),
)
TEMPLATE_TYPES: Final = (OFFICER_DIGEST,)
