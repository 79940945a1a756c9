"""Accepting a role transfer, and revoking links, with the unsent letters that contain them."""

from datetime import timedelta

import pytest
from django.conf import settings

from core.conflicts import Refused
from members.models import MemberStatus, RoleTransfer, TimelineEntry, TimelineKind
from members.services.answers import people_of
from members.services.focal_points import MembershipEnded, accept_role_transfer, revoke_links
from members.services.letters.resend import focal_point_of_message, resend
from members.services.private_links import (
    InvalidLink,
    LinkPurpose,
    confirmation_code,
    focal_point_of,
    status_page_url,
    token_for,
    working_group_url,
)
from outbox.models import NO_PRIVATE_VALUES, Message, MessageStatus
from outbox.services.queue import retry_message
from outbox.services.rendering import as_text
from tests.factories import (
    NOON,
    FocalPointFactory,
    MessageFactory,
    RoleTransferFactory,
    UserFactory,
)
from tests.members.successors import HOPPER, LATER, a_member, letters, name, sent, text_to
from tests.sweeps.changed_tables import changed_since, everything_stored


def test_take_over_puts_the_successor_in_the_place_of_the_focal_point(member, person, alternate):
    role_transfer = name(person)

    taken = accept_role_transfer(role_transfer=role_transfer, at=LATER)

    person.refresh_from_db()
    member.refresh_from_db()
    assert taken == person
    assert {column: str(getattr(person, column)) for column in HOPPER} == HOPPER
    assert (person.is_alternate, person.confirmed_at, person.link_version) == (False, LATER, 2)
    assert list(RoleTransfer.objects.all()) == []
    assert member.version == 2
    entry = TimelineEntry.objects.latest("pk")
    assert entry.kind == TimelineKind.ROLE_TAKEN_OVER
    assert (entry.by_focal_point, entry.by_name, entry.is_public) == (person, "Grace Hopper", True)
    assert entry.note == (
        "Focal point: Ada Lovelace → Grace Hopper. Agreed to the privacy notice "
        f"{settings.PRIVACY_NOTICE_VERSION}."
    )
    names = person.history.order_by("history_id").values_list("family_name", flat=True)
    assert list(names) == ["Lovelace", "Hopper"]
    alternate.refresh_from_db()
    assert (alternate.full_name, alternate.link_version) == ("Alan Turing", 1)


def test_take_over_ends_every_link_of_who_left_and_no_other():
    _member, person, alternate = a_member(MemberStatus.ADMITTED)
    old = [(purpose, token_for(person, purpose)) for purpose in LinkPurpose]
    kept = [(purpose, token_for(alternate, purpose)) for purpose in LinkPurpose]
    unsent = unsent_admission(person)
    role_transfer = name(person)

    accept_role_transfer(role_transfer=role_transfer, at=LATER)

    for purpose, token in old:
        with pytest.raises(InvalidLink):
            focal_point_of(token, purpose)
    assert {focal_point_of(token, purpose) for purpose, token in kept} == {alternate}
    unsent.refresh_from_db()
    assert (unsent.status, unsent.private_page) == (MessageStatus.CANCELLED, "")


def test_take_over_writes_to_who_comes_who_leaves_and_who_stays(person):
    role_transfer = name(person, language="en")
    Message.objects.all().delete()

    accept_role_transfer(role_transfer=role_transfer, at=LATER)

    person.refresh_from_db()
    assert letters() == [
        ("grace@example.org", "en", "queued"),
        ("ada@example.org", "en", "queued"),
        ("alan@example.org", "fr", "queued"),
    ]
    welcome = Message.objects.get(recipient="grace@example.org")
    assert welcome.private_page == status_page_url(person, "en")
    assert welcome.private_code == confirmation_code(person)
    assert text_to("grace@example.org").startswith(
        "Dear Dr Grace Hopper,\n\nPlease see what you can do now: you have taken over a role for "
        "Ministry of Health (P2C-7K3MQ9) in the Partner2Connect Digital Coalition.\n"
    )
    assert "\n- Your role: focal point\n" in text_to("grace@example.org")
    farewell = Message.objects.get(recipient="ada@example.org")
    assert text_to("ada@example.org").startswith(
        "Dear Ada Lovelace,\n\nYou need not do anything: Grace Hopper has taken over your role as "
        "a focal point of Ministry of Health (P2C-7K3MQ9).\n\nWe no longer write to you"
    )
    assert (farewell.recipient_name, farewell.keys) == ("Ada Lovelace", NO_PRIVATE_VALUES)
    # Sent again by staff, it would go to the current holder of the role.
    assert focal_point_of_message(farewell) is None
    assert focal_point_of_message(welcome) == person


def test_take_over_of_an_admitted_member_brings_the_working_group_too():
    _member, person, _alternate = a_member(MemberStatus.ADMITTED)
    role_transfer = name(person, language="en")
    Message.objects.all().delete()

    accept_role_transfer(role_transfer=role_transfer, at=LATER)

    person.refresh_from_db()
    _welcome, group = Message.objects.filter(recipient="grace@example.org").order_by("pk")
    # A move that is cancelled by a later one.
    assert "/admitted/" in group.topic
    assert group.private_page == working_group_url(person, "en")
    assert group.body.count("http://testserver/en/my/feed/") == 1
    assert "takes part in the working group of the focus area" in as_text(group.body)
    assert "you will receive the page of that group" in as_text(_welcome.body)
    again = resend(
        message=Message.objects.get(pk=sent(group).pk), times=0, by=UserFactory(), at=LATER
    )
    assert again.private_page == working_group_url(person, "en")


def test_take_over_of_the_alternates_role(person, alternate):
    role_transfer = name(alternate, by=person, language="en")

    accept_role_transfer(role_transfer=role_transfer, at=LATER)

    alternate.refresh_from_db()
    assert (alternate.full_name, alternate.is_alternate) == ("Grace Hopper", True)
    assert "you have taken over a role for Ministry of Health" in text_to("grace@example.org")
    assert "\n- Your role: alternate focal point\n" in text_to("grace@example.org")
    assert text_to("ada@example.org").startswith(
        "Dear Ada Lovelace,\n\nYou need not do anything: Grace Hopper now represents Ministry of "
        "Health (P2C-7K3MQ9), in place of Alan Turing.\n\n- The role: alternate focal point\n"
    )


@pytest.mark.parametrize("status", ["declined", "closed", "withdrawn"])
def test_take_over_refuses_what_has_ended(status):
    _member, person, _alternate = a_member(status)
    role_transfer = RoleTransferFactory(focal_point=person)
    before = everything_stored()

    with pytest.raises(MembershipEnded):
        accept_role_transfer(role_transfer=role_transfer, at=LATER)

    assert changed_since(before) == []


def test_who_took_a_role_over_is_shown_beside_nobody_elses_particulars():
    focal_point = FocalPointFactory(email="ada@example.org", phone="+41227305111")
    alternate = FocalPointFactory(member=focal_point.member, is_alternate=True)
    role_transfer = RoleTransferFactory(
        focal_point=focal_point, email="grace@example.org", expires_at=NOON + timedelta(days=1)
    )

    taken_over = accept_role_transfer(role_transfer=role_transfer, at=NOON)
    person, other = people_of([taken_over, alternate])

    facts = [*person.facts, *other.facts]
    assert [fact.label for fact in facts if fact.is_corrected] == []
    assert "ada@example.org" not in {fact.sent for fact in facts}


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
    with pytest.raises(Refused, match="needs a private link"):
        retry_message(message=failed, by=UserFactory(), at=NOON)
    new = resend(message=Message.objects.get(pk=again.pk), times=0, by=UserFactory(), at=NOON)
    assert token_for(focal_point, LinkPurpose.WORKING_GROUP) in new.private_page
