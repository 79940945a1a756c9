"""The letters about an expression of interest that was begun and is to be finished later.

Nobody has confirmed that the address is theirs, and nobody's name is known for certain: these
letters repeat nothing that was typed.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, override

from focus_areas.times import GENEVA, moment_in_words
from members.follow_up.letters import Draft, text_of
from members.links import draft_address
from members.models import Call, CallState, EoiDraft, LinkRequest
from outbox.models import Message, Queue
from outbox.queueing import cancel_for_all, compose_message, queue_messages
from outbox.rendering import PRIVATE_PAGE

# How many drafts are in memory at once while all of a call are written to.
AT_ONCE: Final = 100
# After this the sweep publishes them, so that whoever moves a deadline does not wait.
LEFT_TO_THE_SWEEP: Final = timedelta(seconds=1)


def draft_language(draft: EoiDraft) -> str:
    """Return the language that is written in: the one last saved in, where we have it."""
    return draft.language if draft.language in dict(settings.LANGUAGES) else "en"


def moments_in_words(at: datetime, time_zone: str) -> list[str]:
    """Write an instant as clocks show it where somebody is, if that is known, and in Geneva."""
    return [moment_in_words(at, zone) for zone in dict.fromkeys([time_zone or GENEVA, GENEVA])]


def send_link(draft: EoiDraft, *, at: datetime) -> Message:
    """Bring the link with which a draft is gone on with, to the address that was typed."""
    letter = _letter(
        "draft_saved", draft, gettext_lazy("Your unfinished expression of interest"), at
    )
    (message,) = queue_messages([_composed(draft, letter, "saved", at)])
    return message


def send_link_again(draft: EoiDraft, asked: LinkRequest, *, at: datetime) -> Message:
    """Bring the link once more, since somebody asked for what the address has with us."""
    letter = _letter(
        "draft_saved", draft, gettext_lazy("The link to your unfinished expression of interest"), at
    )
    (message,) = queue_messages([_composed(draft, letter, f"link/request-{asked.pk}", at)])
    return message


def warn(draft: EoiDraft, *, at: datetime) -> Message:
    """Say when a draft will be deleted, and how to keep it longer; once for each saving."""
    letter = _letter(
        "draft_expires",
        draft,
        gettext_lazy("Your unfinished expression of interest will soon be deleted"),
        at,
    )
    topic = f"expires/version-{draft.version}"
    (message,) = queue_messages([_composed(draft, letter, topic, at)])
    return message


def tell_of_moved_deadline(
    drafts: Iterable[EoiDraft],
    *,
    before: datetime,
    call: Call,
    change: int,
    at: datetime,
) -> int:
    """Tell the owners of drafts that the deadline of their call has moved, and count them.

    `before` is the last moment as announced before, `change` the number of the call's change in
    its history: each change is told once.
    """
    count = 0
    letters: dict[tuple[str, str], Draft] = {}
    topic = f"deadline/{call.closes_at:%Y-%m-%dT%H:%M}/change-{change}"
    left = iter(drafts)
    while some := list(islice(left, AT_ONCE)):
        # What tells of a deadline that has moved once more since.
        references = [draft.reference for draft in some]
        cancel_for_all(references=references, segment="deadline", at=at)
        messages = []
        for draft in some:
            kind = draft_language(draft), draft.time_zone
            if kind not in letters:
                letters[kind] = _of_moved_deadline(draft, before, call, at)
            messages.append(_composed(draft, letters[kind], topic, at, queue=Queue.BULK))
        count += len(queue_messages(messages))
    return count


def _of_moved_deadline(draft: EoiDraft, before: datetime, call: Call, at: datetime) -> Draft:
    now = call.last_moment_at(at)
    # What is said is the same for all who read it in one language and zone.
    subject = gettext_lazy("The deadline for your expression of interest has moved")
    state = call.state_at(at)
    if state == CallState.OVER:
        subject = gettext_lazy("The call for expressions of interest has closed")
    with override(draft_language(draft)):
        facts = {
            "before": moments_in_words(before, draft.time_zone),
            "now": moments_in_words(now, draft.time_zone),
            "opens_at": moments_in_words(call.opens_at, draft.time_zone),
        }
    return _letter(
        "deadline_moved",
        draft,
        subject,
        at,
        **facts,
        is_over=state == CallState.OVER,
        is_to_come=state == CallState.TO_COME,
        is_later=now > before,
        was_over=before <= at,
    )


def _letter(name: str, draft: EoiDraft, subject: Promise, at: datetime, **facts: object) -> Draft:
    """Compose a whole letter in a draft's language: its greeting, its text, and the closing."""
    language = draft_language(draft)
    with override(language):
        of_the_draft = {
            "expires_at": moments_in_words(draft.expires_at, draft.time_zone),
            "deadline": moments_in_words(draft.call.last_moment_at(at), draft.time_zone),
            "is_open": draft.call.is_open_at(at),
        }
    body = text_of(name, language, **{**of_the_draft, **facts})
    with override(language):
        return Draft(subject=str(subject), body=f"{body}\n\n{text_of('closing', language)}")


def _composed(
    draft: EoiDraft, letter: Draft, topic: str, at: datetime, queue: Queue = Queue.MAIL
) -> Message:
    return compose_message(
        topic=f"{draft.reference}/{topic}",
        reference=draft.reference,
        recipient=draft.email,
        language=draft_language(draft),
        subject=letter.subject,
        body=letter.body,
        queue=queue,
        at=at,
        due_at=at + LEFT_TO_THE_SWEEP if queue == Queue.BULK else at,
        not_after=draft.expires_at,
        private_page=draft_address(draft) if PRIVATE_PAGE in letter.body else "",
    )
