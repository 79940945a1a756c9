"""The types of message to members, and their placeholders.

The default templates are in `members/data/letters/`. Messages use the templates in the database,
which staff can edit.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from core.dates import GENEVA, format_datetime_for
from core.languages import page_url
from focus_areas.models import FOCUS_AREA_NAMES
from members.models import GrantedRole
from members.services.letters import placeholder_values
from members.services.private_links import PAGE_EXPIRES_AFTER
from outbox.models.template_types import Audience, Placeholder, PlaceholderType, TemplateType
from outbox.services.rendering import PRIVATE_CODE, PRIVATE_PAGE, private_link_marker

TEXTS: Final = Path(__file__).parents[1] / "data" / "letters"
# The closing of every letter to a focal point.
CLOSING: Final = "closing"
# The URL name of the page that previews a template with the data of a real member.
PREVIEW: Final = "admin:members_member_preview_template"
# A time during the first call, for previews.
SAMPLE_TIME: Final = datetime(2021, 11, 1, 11, 59, tzinfo=UTC)
SAMPLE_TIME_ZONE: Final = "Africa/Nairobi"

# Why a person gets a message. Each is put below the line at its end.
REASON_FOCAL_POINT: Final = _("You get this as a focal point of an organisation.")
REASON_NAMED: Final = _("You get this because an expression of interest gave this address.")
REASON_ASKED_TO_TAKE_OVER: Final = _("You get this because a focal point gave us this address.")
REASON_FORMER_FOCAL_POINT: Final = _("You get this because you were a focal point until now.")
REASON_CO_LEAD: Final = _("You get this as a co-lead of this working group.")
REASON_STAFF: Final = _("You get this as a member of staff.")
REASON_COORDINATOR: Final = _("You get this because you coordinate this focus area.")


def _moment() -> str:
    return format_datetime_for(SAMPLE_TIME, SAMPLE_TIME_ZONE)


def sample_greeting() -> str:
    """Return the greeting of letters to focal points, with the sample name."""
    return gettext("Dear %(name)s,") % {"name": "Amina Diallo"}


def sample_moments() -> str:
    """Return the sample time, in Nairobi and in Geneva time."""
    return placeholder_values.time_for(SAMPLE_TIME, SAMPLE_TIME_ZONE)


ORGANISATION = Placeholder(
    "organisation", _("the name of the organisation"), "Ministry of Digital Affairs"
)
REFERENCE = Placeholder(
    "reference", _("the reference of the EOI"), "P2C-7K3MQ9", may_be_in_subject=True
)
PAGE = Placeholder(
    "private_page",
    _("the recipient's own page: a private link, inserted at delivery"),
    PRIVATE_PAGE,
    PlaceholderType.ADDRESS,
    is_required=True,
    is_fixed=True,
)
# The first of the private links of a letter that is written for one recipient.
LINK = Placeholder(
    "private_link",
    _("the recipient's own page: a private link, inserted at delivery"),
    private_link_marker(1),
    PlaceholderType.ADDRESS,
    is_required=True,
)
CODE = Placeholder(
    "private_code",
    _("the recipient's own code, for people who cannot open links; inserted at delivery"),
    PRIVATE_CODE,
    PlaceholderType.ADDRESS,
    is_required=True,
    is_fixed=True,
)
CODE_PAGE = Placeholder(
    "code_page",
    _("the page to enter the reference and the code"),
    lambda: page_url("eoi:confirmation_code", get_language() or "en"),
    PlaceholderType.ADDRESS,
    is_required=True,
    is_fixed=True,
)
RECEIVED_AT = Placeholder(
    "received_at", _("when the EOI was received, in the reader’s time zone"), _moment
)
REPLY_WITHIN = Placeholder(
    "reply_within",
    _("the response time that the call promises, in working days"),
    lambda: placeholder_values.in_working_days(10),
)
DAYS_OPEN = Placeholder(
    "days_open",
    _("for how many more days the page is available"),
    lambda: placeholder_values.in_days(PAGE_EXPIRES_AFTER.days),
    is_fixed=True,
)
FOCUS_AREA = Placeholder(
    "focus_area",
    _("the name of the focus area"),
    lambda: str(FOCUS_AREA_NAMES[1]),
    is_required=True,
)
GRANTED_ROLE = Placeholder(
    "granted_role",
    _("the role in the working group"),
    lambda: str(GrantedRole.PARTICIPANT.label),
)
MEETINGS = Placeholder(
    "meetings",
    _("the next three meetings, or a note that none is scheduled yet"),
    lambda: placeholder_values.next_meetings([], GENEVA),
    PlaceholderType.BLOCK,
)
REASONS = Placeholder(
    "reasons",
    _("the chosen reasons, with their heading"),
    lambda: placeholder_values.reasons(["…"]),
    PlaceholderType.BLOCK,
    is_required=True,
)
WRITTEN_TEXT = Placeholder(
    "text", _("what the officer writes"), "…", PlaceholderType.BLOCK, is_required=True
)
QUESTIONS = Placeholder(
    "questions", _("the requested information"), "…", PlaceholderType.BLOCK, is_required=True
)
ASKED_AT = Placeholder(
    "asked_at", _("when we requested the information, in the reader’s time zone"), _moment
)
ROLE = Placeholder(
    "role",
    _("focal point or alternate"),
    lambda: placeholder_values.role_in_words(is_alternate=False),
)
NAMED_BY = Placeholder("named_by", _("the person who named or asked them"), "Amina Diallo")
ACTOR = Placeholder("by", _("the person who did it"), "Amina Diallo")
SUCCESSOR = Placeholder(
    "successor", _("the person who was asked to take over the role"), "Chen Wei"
)
NAMED_ON = Placeholder(
    "named_on",
    _("the day on which they were asked, in the recipient's time zone"),
    lambda: placeholder_values.day_for(SAMPLE_TIME, GENEVA),
)
PREDECESSOR = Placeholder("predecessor", _("the person who holds the role now"), "Amina Diallo")
ROLE_HOLDER = Placeholder("holder", _("the person who holds the role"), "Amina Diallo")
NEW_FOCAL_POINT = Placeholder("new", _("the person who has taken over the role"), "Chen Wei")
FORMER = Placeholder("former", _("the person who held the role before"), "Amina Diallo")
OTHER_REFERENCE = Placeholder("another", _("the reference of the other EOI"), "P2C-R4T6WX")
ANSWER_BY = Placeholder(
    "answer_by",
    _("when the link expires"),
    sample_moments,
    PlaceholderType.BLOCK,
    is_required=True,
)
CONTACT = Placeholder(
    "contact", _("the coalition's mailbox"), lambda: settings.MAIL_REPLY_TO, is_fixed=True
)
LINKS_PAGE = Placeholder(
    "links_page",
    _("the page to request a new link"),
    lambda: page_url("eoi:recover_link", get_language() or "en"),
    PlaceholderType.ADDRESS,
    is_fixed=True,
)

# The address of a feed is never in a mail (decision 42).
FEED_PAGE = Placeholder(
    "feed_page",
    _("the page to subscribe to the calendar, after signing in"),
    lambda: page_url("participation:my_feed", get_language() or "en"),
    PlaceholderType.ADDRESS,
    is_required=True,
    is_fixed=True,
)

MEMBER_PLACEHOLDERS = (ORGANISATION, REFERENCE, RECEIVED_AT)
LINK_AND_CODE_PLACEHOLDERS = (PAGE, CODE_PAGE, CODE)
WORKING_GROUP_PLACEHOLDERS = (FOCUS_AREA, GRANTED_ROLE, MEETINGS, PAGE, FEED_PAGE)

FOCAL_POINT_TYPES: Final = (
    TemplateType(
        "received",
        _("EOI received"),
        _("An expression of interest was received."),
        (*MEMBER_PLACEHOLDERS, *LINK_AND_CODE_PLACEHOLDERS, REPLY_WITHIN),
    ),
    TemplateType(
        "received_alternate",
        _("EOI received, to the alternate"),
        _("An expression of interest that names an alternate focal point was received."),
        (*MEMBER_PLACEHOLDERS, *LINK_AND_CODE_PLACEHOLDERS, REPLY_WITHIN),
    ),
    TemplateType(
        "information_requested",
        _("Information requested"),
        _("An officer requests missing information."),
        (*MEMBER_PLACEHOLDERS, PAGE, QUESTIONS),
    ),
    TemplateType(
        "letter",
        _("Letter to one organisation"),
        _("An officer writes to one organisation, without a decision."),
        (*MEMBER_PLACEHOLDERS, WRITTEN_TEXT),
    ),
    TemplateType(
        "admitted",
        _("Admitted"),
        _("An organisation is admitted to a working group."),
        (*MEMBER_PLACEHOLDERS, *WORKING_GROUP_PLACEHOLDERS),
    ),
    TemplateType(
        "moved",
        _("Moved"),
        _("A member is moved to another working group or role."),
        (*MEMBER_PLACEHOLDERS, *WORKING_GROUP_PLACEHOLDERS),
    ),
    TemplateType(
        "declined",
        _("Declined"),
        _("An expression of interest is declined."),
        (*MEMBER_PLACEHOLDERS, PAGE, REASONS, DAYS_OPEN),
    ),
    TemplateType(
        "withdrawn_by_another",
        _("Withdrawn"),
        _("A focal point has withdrawn the expression of interest."),
        (*MEMBER_PLACEHOLDERS, PAGE, ACTOR, DAYS_OPEN),
    ),
    TemplateType(
        "recovery_link",
        _("Lost link"),
        _("Somebody asked for the link to the page of an expression of interest."),
        (*MEMBER_PLACEHOLDERS, *LINK_AND_CODE_PLACEHOLDERS),
    ),
    TemplateType(
        "repeat_expression",
        _("Another EOI from the organisation"),
        _("Another expression of interest was received in the name of the same organisation."),
        (*MEMBER_PLACEHOLDERS, PAGE, OTHER_REFERENCE),
    ),
    TemplateType(
        "repeat_address",
        _("Another EOI with the address"),
        _("Another expression of interest was received with the same email address."),
        (*MEMBER_PLACEHOLDERS, PAGE, OTHER_REFERENCE),
    ),
    TemplateType(
        "address_changed",
        _("Address corrected, to the former address"),
        _(
            "The address of a focal point, which nobody had confirmed, was corrected in the "
            "browser that sent the expression of interest."
        ),
        (REFERENCE,),
        audience=Audience.UNNAMED,
    ),
    TemplateType(
        "named_alternate",
        _("Named as alternate"),
        _("A focal point has added an alternate."),
        (*MEMBER_PLACEHOLDERS, *LINK_AND_CODE_PLACEHOLDERS, NAMED_BY),
    ),
    TemplateType(
        "role_transfer_request",
        _("Role transfer request"),
        _("A focal point asks somebody to take over the role."),
        (*MEMBER_PLACEHOLDERS, PAGE, NAMED_BY, PREDECESSOR, ROLE, ANSWER_BY),
    ),
    TemplateType(
        "role_transfer_requested_by_you",
        _("Role transfer requested, to the role holder who requested it"),
        _("A focal point has asked somebody to take over their own role."),
        (*MEMBER_PLACEHOLDERS, PAGE, SUCCESSOR, ROLE),
    ),
    TemplateType(
        "role_transfer_to_other_focal_point",
        _("Role transfer requested"),
        format_lazy(
            "{} {}",
            _("Somebody was asked to take over the role of the other focal point."),
            _("The other focal point has asked somebody to take over this person's role."),
        ),
        (*MEMBER_PLACEHOLDERS, PAGE, NAMED_BY, SUCCESSOR, PREDECESSOR, ROLE),
    ),
    TemplateType(
        "role_transfer_declined",
        _("Role transfer declined"),
        _("The person who was asked to take over the role has declined."),
        (*MEMBER_PLACEHOLDERS, PAGE, NAMED_ON, ROLE_HOLDER),
    ),
    TemplateType(
        "role_transfer_expired",
        _("Role transfer expired"),
        _("The person who was asked to take over the role did not reply in time."),
        (*MEMBER_PLACEHOLDERS, PAGE, NAMED_ON, ROLE_HOLDER),
    ),
    TemplateType(
        "role_transfer_completed",
        _("Role transfer completed, to the new focal point"),
        _("Somebody has taken over the role of a focal point."),
        (*MEMBER_PLACEHOLDERS, *LINK_AND_CODE_PLACEHOLDERS, ROLE),
    ),
    TemplateType(
        "working_group",
        _("Working group, to the new focal point"),
        _("Somebody has taken over the role of a focal point of an admitted member."),
        (*MEMBER_PLACEHOLDERS, *WORKING_GROUP_PLACEHOLDERS),
    ),
    TemplateType(
        "role_ended",
        _("Role transfer completed, to the former focal point"),
        _("Somebody else has taken over the role."),
        (*MEMBER_PLACEHOLDERS, NEW_FOCAL_POINT),
    ),
    TemplateType(
        "role_changed",
        _("Role transfer completed, to the other focal point"),
        _("Somebody has taken over the role of the other focal point."),
        (*MEMBER_PLACEHOLDERS, NEW_FOCAL_POINT, FORMER, ROLE),
    ),
    TemplateType(
        "reminder_information_request",
        _("Reminder of a request for information"),
        _("There is no reply yet to a request for information."),
        (*MEMBER_PLACEHOLDERS, PAGE, ASKED_AT, QUESTIONS),
    ),
    TemplateType(
        "reminder_confirm_address",
        _("Reminder to confirm the address"),
        _("A focal point has not confirmed their address."),
        (*MEMBER_PLACEHOLDERS, *LINK_AND_CODE_PLACEHOLDERS),
    ),
)
# Those who do not get it as a focal point, or not yet.
OTHER_REASONS: Final = {
    "received": REASON_NAMED,
    "received_alternate": REASON_NAMED,
    "reminder_confirm_address": REASON_NAMED,
    "address_changed": REASON_NAMED,
    "role_transfer_request": REASON_ASKED_TO_TAKE_OVER,
    "role_ended": REASON_FORMER_FOCAL_POINT,
}
THE_CLOSING: Final = TemplateType(
    CLOSING,
    _("Closing text of every letter"),
    _("Ends each letter to a focal point."),
    (CONTACT, LINKS_PAGE),
    has_subject=False,
)


def _opening_of(kind: TemplateType) -> str | Callable[[], str]:
    return sample_greeting if kind.audience is Audience.FOCAL_POINTS else ""


TEMPLATE_TYPES: Final = tuple(
    replace(kind, preview=PREVIEW)
    for kind in (
        *(
            replace(
                kind,
                opening=_opening_of(kind),
                ending=CLOSING,
                reason=OTHER_REASONS.get(kind.name, REASON_FOCAL_POINT),
            )
            for kind in FOCAL_POINT_TYPES
        ),
        THE_CLOSING,
    )
)
