"""Attaching a reply to the member or commitment that it is about, and detaching it."""

import pytest

from commitments.models import CommitmentStatus
from inbox.models import IncomingKind, IncomingMail
from inbox.services.attaching import attach_mail, detach_mail, find_owners, owner_of
from members.models import MemberStatus
from tests.commitments.desk import sent
from tests.factories import (
    NOON,
    FocalPointFactory,
    FocusAreaFactory,
    IncomingMailFactory,
    MemberFactory,
    UserFactory,
)
from tests.inbox.mails import sent_message
from tests.refusals import refused
from tests.triage.staff import coordinator, officer

pytestmark = pytest.mark.django_db


def facts(mail):
    mail.refresh_from_db()
    return mail.reference, mail.attached_by, mail.attached_at, mail.attached_by_name


def test_attach_says_to_whom_by_whom_and_when():
    mail, by, member = IncomingMailFactory(), officer(name="Chen Wei"), MemberFactory()

    owner = attach_mail(mail=mail, reference=f" {member.reference.lower()}", by=by, at=NOON)

    assert owner.reference == member.reference
    assert facts(mail) == (member.reference, by, NOON, "Chen Wei")
    assert list(IncomingMail.objects.replies_of(member.reference)) == [mail]
    assert not IncomingMail.objects.unmatched().exists()


def test_attach_takes_the_reference_of_a_commitment():
    mail, by, commitment = IncomingMailFactory(), officer(), sent(CommitmentStatus.SUBMITTED)

    attach_mail(mail=mail, reference=commitment.reference, by=by, at=NOON)

    assert facts(mail)[0] == commitment.reference
    assert owner_of(mail, by).name == str(commitment)


def test_attach_refuses_what_a_colleague_has_attached():
    mail, first, second = IncomingMailFactory(), MemberFactory(), MemberFactory()
    chen = officer(name="Chen Wei")
    attach_mail(mail=mail, reference=first.reference, by=chen, at=NOON)

    with refused("already_attached") as refusal:
        attach_mail(mail=mail, reference=second.reference, by=officer(), at=NOON)

    assert f"already attached to {first.reference} by Chen Wei" in str(refusal.value)
    assert facts(mail) == (first.reference, chen, NOON, "Chen Wei")


@pytest.mark.parametrize(
    ("reference", "code"), [("P2C-NOBODY", "unknown_reference"), ("", "unknown_reference")]
)
def test_attach_refuses_a_reference_that_nobody_has(reference, code):
    mail = IncomingMailFactory()

    with refused(code):
        attach_mail(mail=mail, reference=reference, by=officer(), at=NOON)

    assert facts(mail) == ("", None, None, "")


def test_attach_refuses_what_the_person_may_not_see_and_what_was_emptied():
    emptied = MemberFactory(status=MemberStatus.CLOSED, personal_data_deleted_at=NOON)
    other_area = MemberFactory(status=MemberStatus.PENDING)
    mail = IncomingMailFactory()

    for by, member in ((officer(), emptied), (coordinator(FocusAreaFactory()), other_area)):
        with refused("unknown_reference"):
            attach_mail(mail=mail, reference=member.reference, by=by, at=NOON)

    assert facts(mail) == ("", None, None, "")


def test_attach_refuses_a_bounce():
    mail, member = IncomingMailFactory(kind=IncomingKind.BOUNCE), MemberFactory()

    with refused("not_a_reply"):
        attach_mail(mail=mail, reference=member.reference, by=officer(), at=NOON)

    assert facts(mail) == ("", None, None, "")


def test_owners_are_found_by_name_address_and_reference():
    person = FocalPointFactory(
        member__organisation_name="Ministry of Health", email="ada@example.org"
    )
    commitment, by = sent(CommitmentStatus.SUBMITTED), officer()

    found = {
        typed: [owner.reference for owner in find_owners(typed, by)]
        for typed in ("ministry health", "ada@example.org", commitment.reference.lower(), "nobody")
    }

    assert found == {
        "ministry health": [person.member.reference],
        "ada@example.org": [person.member.reference],
        commitment.reference.lower(): [commitment.reference],
        "nobody": [],
    }


def test_detach_makes_it_belong_to_nobody_again():
    mail, member, by = IncomingMailFactory(), MemberFactory(), officer()
    attach_mail(mail=mail, reference=member.reference, by=by, at=NOON)

    detach_mail(mail=mail, by=by)

    assert facts(mail) == ("", None, None, "")
    assert list(IncomingMail.objects.unmatched()) == [mail]


def test_reference_that_was_only_in_the_subject_can_be_detached():
    mail = IncomingMailFactory(reference="P2C-K7M4Q2")

    detach_mail(mail=mail, by=UserFactory())

    assert facts(mail)[0] == ""


def test_detach_refuses_a_reply_to_a_letter_and_what_belongs_to_nobody():
    reply = IncomingMailFactory(message=sent_message(), reference="P2C-K7M4Q2")

    for mail in (reply, IncomingMailFactory()):
        with refused("not_attached"):
            detach_mail(mail=mail, by=UserFactory())

    assert facts(reply)[0] == "P2C-K7M4Q2"


def test_coordinator_sees_the_mail_of_their_area_only():
    area = FocusAreaFactory()
    own = MemberFactory(status=MemberStatus.ADMITTED, focus_area=area)
    mail = IncomingMailFactory(reference=own.reference)
    others = [IncomingMailFactory(reference=MemberFactory().reference), IncomingMailFactory()]

    assert list(IncomingMail.objects.visible_to(coordinator(area))) == [mail]
    assert set(IncomingMail.objects.visible_to(officer())) == {mail, *others}
    assert not IncomingMail.objects.visible_to(UserFactory()).exists()
