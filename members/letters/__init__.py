"""What is written to the people of a member: each letter, how it is queued and cancelled."""

from members.letters.again import NotWrittenAgain, addressee_of, write_again
from members.letters.colleagues import tell_officer
from members.letters.decisions import (
    acknowledge,
    draft_admission,
    draft_decline,
    draft_information_request,
    draft_move,
    in_order,
)
from members.letters.making import (
    STANDARD,
    Draft,
    Letter,
    cancel_letters,
    cancel_links_of,
    closing,
    drafts_for,
    greeting,
    has_unsent_letters,
    page_language,
    primary,
    queue_letter,
    segment_of,
    whole_letter,
)
from members.letters.others import tell_of_another
from members.letters.own import tell_withdrawn
from members.letters.reminders import cancel_reminder_to_confirm, cancel_reminders_to_confirm
from members.letters.roles import (
    ask_successor,
    cancel_question,
    erase_successor,
    greet_alternate,
    tell_of_new_focal_point,
    tell_unsucceeded,
)
from members.letters.trying import Tried, try_text

__all__ = [
    "STANDARD",
    "Draft",
    "Letter",
    "NotWrittenAgain",
    "Tried",
    "acknowledge",
    "addressee_of",
    "ask_successor",
    "cancel_letters",
    "cancel_links_of",
    "cancel_question",
    "cancel_reminder_to_confirm",
    "cancel_reminders_to_confirm",
    "closing",
    "draft_admission",
    "draft_decline",
    "draft_information_request",
    "draft_move",
    "drafts_for",
    "erase_successor",
    "greet_alternate",
    "greeting",
    "has_unsent_letters",
    "in_order",
    "page_language",
    "primary",
    "queue_letter",
    "segment_of",
    "tell_of_another",
    "tell_of_new_focal_point",
    "tell_officer",
    "tell_unsucceeded",
    "tell_withdrawn",
    "try_text",
    "whole_letter",
    "write_again",
]
