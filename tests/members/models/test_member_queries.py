"""The querysets of members, the names of focal points, and names on the timeline."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from members.models import FocalPoint, GrantedRole, Member, MemberStatus, TimelineKind
from members.services.decisions import record_answer
from outbox.models import Message
from tests.factories import (
    NOON,
    FocalPointFactory,
    FocusAreaFactory,
    MemberFactory,
    MessageFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.triage.staff import officer
from triage.desk.services.work_queue import Reader, work_queue


def test_member_with_waiting_since_counts_from_the_latest_request_or_reply():
    asked_again = MemberFactory(status=MemberStatus.INFORMATION_REQUESTED)
    for hours in (3, 4, 1):
        TimelineEntryFactory(
            member=asked_again,
            kind=TimelineKind.INFORMATION_REQUESTED,
            at=NOON + timedelta(hours=hours),
        )
    TimelineEntryFactory(
        member=asked_again, kind=TimelineKind.ASSIGNED, at=NOON + timedelta(hours=5)
    )
    replied = MemberFactory(replied_at=NOON + timedelta(hours=2))
    TimelineEntryFactory(member=replied, kind=TimelineKind.INFORMATION_REQUESTED, at=NOON)
    new = MemberFactory(submitted_at=NOON)

    since = dict(Member.objects.with_waiting_since().values_list("pk", "waiting_since"))

    assert since == {
        asked_again.pk: NOON + timedelta(hours=4),
        replied.pk: NOON + timedelta(hours=2),
        new.pk: NOON,
    }


def test_member_with_language_is_written_to_as_its_primary_focal_point_chose():
    written, silent = MemberFactory(), MemberFactory()
    FocalPointFactory(member=written, language="ru", is_alternate=True)
    FocalPointFactory(member=written, language="ar")

    languages = dict(Member.objects.with_language().values_list("pk", "language"))

    assert languages == {written.pk: "ar", silent.pk: None}


def test_member_with_last_message_says_what_became_of_the_latest_letter():
    written, silent = MemberFactory(), MemberFactory()
    for days, status in enumerate(("queued", "failed", "cancelled")):
        MessageFactory(
            reference=written.reference, status=status, queued_at=NOON - timedelta(days=days)
        )

    latest = dict(Member.objects.with_last_message().values_list("pk", "last_message"))

    assert latest == {written.pk: "queued", silent.pk: None}


def test_member_with_unconfirmed_address_looks_at_the_first_person_of_what_waits():
    unconfirmed, confirmed = MemberFactory(), MemberFactory()
    admitted = MemberFactory(status=MemberStatus.ADMITTED)
    for member in (unconfirmed, confirmed, admitted):
        at = NOON if member == confirmed else None
        FocalPointFactory(member=member, confirmed_at=at)
        FocalPointFactory(member=member, is_alternate=True, confirmed_at=None if at else NOON)

    members = Member.objects.with_unconfirmed_address()

    assert list(Member.objects.unconfirmed()) == [unconfirmed]
    assert dict(members.values_list("pk", "has_unconfirmed_address")) == {
        unconfirmed.pk: True,
        confirmed.pk: False,
        admitted.pk: False,
    }


def test_member_undecided_keeps_what_waits_oldest_first():
    younger = MemberFactory(submitted_at=NOON)
    older = MemberFactory(
        submitted_at=NOON - timedelta(days=1), status=MemberStatus.INFORMATION_REQUESTED
    )
    for status in ("admitted", "declined", "closed", "withdrawn"):
        MemberFactory(status=status)

    assert list(Member.objects.undecided()) == [older, younger]


def test_member_of_working_group_keeps_who_was_admitted_to_it():
    area = FocusAreaFactory(number=2)
    admitted = MemberFactory(status=MemberStatus.ADMITTED, focus_area=area)
    MemberFactory(status=MemberStatus.ADMITTED, focus_area=FocusAreaFactory(number=3))
    MemberFactory(
        status=MemberStatus.WITHDRAWN,
        focus_area=area,
        granted_role=GrantedRole.PARTICIPANT,
        decided_at=NOON,
        decided_by=UserFactory(),
    )

    assert list(Member.objects.of_working_group(area)) == [admitted]


def test_member_with_mail_to_the_officer_alone_is_not_told_of_it_as_a_letter():
    me = officer()
    member = MemberFactory(assignee=me, status=MemberStatus.INFORMATION_REQUESTED)
    person = FocalPointFactory(member=member)
    MessageFactory(reference=member.reference, queued_at=NOON - timedelta(days=1))
    record_answer(member=member, answer="Here it is", by=person, at=NOON)
    Message.objects.filter(recipient=me.email).update(status="failed")

    assert not Member.objects.with_failed_mail().get().has_failed_mail
    assert work_queue(Reader(user=me, calls=[], at=NOON)).counts["mail_failed"] == 0


@pytest.mark.parametrize(
    ("given", "family", "full"),
    [
        ("Ada", "Lovelace", "Ada Lovelace"),
        ("", "Raman", "Raman"),
        ("小明", "王", "王小明"),
        ("伟", "欧阳", "欧阳伟"),
        ("さくら", "山田", "山田さくら"),
        ("민수", "김", "김민수"),
        ("Xiaoming", "王", "Xiaoming 王"),
        ("マリ", "キュリー", "マリ キュリー"),
        ("مريم", "بن صالح", "مريم بن صالح"),
    ],
)
def test_focal_point_is_called_in_the_order_of_their_script(given, family, full):
    person = FocalPoint(given_name=given, family_name=family)

    assert person.full_name == full


def test_account_with_a_past_cannot_be_deleted():
    officer = UserFactory()
    TimelineEntryFactory(by_user=officer, by_name="Amina Diallo")

    with pytest.raises(IntegrityError), transaction.atomic():
        officer.delete()
