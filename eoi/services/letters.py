"""The letters about drafts, and the letters that send lost links again.

The address of a draft is not confirmed, so its letters repeat nothing that was typed.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final

from eoi.models import EoiDraft, LateRequest, LinkRequest
from eoi.services.draft_links import draft_address
from members.models import Call, CallState, FocalPoint, Member
from members.services.letters.composing import (
    draft_letter,
    member_envelope,
)
from members.services.letters.placeholder_values import time_for
from outbox.models import Message, Queue
from outbox.services.letters import Addressee, EditableLetter, texts_of, write
from outbox.services.queue import Envelope, cancel_for_all, post, post_all
from outbox.services.rendering import escape_inline, escape_paragraphs

# In the topics of lost links, in place of the kind of a timeline entry.
LINK: Final = "recovery_link"
# The same for the letter about a draft that the person who may sign has sent.
SENT_BY_SIGNER: Final = "sent_by_signer"


def send_draft_link(draft: EoiDraft, *, at: datetime) -> Message:
    """Send the link to a draft to the address that was typed."""
    return post(_envelope(draft, _letter("draft_saved", draft, at), "saved"), at=at)


def resend_draft_link(draft: EoiDraft, asked: LinkRequest, *, at: datetime) -> Message:
    """Send the link to a draft again, on a request for lost links."""
    letter = _letter("draft_recovery_link", draft, at)
    return post(_envelope(draft, letter, f"link/request-{asked.pk}"), at=at)


def send_eoi_link_again(focal_point: FocalPoint, asked: LinkRequest, *, at: datetime) -> Message:
    """Send a focal point the link to the page of its EOI again, on a request for lost links."""
    draft = draft_letter("recovery_link", focal_point)
    topic = f"{focal_point.member.reference}/{LINK}/request-{asked.pk}"
    return post(member_envelope(focal_point, draft, kind=LINK, topic=topic), at=at)


def send_expiry_warning(draft: EoiDraft, *, at: datetime) -> Message:
    """Announce when a draft will be deleted and how to keep it longer, once for each version."""
    is_open = draft.call.is_open_at(at)
    letter = _letter("draft_expires" if is_open else "draft_expires_closed", draft, at)
    topic = f"expires/version-{draft.version}"
    return post(_envelope(draft, letter, topic), at=at)


def send_deadline_reminder(draft: EoiDraft, *, closes_at: datetime, at: datetime) -> Message:
    """Remind of the deadline of a call, after which the draft cannot be sent."""
    # Its topic lets the announcement of a moved deadline cancel it. If the deadline moves back, the
    # reminder is sent again.
    topic = f"deadline/{closes_at:%Y-%m-%dT%H:%M}/near-{at:%Y-%m-%dT%H:%M}"
    envelope = _envelope(draft, _letter("reminder_draft", draft, at), topic)
    return post(replace(envelope, expires_at=min(closes_at, draft.expires_at)), at=at)


def send_late_acceptance(late_request: LateRequest, *, at: datetime) -> Message:
    """Tell the owner of a draft until when it can be sent although its call has closed."""
    draft, last_moment = late_request.draft, late_request.last_moment or at
    letter = write(
        "late_accepted",
        draft.language,
        {"deadline": partial(time_for, last_moment, draft.time_zone)},
    )
    envelope = _envelope(draft, letter, f"late/{at:%Y-%m-%dT%H:%M:%S}")
    return post(replace(envelope, expires_at=late_request.accepted_until), at=at)


def send_late_refusal(late_request: LateRequest, *, at: datetime) -> Message:
    """Tell the owner of a draft why it is not accepted after the deadline."""
    draft = late_request.draft
    letter = write(
        "late_refused",
        draft.language,
        {
            "reason": escape_paragraphs(late_request.refusal),
            "kept_until": partial(time_for, draft.expires_at, draft.time_zone),
        },
    )
    return post(_envelope(draft, letter, f"late/{at:%Y-%m-%dT%H:%M:%S}"), at=at)


def send_confirmation_notice(draft: EoiDraft, *, at: datetime) -> Message:
    """Tell the owner of a draft that the person who may sign has confirmed its answers."""
    letter = _letter("answers_confirmed", draft, at)
    return post(_envelope(draft, letter, f"confirmed/{at:%Y-%m-%dT%H:%M:%S.%f}"), at=at)


def send_submission_notice(draft: EoiDraft, member: Member, *, at: datetime) -> Message:
    """Tell the owner of a draft that the person who may sign has confirmed and sent it.

    It is a message of the member, because those of the draft are deleted with it.
    """
    letter = write("answers_sent", draft.language, {"reference": escape_inline(member.reference)})
    return post(
        Envelope(
            letter,
            Addressee(email=draft.email, language=draft.language),
            topic=f"{member.reference}/{SENT_BY_SIGNER}/{draft.pk}",
            reference=member.reference,
        ),
        at=at,
    )


def notify_of_moved_deadline(
    drafts: Sequence[EoiDraft],
    *,
    before: datetime,
    call: Call,
    change: int,
    at: datetime,
) -> None:
    """Tell the owners of drafts that the deadline of their call has moved.

    `before` is the deadline that was last announced to them, `change` the number of the latest
    row of the call's history: each change is announced once.
    """
    # Letters about an earlier deadline.
    references = [draft.reference for draft in drafts]
    cancel_for_all(references=references, segment="deadline", at=at)
    kind = _kind_of_move(call, before, at)
    words = texts_of(kind)
    # The text is the same for all readers with the same language and time zone.
    letters: dict[tuple[str, str], EditableLetter] = {}
    topic = f"deadline/{call.closes_at:%Y-%m-%dT%H:%M}/change-{change}"
    envelopes = []
    for draft in drafts:
        reader = draft.language, draft.time_zone
        if reader not in letters:
            letters[reader] = write(
                kind,
                draft.language,
                {
                    "deadline": partial(time_for, call.last_moment_at(at), draft.time_zone),
                    "deadline_before": partial(time_for, before, draft.time_zone),
                    "opens_at": partial(time_for, call.opens_at, draft.time_zone),
                },
                words=words,
            )
        envelopes.append(_envelope(draft, letters[reader], topic, queue=Queue.BULK))
    post_all(envelopes, at=at)


def _kind_of_move(call: Call, before: datetime, at: datetime) -> str:
    """Return the kind of letter that fits the change of a call."""
    state = call.state_at(at)
    if state == CallState.UPCOMING:
        return "call_postponed"
    if state == CallState.CLOSED:
        return "call_closed"
    if before <= at:
        return "call_reopened"
    return "deadline_later" if call.last_moment_at(at) > before else "deadline_earlier"


def _letter(kind: str, draft: EoiDraft, at: datetime) -> EditableLetter:
    """Compose the letter of a kind in a draft's language."""
    return write(
        kind,
        draft.language,
        {
            "kept_until": lambda: time_for(draft.expires_at, draft.time_zone),
            "deadline": lambda: time_for(draft.call.last_moment_at(at), draft.time_zone),
        },
    )


def _envelope(
    draft: EoiDraft, letter: EditableLetter, topic: str, queue: Queue = Queue.MAIL
) -> Envelope:
    return Envelope(
        letter,
        Addressee(email=draft.email, language=draft.language),
        topic=f"{draft.reference}/{topic}",
        reference=draft.reference,
        keys={"private_page": partial(draft_address, draft)},
        queue=queue,
        expires_at=draft.expires_at,
    )
