from datetime import timedelta

import factory
from factory.django import DjangoModelFactory

from privacy.models import (
    DataExport,
    DataExportFormat,
    DataRequest,
    DataRequestKind,
    ErasureAction,
    ErasureCount,
    ErasureKind,
    ErasureRequest,
    ListedErasure,
    ProcessingStatement,
    ProcessingTopic,
    RetentionHold,
    RetentionKind,
    RetentionPeriod,
    RetentionRun,
)
from tests.factories.accounts import UserFactory
from tests.factories.noon import NOON


class DataExportFactory(DjangoModelFactory):
    class Meta:
        model = DataExport

    at = NOON
    by = factory.SubFactory(UserFactory)
    by_name = factory.LazyAttribute(lambda export: str(export.by))
    address = "ada@example.org"
    is_own = False
    format = DataExportFormat.JSON


class RetentionPeriodFactory(DjangoModelFactory):
    """Returns one of the existing periods."""

    class Meta:
        model = RetentionPeriod
        django_get_or_create = ("kind",)

    kind = RetentionKind.DRAFTS
    days = 365
    begins_at = NOON


class RetentionHoldFactory(DjangoModelFactory):
    class Meta:
        model = RetentionHold

    model = "members.Member"
    record = factory.Sequence(lambda n: n + 1)
    reason = "A complaint is open."
    until = NOON + timedelta(days=30)
    placed_at = NOON
    placed_by = factory.SubFactory(UserFactory)
    placed_by_name = "Ada"


class RetentionRunFactory(DjangoModelFactory):
    class Meta:
        model = RetentionRun

    kind = RetentionKind.MESSAGES
    day = factory.Sequence(lambda n: NOON.date() + timedelta(days=n))
    number = 3


class ErasureRequestFactory(DjangoModelFactory):
    """A request to erase a person that waits for consent."""

    class Meta:
        model = ErasureRequest

    kind = ErasureKind.PERSON
    address = factory.Sequence(lambda n: f"person-{n}@example.org")
    reason = "They asked by mail."
    requested_by = factory.SubFactory(UserFactory)
    requested_at = NOON


class ErasureCountFactory(DjangoModelFactory):
    class Meta:
        model = ErasureCount

    request = factory.SubFactory(ErasureRequestFactory)
    table = "members.FocalPoint"
    action = ErasureAction.REPLACED
    number = 1


class ListedErasureFactory(DjangoModelFactory):
    class Meta:
        model = ListedErasure

    kind = ErasureKind.PERSON
    digests = factory.Sequence(lambda n: f"{n:064x}")
    at = NOON


class DataRequestFactory(DjangoModelFactory):
    class Meta:
        model = DataRequest

    kind = DataRequestKind.ACCESS
    name = "Ada Lovelace"
    address = factory.Sequence(lambda n: f"person-{n}@example.org")
    received_on = NOON.date()
    due_on = NOON.date() + timedelta(days=30)
    recorded_by = factory.SubFactory(UserFactory)
    recorded_at = NOON


class ProcessingStatementFactory(DjangoModelFactory):
    """Returns one of the existing topics."""

    class Meta:
        model = ProcessingStatement
        django_get_or_create = ("topic",)

    topic = ProcessingTopic.OFFICER
