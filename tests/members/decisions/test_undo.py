"""Undo a decision: what is restored, what is not sent, and every refusal."""

from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.core.mail import get_connection

from core.conflicts import Conflict, Refused
from members.models import (
    Category,
    ClosingReason,
    GrantedRole,
    Member,
    MemberStatus,
    TimelineEntry,
    TimelineKind,
)
from members.services.focal_points import accept_role_transfer
from members.services.notes import add_note
from members.services.response_times import MIN_SAMPLE, median_response_days
from members.services.undo import LetterIsOut, as_shown, undo_decision
from outbox.models import NO_PRIVATE_VALUES, Message, MessageStatus
from outbox.services.delivery import deliver_message
from outbox.services.publishing import publish_due
from tests.factories import (
    NOON,
    FocalPointFactory,
    FocusAreaFactory,
    MemberFactory,
    RoleTransferFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.members.decisions import files
from tests.members.decisions.files import member_with_focal_point
from tests.members.test_corrections import correct

pytestmark = pytest.mark.usefixtures("undo_is_on")
SECOND = timedelta(seconds=1)
LATER = NOON + timedelta(minutes=2)
PERMISSIONS = (
    "admit_member",
    "close_member",
    "decline_member",
    "reopen_member",
    "request_information_member",
)
# What an undo does not restore: it is a change of its own.
VERSION_AFTER_UNDO = {"version": 3}

DECISIONS = {
    "request_information": (MemberStatus.PENDING, TimelineKind.INFORMATION_REQUESTED),
    "record_answer": (MemberStatus.INFORMATION_REQUESTED, TimelineKind.ANSWERED),
    "admit": (MemberStatus.PENDING, TimelineKind.ADMITTED),
    "move": (MemberStatus.ADMITTED, TimelineKind.MOVED),
    "decline": (MemberStatus.INFORMATION_REQUESTED, TimelineKind.DECLINED),
    "close": (MemberStatus.PENDING, TimelineKind.CLOSED),
    "reopen": (MemberStatus.CLOSED, TimelineKind.REOPENED),
}
STEPS_WITH_LETTER = ["request_information", "admit", "move", "decline"]


def officer(*codenames):
    user = UserFactory()
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames or PERMISSIONS))
    return user


def member_before(step, **values):
    status, _kind = DECISIONS[step]
    area = FocusAreaFactory(number=1) if status == MemberStatus.ADMITTED else None
    return member_with_focal_point(
        **{"status": status, "focus_area": area, "assignee": UserFactory(), **values}
    )


def decide(step, member, **more):
    return getattr(files, step)(member, **more)


def undo(member, *, at=NOON + SECOND, by=None, **more):
    return undo_decision(member=member, by=by or officer(), at=at, **more)


def facts(member):
    """The columns of the stored row, without the sort key: on PostgreSQL, no two are equal."""
    return {name: fact for name, fact in files.facts(member).items() if name != "sort_key"}


def everything(member):
    timeline = member.timeline.order_by("pk").values()
    messages = Message.objects.order_by("pk").values("pk", "status", "private_page")
    return facts(member), list(timeline), list(messages)


@contextmanager
def refused(member, refusal, match=None):
    """Assert that an undo is refused, and that nothing is written."""
    before = everything(member)
    with pytest.raises(refusal, match=match):
        yield
    assert everything(member) == before


def statuses_of_mail():
    return list(Message.objects.order_by("pk").values_list("status", flat=True))


@pytest.mark.parametrize("step", DECISIONS)
def test_undo_restores_the_member_and_sends_nothing(step):
    member = member_before(step)
    before, me = facts(member), officer()
    decided = decide(step, member)

    entry = undo(member, by=me)

    assert facts(member) == {**before, **VERSION_AFTER_UNDO}
    decided.refresh_from_db()
    assert (decided.is_public, decided.settles_at, decided.is_void) == (False, None, True)
    assert entry.kind == TimelineKind.DECISION_UNDONE
    assert (entry.by_user, entry.at) == (me, NOON + SECOND)
    assert (entry.is_public, entry.note) == (False, DECISIONS[step][1].label)
    assert set(statuses_of_mail()) == (
        {MessageStatus.CANCELLED} if step in STEPS_WITH_LETTER else set()
    )
    version = member.history.get(version=3)
    assert (version.history_user, version.status) == (me, before["status"])


@pytest.mark.parametrize("step", STEPS_WITH_LETTER)
def test_letter_is_not_sent_before_the_decision_settles_and_is_sent_then(step, mailoutbox):
    member = member_before(step)
    decide(step, member)
    message = Message.objects.get()

    deliver_message(message_pk=message.pk, connection=get_connection(), at=LATER - SECOND)
    published_before = publish_due(at=LATER - SECOND)
    sent_before = len(mailoutbox)
    published = publish_due(at=LATER)
    deliver_message(message_pk=message.pk, connection=get_connection(), at=LATER)

    assert (message.due_at, message.queued_at, message.published_at) == (LATER, NOON, None)
    assert (published_before, sent_before, published, len(mailoutbox)) == (0, 0, 1, 1)


@pytest.mark.parametrize("has_period", [True, False])
def test_without_a_period_or_a_history_a_decision_holds_at_once_and_cannot_be_undone(
    settings, has_period
):
    member = member_before("admit")
    if has_period:
        member.history.all().delete()
    else:
        settings.UNDO_SECONDS = 0

    decide("admit", member)

    assert (member.settles_at, Message.objects.get().due_at) == (None, NOON)
    with pytest.raises(Refused, match="can no longer be undone"):
        undo(member)


@pytest.mark.parametrize("step", DECISIONS)
def test_organisation_and_public_see_the_member_as_before_until_it_settles(step):
    member = member_before(step)
    before = facts(member)
    decide(step, member)

    early = as_shown(member, at=LATER - SECOND)
    late = as_shown(member, at=LATER)

    shown = {name: getattr(early, name) for name in before}
    decided_at_version_2 = ("version", "settles_at", "shown_version", "shown_area_id", "shown_role")
    assert {name: shown[name] for name in before if name not in decided_at_version_2} == {
        name: before[name] for name in before if name not in decided_at_version_2
    }
    assert late is member
    shown_early = member.timeline.shown_to_organisation(LATER - SECOND)
    shown_late = member.timeline.shown_to_organisation(LATER)
    is_internal = step in ("close", "reopen")
    assert list(shown_early) == []
    assert [entry.kind for entry in shown_late] == ([] if is_internal else [DECISIONS[step][1]])


def test_undo_is_refused_once_the_time_is_over_also_if_no_letter_was_sent():
    member = member_before("close")
    decide("close", member)

    with refused(member, Refused, "can no longer be undone"):
        undo(member, at=LATER)


@pytest.mark.parametrize(
    ("status", "columns"),
    [
        (MessageStatus.SENT, {"sent_at": NOON, **NO_PRIVATE_VALUES}),
        (MessageStatus.SENDING, {"leased_until": LATER, "lease": uuid4()}),
        (MessageStatus.FAILED, {}),
    ],
)
def test_undo_is_refused_once_the_letter_is_on_its_way(status, columns):
    member = member_before("decline")
    decide("decline", member)
    Message.objects.update(status=status, **columns)

    with refused(member, LetterIsOut, "has already been sent"):
        undo(member)


def test_undo_is_refused_if_a_colleague_changed_the_member_since():
    member = member_before("admit")
    decide("admit", member)
    correct(member, {"acronym": "ACR"}, by=UserFactory(name="Chen Wei"), at=NOON + SECOND)

    with refused(member, Conflict, "Answers corrected: Chen Wei"):
        undo(member, at=NOON + 2 * SECOND)


def test_second_undo_says_who_undid_the_decision_first():
    member = member_before("decline")
    decide("decline", member)
    undo(member, by=officer(), version=2)

    with refused(member, Conflict, "Decision undone"):
        undo(member, version=2)


def test_note_does_not_prevent_an_undo():
    member = member_before("admit")
    decide("admit", member)
    add_note(member=member, text="They called.", by=UserFactory(), at=NOON + SECOND)

    undo(member, at=NOON + 2 * SECOND)

    assert facts(member)["status"] == MemberStatus.PENDING


@pytest.mark.parametrize("step", DECISIONS)
def test_undo_needs_the_permission_for_the_decision(step):
    member = member_before(step)
    decide(step, member)
    needed = {
        "admit": "admit_member",
        "move": "admit_member",
        "decline": "decline_member",
        "close": "close_member",
        "reopen": "reopen_member",
    }.get(step, "request_information_member")
    without = officer(*(each for each in PERMISSIONS if each != needed))

    with refused(member, Refused, "only decisions that you may also make"):
        undo(member, by=without)
    undo(member, by=officer(needed))


def test_undo_of_declining_a_member_state_needs_the_permission_for_that():
    member = member_before("decline", category=Category.MEMBER_STATE)
    decide("decline", member)

    with pytest.raises(Refused, match="only decisions that you may also make"):
        undo(member)

    undo(member, by=officer("decline_member", "decline_member_state"))


def test_undo_takes_back_all_decisions_that_nobody_else_has_seen_yet():
    member = member_before("request_information")
    before = facts(member)
    asked = decide("request_information", member, at=NOON - 60 * SECOND)
    admitted = decide("admit", member)

    shown = as_shown(member, at=NOON + SECOND)
    # When the request alone would have settled.
    in_between = list(member.timeline.shown_to_organisation(NOON + 61 * SECOND))
    entry = undo(member)

    assert (shown.status, in_between) == (MemberStatus.PENDING, [])
    assert facts(member) == {**before, "version": 4}
    assert entry.note == "Information requested · Admitted"
    assert set(statuses_of_mail()) == {MessageStatus.CANCELLED}
    kept = TimelineEntry.objects.filter(pk__in=[asked.pk, admitted.pk])
    assert set(kept.values_list("is_public", "settles_at")) == {(False, None)}


def test_move_shows_the_earlier_place_in_lists_until_it_settles():
    area, other = FocusAreaFactory(number=1), FocusAreaFactory(number=2)
    member = member_before("move", focus_area=area, granted_role=GrantedRole.CO_LEAD)

    decide("move", member, focus_area=other)
    decide("move", member, focus_area=FocusAreaFactory(number=3), at=NOON + SECOND)

    assert (member.shown_area, member.shown_role) == (area, GrantedRole.CO_LEAD)
    assert (member.settles_at, member.shown_version) == (LATER + SECOND, 1)


@pytest.mark.parametrize("by", ["an officer", "the focal point"])
def test_withdrawal_holds_at_once_and_the_overtaken_decision_stays_internal(by):
    member = member_before("admit")
    admitted = decide("admit", member)
    who = UserFactory() if by == "an officer" else member.focal_points.get()

    files.withdraw(member, by=who, at=NOON + SECOND)

    admitted.refresh_from_db()
    withdrawn = (MemberStatus.WITHDRAWN, None, None)
    assert (member.status, member.settles_at, member.shown_version) == withdrawn
    assert (admitted.is_public, admitted.settles_at) == (False, None)
    with pytest.raises(Refused, match="can no longer be undone"):
        undo(member, at=NOON + 2 * SECOND)


def test_answer_of_a_focal_point_holds_at_once():
    member = member_before("record_answer")

    entry = files.record_answer(member, by=member.focal_points.get())

    assert (member.settles_at, entry.settles_at, entry.is_public) == (None, None, True)


def closed_duplicate(of):
    return member_before("reopen", closing_reason=ClosingReason.DUPLICATE, duplicate_of=of)


@pytest.mark.parametrize("is_closing", [True, False])
def test_undo_about_a_duplicate_is_on_both_timelines(is_closing):
    other = MemberFactory()
    kinds = [TimelineKind.DUPLICATE_CLOSED, TimelineKind.DUPLICATE_REOPENED]
    if is_closing:
        member = member_before("close")
        files.close_as_duplicate(member, of=other)
    else:
        member = closed_duplicate(of=other)
        files.reopen(member)
        kinds.reverse()

    undo(member)

    assert Member.objects.get(pk=member.pk).duplicate_of == (None if is_closing else other)
    assert list(other.timeline.order_by("pk").values_list("kind", flat=True)) == kinds


def test_undo_is_refused_if_the_original_became_a_duplicate_or_the_answers_were_sent_again():
    other, third = MemberFactory(), MemberFactory()
    duplicate, closed = closed_duplicate(of=other), member_before("close")
    files.reopen(duplicate)
    files.close_as_duplicate(other, of=third)
    decide("close", closed)
    MemberFactory(call=closed.call, answers_digest=closed.answers_digest)

    with refused(duplicate, Refused, "closed as a duplicate"):
        undo(duplicate)
    with refused(closed, Refused, "sent the same answers again"):
        undo(closed)


def test_letter_to_a_new_focal_point_waits_with_the_admission():
    member = member_before("admit")
    person = member.focal_points.get()
    FocalPointFactory(member=member, is_alternate=True)
    transfer = RoleTransferFactory(focal_point=person, named_by=person)
    decide("admit", member)

    accept_role_transfer(role_transfer=transfer, at=NOON + SECOND)

    letters = Message.objects.filter(topic__contains="/admitted/", status=MessageStatus.QUEUED)
    assert set(letters.values_list("due_at", flat=True)) == {LATER}


def test_undone_request_is_not_the_latest_one_any_more():
    member = member_before("record_answer")
    first = TimelineEntryFactory(
        member=member, kind=TimelineKind.INFORMATION_REQUESTED, at=NOON - 60 * 60 * SECOND
    )
    files.record_answer(member)
    files.request_information(member, at=NOON + SECOND)

    undo(member, at=NOON + 2 * SECOND)

    # The organisation answers the first request, and waits since then.
    waiting = Member.objects.with_waiting_since().get(pk=member.pk).waiting_since
    assert (member.status, waiting) == (MemberStatus.INFORMATION_REQUESTED, first.at)
    files.record_answer(member, by=member.focal_points.get(), question=first.pk)


def test_undone_first_response_does_not_count():
    calls = [member_before("decline") for _number in range(MIN_SAMPLE)]
    for member in calls:
        decide("decline", member)
    before = median_response_days(at=NOON + SECOND)

    undo(calls[0])

    assert before is not None
    assert median_response_days(at=NOON + SECOND) is None
