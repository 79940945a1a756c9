"""What is written to a member's focal points: drafts, letters queued, and messages written again.

A letter is a greeting, a text that staff may edit, and a closing. Each goes to the focal point
and the alternate, in the language of each.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from accounts.models import User
from focus_areas.models import FocusArea, Meeting, MeetingStatus
from focus_areas.times import GENEVA, meeting_in_words, moment_in_words
from members.links import feed_address, working_group_address
from members.locking import lock
from members.models import (
    FocalPoint,
    GrantedRole,
    Member,
    MemberStatus,
    TimelineEntry,
    TimelineKind,
    Title,
)
from outbox.models import FINISHED, Message
from outbox.queueing import cancel, cancel_private_links, compose_message, queue_messages
from outbox.queueing import write_again as write_message_again
from outbox.rendering import PRIVATE_FEED, PRIVATE_PAGE, typed

# How many of the working group's next meetings the admission names.
NEXT_MEETINGS = 3
# The focal point in the topic of a letter: reference, kind, entry, addressee, and how many times
# it was written again.
ADDRESSEE: Final = re.compile(r"/focal-point-(\d+)(?:/|$)")

GREETINGS: Final = {
    "": gettext_lazy("Dear %(name)s,"),
    Title.HE: gettext_lazy("Your Excellency %(name)s,"),
    Title.DR: gettext_lazy("Dear Dr %(name)s,"),
    Title.PROF: gettext_lazy("Dear Professor %(name)s,"),
    Title.MS: gettext_lazy("Dear Ms %(name)s,"),
    Title.MR: gettext_lazy("Dear Mr %(name)s,"),
    Title.MX: gettext_lazy("Dear Mx %(name)s,"),
}


@dataclass(frozen=True)
class Draft:
    """The part of a letter that staff may edit: its subject and its text in Markdown."""

    subject: str
    body: str


# In place of a draft: the standard text, for each recipient in their own language.
STANDARD: Final = Draft(subject="", body="")


class DeclineReason(models.TextChoices):
    """Why a member is declined, as staff choose it; REASON_TEXTS is what the letter says."""

    OUTSIDE_FOCUS_AREAS = "outside_focus_areas", gettext_lazy("Outside the four focus areas")
    NOT_AN_ORGANISATION = "not_an_organisation", gettext_lazy("Not on behalf of an organisation")
    NOT_AUTHORISED = "not_authorised", gettext_lazy("The organisation did not confirm it")
    NOT_ENOUGH_KNOWN = "not_enough_known", gettext_lazy("Not enough is known to decide")
    PRINCIPLES = "principles", gettext_lazy("Does not agree with the coalition's principles")


REASON_TEXTS: Final = {
    DeclineReason.OUTSIDE_FOCUS_AREAS: gettext_lazy(
        "What you would like to bring lies outside the four focus areas of the coalition."
    ),
    DeclineReason.NOT_AN_ORGANISATION: gettext_lazy(
        "Membership is open to organisations, and we could not see on behalf of which one the "
        "interest was expressed."
    ),
    DeclineReason.NOT_AUTHORISED: gettext_lazy(
        "We asked the organisation, and it did not confirm that the interest was expressed on "
        "its behalf."
    ),
    DeclineReason.NOT_ENOUGH_KNOWN: gettext_lazy(
        "What we know of the organisation and its work is not enough for us to decide."
    ),
    DeclineReason.PRINCIPLES: gettext_lazy(
        "The activities described do not agree with the principles of the coalition."
    ),
}


class NotWrittenAgain(Exception):
    """The message cannot be written again; says why."""


def letter_language(focal_point: FocalPoint) -> str:
    """Return the language that the focal point is written to in: theirs where we have it."""
    whole = [code for code, _name in settings.LANGUAGES]
    return focal_point.language if focal_point.language in whole else "en"


def greeting(focal_point: FocalPoint, language: str = "") -> str:
    """Return the line that a letter opens with, in Markdown and in their language or another."""
    with override(language or letter_language(focal_point)):
        return str(GREETINGS[focal_point.title]) % {"name": typed(focal_point.full_name)}


def closing(focal_point: FocalPoint, language: str = "") -> str:
    """Return the lines that a letter ends with, in Markdown and in their language or another."""
    return _text("closing", focal_point, language or letter_language(focal_point), {})


def acknowledge(
    member: Member, focal_points: Iterable[FocalPoint], entry: TimelineEntry
) -> list[Message]:
    """Tell the focal points that their EOI arrived and what happens next.

    Repeats nothing that was typed but names: anyone can type anything to any address.
    """
    return _queue_letters(
        member,
        entry,
        lambda focal_point: _draft(
            "received",
            focal_point,
            gettext_lazy("We received your expression of interest"),
        ),
        focal_points=focal_points,
    )


def draft_information_request(
    *, member: Member, missing: str, focal_point: FocalPoint | None = None
) -> Draft:
    """Draft the letter that asks for what is missing, for one focal point or the first."""
    return _draft(
        "information_requested",
        focal_point or primary(member),
        gettext_lazy("We need some information from you"),
        missing=missing.strip(),
    )


def draft_admission(
    *,
    member: Member,
    focus_area: FocusArea,
    role: str,
    at: datetime,
    focal_point: FocalPoint | None = None,
) -> Draft:
    """Draft the letter that welcomes a member to a working group."""
    recipient = focal_point or primary(member)
    return _draft(
        "admitted",
        recipient,
        gettext_lazy("Welcome to the Partner2Connect Digital Coalition"),
        **_working_group(focus_area, role, at, recipient),
    )


def draft_move(
    *,
    member: Member,
    focus_area: FocusArea,
    role: str,
    at: datetime,
    focal_point: FocalPoint | None = None,
) -> Draft:
    """Draft the letter that tells a member of its new working group or role."""
    recipient = focal_point or primary(member)
    return _draft(
        "moved",
        recipient,
        gettext_lazy("Your place in the working groups has changed"),
        **_working_group(focus_area, role, at, recipient),
    )


def draft_decline(
    *, member: Member, reasons: Iterable[str], focal_point: FocalPoint | None = None
) -> Draft:
    """Draft the letter that declines a member, for the reasons given."""
    return _draft(
        "declined",
        focal_point or primary(member),
        gettext_lazy("Your expression of interest"),
        reasons=[REASON_TEXTS[DeclineReason(reason)] for reason in reasons],
    )


def queue_letter(
    member: Member, entry: TimelineEntry, letter: Draft | None, draft: Callable[..., Draft]
) -> list[Message]:
    """Queue the letter of one timeline entry to each focal point.

    `letter` is the text as edited, None for no letter, STANDARD for what `draft` gives for
    each focal point. An edited text was drafted in the first focal point's language, and is one
    letter as a whole: the alternate gets it in that language too.
    """
    if letter is None:
        return []
    if letter is STANDARD:
        return _queue_letters(
            member, entry, lambda focal_point: draft(member=member, focal_point=focal_point)
        )
    return _queue_letters(
        member, entry, lambda _focal_point: letter, language=letter_language(primary(member))
    )


@transaction.atomic
def write_again(*, message: Message, times: int, by: User, at: datetime) -> Message:
    """Write a message again to its focal point's present address, with fresh private links.

    `times` is how often it had been written again when the person decided to do so.

    Raises NotWrittenAgain where it has not gone out yet, was written again meanwhile, was
    written to no focal point, or brings private links that would open nothing.
    """
    focal_point = addressee_of(message)
    if not focal_point:
        raise NotWrittenAgain(_("This message was not written to a focal point."))
    member = focal_point.member
    # Locked, so that two clicks are one, and no links are revoked in between.
    lock(member)
    focal_point.refresh_from_db()
    message.refresh_from_db()
    if message.status not in FINISHED:
        raise NotWrittenAgain(_("This message has not gone out yet."))
    if message.written_again_as.count() != times:
        raise NotWrittenAgain(_("This message was written again after you opened this page."))
    brings_links = PRIVATE_PAGE in message.body or PRIVATE_FEED in message.body
    if brings_links and member.status != MemberStatus.ADMITTED:
        raise NotWrittenAgain(
            _("This message brings private links, and the member is not admitted any more.")
        )
    return write_message_again(
        message=message,
        recipient=focal_point.email,
        recipient_name=focal_point.full_name,
        by=by,
        at=at,
        private_page=_page_for(focal_point, message.body),
        private_feed=_feed_for(focal_point, message.body),
    )


def addressee_of(message: Message) -> FocalPoint | None:
    """Return the focal point that a message was written to, if any, as its topic says."""
    named = ADDRESSEE.search(message.topic)
    return FocalPoint.objects.filter(pk=int(named[1])).first() if named else None


def cancel_letters(member: Member, *kinds: TimelineKind, at: datetime) -> None:
    """Cancel what was not sent yet of the letters of some kinds."""
    for kind in kinds:
        cancel(topic=_topic_of_kind(member, kind), at=at)


def has_unsent_letters(member: Member, *kinds: TimelineKind, at: datetime) -> bool:
    """Say whether there is anything to cancel among the letters of some kinds."""
    concerned = Q()
    for kind in kinds:
        concerned |= Q(topic__startswith=f"{_topic_of_kind(member, kind)}/")
    return Message.objects.filter(concerned).unsent(at).exists()


def cancel_links_of(focal_point: FocalPoint, *, at: datetime) -> None:
    """Cancel what would bring a focal point private links that were revoked."""
    cancel_private_links(
        reference=focal_point.member.reference, segment=_segment_of(focal_point), at=at
    )


def primary(member: Member) -> FocalPoint:
    """Return the focal point who is written to first; every member has one."""
    return member.focal_points.get(is_alternate=False)


def _queue_letters(
    member: Member,
    entry: TimelineEntry,
    draft_for: Callable[[FocalPoint], Draft],
    *,
    focal_points: Iterable[FocalPoint] | None = None,
    language: str = "",
) -> list[Message]:
    """Queue one letter to each focal point, in one language or in that of each."""
    if focal_points is None:
        focal_points = list(member.focal_points.order_by("is_alternate"))
    topic = f"{_topic_of_kind(member, entry.kind)}/entry-{entry.pk}"
    letters = []
    for focal_point in focal_points:
        draft = draft_for(focal_point)
        opens, ends = greeting(focal_point, language), closing(focal_point, language)
        body = f"{opens}\n\n{draft.body.strip()}\n\n{ends}"
        letters.append(
            compose_message(
                topic=f"{topic}/{_segment_of(focal_point)}",
                reference=member.reference,
                recipient=focal_point.email,
                recipient_name=focal_point.full_name,
                language=language or letter_language(focal_point),
                subject=_with_reference(member, draft.subject),
                body=body,
                at=entry.at,
                private_page=_page_for(focal_point, body),
                private_feed=_feed_for(focal_point, body),
            )
        )
    return queue_messages(letters, may_repeat=False)


def _topic_of_kind(member: Member, kind: str) -> str:
    """Return how the topic of each letter of one kind begins."""
    return f"{member.reference}/{kind.replace('_', '-')}"


def _segment_of(focal_point: FocalPoint) -> str:
    """Return the segment of a letter's topic that says whom it is to; ADDRESSEE finds it."""
    return f"focal-point-{focal_point.pk}"


def _draft(name: str, focal_point: FocalPoint, subject: Promise, **facts: object) -> Draft:
    """Compose one letter's subject and text in the focal point's language."""
    language = letter_language(focal_point)
    body = _text(name, focal_point, language, facts)
    with override(language):
        return Draft(subject=str(subject), body=body)


def _text(name: str, focal_point: FocalPoint, language: str, facts: Mapping[str, object]) -> str:
    """Render one Markdown text in a language, without gaps."""
    member = focal_point.member
    with override(language):
        text = render_to_string(
            f"members/mail/{name}.md",
            {
                **facts,
                "focal_point": focal_point,
                "member": member,
                "organisation": typed(member.organisation_name),
                # Called by a text that says it; most do not.
                "received_at": lambda: moment_in_words(member.submitted_at, GENEVA),
                "contact": settings.MAIL_REPLY_TO,
                "private_page": PRIVATE_PAGE,
                "private_feed": PRIVATE_FEED,
            },
        )
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _working_group(
    focus_area: FocusArea, role: str, at: datetime, focal_point: FocalPoint
) -> dict[str, object]:
    """Gather what a letter says of a working group: area, role, and the next meetings."""
    meetings = Meeting.objects.on_the_calendar().of_focus_area(focus_area).not_over(at)
    with override(letter_language(focal_point)):
        return {
            "focus_area": focus_area,
            "role": str(GrantedRole(role).label),
            "meetings": [
                {
                    "title": typed(meeting.title),
                    "when": meeting_in_words(meeting, [focal_point.time_zone, GENEVA]),
                }
                for meeting in meetings.exclude(status=MeetingStatus.CANCELLED)[:NEXT_MEETINGS]
            ],
        }


def _with_reference(member: Member, subject: str) -> str:
    """Return a subject of one line that names the file."""
    line = " ".join(subject.split())
    return line if member.reference in line else f"{member.reference}: {line}"


def _page_for(focal_point: FocalPoint, body: str) -> str:
    """Return the private address of the working group's page, if a body has a place for it."""
    if PRIVATE_PAGE not in body:
        return ""
    return working_group_address(focal_point, letter_language(focal_point))


def _feed_for(focal_point: FocalPoint, body: str) -> str:
    """Return the private address of the calendar feed, if a body has a place for it."""
    return feed_address(focal_point) if PRIVATE_FEED in body else ""
