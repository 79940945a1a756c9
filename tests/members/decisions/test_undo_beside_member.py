"""What a decision ends beside the member, and what an undo brings back."""

from datetime import timedelta

import pytest

from members.models import LetterDraft, MemberStatus, OpinionRequest, TimelineKind
from members.services.conflicts import WrongStatus
from members.services.letter_drafts import (
    KEPT_AFTER_UNDO_PERIOD,
    delete_ended_drafts,
    save_letter_draft,
)
from members.services.letters.reminders import remind_to_confirm
from members.services.opinions import answer_opinion, ask_opinion
from members.services.undo import LetterIsOut, undo_decision
from outbox.models import Message, MessageStatus
from tests.factories import (
    NOON,
    FocusAreaFactory,
    LetterDraftFactory,
    MessageFactory,
    OpinionRequestFactory,
    UserFactory,
)
from tests.members.decisions import files
from tests.members.decisions.files import member_with_focal_point

pytestmark = pytest.mark.usefixtures("undo_is_on")
SECOND = timedelta(seconds=1)
LATER = NOON + timedelta(minutes=2)


@pytest.fixture
def member():
    return member_with_focal_point()


def undo(member, at=NOON + SECOND):
    return undo_decision(member=member, by=UserFactory(is_superuser=True), at=at)


def ask(member, colleague, at=NOON):
    ask_opinion(
        member=member, asked_of=colleague, question="Who are they?", by=UserFactory(), at=at
    )
    return OpinionRequest.objects.latest("pk")


def mail_to(colleague):
    emails = Message.objects.filter(recipient=colleague.email).order_by("pk")
    return [email.status for email in emails]


@pytest.mark.parametrize("step", ["request_information", "admit", "decline", "close", "move"])
def test_undo_restores_the_drafts_of_all_officers_as_they_were(step):
    is_move = step == "move"
    member = member_with_focal_point(
        status=MemberStatus.ADMITTED if is_move else MemberStatus.PENDING,
        focus_area=FocusAreaFactory(number=1) if is_move else None,
    )
    kinds = [TimelineKind.INFORMATION_REQUESTED, TimelineKind.ADMITTED, TimelineKind.MOVED]
    for kind in kinds:
        saved_at = NOON - SECOND
        data = f"body={kind}"
        LetterDraftFactory(member=member, kind=kind, form_data=data, version=7, saved_at=saved_at)
    before = list(LetterDraft.objects.order_by("pk").values())
    getattr(files, step)(member)
    seen_meanwhile = [draft.kind for draft in LetterDraft.objects.open().order_by("pk")]

    undo(member)

    assert seen_meanwhile == (kinds[1:] if step == "request_information" else [])
    assert list(LetterDraft.objects.order_by("pk").values()) == before


def test_undo_leaves_a_newer_draft_of_the_same_officer_in_place(member):
    kind = TimelineKind.INFORMATION_REQUESTED
    older = LetterDraftFactory(member=member, kind=kind, saved_at=NOON)
    files.request_information(member)
    files.record_answer(member, at=NOON + SECOND)
    newer = save_letter_draft(
        row=member,
        kind=kind,
        from_statuses=[MemberStatus.PENDING],
        form_data="body=newer",
        in_place_of=0,
        by=older.by,
        at=NOON + 2 * SECOND,
    )

    undo(member, at=NOON + 3 * SECOND)

    assert list(LetterDraft.objects.all()) == [newer]


def test_undo_of_two_decisions_restores_what_each_of_them_ended(member):
    of_request = LetterDraftFactory(member=member, kind=TimelineKind.INFORMATION_REQUESTED)
    of_decline = LetterDraftFactory(member=member)
    opinion = OpinionRequestFactory(member=member)
    files.request_information(member)
    files.decline(member, at=NOON + SECOND)

    undo(member, at=NOON + 2 * SECOND)

    assert set(LetterDraft.objects.open()) == {of_request, of_decline}
    assert list(OpinionRequest.objects.open()) == [opinion]


def test_draft_that_was_ended_is_deleted_an_hour_after_the_undo_period(member):
    LetterDraftFactory(member=member)
    of_another = LetterDraftFactory()
    files.decline(member)

    early = delete_ended_drafts(at=LATER + KEPT_AFTER_UNDO_PERIOD - SECOND)
    late = delete_ended_drafts(at=LATER + KEPT_AFTER_UNDO_PERIOD)

    assert (early, late) == (0, 1)
    assert list(LetterDraft.objects.all()) == [of_another]


def test_withdrawal_deletes_the_drafts_at_once_also_those_that_a_decision_ended(member):
    LetterDraftFactory(member=member, kind=TimelineKind.INFORMATION_REQUESTED)
    LetterDraftFactory(member=member)
    files.request_information(member)

    files.withdraw(member, at=NOON + SECOND)

    assert list(LetterDraft.objects.all()) == []


@pytest.mark.parametrize("step", ["admit", "decline", "close"])
def test_undo_opens_the_requests_for_an_opinion_again(member, step):
    opinion = OpinionRequestFactory(member=member)
    answered, closed_before = (
        OpinionRequestFactory(member=member, answered_at=NOON, answer="A partner."),
        OpinionRequestFactory(member=member, closed_at=NOON - SECOND),
    )
    getattr(files, step)(member)

    undo(member)

    assert list(OpinionRequest.objects.open()) == [opinion]
    for ended in (answered, closed_before):
        before = (ended.answered_at, ended.closed_at)
        ended.refresh_from_db()
        assert (ended.answered_at, ended.closed_at) == before
    opinion.refresh_from_db()
    answer_opinion(opinion=opinion, answer="Known.", by=opinion.asked_of, at=NOON + 2 * SECOND)


@pytest.mark.parametrize("is_sent", [True, False])
def test_undo_sends_the_question_again_only_if_its_email_was_cancelled(member, is_sent):
    colleague = UserFactory(email="kofi@example.org")
    ask(member, colleague)
    if is_sent:
        Message.objects.update(status=MessageStatus.SENT, sent_at=NOON)
    files.decline(member)
    undo(member)
    files.close(member, at=NOON + 2 * SECOND)

    undo(member, at=NOON + 3 * SECOND)

    cancelled_twice = [*[MessageStatus.CANCELLED] * 2, MessageStatus.QUEUED]
    assert mail_to(colleague) == ([MessageStatus.SENT] if is_sent else cancelled_twice)


def test_undo_leaves_a_newer_request_to_the_same_colleague_in_place(member):
    colleague = UserFactory()
    older = ask(member, colleague)
    files.close(member)
    files.reopen(member, at=NOON + SECOND)
    newer = ask(member, colleague, at=NOON + 2 * SECOND)

    undo(member, at=NOON + 3 * SECOND)

    older.refresh_from_db()
    assert older.closed_at == NOON
    assert list(OpinionRequest.objects.open()) == [newer]


def test_undo_of_reopening_closes_what_was_asked_since(member):
    files.close(member, at=NOON - timedelta(days=1))
    files.reopen(member)
    asked_since = ask(member, UserFactory(), at=NOON)

    undo(member)

    asked_since.refresh_from_db()
    assert asked_since.closed_at == NOON + SECOND


def test_refused_undo_restores_neither_drafts_nor_requests(member):
    LetterDraftFactory(member=member)
    OpinionRequestFactory(member=member)
    files.decline(member)
    Message.objects.filter(reference=member.reference).update(
        status=MessageStatus.SENT, sent_at=NOON, private_page=""
    )

    with pytest.raises(LetterIsOut):
        undo(member)

    assert list(LetterDraft.objects.open()) == []
    assert list(OpinionRequest.objects.open()) == []


def test_draft_is_refused_while_the_decision_that_ended_it_can_be_undone(member):
    draft = LetterDraftFactory(member=member)
    files.decline(member)

    with pytest.raises(WrongStatus):
        save_letter_draft(
            row=member,
            kind=draft.kind,
            from_statuses=[MemberStatus.PENDING],
            form_data="body=late",
            in_place_of=draft.version,
            by=draft.by,
            at=NOON,
        )


@pytest.mark.parametrize("step", ["decline", "close"])
@pytest.mark.parametrize("is_reminder", [True, False])
def test_decision_that_cancels_an_unsent_message_holds_at_once(member, step, is_reminder):
    topic = f"{member.reference}/information-requested/entry-1/focal-point-1"
    if is_reminder:
        message = remind_to_confirm(member.focal_points.get(), at=NOON)
    else:
        message = MessageFactory(reference=member.reference, topic=topic)

    getattr(files, step)(member)

    message.refresh_from_db()
    assert (message.status, member.settles_at) == (MessageStatus.CANCELLED, None)
    assert list(member.timeline.undoable(NOON)) == []
