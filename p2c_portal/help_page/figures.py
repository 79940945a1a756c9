"""The numbers and labels in the answers, from the places that define them."""

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.services.sessions import KEPT_FOR
from accounts.services.sign_in_codes import CODE_LIFETIME
from commitments.services.reports import ASKED_BEFORE
from eoi.services.drafts import DRAFT_LIFETIME, KEPT_FORM_LIFETIME
from members.models import Category
from members.services.answer_files import MAX_FILES
from members.services.focal_points import TRANSFER_EXPIRES_AFTER

HOUR = 60 * 60


def figures() -> dict[str, int | str | Promise]:
    """Return the value of each placeholder in the answers."""
    return {
        "code_minutes": int(CODE_LIFETIME.total_seconds()) // 60,
        "draft_days": DRAFT_LIFETIME.days,
        "files": MAX_FILES,
        "form_hours": int(KEPT_FORM_LIFETIME.total_seconds()) // HOUR,
        "megabytes": settings.PAPER_AT_MOST_MB,
        "report_days": ASKED_BEFORE.days,
        "session_hours": settings.SESSION_COOKIE_AGE // HOUR,
        "stay_days": KEPT_FOR.days,
        "transfer_days": TRANSFER_EXPIRES_AFTER.days,
        "ask_late": _("Ask to send it late"),
        "other": Category.OTHER.label,
        "other_signs": _("Somebody else signs for the organisation"),
        "propose_change": _("Propose a change"),
        "save": _("Save and continue later"),
        "sign_off": _("Show it to the person who may sign"),
        "transfer": _("Transfer the role"),
        "withdraw": _("Withdraw the commitment"),
    }
