"""Revoking a person's links, and the letters that would bring dead ones."""

import pytest

from members.models import MemberStatus, TimelineKind
from members.services.focal_points import revoke_links
from members.services.letters.resend import resend
from members.services.private_links import InvalidLink, LinkPurpose, focal_point_of, token_for
from outbox.models import Message, MessageStatus
from outbox.services.queue import PrivateLinkMissing, retry_message
from tests.factories import NOON, FocalPointFactory, MessageFactory, UserFactory


def last_history_of(focal_point):
    """Return who is said to have changed a focal point last, and when."""
    row = focal_point.history.order_by("history_id").last()
    return row.history_type, row.history_user, row.history_date


def test_revoke_links_writes_history_of_the_person_in_the_name_of_the_officer():
    officer = UserFactory()
    focal_point = FocalPointFactory()

    revoke_links(focal_point=focal_point, link_version=1, by=officer, at=NOON)

    assert last_history_of(focal_point) == ("~", officer, NOON)


def test_revoke_links_closes_every_door_of_that_person_alone():
    focal_point = FocalPointFactory(given_name="Ada", family_name="Byron")
    alternate = FocalPointFactory(member=focal_point.member, is_alternate=True)
    tokens = [(purpose, token_for(focal_point, purpose)) for purpose in LinkPurpose]
    kept = token_for(alternate, LinkPurpose.FEED)

    entry = revoke_links(focal_point=focal_point, link_version=1, by=UserFactory(), at=NOON)

    for purpose, token in tokens:
        with pytest.raises(InvalidLink):
            focal_point_of(token, purpose)
    assert focal_point_of(kept, LinkPurpose.FEED) == alternate
    assert (entry.kind, entry.note) == (TimelineKind.LINKS_REVOKED, "Ada Byron")


def unsent_admission(focal_point, **values):
    return MessageFactory(
        topic=f"{focal_point.member.reference}/admitted/entry-1/focal-point-{focal_point.pk}",
        reference=focal_point.member.reference,
        recipient=focal_point.email,
        body="[[private-page]]",
        private_page="https://p2c.example/en/working-group/old/",
        **values,
    )


def test_revoke_links_cancels_the_letter_that_would_bring_dead_ones():
    focal_point = FocalPointFactory(member__status=MemberStatus.ADMITTED)
    admission = unsent_admission(focal_point)
    without_links = MessageFactory(
        reference=focal_point.member.reference, recipient=focal_point.email
    )

    revoke_links(focal_point=focal_point, link_version=1, by=UserFactory(), at=NOON)

    assert dict(Message.objects.values_list("pk", "status")) == {
        admission.pk: MessageStatus.CANCELLED,
        without_links.pk: MessageStatus.QUEUED,
    }
    again = resend(message=Message.objects.get(pk=admission.pk), times=0, by=UserFactory(), at=NOON)
    assert token_for(focal_point, LinkPurpose.WORKING_GROUP) in again.private_page


def test_revoke_links_leaves_the_letter_of_the_other_person_at_the_same_address():
    focal_point = FocalPointFactory(email="office@example.org")
    alternate = FocalPointFactory(
        member=focal_point.member, is_alternate=True, email="office@example.org"
    )
    revoked, kept = unsent_admission(focal_point), unsent_admission(alternate)

    revoke_links(focal_point=focal_point, link_version=1, by=UserFactory(), at=NOON)

    assert dict(Message.objects.values_list("pk", "status")) == {
        revoked.pk: MessageStatus.CANCELLED,
        kept.pk: MessageStatus.QUEUED,
    }


def test_revoke_links_cancels_what_was_written_again_and_nothing_of_a_longer_number():
    focal_point = FocalPointFactory()
    reference = focal_point.member.reference
    facts = {"reference": reference, "private_page": "https://p2c.example/en/working-group/old/"}
    topic = f"{reference}/admitted/entry-1/focal-point-{focal_point.pk}"
    again = MessageFactory(topic=f"{topic}/again-1", **facts)
    other = MessageFactory(topic=f"{topic}0", **facts)

    revoke_links(focal_point=focal_point, link_version=1, by=UserFactory(), at=NOON)

    assert dict(Message.objects.values_list("pk", "status")) == {
        again.pk: MessageStatus.CANCELLED,
        other.pk: MessageStatus.QUEUED,
    }


def test_revoke_links_leaves_a_failed_letter_to_be_written_again():
    focal_point = FocalPointFactory()
    admission = unsent_admission(focal_point, status=MessageStatus.FAILED)

    revoke_links(focal_point=focal_point, link_version=1, by=UserFactory(), at=NOON)

    with pytest.raises(PrivateLinkMissing):
        retry_message(message=admission, by=UserFactory(), at=NOON)
    admission.refresh_from_db()
    assert (admission.status, admission.private_page) == (MessageStatus.FAILED, "")
