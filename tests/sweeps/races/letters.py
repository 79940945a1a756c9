"""Two concurrent calls about the letters of a member, their drafts, or its notes."""

from functools import partial

from core.conflicts import Conflict
from members.models import (
    UNDECIDED_STATUSES,
    LetterDraft,
    Reason,
    ReasonGiven,
    TimelineEntry,
    TimelineKind,
)
from members.services.conflicts import WrongStatus
from members.services.decisions import decline
from members.services.letter_drafts import LetterDraftConflict, save_letter_draft
from members.services.letters.resend import CannotResend, correct_and_resend, resend
from members.services.notes import add_note
from outbox.models import Message, MessageStatus
from tests.factories import NOON, FocalPointFactory, MessageFactory, ReasonFactory, UserFactory
from tests.sweeps.races.members import ENTRY, ENTRY_WITH_LETTER, MEMBER, MESSAGE, a_member, step
from tests.sweeps.races.race import Race, own


def two_write_again(service, **facts):
    def arrange():
        ada = FocalPointFactory()
        message = MessageFactory(
            topic=f"{ada.member.reference}/received/entry-1/focal-point-{ada.pk}",
            status=MessageStatus.FAILED,
        )
        return tuple(
            partial(service, message=own(message), times=0, by=UserFactory(), at=NOON, **facts)
            for _time in range(2)
        )

    return arrange


def reason_that_is_edited():
    member, reason = a_member(), ReasonFactory(snippet="As it was.")
    read = own(reason)

    def edit():
        edited = Reason.objects.get(pk=reason.pk)
        edited.snippet_en = "As it is."
        edited.save()

    def is_told_as_it_was():
        given = ReasonGiven.objects.get().text
        return given == "As it was." and given in Message.objects.get().body

    declining = partial(decline, member=member, reasons=[read], by=UserFactory(), at=NOON)
    return declining, edit, is_told_as_it_was


def two_reasons():
    member = a_member()

    def declining(words):
        reason = ReasonFactory(snippet=words)
        return partial(decline, member=own(member), reasons=[reason], by=UserFactory(), at=NOON)

    def first_alone_is_given():
        return [each.text for each in ReasonGiven.objects.all()] == ["The first."]

    return declining("The first."), declining("The second."), first_alone_is_given


def saving_draft(member, by, words):
    return partial(
        save_letter_draft,
        row=own(member),
        kind=TimelineKind.DECLINED,
        from_statuses=UNDECIDED_STATUSES,
        form_data=f"body={words}",
        in_place_of=0,
        by=by,
        at=NOON,
    )


def two_drafts():
    member, by = a_member(), UserFactory()
    return saving_draft(member, by, "first"), saving_draft(member, by, "second")


def draft_and_decision():
    member = a_member()
    return step(decline, member), saving_draft(member, UserFactory(), "late")


def two_notes():
    member, by = a_member(), UserFactory()

    def noting():
        return partial(add_note, member=own(member), text="Called.", after=0, by=by, at=NOON)

    return noting(), noting()


RACES = {
    "write a letter again": Race(
        two_write_again(resend), MESSAGE, (Message, CannotResend), {Message: 1}
    ),
    "correct an address and write a letter again": Race(
        two_write_again(correct_and_resend, email="ada@corrected.example.org", version=1),
        MEMBER,
        (Message, Conflict),
        {Message: 1, **ENTRY},
    ),
    "decline, and edit the reason": Race(
        reason_that_is_edited,
        "members_reasongiven",
        (TimelineEntry, None),
        ENTRY_WITH_LETTER,
        needs_lock=False,
    ),
    "decline for two reasons": Race(
        two_reasons, MEMBER, (TimelineEntry, WrongStatus), ENTRY_WITH_LETTER
    ),
    "save a letter's draft": Race(
        two_drafts,
        "members_letterdraft",
        (LetterDraft, LetterDraftConflict),
        {LetterDraft: 1},
    ),
    "decline, and save a letter's draft": Race(
        draft_and_decision,
        MEMBER,
        (TimelineEntry, WrongStatus),
        {**ENTRY_WITH_LETTER, LetterDraft: 0},
    ),
    "note": Race(two_notes, "members_timelineentry", (TimelineEntry, TimelineEntry), ENTRY),
}
