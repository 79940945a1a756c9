"""The template types of mail about needs and offers, and their placeholders.

The default texts are in `opportunities/data/letters/`. No letter has what one member wrote to
another: it is read on the page that the letter leads to.
"""

from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.dates import format_date
from core.languages import page_url
from members.services.template_types import (
    CLOSING,
    LINK,
    ORGANISATION,
    REASON_FOCAL_POINT,
    sample_greeting,
)
from outbox.models.template_types import Placeholder, PlaceholderType, TemplateType, Words
from outbox.services.rendering import private_link_marker

TEXTS: Final = Path(__file__).parents[1] / "data" / "letters"
SAMPLE_DAY: Final = date(2026, 12, 20)
SAMPLE_REFERENCE: Final = "N-8WZC3M"

# The kinds of mail
QUESTION: Final = "opportunity_question"
PUBLISHED: Final = "opportunity_published"
CHANGE_PUBLISHED: Final = "opportunity_change_published"
CHANGE_DECLINED: Final = "opportunity_change_declined"
CLOSED: Final = "opportunity_closed"
RENEWAL: Final = "opportunity_renewal"
CONTACT: Final = "opportunity_contact"
CONTACT_ACCEPTED: Final = "opportunity_contact_accepted"
CONTACT_ENDED: Final = "opportunity_contact_ended"
CONTACT_SILENCE: Final = "opportunity_contact_silence"
MATCHES: Final = "opportunity_matches"
COMMITTED: Final = "opportunity_committed"

TITLE: Final = Placeholder(
    "title",
    _("the title of the need or offer"),
    "Training for 900 teachers",
    may_be_in_subject=True,
    may_be_shortened=True,
)
REFERENCE: Final = Placeholder(
    "reference", _("its reference"), SAMPLE_REFERENCE, may_be_in_subject=True
)
KIND: Final = Placeholder(
    "kind", _("“need” or “offer”"), partial(str, _("need")), may_be_in_subject=True
)
PAGE: Final = Placeholder(
    "page",
    _("the public page of the need or offer"),
    lambda: page_url("opportunities:opportunity", get_language() or "en", SAMPLE_REFERENCE),
    PlaceholderType.ADDRESS,
)
OPEN_UNTIL: Final = Placeholder(
    "open_until",
    _("the day on which it ends, in the reader’s time zone"),
    partial(format_date, SAMPLE_DAY),
)
ASKED: Final = Placeholder(
    "question", _("what staff ask"), "…", PlaceholderType.BLOCK, is_required=True
)
REASON: Final = Placeholder(
    "reason", _("the reason that staff gave"), "…", PlaceholderType.BLOCK, is_required=True
)
OTHER: Final = Placeholder("other", _("the name of the other organisation"), "Internet Society")
PEOPLE: Final = Placeholder(
    "people",
    _("the focal points of the other organisation, with their addresses"),
    "…",
    PlaceholderType.BLOCK,
    is_required=True,
)
WHY_ENDED: Final = Placeholder(
    "why",
    _("why the contact ended: declined, or the need or offer is no longer open"),
    "…",
    PlaceholderType.BLOCK,
    is_required=True,
)
NEW_MATCHES: Final = Placeholder(
    "matches",
    _("each new match with its reasons"),
    "…",
    PlaceholderType.BLOCK,
    is_required=True,
)
COMMITMENT: Final = Placeholder(
    "commitment",
    _("the public page of the commitment"),
    lambda: page_url("commitments:commitment", get_language() or "en", "C-7K3MQ9"),
    PlaceholderType.ADDRESS,
    is_required=True,
)


def _link(name: str, meaning: Words, number: int) -> Placeholder:
    marker = private_link_marker(number)
    return Placeholder(name, meaning, marker, PlaceholderType.ADDRESS, is_required=True)


# Beside the first link, which leads to the page where it is renewed.
CLOSE_LINK: Final = _link("close_link", _("the page on which it is closed: a private link"), 2)
CHANGE_LINK: Final = _link("change_link", _("the page on which it is changed: a private link"), 3)
SWITCH_OFF_LINK: Final = _link(
    "switch_off_link", _("the page on which these emails are switched off: a private link"), 2
)

TEMPLATE_TYPES: Final = tuple(
    TemplateType(
        name,
        label,
        description,
        (*own, ORGANISATION, *placeholders, LINK),
        opening=sample_greeting,
        ending=CLOSING,
        reason=REASON_FOCAL_POINT,
    )
    for name, label, description, own, placeholders in (
        (
            QUESTION,
            _("Question about a need or offer"),
            _("Staff ask the member for information before they publish."),
            (TITLE, REFERENCE, KIND),
            (ASKED,),
        ),
        (
            PUBLISHED,
            _("Need or offer published"),
            _("A need or an offer was published."),
            (TITLE, REFERENCE, KIND),
            (PAGE, OPEN_UNTIL),
        ),
        (
            CHANGE_PUBLISHED,
            _("Change of a need or offer published"),
            _("What the member changed was published."),
            (TITLE, REFERENCE, KIND),
            (PAGE,),
        ),
        (
            CHANGE_DECLINED,
            _("Change of a need or offer declined"),
            _("What the member changed was not published."),
            (TITLE, REFERENCE, KIND),
            (REASON,),
        ),
        (
            CLOSED,
            _("Need or offer closed by staff"),
            _("Staff did not publish a need or an offer, or closed it."),
            (TITLE, REFERENCE, KIND),
            (REASON,),
        ),
        (
            RENEWAL,
            _("Need or offer: is it still open?"),
            _("After 60 days: renew it, close it with the result, or change it."),
            (TITLE, REFERENCE, KIND),
            (OPEN_UNTIL, CLOSE_LINK, CHANGE_LINK),
        ),
        (
            CONTACT,
            _("A member wrote about a need or offer"),
            _("Another member offers help, or asks for what is offered."),
            (TITLE, REFERENCE, KIND),
            (OTHER,),
        ),
        (
            CONTACT_ACCEPTED,
            _("Contact accepted"),
            _("Both sides read each other’s names and addresses."),
            (TITLE, REFERENCE, KIND),
            (OTHER, PEOPLE),
        ),
        (
            CONTACT_ENDED,
            _("Contact ended"),
            _("A contact was declined, or the need or offer ended before an answer."),
            (TITLE, REFERENCE, KIND),
            (OTHER, WHY_ENDED),
        ),
        (
            CONTACT_SILENCE,
            _("Contact without an answer for 14 days"),
            _("The sender learns that nobody has answered."),
            (TITLE, REFERENCE, KIND),
            (OTHER,),
        ),
        (
            MATCHES,
            _("New matches"),
            _("Once a week at most: which needs and offers fit those of the organisation."),
            (),
            (NEW_MATCHES, SWITCH_OFF_LINK),
        ),
        (
            COMMITTED,
            _("A commitment was made"),
            _("A commitment was published that began with a need or an offer."),
            (TITLE, REFERENCE, KIND),
            (OTHER, COMMITMENT),
        ),
    )
)
