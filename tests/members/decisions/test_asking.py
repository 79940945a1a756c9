"""Requests for information, and recording the answers."""

from datetime import timedelta

import pytest

from members.models import MemberStatus, TimelineKind
from members.services.assignment import unassign
from members.services.exceptions import QuestionChanged, WrongStatus
from outbox.models import Message, MessageStatus
from tests.factories import NOON, FocalPointFactory, MemberFactory, MessageFactory, UserFactory
from tests.members.decisions.files import (
    facts,
    member_with_focal_point,
    record_answer,
    refused,
    request_information,
)


def test_request_information_waits_for_the_organisation():
    officer = UserFactory()
    member = member_with_focal_point(reference="P2C-ASK234", replied_at=NOON - timedelta(hours=2))

    entry = request_information(member, missing="Which ministry do you write for?", by=officer)

    member.refresh_from_db()
    assert (member.status, member.replied_at, member.assignee) == (
        MemberStatus.INFORMATION_REQUESTED,
        None,
        officer,
    )
    assert (entry.kind, entry.note, entry.is_public) == (
        TimelineKind.INFORMATION_REQUESTED,
        "Which ministry do you write for?",
        True,
    )
    message = Message.objects.get()
    assert message.topic == (
        f"P2C-ASK234/information-requested/entry-{entry.pk}"
        f"/focal-point-{member.focal_points.get().pk}"
    )
    assert "Which ministry do you write for?" in message.body


def test_request_information_refuses_to_ask_twice():
    member = member_with_focal_point(status=MemberStatus.INFORMATION_REQUESTED)

    with refused(member, WrongStatus, "Information was requested"):
        request_information(member)


def test_record_answer_refuses_where_nothing_was_asked():
    member = MemberFactory(status=MemberStatus.PENDING)

    with refused(member, WrongStatus, "is pending"):
        record_answer(member)


def test_record_answer_brings_the_file_back_to_the_desk():
    officer = UserFactory()
    member = MemberFactory(
        reference="P2C-ASK234", status=MemberStatus.INFORMATION_REQUESTED, assignee=UserFactory()
    )
    question = MessageFactory(
        topic="P2C-ASK234/information-requested/entry-1/focal-point-1", reference="P2C-ASK234"
    )

    entry = record_answer(member, answer="The ministry of health.", by=officer)

    member.refresh_from_db()
    assert (member.status, member.replied_at, member.assignee) == (
        MemberStatus.PENDING,
        NOON,
        officer,
    )
    assert (entry.kind, entry.note, entry.is_public) == (
        TimelineKind.ANSWERED,
        "The ministry of health.",
        True,
    )
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

    assert (entry.by_focal_point, entry.by_user, entry.by_name, entry.note) == (
        focal_point,
        None,
        "Ada Lovelace",
        "A secret of ours.",
    )
    message = Message.objects.get()
    assert (message.topic, message.reference, message.recipient, message.subject) == (
        f"P2C-ANSW23/answered/entry-{entry.pk}/user-{officer.pk}",
        "P2C-ANSW23",
        "amina@example.org",
        "P2C-ANSW23: Reply received to your request for information",
    )
    for words in ("Union of Villages", "Ada Lovelace", f"member/{focal_point.member.pk}/change/"):
        assert words in message.body
    assert "secret" not in message.body


@pytest.mark.parametrize("gone", [{"is_active": False}, {"is_staff": False}])
def test_record_answer_tells_nobody_who_has_left(gone):
    focal_point, _asked = asked_by(UserFactory(**gone))

    record_answer(focal_point.member, by=focal_point)

    assert Message.objects.count() == 0


def test_record_answer_of_a_file_that_nobody_has_tells_nobody():
    focal_point, _asked = asked_by(UserFactory())
    unassign(member=focal_point.member, by=UserFactory(), at=NOON)

    record_answer(focal_point.member, by=focal_point)

    assert Message.objects.count() == 0


def test_record_answer_by_an_officer_tells_no_colleague():
    focal_point, _asked = asked_by(UserFactory())

    record_answer(focal_point.member)

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
