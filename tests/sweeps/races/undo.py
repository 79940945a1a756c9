"""An undo, and at the same time another one, a colleague's decision or the delivery."""

from datetime import timedelta
from functools import partial

from django.core import mail
from django.core.mail import get_connection
from django.test import override_settings

from core.conflicts import Conflict
from members.models import LetterDraft, MemberStatus, TimelineEntry
from members.services.decisions import decline, request_information
from members.services.letter_drafts import save_letter_draft
from members.services.opinions import answer_opinion
from members.services.undo import LetterIsOut, undo_decision
from outbox.models import Message, MessageStatus
from outbox.services.delivery import deliver_message
from tests.factories import (
    NOON,
    FocalPointFactory,
    LetterDraftFactory,
    OpinionRequestFactory,
    UserFactory,
)
from tests.sweeps.races.race import Race, own, twice

MEMBER, MESSAGE = "members_member", "outbox_message"
SETTLES_AT = NOON + timedelta(minutes=2)
ENTRY = {TimelineEntry: 1}


def asked_member():
    """A member that was asked for information at noon, which can still be undone."""
    member = FocalPointFactory().member
    with override_settings(UNDO_SECONDS=120):
        request_information(member=member, missing="More.", by=UserFactory(), at=NOON)
    return member


def undoing(member):
    def undo():
        return undo_decision(
            member=own(member),
            by=UserFactory(is_superuser=True),
            at=SETTLES_AT - timedelta(seconds=1),
            version=2,
        )

    return undo


def declining(member):
    return partial(decline, member=own(member), by=UserFactory(), at=NOON, version=2)


def delivering(member):
    # By a worker whose clock is a second ahead.
    message = Message.objects.get(reference=member.reference)
    return lambda: deliver_message(
        message_pk=message.pk, connection=get_connection(), at=SETTLES_AT
    )


def two_undos():
    return twice(undoing(asked_member()))


def with_decision(*, undo_first):
    def arrange():
        member = asked_member()
        calls = [undoing(member), declining(member)]
        status = MemberStatus.PENDING if undo_first else MemberStatus.DECLINED
        calls = calls if undo_first else calls[::-1]
        return *calls, lambda: own(member).status == status

    return arrange


def with_delivery(*, undo_first):
    def arrange():
        member = asked_member()
        calls = [undoing(member), delivering(member)]
        becomes = MessageStatus.CANCELLED if undo_first else MessageStatus.SENT

        def is_sent_or_undone():
            message = Message.objects.get(reference=member.reference)
            return (message.status, len(mail.outbox)) == (becomes, 0 if undo_first else 1)

        return *(calls if undo_first else calls[::-1]), is_sent_or_undone

    return arrange


def undo_and_answer():
    """An undo opens a request for an opinion, which the colleague answers from an old page."""
    member = FocalPointFactory().member
    opinion = OpinionRequestFactory(member=member)
    with override_settings(UNDO_SECONDS=120):
        decline(member=member, by=UserFactory(), at=NOON, message=None)
    answering = partial(
        answer_opinion, opinion=own(opinion), answer="Known.", by=opinion.asked_of, at=NOON
    )
    return undoing(member), answering, lambda: own(opinion).closed_at is None


def undo_and_draft():
    """An undo restores a draft, which its officer saves from a page that is still open."""
    member = FocalPointFactory().member
    draft = LetterDraftFactory(member=member)
    with override_settings(UNDO_SECONDS=120):
        decline(member=member, by=UserFactory(), at=NOON, message=None)
    saving = partial(
        save_letter_draft,
        row=own(member),
        kind=draft.kind,
        from_statuses=[MemberStatus.PENDING],
        form_data="body=newer",
        in_place_of=draft.version,
        by=draft.by,
        at=NOON,
    )
    return undoing(member), saving, lambda: own(draft).ended_at is None


RACES = {
    "undo, and undo": Race(two_undos, MEMBER, (TimelineEntry, Conflict), ENTRY),
    "undo, and decline": Race(
        with_decision(undo_first=True), MEMBER, (TimelineEntry, Conflict), ENTRY
    ),
    "decline, and undo": Race(
        with_decision(undo_first=False),
        MEMBER,
        (TimelineEntry, Conflict),
        {TimelineEntry: 1, Message: 1},
    ),
    "undo, and answer": Race(
        undo_and_answer,
        MEMBER,
        (TimelineEntry, TimelineEntry),
        {TimelineEntry: 2, Message: 1},
    ),
    "undo, and save a draft": Race(undo_and_draft, MEMBER, (TimelineEntry, LetterDraft), ENTRY),
    "undo, and deliver": Race(
        with_delivery(undo_first=True), MESSAGE, (TimelineEntry, None), ENTRY
    ),
    # The claim is one conditional update, so it needs no lock.
    "deliver, and undo": Race(
        with_delivery(undo_first=False),
        f"after {MESSAGE}",
        (None, LetterIsOut),
        needs_lock=False,
    ),
}
