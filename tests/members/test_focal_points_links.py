"""Revoking a person's links, and the unsent letters that contain them."""

import pytest

from members.models import MemberStatus, TimelineKind
from members.services.focal_points import revoke_links
from members.services.letters.resend import resend
from members.services.private_links import InvalidLink, LinkPurpose, focal_point_of, token_for
from outbox.models import Message, MessageStatus
from outbox.services.queue import PrivateLinkMissing, retry_message
from tests.factories import NOON, FocalPointFactory, MessageFactory, UserFactory


def revoke(focal_point, by=None):
    by = by or UserFactory()
    return revoke_links(focal_point=focal_point, link_version=1, by=by, at=NOON)


def test_revoke_links_closes_every_door_of_that_person_alone():
    focal_point = FocalPointFactory(given_name="Ada", family_name="Byron")
    alternate = FocalPointFactory(member=focal_point.member, is_alternate=True)
    tokens = [(purpose, token_for(focal_point, purpose)) for purpose in LinkPurpose]
    kept = token_for(alternate, LinkPurpose.FEED)
    officer = UserFactory()

    entry = revoke(focal_point, officer)

    for purpose, token in tokens:
        with pytest.raises(InvalidLink):
            focal_point_of(token, purpose)
    assert focal_point_of(kept, LinkPurpose.FEED) == alternate
    assert (entry.kind, entry.note) == (TimelineKind.LINKS_REVOKED, "Ada Byron")
    last = focal_point.history.latest("history_id")
    assert (last.history_type, last.history_user, last.history_date) == ("~", officer, NOON)


def unsent_admission(focal_point, **values):
    reference = focal_point.member.reference
    facts = {
        "topic": f"{reference}/admitted/entry-1/focal-point-{focal_point.pk}",
        "reference": reference,
        "recipient": focal_point.email,
        "body": "[[private-page]]",
        "private_page": "https://p2c.example/en/working-group/old/",
    }
    return MessageFactory(**{**facts, **values})


def test_revoke_links_cancels_the_letters_that_would_bring_dead_ones_and_no_other():
    focal_point = FocalPointFactory(member__status=MemberStatus.ADMITTED, email="of@example.org")
    member = focal_point.member
    # The other person has the same address.
    alternate = FocalPointFactory(member=member, is_alternate=True, email="of@example.org")
    admission = unsent_admission(focal_point)
    again = unsent_admission(focal_point, topic=f"{admission.topic}/again-1")
    failed = unsent_admission(
        focal_point, topic=f"{admission.topic}/again-2", status=MessageStatus.FAILED
    )
    kept = [
        MessageFactory(reference=member.reference, recipient=focal_point.email),
        unsent_admission(alternate),
        unsent_admission(focal_point, topic=f"{admission.topic}0"),
    ]

    revoke(focal_point)

    assert dict(Message.objects.values_list("pk", "status")) == {
        **dict.fromkeys([admission.pk, again.pk], MessageStatus.CANCELLED),
        failed.pk: MessageStatus.FAILED,
        **dict.fromkeys([message.pk for message in kept], MessageStatus.QUEUED),
    }
    # It is written again with a new link, and not tried again without one.
    with pytest.raises(PrivateLinkMissing):
        retry_message(message=failed, by=UserFactory(), at=NOON)
    new = resend(message=Message.objects.get(pk=again.pk), times=0, by=UserFactory(), at=NOON)
    assert token_for(focal_point, LinkPurpose.WORKING_GROUP) in new.private_page
