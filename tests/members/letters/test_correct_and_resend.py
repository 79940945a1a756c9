"""Correct the address of a focal point, and send a message again to it, in one step."""

import pytest

from core.conflicts import NothingChanged
from members.models import FocalPoint, TimelineEntry, TimelineKind
from members.services.conflicts import MemberConflict
from members.services.letters.resend import CannotResend, correct_and_resend
from members.services.private_links import InvalidLink, LinkPurpose, focal_point_of, token_for
from outbox.models import Message, MessageStatus
from tests.factories import NOON, FocalPointFactory, MessageFactory, UserFactory


def failed(**facts):
    """A message with a private link that did not arrive, because of a mistyped address."""
    person = FocalPointFactory(email="ada@exmaple.org")
    reference = person.member.reference
    topic = f"{reference}/received/entry-1/focal-point-{person.pk}"
    return MessageFactory(
        **{
            "reference": reference,
            "topic": topic,
            "recipient": person.email,
            "subject": "We have it",
            "body": "Your page: [[private-page]]",
            "status": MessageStatus.FAILED,
            **facts,
        }
    )


def corrected(message, **facts):
    version = FocalPoint.objects.get().member.version
    return correct_and_resend(
        **{
            "message": message,
            "email": "ada@example.org",
            "times": 0,
            "version": version,
            "by": UserFactory(),
            "at": NOON,
            **facts,
        }
    )


def test_correct_and_resend_saves_the_address_and_sends_to_it_with_new_links():
    message, user = failed(), UserFactory()
    earlier = token_for(FocalPoint.objects.get(), LinkPurpose.EOI)

    again = corrected(message, by=user)

    person, entry = FocalPoint.objects.get(), TimelineEntry.objects.get()
    assert (person.email, person.confirmed_at) == ("ada@example.org", None)
    assert (again.recipient, again.resent_from) == ("ada@example.org", message)
    assert again.status == MessageStatus.QUEUED
    assert token_for(person, LinkPurpose.EOI) in again.private_page
    assert (entry.kind, entry.by_user) == (TimelineKind.CORRECTED, user)
    assert entry.note == "This email did not arrive: We have it"
    with pytest.raises(InvalidLink):
        focal_point_of(earlier, LinkPurpose.EOI)


@pytest.mark.parametrize(
    ("facts", "asked", "refusal"),
    [
        ({"status": MessageStatus.QUEUED}, {}, CannotResend),
        ({"topic": "P2C-TEST/assigned/user-1"}, {}, CannotResend),
        ({}, {"times": 1}, CannotResend),
        ({}, {"version": 0}, MemberConflict),
        ({}, {"email": "ada@exmaple.org"}, NothingChanged),
    ],
)
def test_correct_and_resend_refuses_both_or_does_both(facts, asked, refusal):
    message = failed(**facts)

    with pytest.raises(refusal):
        corrected(message, **asked)

    assert FocalPoint.objects.get().email == "ada@exmaple.org"
    assert list(Message.objects.all()) == [message]
    assert list(TimelineEntry.objects.all()) == []
