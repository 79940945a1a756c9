"""Letters while what they carry changes: links, addresses, reasons, drafts."""

import pytest
from django.db import IntegrityError

from members.models import (
    DecisionWithLetter,
    FocalPoint,
    GrantedRole,
    LetterDraft,
    Member,
    Reason,
    ReasonGiven,
    TimelineEntry,
    TimelineKind,
)
from members.services.corrections import correct_answers
from members.services.decisions import admit_to_focus_area, decline
from members.services.exceptions import WrongStatus
from members.services.focal_points import AlreadyRevoked, revoke_links
from members.services.letter_drafts import LetterDraftConflict, save_letter_draft
from members.services.letters.resend import CannotResend, resend
from members.services.notes import add_note
from members.services.private_links import InvalidLink, LinkPurpose, focal_point_of
from outbox.models import Message, MessageStatus
from outbox.services.queue import AlreadyQueued
from tests.factories import (
    NOON,
    FocalPointFactory,
    FocusAreaFactory,
    MemberFactory,
    MessageFactory,
    ReasonFactory,
    UserFactory,
)
from tests.races import POSTGRESQL_ONLY, overtaken, without_locks

pytestmark = POSTGRESQL_ONLY


def letters_whose_links_do_not_work():
    queued = Message.objects.filter(status=MessageStatus.QUEUED)
    return [message for message in queued if not works(message)]


def works(message):
    token = message.private_page.rstrip("/").rpartition("/")[2]
    try:
        return focal_point_of(token, LinkPurpose.WORKING_GROUP).email == message.recipient
    except InvalidLink:
        return False


def admission_and_its_overtaking(other):
    """Admit a member, and do something else while the letter is written; return the letters."""
    area, officer = FocusAreaFactory(number=1), UserFactory()
    person = FocalPointFactory(member=MemberFactory(), email="before@example.org")
    member = Member.objects.get(pk=person.member_id)

    outcomes = overtaken(
        lambda: admit_to_focus_area(
            member=member, focus_area=area, role=GrantedRole.PARTICIPANT, by=officer, at=NOON
        ),
        lambda: other(FocalPoint.objects.get(pk=person.pk), officer),
        at="outbox_message",
    )
    return [outcome for outcome in outcomes if not isinstance(outcome, TimelineEntry)]


def revoke(person, officer):
    return revoke_links(focal_point=person, link_version=person.link_version, by=officer, at=NOON)


def correct_the_address(person, officer):
    return correct_answers(
        member=person.member,
        facts={},
        focal_points={person.pk: {"email": "after@example.org"}},
        reason="New address.",
        by=officer,
        at=NOON,
    )


@pytest.mark.parametrize("other", [revoke, correct_the_address])
def test_no_letter_goes_out_with_links_that_were_revoked_while_it_was_written(other):
    assert admission_and_its_overtaking(other) == []

    assert letters_whose_links_do_not_work() == []


@pytest.mark.parametrize("other", [revoke, correct_the_address])
def test_letters_with_links_need_the_lock(other):
    with without_locks():
        admission_and_its_overtaking(other)

    assert letters_whose_links_do_not_work() != []


def revoked_by_two():
    person, officer = FocalPointFactory(), UserFactory()

    def revoke_it():
        of_their_own = FocalPoint.objects.get(pk=person.pk)
        return lambda: revoke(of_their_own, officer)

    won, lost = overtaken(revoke_it(), revoke_it(), at="members_focalpoint")
    return type(won), type(lost), person.member.timeline.count()


def test_revoke_links_by_two_at_once_revokes_once():
    assert revoked_by_two() == (TimelineEntry, AlreadyRevoked, 1)


def test_revoke_links_by_two_at_once_needs_the_lock():
    with without_locks():
        assert revoked_by_two() == (TimelineEntry, TimelineEntry, 2)


def written_again_by_two():
    """Write a message again, and again in between; return what came of each."""
    person = FocalPointFactory()
    message = MessageFactory(
        topic=f"{person.member.reference}/received/entry-1/focal-point-{person.pk}",
        status=MessageStatus.FAILED,
    )

    def write(officer):
        of_their_own = Message.objects.get(pk=message.pk)
        return lambda: resend(message=of_their_own, times=0, by=officer, at=NOON)

    outcomes = overtaken(write(UserFactory()), write(UserFactory()), at="outbox_message")
    return outcomes, list(message.resent_as.all())


def test_write_again_by_two_at_once_is_one_message():
    (won, lost), written = written_again_by_two()

    assert isinstance(lost, CannotResend)
    assert written == [won]


def test_write_again_by_two_at_once_needs_the_lock():
    with without_locks():
        (late, _early), _written = written_again_by_two()

    # The topic, which is unique, keeps it from being written twice; the sentence is another.
    assert isinstance(late, AlreadyQueued)


def test_reason_edited_while_it_is_given_is_told_as_the_officer_read_it():
    member = FocalPointFactory().member
    reason = ReasonFactory(snippet="As it was.")
    read, officer = Reason.objects.get(pk=reason.pk), UserFactory()

    def edit():
        edited = Reason.objects.get(pk=reason.pk)
        edited.snippet_en = "As it is."
        edited.save()

    overtaken(
        lambda: decline(member=member, reasons=[read], by=officer, at=NOON, version=1),
        edit,
        at="members_reasongiven",
    )

    reason.refresh_from_db()
    assert reason.snippet_en == "As it is."
    assert ReasonGiven.objects.get().text == "As it was."
    assert "As it was." in Message.objects.get().body


def drafts_of_two_windows():
    """Save two drafts of one letter at once, neither of which knows of the other."""
    member, officer = FocalPointFactory().member, UserFactory()

    def saved(words):
        of_their_own = Member.objects.get(pk=member.pk)
        return lambda: save_letter_draft(
            member=of_their_own,
            decision=DecisionWithLetter.DECLINE,
            form_data=f"body={words}",
            in_place_of=0,
            by=officer,
            at=NOON,
        )

    return overtaken(saved("first"), saved("second"), at="members_letterdraft")


def test_of_two_windows_that_save_a_draft_at_once_the_second_is_asked():
    won, lost = drafts_of_two_windows()

    assert (won.form_data, type(lost)) == ("body=first", LetterDraftConflict)
    assert LetterDraft.objects.get().form_data == "body=first"


def test_of_two_windows_that_save_a_draft_at_once_the_lock_lets_one_wait():
    with without_locks():
        outcomes = drafts_of_two_windows()

    assert [type(outcome) for outcome in outcomes].count(IntegrityError) == 1
    assert LetterDraft.objects.count() == 1


def test_draft_saved_while_a_colleague_decides_is_not_kept():
    member = FocalPointFactory().member
    theirs, mine = (Member.objects.get(pk=member.pk) for _number in range(2))
    me, grace = UserFactory(), UserFactory()

    _won, lost = overtaken(
        lambda: decline(member=theirs, by=grace, at=NOON),
        lambda: save_letter_draft(
            member=mine,
            decision=DecisionWithLetter.DECLINE,
            form_data="",
            in_place_of=0,
            by=me,
            at=NOON,
        ),
        at="members_member",
    )

    assert isinstance(lost, WrongStatus)
    assert list(LetterDraft.objects.all()) == []


def noted_by_two_clicks():
    """Send a note twice at once from one page, and return how many there are."""
    member, by = MemberFactory(), UserFactory()

    def click():
        return add_note(
            member=Member.objects.get(pk=member.pk), text="They called.", after=0, by=by, at=NOON
        )

    overtaken(click, click, at="members_timelineentry")
    return TimelineEntry.objects.filter(kind=TimelineKind.NOTE_ADDED).count()


def test_note_of_two_clicks_at_once_is_one_note():
    assert noted_by_two_clicks() == 1


def test_note_of_two_clicks_at_once_needs_the_lock():
    with without_locks():
        assert noted_by_two_clicks() == 2
