"""Withdrawing a member, by staff or by its focal point."""

import pytest

from members.models import Member, MemberStatus, TimelineKind
from outbox.models import Message, MessageStatus
from tests.factories import NOON, FocalPointFactory, MemberFactory, MessageFactory, UserFactory
from tests.members.decisions.files import (
    UNDECIDED,
    facts,
    in_short,
    member_with_focal_point,
    withdraw,
)


@pytest.mark.parametrize("status", [*UNDECIDED, MemberStatus.ADMITTED])
def test_withdraw_by_an_officer_leaves_the_rest_as_it_was_and_writes_to_nobody(status):
    officer = UserFactory()
    member = member_with_focal_point(status=status, assignee=UserFactory())
    before = facts(member)

    entry = withdraw(member, by=officer, note="On the telephone.")

    assert facts(member) == {
        **before,
        "assignee_id": officer.pk,
        "status": MemberStatus.WITHDRAWN,
        "withdrawn_at": NOON,
        "version": 2,
    }
    assert in_short(entry) == (TimelineKind.WITHDRAWN, "On the telephone.", False)
    assert Message.objects.count() == 0


def test_withdraw_by_the_focal_point_tells_all_of_them_and_the_officer():
    officer = UserFactory(email="amina@example.org")
    member = MemberFactory(reference="P2C-GNE234", assignee=officer)
    queued = MessageFactory(reference="P2C-GNE234")
    first = FocalPointFactory(member=member, email="first@example.org", family_name="Lovelace")
    FocalPointFactory(member=member, email="alternate@example.org", is_alternate=True)

    entry = withdraw(member, by=first, note="We lack the means.")

    assert (entry.is_public, entry.note) == (True, "We lack the means.")
    assert Member.objects.get().assignee == officer
    queued.refresh_from_db()
    assert queued.status == MessageStatus.CANCELLED
    written = Message.objects.exclude(pk=queued.pk).order_by("pk")
    assert [(message.recipient, message.subject, message.status) for message in written] == [
        ("first@example.org", "P2C-GNE234: Withdrawal of your expression of interest", "queued"),
        (
            "alternate@example.org",
            "P2C-GNE234: Withdrawal of your expression of interest",
            "queued",
        ),
        ("amina@example.org", "P2C-GNE234: Withdrawn by the organisation", "queued"),
    ]
    to_first, to_alternate, to_officer = (message.body for message in written)
    for told in (to_first, to_alternate):
        assert ": Ada Lovelace has withdrawn the expression of interest of " in told
    assert "Was it a mistake?" in to_first
    assert not any("We lack" in body for body in (to_first, to_alternate, to_officer))


def test_withdraw_cancels_what_is_still_queued_for_it_alone():
    member = MemberFactory(reference="P2C-GNE234")
    queued = MessageFactory(reference="P2C-GNE234")
    of_another = MessageFactory(reference="P2C-STAYS2")
    sent = MessageFactory(reference="P2C-GNE234", status=MessageStatus.SENT, sent_at=NOON)

    withdraw(member)

    assert set(Message.objects.values_list("pk", "status")) == {
        (queued.pk, MessageStatus.CANCELLED),
        (of_another.pk, MessageStatus.QUEUED),
        (sent.pk, MessageStatus.SENT),
    }
