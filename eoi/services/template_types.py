"""The template types of letters to owners of drafts, and about the next call."""

from pathlib import Path
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.languages import page_url
from members.services.template_types import CLOSING, PAGE, PREVIEW, REFERENCE, sample_moments
from outbox.models.template_types import Audience, Placeholder, PlaceholderType, TemplateType

TEXTS: Final = Path(__file__).parents[1] / "data" / "letters"

KEPT_UNTIL = Placeholder(
    "kept_until",
    _("when the draft is deleted"),
    sample_moments,
    PlaceholderType.BLOCK,
    is_required=True,
)
DEADLINE = Placeholder(
    "deadline", _("the deadline"), sample_moments, PlaceholderType.BLOCK, is_required=True
)
DEADLINE_BEFORE = Placeholder(
    "deadline_before", _("the previously announced deadline"), sample_moments, PlaceholderType.BLOCK
)
OPENS_AT = Placeholder(
    "opens_at", _("when the call opens"), sample_moments, PlaceholderType.BLOCK, is_required=True
)
FORM_PAGE = Placeholder(
    "form_page",
    _("the page with the form"),
    lambda: page_url("eoi:create", get_language() or "en"),
    PlaceholderType.ADDRESS,
    is_required=True,
)
LATE_UNTIL = Placeholder(
    "deadline",
    _("until when it can be sent"),
    sample_moments,
    PlaceholderType.BLOCK,
    is_required=True,
)
REFUSAL = Placeholder(
    "reason",
    _("the reason that the officer wrote"),
    "…",
    PlaceholderType.BLOCK,
    is_required=True,
)
# Why a person gets a message.
REASON_OWNER_OF_DRAFT: Final = _(
    "You get this because an unfinished expression of interest was saved with this address."
)
REASON_PREPARER: Final = _("You get this because you prepared this expression of interest.")
REASON_ASKED_TO_BE_TOLD: Final = _(
    "You get this because we were asked to tell this address of the next call."
)
OTHER_REASONS: Final = {
    "answers_sent": REASON_PREPARER,
    "call_alert_requested": REASON_ASKED_TO_BE_TOLD,
    "call_opened": REASON_ASKED_TO_BE_TOLD,
}
# The address of a draft is not confirmed, so no placeholder repeats what was typed.
DRAFT_PLACEHOLDERS = (PAGE, DEADLINE, KEPT_UNTIL)
DEADLINE_PLACEHOLDERS = (PAGE, DEADLINE, DEADLINE_BEFORE)

TEMPLATE_TYPES: Final = tuple(
    TemplateType(
        name,
        label,
        description,
        placeholders,
        audience=Audience.UNNAMED,
        preview=PREVIEW,
        ending=CLOSING,
        reason=OTHER_REASONS.get(name, REASON_OWNER_OF_DRAFT),
    )
    for name, label, description, placeholders in (
        (
            "draft_saved",
            _("Draft saved"),
            _("An unfinished expression of interest is saved."),
            DRAFT_PLACEHOLDERS,
        ),
        (
            "draft_recovery_link",
            _("Draft link requested"),
            _("Somebody requested the link to an unfinished expression of interest."),
            DRAFT_PLACEHOLDERS,
        ),
        (
            "answers_confirmed",
            _("Draft confirmed"),
            _("The person who may sign has confirmed the answers of a draft. Sent to its owner."),
            (PAGE, DEADLINE),
        ),
        (
            "answers_sent",
            _("Draft confirmed and sent"),
            _(
                "The person who may sign has confirmed the answers of a draft and sent them. Sent "
                "to its owner."
            ),
            (REFERENCE,),
        ),
        (
            "draft_expires",
            _("Draft expires"),
            _("An unfinished expression of interest will soon be deleted. Its call is still open."),
            DRAFT_PLACEHOLDERS,
        ),
        (
            "draft_expires_closed",
            _("Draft expires (call closed)"),
            _("An unfinished expression of interest will soon be deleted. Its call is closed."),
            (PAGE, KEPT_UNTIL),
        ),
        (
            "deadline_later",
            _("Deadline extended"),
            _("The deadline of a call was extended. Sent to people with a draft."),
            DEADLINE_PLACEHOLDERS,
        ),
        (
            "deadline_earlier",
            _("Deadline brought forward"),
            _("The deadline of a call was brought forward. Sent to people with a draft."),
            DEADLINE_PLACEHOLDERS,
        ),
        (
            "call_reopened",
            _("Call reopened"),
            _("A closed call was reopened. Sent to people with a draft."),
            DEADLINE_PLACEHOLDERS,
        ),
        (
            "call_closed",
            _("Call closed early"),
            _("A call closed earlier than announced. Sent to people with a draft."),
            DEADLINE_PLACEHOLDERS,
        ),
        (
            "call_postponed",
            _("Call postponed"),
            _(
                "A call that was open was postponed and will open later. Sent to people with a "
                "draft."
            ),
            (*DEADLINE_PLACEHOLDERS, OPENS_AT),
        ),
        (
            "late_accepted",
            _("Late expression of interest accepted"),
            _("An officer lets an unfinished expression of interest be sent after the deadline."),
            (PAGE, LATE_UNTIL),
        ),
        (
            "late_refused",
            _("Late expression of interest refused"),
            _("An officer refuses to accept an expression of interest after the deadline."),
            (PAGE, REFUSAL, KEPT_UNTIL),
        ),
        (
            "reminder_draft",
            _("Reminder of the deadline"),
            _("The deadline is near, and an expression of interest is unfinished."),
            DRAFT_PLACEHOLDERS,
        ),
        (
            "call_alert_requested",
            _("Next call: confirm the address"),
            _("Somebody asked to be told when the next call opens, and must confirm the address."),
            (PAGE,),
        ),
        (
            "call_opened",
            _("Next call: open"),
            _("A call has opened. Sent once to those who asked to be told."),
            (FORM_PAGE, DEADLINE),
        ),
    )
)
