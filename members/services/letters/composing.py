"""How a letter is made: a greeting, the text of its kind, and a closing, in one language.

What the letters say stands beside this, in a module for each occasion.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, override

from core.dates import GENEVA, format_datetime
from members.models import FocalPoint, Member, TimelineEntry, TimelineKind, Title
from members.services.letters import placeholder_values
from members.services.private_links import (
    PAGE_EXPIRES_AFTER,
    confirmation_code,
    feed_url,
    status_page_url,
    working_group_url,
)
from members.services.template_types import CLOSING
from outbox.models import Message
from outbox.services.queue import cancel, cancel_private_links, compose_message, queue_messages
from outbox.services.rendering import PRIVATE_CODE, PRIVATE_FEED, PRIVATE_PAGE, Keys, escape_inline
from outbox.services.template_rendering import TemplateSet, Value, any_language, render_text

# Whose private page is the working group's; that of the others is the EOI's own.
WORKING_GROUP_KINDS: Final = (TimelineKind.ADMITTED, TimelineKind.MOVED)
# The focal point in the topic of a letter: reference, kind, entry, addressee, and how many times
# it was written again.
ADDRESSEE: Final = re.compile(r"/focal-point-(\d+)(?:/|$)")

NO_EXTRA_VALUES: Final[dict[str, Value]] = {}
# What every text may name.
COMMON_VALUES: Final[dict[str, Value]] = {
    "contact": lambda: settings.MAIL_REPLY_TO,
    "days_open": lambda: placeholder_values.in_days(PAGE_EXPIRES_AFTER.days),
    "private_page": PRIVATE_PAGE,
    "private_feed": PRIVATE_FEED,
    "private_code": PRIVATE_CODE,
    "code_page": lambda: page_address("eoi:confirmation_code"),
    "links_page": lambda: page_address("eoi:recover_link"),
}
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
class EditableLetter:
    """The part of a letter that staff may edit: its subject and its text in Markdown.

    `language` is what it was drafted in; empty, the letter is in that of its recipient.
    `closing` is what ends the letter, where that was read together with its text. `is_reviewed`
    tells whether somebody said so of the text that it was drafted from.
    """

    subject: str
    body: str
    language: str = ""
    closing: str = field(default="", compare=False)
    is_reviewed: bool = field(default=True, compare=False)


@dataclass(frozen=True)
class RenderedLetter:
    """One letter as its recipient reads it, but for the private links: those are markers."""

    focal_point: FocalPoint
    subject: str
    body: str
    language: str


# In place of a draft: the standard text, for each recipient in their own language.
DEFAULT_LETTER: Final = EditableLetter(subject="", body="")


def page_language(focal_point: FocalPoint) -> str:
    """Return the language of a focal point's pages: theirs where pages have it, else English."""
    whole = [code for code, _name in settings.LANGUAGES]
    return focal_point.language if focal_point.language in whole else "en"


def greeting(focal_point: FocalPoint, language: str = "") -> str:
    """Return the line that a letter opens with, in Markdown and in their language or another."""
    language = language or focal_point.language
    with override(language):
        # As a placeholder is: a name in the other direction keeps its own.
        line = str(GREETINGS[focal_point.title]) % {"name": "{name}"}
    return render_text(line, {"name": escape_inline(focal_point.full_name)}, language=language)


def queue_letter(
    member: Member,
    entry: TimelineEntry,
    letter: EditableLetter | None,
    draft: Callable[..., EditableLetter],
) -> list[Message]:
    """Queue the letter of one timeline entry to each focal point.

    `letter` is the text as edited, None for no letter, STANDARD for what `draft` gives for
    each focal point. An edited text was drafted in the first focal point's language, and is one
    letter as a whole: the alternate gets it in that language too.
    """
    if letter is None:
        return []
    return queue_letters(member, entry, drafts_for(member, letter, draft))


def drafts_for(
    member: Member, letter: EditableLetter, draft: Callable[..., EditableLetter]
) -> Callable[[FocalPoint], EditableLetter]:
    """Return what gives each focal point's draft: the one edited, or each their own standard."""
    if letter is DEFAULT_LETTER:
        return lambda focal_point: draft(member=member, focal_point=focal_point)
    edited = letter if letter.language else replace(letter, language=language_of_first(member))
    return lambda _focal_point: edited


def cancel_letters(member: Member, *kinds: TimelineKind, at: datetime) -> None:
    """Cancel what was not sent yet of the letters of some kinds."""
    for kind in kinds:
        cancel(topic=topic_of_kind(member, kind), at=at)


def has_unsent_letters(member: Member, *kinds: TimelineKind, at: datetime) -> bool:
    """Say whether there is anything to cancel among the letters of some kinds."""
    concerned = Q()
    for kind in kinds:
        concerned |= Q(topic__startswith=f"{topic_of_kind(member, kind)}/")
    return Message.objects.filter(concerned).unsent(at).exists()


def cancel_link_letters(focal_point: FocalPoint, *, at: datetime) -> None:
    """Cancel what would bring a focal point private links that were revoked."""
    cancel_private_links(
        reference=focal_point.member.reference, segment=segment_of(focal_point), at=at
    )


def language_of_first(member: Member) -> str:
    """Return the language that the first focal point of a member is written to in."""
    return primary_focal_point(member).language


def primary_focal_point(member: Member) -> FocalPoint:
    """Return the focal point who is written to first; every member has one."""
    return member.focal_points.get(is_alternate=False)


def queue_letters(
    member: Member,
    entry: TimelineEntry,
    draft_for: Callable[[FocalPoint], EditableLetter],
    *,
    focal_points: Iterable[FocalPoint] | None = None,
) -> list[Message]:
    """Queue one letter to each focal point."""
    if focal_points is None:
        focal_points = list(member.focal_points.order_by("is_alternate"))
    letters = [
        compose_letter(entry, focal_point, draft_for(focal_point)) for focal_point in focal_points
    ]
    # The entry that they tell of is new.
    return queue_messages(letters, may_repeat=False)


def compose_letter(
    entry: TimelineEntry,
    recipient: FocalPoint,
    draft: EditableLetter,
    *,
    kind: str = "",
    segment: str = "",
    keys: Keys | None = None,
    anonymous_body: str = "",
) -> Message:
    """Compose the letter of a timeline entry to one person; nothing is stored yet.

    `kind` is what the letter counts as where that is not the entry's. `segment` names in the
    topic somebody who holds no role, `keys` are theirs. `anonymous_body` is the whole text without
    the name of somebody who has agreed to nothing yet.
    """
    kind, member = kind or entry.kind, recipient.member
    letter = whole_letter(recipient, draft)
    to = segment or segment_of(recipient)
    return compose_message(
        topic=f"{topic_of_kind(member, kind)}/entry-{entry.pk}/{to}",
        reference=member.reference,
        recipient=recipient.email,
        recipient_name=recipient.full_name,
        language=letter.language,
        wanted_language=recipient.language,
        subject=letter.subject,
        body=letter.body,
        anonymous_body=anonymous_body,
        at=entry.at,
        **(keys_for(recipient, kind, letter.body) if keys is None else keys),
    )


def whole_letter(recipient: FocalPoint, draft: EditableLetter) -> RenderedLetter:
    """Put greeting and closing around a draft, and the reference before its subject."""
    language = draft.language or recipient.language
    opens, ends = greeting(recipient, language), draft.closing or closing(language)
    return RenderedLetter(
        focal_point=recipient,
        subject=subject_with_reference(recipient.member, draft.subject),
        body=f"{opens}\n\n{draft.body.strip()}\n\n{ends}",
        language=language,
    )


def topic_of_kind(member: Member, kind: str) -> str:
    """Return how the topic of each letter of one kind begins."""
    return f"{member.reference}/{kind.replace('_', '-')}"


def kind_of(message: Message) -> str:
    """Return the kind of timeline entry that a letter is about, as its topic says."""
    _reference, kind, *_rest = [*message.topic.split("/"), ""]
    return kind.replace("-", "_")


def segment_of(focal_point: FocalPoint) -> str:
    """Return the segment of a letter's topic that says whom it is to; ADDRESSEE finds it."""
    return f"focal-point-{focal_point.pk}"


def draft_letter(
    kind: str,
    focal_point: FocalPoint,
    values: Mapping[str, Value] = NO_EXTRA_VALUES,
    *,
    words: TemplateSet | None = None,
    is_whole: Callable[[str], bool] = any_language,
) -> EditableLetter:
    """Compose the subject and the text of one kind of letter in the focal point's language.

    In another where there is no text in theirs, or where `is_whole` says that what comes into it
    is not there. `words` are the texts, if they were read already.
    """
    member = focal_point.member
    of_the_file: dict[str, Value] = {
        "organisation": escape_inline(member.organisation_name),
        "reference": member.reference,
        "received_at": lambda: format_datetime(member.submitted_at, GENEVA),
        "reply_within": lambda: placeholder_values.in_working_days(member.call.reply_within_days),
    }
    return fill_in_with_closing(
        words or texts_of(kind),
        kind,
        focal_point.language,
        {**of_the_file, **values},
        is_whole=is_whole,
    )


def texts_of(*kinds: str) -> TemplateSet:
    """Read the texts of some kinds of letter, and that of the closing which they have in common."""
    return TemplateSet(*kinds, CLOSING)


def fill_in_with_closing(
    words: TemplateSet,
    kind: str,
    wanted: str,
    values: Mapping[str, Value],
    *,
    is_whole: Callable[[str], bool] = any_language,
) -> EditableLetter:
    """Fill in the text of a letter, and read with it the closing, which is in its language."""
    draft = fill_in(
        words,
        kind,
        wanted,
        values,
        is_whole=lambda language: words.has(CLOSING, language) and is_whole(language),
    )
    return replace(draft, closing=closing(draft.language, words))


def fill_in(
    words: TemplateSet,
    kind: str,
    wanted: str,
    values: Mapping[str, Value],
    *,
    is_whole: Callable[[str], bool] = any_language,
) -> EditableLetter:
    """Fill in the text of one kind of message in the language that is wanted, or in another."""
    wording = words.find(kind, wanted, is_whole=is_whole)
    with override(wording.language):
        known = {**COMMON_VALUES, **values}
        return EditableLetter(
            subject=render_text(wording.subject, known, language=wording.language),
            body=render_text(wording.body, known, language=wording.language),
            language=wording.language,
            is_reviewed=wording.is_reviewed,
        )


def closing(language: str, words: TemplateSet | None = None) -> str:
    """Return the lines that a letter in a language ends with, in Markdown."""
    wording = (words or texts_of()).find(CLOSING, language)
    with override(wording.language):
        return render_text(wording.body, COMMON_VALUES, language=wording.language)


def page_address(name: str) -> str:
    """Return the address of a page, in the active language where pages have it, else English."""
    language = get_language() or "en"
    with override(language if language in dict(settings.LANGUAGES) else "en"):
        return f"{settings.SITE_URL}{reverse(name)}"


def subject_with_reference(member: Member, subject: str) -> str:
    """Return a subject of one line that names the file."""
    line = " ".join(subject.split())
    return line if member.reference in line else f"{member.reference}: {line}"


def keys_for(focal_point: FocalPoint, kind: str, body: str) -> Keys:
    """Return a focal point's own keys that a letter of some kind has a place for."""
    keys: Keys = {}
    if PRIVATE_PAGE in body:
        address = working_group_url if kind in WORKING_GROUP_KINDS else status_page_url
        keys["private_page"] = address(focal_point, page_language(focal_point))
    if PRIVATE_FEED in body:
        keys["private_feed"] = feed_url(focal_point)
    if PRIVATE_CODE in body:
        keys["private_code"] = confirmation_code(focal_point)
    return keys
