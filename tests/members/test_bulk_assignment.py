"""Reassigning all members of a colleague at once."""

import pytest

from core.conflicts import Refused
from members.models import (
    UNDECIDED_STATUSES,
    Member,
    MemberStatus,
    TimelineEntry,
    TimelineKind,
)
from members.services.bulk_assignment import reassign_all, share_out, undecided_of
from outbox.models import Message
from tests.factories import NOON, MemberFactory, UserFactory
from tests.triage.staff import observer, officer


@pytest.fixture
def bo():
    return officer(name="Bo Lind", email="bo@example.org")


@pytest.fixture
def ada():
    return officer(name="Ada Kent", email="ada@example.org", language="fr")


@pytest.fixture
def amina():
    return officer(name="Amina Diallo", email="amina@example.org")


def reassigned(members, assignee, to, by, reason=" On leave. "):
    return reassign_all(
        members=[member.pk for member in members],
        assignee=assignee,
        to=to,
        reason=reason,
        by=by,
        at=NOON,
    )


def everything():
    return [*Member.objects.order_by("pk").values()]


def test_every_member_gets_the_new_assignee_an_entry_and_a_version(bo, ada, amina):
    members = [MemberFactory(assignee=bo, status=status) for status in UNDECIDED_STATUSES]
    other = MemberFactory(assignee=bo)

    done = reassigned(members, bo, ada, amina)

    assert done.skipped == []
    assert [entry.member_id for entry in done.entries] == [member.pk for member in members]
    assert list(TimelineEntry.objects.order_by("pk")) == done.entries
    for member, entry in zip(members, done.entries, strict=True):
        member.refresh_from_db()
        assert (member.assignee, member.version) == (ada, 2)
        assert (entry.kind, entry.note) == (TimelineKind.REASSIGNED, "Ada Kent\nOn leave.")
        assert (entry.by_user, entry.by_name, entry.at) == (amina, "Amina Diallo", NOON)
        assert not entry.is_public
        kept = member.history.latest("history_id")
        assert (kept.assignee, kept.version, kept.history_type) == (ada, 2, "~")
        assert (kept.history_user, kept.history_by_name) == (amina, "Amina Diallo")
        assert kept.history_date == NOON
    other.refresh_from_db()
    assert (other.assignee, other.version) == (bo, 1)


def test_both_colleagues_are_told_with_the_reason_each_in_their_language(bo, ada, amina):
    members = MemberFactory.create_batch(3, assignee=bo)

    entries = reassigned(members, bo, ada, amina, reason="On leave.\n*Call* me.").entries

    to_bo, to_ada = Message.objects.order_by("pk")
    assert [(mail.recipient, mail.language) for mail in (to_bo, to_ada)] == [
        ("bo@example.org", "en"),
        ("ada@example.org", "fr"),
    ]
    assert to_bo.topic == f"reassigned/entry-{entries[0].pk}/user-{bo.pk}"
    assert "Dear Bo Lind," in to_bo.body
    assert "Amina Diallo has reassigned applicants" in to_bo.body
    for line in ("Applicants: 3", "Previous assignee: Bo Lind", "New assignee: Ada Kent"):
        assert line in to_bo.body
    assert "/admin/members/member/workload/" in to_bo.body
    assert "Amina Diallo a réattribué des candidats" in to_ada.body
    for mail, words in ((to_bo, "The reason:"), (to_ada, "La raison\N{NO-BREAK SPACE}:")):
        assert f"{words}\n\nOn leave.  \n\\*Call\\* me.\n\n" in mail.body


def test_who_did_it_and_who_is_gone_get_no_email_and_nobody_is_told_as_new_assignee(bo, ada):
    gone = UserFactory(is_active=False)
    of_bo, of_gone = MemberFactory(assignee=bo), MemberFactory(assignee=gone)
    released = MemberFactory(assignee=bo)

    reassigned([of_bo], bo, ada, bo)
    reassigned([of_gone], gone, ada, ada)
    [entry] = reassigned([released], bo, None, ada).entries

    to_ada, to_bo = Message.objects.order_by("pk")
    assert (to_ada.recipient, to_bo.recipient) == ("ada@example.org", "bo@example.org")
    assert "New assignee: Unassigned" in to_bo.body
    released.refresh_from_db()
    assert released.assignee is None
    assert (entry.kind, entry.note) == (TimelineKind.UNASSIGNED, "Bo Lind\nOn leave.")


def test_what_was_decided_or_reassigned_meanwhile_is_skipped_and_named(bo, ada, amina):
    decided = MemberFactory(assignee=bo, status=MemberStatus.DECLINED)
    moved = MemberFactory(assignee=amina)
    unassigned = MemberFactory(assignee=None)
    left = MemberFactory(assignee=bo)

    done = reassigned([decided, moved, unassigned, left], bo, ada, amina)

    assert [entry.member for entry in done.entries] == [left]
    assert done.skipped == [decided, moved, unassigned]
    for member, assignee in ((decided, bo), (moved, amina), (unassigned, None)):
        member.refresh_from_db()
        assert (member.assignee, member.version) == (assignee, 1)


@pytest.mark.parametrize(
    ("refusal", "facts"),
    [
        ("No applicant that waits", {"member": {"status": MemberStatus.DECLINED}}),
        ("No applicant that waits", {"member": {"assignee": None}}),
        ("Enter a reason", {"reason": "  "}),
        ("already assigned to", {"to": "bo"}),
        ("cannot be assigned to", {"to": observer}),
        ("cannot be assigned to", {"to": lambda: officer(is_active=False)}),
    ],
)
def test_refusal_writes_nothing(bo, ada, amina, refusal, facts):
    member = MemberFactory(**{"assignee": bo, **facts.get("member", {})})
    to = facts.get("to", lambda: ada)
    before = everything()

    with pytest.raises(Refused, match=refusal):
        reassigned(
            [member], bo, bo if to == "bo" else to(), amina, reason=facts.get("reason", "On leave.")
        )

    assert everything() == before
    assert list(TimelineEntry.objects.all()) == []
    assert list(Message.objects.all()) == []


def test_hundreds_are_written_in_batches(bo, ada, amina, django_assert_max_num_queries):
    one, *many = MemberFactory.create_batch(150, assignee=bo)
    reassigned([one], bo, ada, amina)
    reassigned([one], ada, bo, amina)

    # SQLite has smaller batches.
    for members, most in (([one], 13), (many, 25)):
        with django_assert_max_num_queries(most):
            reassigned(members, bo, ada, amina)

    assert not undecided_of(bo).exists()


def test_share_out_gives_each_colleague_their_members_and_writes_to_nobody(bo, ada, amina):
    first, second, third = MemberFactory.create_batch(3)

    done = share_out(shares={bo: [first.pk, third.pk], ada: [second.pk]}, by=amina, at=NOON)

    assert done.skipped == []
    assert [(entry.member, entry.kind, entry.note, entry.by_user) for entry in done.entries] == [
        (first, TimelineKind.REASSIGNED, "Bo Lind", amina),
        (third, TimelineKind.REASSIGNED, "Bo Lind", amina),
        (second, TimelineKind.REASSIGNED, "Ada Kent", amina),
    ]
    assert [*Member.objects.order_by("pk").values_list("assignee", "version")] == [
        (bo.pk, 2),
        (ada.pk, 2),
        (bo.pk, 2),
    ]
    assert first.history.latest("history_id").history_user == amina
    assert not Message.objects.exists()


def test_share_out_skips_what_was_decided_or_assigned_meanwhile(bo, ada, amina):
    left, assigned = MemberFactory(), MemberFactory(assignee=ada)
    declined = MemberFactory(status=MemberStatus.DECLINED)
    before = [*Member.objects.filter(pk__in=[assigned.pk, declined.pk]).values()]

    done = share_out(shares={bo: [left.pk, assigned.pk, declined.pk]}, by=amina, at=NOON)

    assert [entry.member for entry in done.entries] == [left]
    assert done.skipped == [assigned, declined]
    assert [*Member.objects.filter(pk__in=[assigned.pk, declined.pk]).values()] == before


def test_share_out_refuses_when_nothing_is_left_or_somebody_cannot_be_assigned(bo, ada, amina):
    assigned, waits = MemberFactory(assignee=ada), MemberFactory()
    before = everything()

    with pytest.raises(Refused) as nothing:
        share_out(shares={bo: [assigned.pk]}, by=amina, at=NOON)
    with pytest.raises(Refused) as nobody:
        share_out(shares={observer(): [waits.pk]}, by=amina, at=NOON)

    assert (nothing.value.code, nobody.value.code) == ("nothing_to_share", "cannot_be_assigned")
    assert everything() == before
    assert not TimelineEntry.objects.exists()
