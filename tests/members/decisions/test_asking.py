"""Requests for information, and recording the answers."""

from datetime import timedelta

import pytest

from members.models import MemberStatus, TimelineKind
from members.services.assignment import unassign
from members.services.exceptions import QuestionChanged
from outbox.models import Message, MessageStatus
from tests.factories import NOON, FocalPointFactory, MemberFactory, MessageFactory, UserFactory
from tests.members.decisions.files import (
    facts,
    in_short,
    member_with_focal_point,
    record_answer,
    request_information,
    stored,
)


def test_request_information_waits_for_the_organisation():
    officer = UserFactory()
    member = member_with_focal_point(reference="P2C-ASK234", replied_at=NOON - timedelta(hours=2))
    question = "Which ministry do you write for?"

    entry = request_information(member, missing=question, by=officer)

    waiting = (MemberStatus.INFORMATION_REQUESTED, None, officer.pk)
    assert stored(member, "status", "replied_at", "assignee") == waiting
    assert in_short(entry) == (TimelineKind.INFORMATION_REQUESTED, question, True)
    message = Message.objects.get()
    assert message.topic == (
        f"P2C-ASK234/information-requested/entry-{entry.pk}"
        f"/focal-point-{member.focal_points.get().pk}"
    )
    assert question in message.body


def test_record_answer_brings_the_file_back_to_the_desk():
    officer = UserFactory()
    member = MemberFactory(
        reference="P2C-ASK234", status=MemberStatus.INFORMATION_REQUESTED, assignee=UserFactory()
    )
    question = MessageFactory(
        topic="P2C-ASK234/information-requested/entry-1/focal-point-1", reference="P2C-ASK234"
    )

    entry = record_answer(member, answer="The ministry of health.", by=officer)

    replied = (MemberStatus.PENDING, NOON, officer.pk)
    assert stored(member, "status", "replied_at", "assignee") == replied
    assert in_short(entry) == (TimelineKind.ANSWERED, "The ministry of health.", True)
    # An unsent request would ask for something that was answered.
    question.refresh_from_db()
    assert question.status == MessageStatus.CANCELLED


def asked_by(officer, **person):
    """A focal point of a member with a request by an officer, and its timeline entry."""
    member = MemberFactory(reference="P2C-ANSW23", organisation_name="Union of Villages")
    focal_point = FocalPointFactory(member=member, **person)
    return focal_point, request_information(member, by=officer, message=None)


def test_record_answer_by_the_focal_point_tells_the_officer_without_the_answer():
    officer = UserFactory(email="amina@example.org", name="Amina Diallo")
    focal_point, asked = asked_by(officer, given_name="Ada", family_name="Lovelace")

    entry = record_answer(
        focal_point.member, answer="A secret of ours.", question=asked.pk, by=focal_point
    )

    assert entry.by_focal_point == focal_point
    assert (entry.by_user, entry.by_name, entry.note) == (None, "Ada Lovelace", "A secret of ours.")
    message = Message.objects.get()
    assert message.topic == f"P2C-ANSW23/answered/entry-{entry.pk}/user-{officer.pk}"
    assert (message.reference, message.recipient) == ("P2C-ANSW23", "amina@example.org")
    assert message.subject == "P2C-ANSW23: Reply received to your request for information"
    for words in ("Union of Villages", "Ada Lovelace", f"member/{focal_point.member.pk}/change/"):
        assert words in message.body
    assert "secret" not in message.body


@pytest.mark.parametrize(
    ("asker", "is_assigned", "is_theirs"),
    [
        ({"is_active": False}, True, True),
        ({"is_staff": False}, True, True),
        ({}, False, True),
        ({}, True, False),
    ],
    ids=["inactive", "no staff", "unassigned", "by an officer"],
)
def test_record_answer_tells_only_the_officer_who_has_the_member(asker, is_assigned, is_theirs):
    focal_point, _asked = asked_by(UserFactory(**asker))
    if not is_assigned:
        unassign(member=focal_point.member, by=UserFactory(), at=NOON)

    record_answer(focal_point.member, by=focal_point if is_theirs else None)

    assert Message.objects.count() == 0


def test_record_answer_refuses_the_answer_to_an_earlier_question():
    focal_point, first = asked_by(UserFactory())
    member = focal_point.member
    record_answer(member, answer="By telephone.")
    request_information(member, missing="And?", message=None)
    before = facts(member)

    with pytest.raises(QuestionChanged, match="Other information was requested"):
        record_answer(member, question=first.pk, by=focal_point)

    assert facts(member) == before
    assert (member.timeline.count(), Message.objects.count()) == (3, 0)
