"""Asking an organisation for what is missing, and recording what it answers."""

from datetime import timedelta

import pytest

from members.models import MemberStatus, TimelineKind
from members.services.assignment import unassign
from members.services.decisions import record_answer, request_information
from members.services.exceptions import QuestionChanged, WrongStatus
from outbox.models import Message, MessageStatus
from tests.factories import NOON, FocalPointFactory, MemberFactory, MessageFactory, UserFactory
from tests.members.decisions.files import assert_nothing_written, facts, member_with_focal_point


def test_request_information_waits_for_the_organisation():
    officer = UserFactory()
    member = member_with_focal_point(reference="P2C-ASK234", replied_at=NOON - timedelta(hours=2))

    entry = request_information(
        member=member, missing="Which ministry do you write for?", by=officer, at=NOON
    )

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
    before = facts(member)

    with pytest.raises(WrongStatus, match="was asked for information"):
        request_information(member=member, missing="More.", by=UserFactory(), at=NOON)

    assert_nothing_written(member, before)


def test_record_answer_brings_the_file_back_to_the_desk():
    officer = UserFactory()
    member = MemberFactory(status=MemberStatus.INFORMATION_REQUESTED, assignee=UserFactory())

    entry = record_answer(member=member, answer="The ministry of health.", by=officer, at=NOON)

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


def test_record_answer_by_the_focal_point_names_the_person():
    focal_point = FocalPointFactory(
        member=MemberFactory(status=MemberStatus.INFORMATION_REQUESTED),
        given_name="Ada",
        family_name="Byron",
    )

    entry = record_answer(member=focal_point.member, answer="Yes.", by=focal_point, at=NOON)

    assert (entry.by_focal_point, entry.by_user, entry.by_name) == (
        focal_point,
        None,
        "Ada Byron",
    )


def asked_by(officer, **person):
    """A focal point whose member was asked something by an officer, and the entry that says so."""
    member = MemberFactory(reference="P2C-ANSW23", organisation_name="Union of Villages")
    focal_point = FocalPointFactory(member=member, **person)
    entry = request_information(
        member=member, missing="Which ministry?", by=officer, at=NOON, message=None
    )
    return focal_point, entry


def test_record_answer_by_the_focal_point_tells_the_officer_without_the_answer():
    officer = UserFactory(email="amina@example.org", name="Amina Diallo")
    focal_point, _asked = asked_by(officer, given_name="Ada", family_name="Lovelace")

    entry = record_answer(
        member=focal_point.member, answer="A secret of ours.", by=focal_point, at=NOON
    )

    message = Message.objects.get()
    assert (message.topic, message.reference, message.recipient, message.subject) == (
        f"P2C-ANSW23/answered/entry-{entry.pk}/user-{officer.pk}",
        "P2C-ANSW23",
        "amina@example.org",
        "P2C-ANSW23: The answer to your request is in the file",
    )
    assert "Union of Villages" in message.body
    assert "Ada Lovelace" in message.body
    assert f"/admin/members/member/{focal_point.member.pk}/change/" in message.body
    assert "secret" not in message.body


@pytest.mark.parametrize("gone", [{"is_active": False}, {"is_staff": False}])
def test_record_answer_tells_nobody_who_has_left(gone):
    officer = UserFactory(**gone)
    focal_point, _asked = asked_by(officer)

    record_answer(member=focal_point.member, answer="Yes.", by=focal_point, at=NOON)

    assert Message.objects.count() == 0


def test_record_answer_of_a_file_that_nobody_has_tells_nobody():
    focal_point, _asked = asked_by(UserFactory())
    unassign(member=focal_point.member, by=UserFactory(), at=NOON)

    record_answer(member=focal_point.member, answer="Yes.", by=focal_point, at=NOON)

    assert Message.objects.count() == 0


def test_record_answer_by_an_officer_tells_no_colleague():
    focal_point, _asked = asked_by(UserFactory())

    record_answer(member=focal_point.member, answer="Yes.", by=UserFactory(), at=NOON)

    assert Message.objects.count() == 0


def test_record_answer_takes_the_answer_to_the_question_that_was_shown():
    focal_point, asked = asked_by(UserFactory())

    entry = record_answer(
        member=focal_point.member, answer="Yes.", question=asked.pk, by=focal_point, at=NOON
    )

    assert (entry.kind, entry.note) == (TimelineKind.ANSWERED, "Yes.")


def test_record_answer_refuses_the_answer_to_an_earlier_question():
    officer = UserFactory()
    focal_point, first = asked_by(officer)
    member = focal_point.member
    record_answer(member=member, answer="By telephone.", by=officer, at=NOON)
    request_information(member=member, missing="And?", by=officer, at=NOON, message=None)
    before = facts(member)

    with pytest.raises(QuestionChanged, match="Something else was asked"):
        record_answer(member=member, answer="Yes.", question=first.pk, by=focal_point, at=NOON)

    assert facts(member) == before
    assert (member.timeline.count(), Message.objects.count()) == (3, 0)


def test_record_answer_cancels_the_question_that_has_not_gone_out():
    member = MemberFactory(reference="P2C-ASK234", status=MemberStatus.INFORMATION_REQUESTED)
    question = MessageFactory(
        topic="P2C-ASK234/information-requested/entry-1/focal-point-1", reference="P2C-ASK234"
    )

    record_answer(member=member, answer="Yes.", by=UserFactory(), at=NOON)

    question.refresh_from_db()
    assert question.status == MessageStatus.CANCELLED


def test_record_answer_refuses_where_nothing_was_asked():
    member = MemberFactory(status=MemberStatus.PENDING)
    before = facts(member)

    with pytest.raises(WrongStatus, match="is pending"):
        record_answer(member=member, answer="Yes.", by=UserFactory(), at=NOON)

    assert_nothing_written(member, before)
