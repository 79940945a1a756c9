from datetime import timedelta

import factory
from factory.django import DjangoModelFactory

from mailings.models import (
    GroupLetter,
    Mailing,
    MailingKind,
    MailingStatus,
    MailingText,
    Recipient,
    Selection,
    SendRequest,
    Unsubscription,
)
from members.models import MemberStatus
from tests.factories.accounts import UserFactory
from tests.factories.focus_areas import FocusAreaFactory
from tests.factories.members import FocalPointFactory
from tests.factories.noon import NOON


class MailingFactory(DjangoModelFactory):
    """A mailing in a given status, with the facts that the database requires for it."""

    class Meta:
        model = Mailing

    kind = MailingKind.LETTER
    language = "en"
    selection = Selection.CHOSEN
    status = MailingStatus.DRAFT
    created_by = factory.SubFactory(UserFactory)
    created_at = NOON - timedelta(hours=2)

    class Params:
        is_confirmed = factory.LazyAttribute(
            lambda mailing: mailing.status not in (MailingStatus.DRAFT, MailingStatus.CANCELLED)
        )
        has_begun = factory.LazyAttribute(
            lambda mailing: mailing.is_confirmed and mailing.status != MailingStatus.SCHEDULED
        )

    confirmed_at = factory.Maybe("is_confirmed", NOON - timedelta(hours=1), None)
    confirmed_by = factory.Maybe("is_confirmed", factory.SubFactory(UserFactory), None)
    scheduled_for = factory.Maybe("is_confirmed", NOON - timedelta(hours=1), None)
    started_at = factory.Maybe("has_begun", NOON - timedelta(hours=1), None)
    stopped_at = factory.LazyAttribute(
        lambda mailing: NOON if mailing.status == MailingStatus.PAUSED else None
    )
    ended_at = factory.LazyAttribute(
        lambda mailing: (
            NOON if mailing.status in (MailingStatus.SENT, MailingStatus.CANCELLED) else None
        )
    )


class GroupLetterFactory(DjangoModelFactory):
    """A letter of a co-lead that waits for release."""

    class Meta:
        model = GroupLetter

    focus_area = factory.SubFactory(FocusAreaFactory)
    focal_point = factory.SubFactory(FocalPointFactory, member__status=MemberStatus.ADMITTED)
    link_version = factory.SelfAttribute("focal_point.link_version")
    organisation_name = factory.SelfAttribute("focal_point.member.organisation_name")
    written_by_name = factory.SelfAttribute("focal_point.full_name")
    submitted_at = NOON
    language = "en"
    subject = factory.Sequence(lambda n: f"Letter {n}")
    body = "Please comment on the draft."


class MailingTextFactory(DjangoModelFactory):
    class Meta:
        model = MailingText

    mailing = factory.SubFactory(MailingFactory)
    language = "en"
    subject = "News for {reference}"
    body = "There is news for {organisation}."


class SendRequestFactory(DjangoModelFactory):
    """A request that waits for a second person."""

    class Meta:
        model = SendRequest

    mailing = factory.SubFactory(MailingFactory)
    version = factory.SelfAttribute("mailing.version")
    recipient_count = 1
    requested_by = factory.SubFactory(UserFactory)
    requested_at = NOON - timedelta(hours=1)


class RecipientFactory(DjangoModelFactory):
    class Meta:
        model = Recipient

    mailing = factory.SubFactory(MailingFactory)
    focal_point = factory.SubFactory(FocalPointFactory)
    address = factory.LazyAttribute(lambda recipient: recipient.focal_point.email.casefold())


class UnsubscriptionFactory(DjangoModelFactory):
    class Meta:
        model = Unsubscription

    address = factory.Sequence(lambda n: f"quiet-{n}@example.org")
    at = NOON
