"""Which question each page leads to.

The layout shows the link at the end of each page; a template can replace it in the block `help`.
"""

from collections.abc import Mapping
from typing import Final

# The anchor of the question, by the name of the URL. The home page has its link in the call.
PLACES: Final[Mapping[str, str]] = {
    "accounts:sessions": "stay-signed-in",
    "accounts:sign_in_code": "sign-in",
    "accounts:sign_in_code_enter": "no-code",
    "commitments:answer": "reports",
    "commitments:check": "reports",
    "commitments:commitment": "what-is-a-commitment",
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
    "meetings:calendar": "calendar",
    "participation:my_calendar": "reply-to-a-meeting",
    "participation:my_feed": "calendar",
    "participation:my_meeting": "reply-to-a-meeting",
    "participation:my_page": "reply-to-a-meeting",
    "participation:my_papers": "papers",
    "participation:my_preferences": "emails",
    "participation:reply_by_link": "reply-to-a-meeting",
    "privacy:my_data": "my-data",
}
