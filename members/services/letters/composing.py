"""Letters to focal points: greetings, private links, queuing and cancelling.

The contents of the letters are in the other modules of this package.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final, Protocol

from django.db.models import Q
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.dates import format_datetime_for
from members.models import FocalPoint, Member, TimelineEntry, TimelineKind, Title
from members.services.letters import placeholder_values
from members.services.private_links import (
    confirmation_code,
    status_page_url,
    working_group_url,
)
from outbox.models import Message
from outbox.services.letters import (
    NO_VALUES,
    Addressee,
    EditableLetter,
    KeyMakers,
    RenderedLetter,
    closing_of,
    render_letter,
    write,
)
from outbox.services.marker_faults import check_markers
from outbox.services.queue import Envelope, cancel, cancel_private_links, post_all
from outbox.services.rendering import escape_inline
from outbox.services.template_rendering import TemplateSet, Value, any_language

# Their private page is that of the working group; for other kinds it is the page of the EOI.
WORKING_GROUP_KINDS: Final = (TimelineKind.ADMITTED, TimelineKind.MOVED)
# Finds the focal point in the topic of a letter, which consists of reference, kind, entry,
# addressee and how many times it was sent again.
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
# In French, a name without a given name or a title is impolite.
GREETING_OF_FAMILY_NAME: Final = pgettext_lazy("a family name only", "Dear %(name)s,")


# Stands for the standard text, in each recipient's own language.
DEFAULT_LETTER: Final = EditableLetter(subject="", body="")


def addressee(focal_point: FocalPoint) -> Addressee:
    """Return a focal point as the addressee of a message."""
    has_family_name_only = not focal_point.title and not focal_point.given_name
    return Addressee(
        email=focal_point.email,
        language=focal_point.language,
        name=focal_point.full_name,
        greeting=(
            GREETING_OF_FAMILY_NAME if has_family_name_only else GREETINGS[focal_point.title]
        ),
    )


def queue_letter(
    member: Member,
    entry: TimelineEntry,
    letter: EditableLetter | None,
    draft: Callable[..., EditableLetter],
) -> list[Message]:
    """Queue the letter of one timeline entry to each focal point.

    `letter` is the edited text, None for no letter, or DEFAULT_LETTER to call `draft` for each
    focal point. An edited text is in the primary focal point's language, also for the alternate.

    Raises Refused (faulty_markers).
    """
    if letter is None:
        return []
    return queue_letters(member, entry, drafts_for(member, letter, draft))


def drafts_for(
    member: Member, letter: EditableLetter, draft: Callable[..., EditableLetter]
) -> Callable[[FocalPoint], EditableLetter]:
    """Return a function of the focal point: it returns the edited or the standard letter.

    Raises Refused (faulty_markers) if the edited letter has markers that are not replaced.
    """
    if letter is DEFAULT_LETTER:
        return lambda focal_point: draft(member=member, focal_point=focal_point)
    primary = primary_focal_point(member)
    standard = draft(member=member, focal_point=primary).body
    check_markers(subject=letter.subject, body=letter.body, standard=standard)
    language = letter.language or primary.language
    closing = closing_of("letter", language)
    edited = replace(letter, language=language, closing=closing)
    return lambda _focal_point: edited


def cancel_letters(member: Member, *kinds: TimelineKind, at: datetime) -> int:
    """Cancel the unsent letters of the given kinds, and return how many there were."""
    return sum(cancel(topic=topic_of_kind(member, kind), at=at) for kind in kinds)


def has_unsent_letters(member: Member, *kinds: TimelineKind, at: datetime) -> bool:
    """Return whether there are unsent letters of the given kinds."""
    concerned = Q()
    for kind in kinds:
        concerned |= Q(topic__startswith=f"{topic_of_kind(member, kind)}/")
    return Message.objects.filter(concerned).unsent(at).exists()


def cancel_link_letters(focal_point: FocalPoint, *, at: datetime) -> None:
    """Cancel the unsent messages with a focal point's private links."""
    cancel_private_links(
        reference=focal_point.member.reference, segment=segment_of(focal_point), at=at
    )


def primary_focal_point(member: Member) -> FocalPoint:
    """Return the primary focal point; every member has one."""
    return member.focal_points.get(is_alternate=False)


def queue_letters(
    member: Member,
    entry: TimelineEntry,
    draft_for: Callable[[FocalPoint], EditableLetter],
    *,
    focal_points: Iterable[FocalPoint] | None = None,
    due_at: datetime | None = None,
) -> list[Message]:
    """Queue one letter to each focal point, to be sent at once or later."""
    if focal_points is None:
        focal_points = list(member.focal_points.order_by("is_alternate"))
    envelopes = [entry_envelope(entry, each, draft_for(each)) for each in focal_points]
    if due_at:
        envelopes = [replace(envelope, due_at=due_at) for envelope in envelopes]
    # The timeline entry is new, so no letter about it exists yet.
    return post_all(envelopes, at=entry.at, may_repeat=False)


def entry_envelope(
    entry: TimelineEntry,
    recipient: FocalPoint,
    draft: EditableLetter,
    *,
    kind: str = "",
    segment: str = "",
) -> Envelope:
    """Address the letter of a timeline entry to one person.

    It waits as long as the entry can be undone. `kind` is the kind in the topic, by default that
    of the entry.
    """
    kind = kind or entry.kind
    topic = f"{topic_of_kind(recipient.member, kind)}/entry-{entry.pk}"
    envelope = member_envelope(recipient, draft, kind=kind, topic=topic, segment=segment)
    return replace(envelope, due_at=entry.settles_at)


def member_envelope(
    recipient: FocalPoint, draft: EditableLetter, *, kind: str, topic: str, segment: str = ""
) -> Envelope:
    """Address a letter about a member to one person, with its reference in the subject.

    The private links are those of `kind`. The topic ends with the `segment` of the recipient,
    which is given for a person who has no role.
    """
    return Envelope(
        with_reference(recipient.member, draft),
        addressee(recipient),
        topic=f"{topic}/{segment or segment_of(recipient)}",
        reference=recipient.member.reference,
        keys=key_makers(recipient, kind),
    )


def whole_letter(recipient: FocalPoint, draft: EditableLetter) -> RenderedLetter:
    """Return the complete letter as the focal point reads it."""
    return render_letter(addressee(recipient), with_reference(recipient.member, draft))


def topic_of_kind(member: Member, kind: str) -> str:
    """Return the beginning of the topic of all letters of one kind."""
    return f"{member.reference}/{kind.replace('_', '-')}"


def kind_of(message: Message) -> str:
    """Return the kind of timeline entry from the topic of a letter."""
    _reference, kind, *_rest = [*message.topic.split("/"), ""]
    return kind.replace("-", "_")


def segment_of(focal_point: FocalPoint) -> str:
    """Return the segment of the topic for a focal point, which ADDRESSEE finds."""
    return f"focal-point-{focal_point.pk}"


def draft_letter(
    kind: str,
    focal_point: FocalPoint,
    values: Mapping[str, Value] = NO_VALUES,
    *,
    words: TemplateSet | None = None,
    is_whole: Callable[[str], bool] = any_language,
) -> EditableLetter:
    """Compose the subject and the text of one kind of letter in the focal point's language.

    Another language is used if there is no template in theirs, or if `is_whole` returns False for
    it because a value is not translated. `words` are the templates, if they were read already.
    """
    member = focal_point.member
    member_values: dict[str, Value] = {
        "organisation": escape_inline(member.organisation_name),
        "reference": member.reference,
        "received_at": lambda: format_datetime_for(member.submitted_at, focal_point.time_zone),
        "reply_within": lambda: placeholder_values.in_working_days(member.call.reply_within_days),
    }
    values = {**member_values, **values}
    return write(kind, focal_point.language, values, words=words, is_whole=is_whole)


class HasReference(Protocol):
    """A row whose letters have its reference in the subject."""

    @property
    def reference(self) -> str: ...


def with_reference(row: HasReference, letter: EditableLetter) -> EditableLetter:
    """Return the letter with a subject of one line that contains the reference of a row."""
    line = " ".join(letter.subject.split())
    subject = line if row.reference in line else f"{row.reference}: {line}"
    return replace(letter, subject=subject)


def key_makers(focal_point: FocalPoint, kind: str) -> KeyMakers:
    """Return the functions that create a focal point's private links and code for a letter."""
    page = working_group_url if kind in WORKING_GROUP_KINDS else status_page_url
    return {
        "private_page": partial(page, focal_point, focal_point.language),
        "private_code": partial(confirmation_code, focal_point),
    }
