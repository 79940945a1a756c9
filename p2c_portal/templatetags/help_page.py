"""Template tags for the page with questions and answers, and for links to it."""

from collections.abc import Mapping
from typing import Final

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.services.sessions import KEPT_FOR
from accounts.services.sign_in_codes import CODE_LIFETIME
from commitments.services.reports import ASKED_BEFORE
from eoi.services.drafts import DRAFT_LIFETIME, KEPT_FORM_LIFETIME
from members.models import Category
from members.services.answer_files import MAX_FILES
from members.services.focal_points import TRANSFER_EXPIRES_AFTER
from opportunities.services.contacts import SILENT_AFTER
from opportunities.services.ending import ANSWER_WITHIN, OPEN_FOR
from p2c_portal.help_page import QUESTIONS
from p2c_portal.help_types import Question

HOUR = 60 * 60
# The anchor of the question to which a page leads, by the name of the URL. The layout shows the
# link at the end of the page, or a template in its block `help`. The home page has it in the call.
PLACES: Final[Mapping[str, str]] = {
    "accounts:sessions": "stay-signed-in",
    "accounts:sign_in_code": "sign-in",
    "accounts:sign_in_code_enter": "no-code",
    "commitments:answer": "reports",
    "commitments:check": "reports",
    "commitments:commitment": "what-is-a-commitment",
    "commitments:correct": "correct-a-commitment",
    "commitments:edit": "what-is-a-commitment",
    "commitments:my_commitment": "change-a-commitment",
    "commitments:my_commitments": "what-is-a-commitment",
    "commitments:partner_answer": "partners",
    "commitments:propose_change": "change-a-commitment",
    "commitments:register": "what-is-a-commitment",
    "commitments:report": "reports",
    "commitments:report_by_link": "reports",
    "eoi:accept_handover": "change-focal-point",
    "eoi:answer": "answer-a-question",
    "eoi:before_you_start": "what-we-need",
    "eoi:check": "sign-off",
    "eoi:confirm_answers": "sign-off",
    "eoi:create": "continue-later",
    "eoi:draft": "sign-off",
    "eoi:hand_over": "change-focal-point",
    "eoi:received": "what-happens-next",
    "eoi:recover_link": "lost-link",
    "eoi:request_late": "deadline",
    "eoi:sign_off": "sign-off",
    "eoi:status": "correct-or-withdraw",
    "focus_area_detail": "which-focus-area",
    "focus_area_list": "which-focus-area",
    "framework:add": "propose-a-change",
    "framework:add_by_link": "propose-a-change",
    "framework:amendment": "propose-a-change",
    "framework:amendment_by_link": "propose-a-change",
    "framework:framework": "propose-a-change",
    "framework:framework_by_link": "propose-a-change",
    "framework:mine": "what-happens-with-a-proposal",
    "framework:mine_by_link": "what-happens-with-a-proposal",
    "framework:paragraph": "who-sees-a-proposal",
    "framework:paragraph_by_link": "who-sees-a-proposal",
    "framework:propose": "propose-a-change",
    "framework:propose_by_link": "propose-a-change",
    "meetings:calendar": "calendar",
    "opportunities:answer": "who-sees-our-address",
    "opportunities:answer_by_link": "who-sees-our-address",
    "opportunities:contact": "offer-help",
    "opportunities:contact_by_link": "offer-help",
    "opportunities:gaps": "gaps-by-country",
    "opportunities:mine": "how-long-open",
    "opportunities:mine_by_link": "how-long-open",
    "opportunities:offer_here": "describe-a-need",
    "opportunities:opportunity": "why-suggested",
    "opportunities:opportunity_by_link": "why-suggested",
    "opportunities:register": "describe-a-need",
    "opportunities:renew": "how-long-open",
    "opportunities:renew_by_link": "how-long-open",
    "opportunities:report": "report-a-need",
    "opportunities:write": "describe-a-need",
    "opportunities:write_by_link": "describe-a-need",
    "participation:answer_poll": "find-a-date",
    "participation:my_calendar": "reply-to-a-meeting",
    "participation:my_feed": "calendar",
    "participation:my_meeting": "reply-to-a-meeting",
    "participation:my_page": "reply-to-a-meeting",
    "participation:my_papers": "papers",
    "participation:my_poll": "find-a-date",
    "participation:my_preferences": "emails",
    "participation:reply_by_link": "reply-to-a-meeting",
    "privacy:my_data": "my-data",
}
register = template.Library()


def figures() -> dict[str, int | str | Promise]:
    """Return the value of each placeholder in the answers."""
    return {
        "answer_days": ANSWER_WITHIN.days,
        "code_minutes": int(CODE_LIFETIME.total_seconds()) // 60,
        "draft_days": DRAFT_LIFETIME.days,
        "files": MAX_FILES,
        "form_hours": int(KEPT_FORM_LIFETIME.total_seconds()) // HOUR,
        "megabytes": settings.PAPER_AT_MOST_MB,
        "open_days": OPEN_FOR.days,
        "report_days": ASKED_BEFORE.days,
        "session_hours": settings.SESSION_COOKIE_AGE // HOUR,
        "silent_days": SILENT_AFTER.days,
        "stay_days": KEPT_FOR.days,
        "transfer_days": TRANSFER_EXPIRES_AFTER.days,
        "ask_late": _("Ask to send it late"),
        "correct": _("Correct what you sent"),
        "other": Category.OTHER.label,
        "other_signs": _("Somebody else signs for the organisation"),
        "propose_change": _("Propose a change"),
        "report": _("Report as unsuitable"),
        "save": _("Save and continue later"),
        "sign_off": _("Show it to the person who may sign"),
        "transfer": _("Transfer the role"),
        "withdraw": _("Withdraw the commitment"),
    }


@register.filter
def answer(question: Question) -> str:
    """Return the answer to a question, with its numbers and labels."""
    return str(question.answer) % figures()


@register.inclusion_tag("p2c_portal/_help_link.html", takes_context=True)
def help_link(context: template.Context, anchor: str = "") -> dict[str, object]:
    """Link to a question: the one with the anchor, or the one that belongs to the page.

    Shows nothing on a page without a question.
    """
    request: HttpRequest | None = context.get("request")
    match = request.resolver_match if request else None
    if not anchor and match:
        anchor = PLACES.get(match.view_name, "")
    return {"question": QUESTIONS[anchor] if anchor else None}
