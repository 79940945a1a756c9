from datetime import timedelta

import factory
from factory.django import DjangoModelFactory

from accounts.models import (
    AccountKind,
    EventDigest,
    Invitation,
    ListReading,
    ReadingEvent,
    ReadingKind,
    ReadLanguage,
    Session,
    SignInEvent,
    SignInMethod,
    SignInOutcome,
    StreamPosition,
    User,
)
from tests.factories.noon import NOON


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"officer-{n}@example.org")
    name = factory.Sequence(lambda n: f"Officer {n}")
    is_staff = True


class ReadLanguageFactory(DjangoModelFactory):
    class Meta:
        model = ReadLanguage

    user = factory.SubFactory(UserFactory)
    language = factory.Iterator(["fr", "es", "ru", "zh-hans", "ar"])


class InvitationFactory(DjangoModelFactory):
    class Meta:
        model = Invitation

    user = factory.SubFactory(UserFactory)
    sent_at = NOON
    expires_at = NOON + timedelta(days=7)


class SessionFactory(DjangoModelFactory):
    class Meta:
        model = Session

    session_key = factory.Sequence(lambda n: f"session-{n}")
    session_data = ""
    expire_date = NOON + timedelta(hours=12)
    user = factory.SubFactory(UserFactory)
    last_used_at = NOON


class SignInEventFactory(DjangoModelFactory):
    class Meta:
        model = SignInEvent

    at = NOON
    user = factory.SubFactory(UserFactory)
    account_kind = AccountKind.STAFF
    method = SignInMethod.PASSWORD
    outcome = SignInOutcome.SUCCEEDED


class ReadingEventFactory(DjangoModelFactory):
    class Meta:
        model = ReadingEvent

    at = NOON
    quarter_at = NOON
    by = factory.SubFactory(UserFactory)
    record_type = "members.member"
    record_pk = 1
    kind = ReadingKind.PAGE


class EventDigestFactory(DjangoModelFactory):
    class Meta:
        model = EventDigest

    table = "accounts.SignInEvent"
    day = factory.Sequence(lambda n: NOON.date() + timedelta(days=n))
    number = 1
    sha256 = "0" * 64
    seal = "1" * 64
    at = NOON


class StreamPositionFactory(DjangoModelFactory):
    """Returns the only one."""

    class Meta:
        model = StreamPosition
        django_get_or_create = ("pk",)

    pk = 1
    until = NOON


class ListReadingFactory(DjangoModelFactory):
    class Meta:
        model = ListReading

    day = NOON.date()
    by = factory.SubFactory(UserFactory)
    record_type = "members.member"
    kind = ReadingKind.PAGE
    pages = 1
    row_count = 20
    at = NOON
