"""Assigning a member, unassigning and reassigning it, and clearing the suspicion of spam."""

import pytest

from core.conflicts import Refused
from members.models import MemberStatus, SpamSignal, TimelineKind
from members.services.assignment import (
    assign_to_self,
    clear_spam_flag,
    reassign,
    take_over,
    unassign,
)
from outbox.models import Message
from tests.factories import NOON, FocalPointFactory, MemberFactory, MessageFactory, UserFactory
from tests.members.decisions.files import in_short, member_with_focal_point, refused, stored
from tests.triage import staff


def hand_over(*, member, by, at):
    return reassign(member=member, to=by, by=UserFactory(), at=at)


def give_to_bo(*, member, by, at):
    return reassign(member=member, to=staff.officer(name="Bo Lind"), by=by, at=at)


@pytest.mark.parametrize(
    ("step", "before", "after", "kind", "note"),
    [
        (assign_to_self, None, "me", TimelineKind.ASSIGNED, ""),
        (unassign, "me", None, TimelineKind.UNASSIGNED, ""),
        # It says whose it was, if a colleague's.
        (unassign, "Ada", None, TimelineKind.UNASSIGNED, "Ada"),
        (give_to_bo, "Ada", "Bo Lind", TimelineKind.REASSIGNED, "Bo Lind"),
    ],
)
def test_assignment_gives_the_member_to_somebody_or_nobody(step, before, after, kind, note):
    me = UserFactory(name="me")
    member = MemberFactory(assignee=me if before == "me" else before and UserFactory(name=before))

    entry = step(member=member, by=me, at=NOON)

    assert stored(member, "assignee__name", "version") == (after, 2)
    assert in_short(entry) == (kind, note, False)


@pytest.mark.parametrize("is_take_over", [True, False])
@pytest.mark.parametrize(
    ("role", "gone"),
    [
        (staff.officer, {"is_active": False}),
        (staff.officer, {"is_staff": False}),
        (staff.observer, {}),
    ],
)
def test_hand_to_and_take_over_refuse_who_may_not_take_files(role, gone, is_take_over):
    colleague = role(name="Bo Lind", **gone)
    member = MemberFactory(assignee=UserFactory())

    with refused(member, Refused, r"^Applicants cannot be assigned to Bo Lind\.$"):
        if is_take_over:
            take_over(member=member, by=colleague, at=NOON)
        else:
            reassign(member=member, to=colleague, by=UserFactory(), at=NOON)


@pytest.mark.parametrize(
    ("step", "assignee", "refusal", "words"),
    [
        (assign_to_self, "Bo Lind", Refused, "is already assigned to Bo Lind"),
        (unassign, None, Refused, "is not assigned"),
        (hand_over, "me", Refused, "is already assigned to me"),
        (take_over, None, Refused, "is not assigned"),
        (take_over, "me", Refused, "is already assigned to me"),
        (clear_spam_flag, None, Refused, "not marked as possible spam"),
    ],
)
def test_step_refuses_what_is_so_already(step, assignee, refusal, words):
    me = staff.officer(name="me")
    has_it = me if assignee == "me" else assignee and UserFactory(name=assignee)
    member = MemberFactory(assignee=has_it)

    with refused(member, refusal, words):
        step(member=member, by=me, at=NOON)


def test_take_over_gives_the_file_to_the_officer_and_tells_the_colleague():
    colleague = staff.officer(name="Bo Lind", email="bo@example.org")
    me = staff.officer(name="Amina Diallo")
    member = MemberFactory(
        organisation_name="Ministry of Posts", reference="P2C-TAK234", assignee=colleague
    )

    entry = take_over(member=member, by=me, at=NOON)

    member.refresh_from_db()
    assert (member.assignee, member.version) == (me, 2)
    assert (entry.kind, entry.note, entry.by_user) == (TimelineKind.REASSIGNED, "Amina Diallo", me)
    message = Message.objects.get()
    assert message.recipient == "bo@example.org"
    assert message.subject == "P2C-TAK234: Applicant taken over"
    assert "Amina Diallo has taken over the expression of interest of" in message.body
    assert f"/admin/members/member/{member.pk}/change/" in message.body


def test_take_over_writes_to_nobody_who_has_left():
    member = MemberFactory(assignee=UserFactory(is_active=False))

    take_over(member=member, by=staff.officer(), at=NOON)

    assert list(Message.objects.all()) == []


def test_clear_suspicion_acknowledges_what_has_waited_for_it():
    officer = UserFactory()
    member = member_with_focal_point(spam_signal=SpamSignal.HONEYPOT)
    FocalPointFactory(member=member, is_alternate=True, email="alternate@example.org")
    # A message to officers is not an acknowledgement.
    told = MessageFactory(reference=member.reference, topic=f"{member.reference}/unanswered/user-7")

    entry = clear_spam_flag(member=member, by=officer, at=NOON)

    member.refresh_from_db()
    assert (member.spam_signal, member.status, member.version) == ("", MemberStatus.PENDING, 2)
    assert (entry.kind, entry.note) == (TimelineKind.SPAM_FLAG_CLEARED, "honeypot field filled in")
    assert (entry.by_user, entry.is_public) == (officer, False)
    first, second = Message.objects.exclude(pk=told.pk).order_by("pk")
    assert first.recipient == member.focal_points.get(is_alternate=False).email
    assert first.topic.startswith(f"{member.reference}/suspicion-cleared/")
    assert second.recipient == "alternate@example.org"
    assert first.subject == f"{member.reference}: Please confirm your email address"
    assert first.queued_at == NOON


def test_clear_suspicion_acknowledges_nothing_that_was_written_to_before():
    member = member_with_focal_point(spam_signal=SpamSignal.TOO_FAST)
    before = MessageFactory(reference=member.reference)

    clear_spam_flag(member=member, by=UserFactory(), at=NOON)

    assert list(Message.objects.all()) == [before]
