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
from members.services.bulk_assignment import reassign_all, undecided_of
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
    assert "Amina Diallo has reassigned members" in to_bo.body
    for line in ("Members: 3", "Previous assignee: Bo Lind", "New assignee: Ada Kent"):
        assert line in to_bo.body
    assert "/admin/members/member/workload/" in to_bo.body
    assert "Amina Diallo a réattribué des membres" in to_ada.body
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
        ("No member that waits", {"member": {"status": MemberStatus.DECLINED}}),
        ("No member that waits", {"member": {"assignee": None}}),
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
