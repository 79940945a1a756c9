from datetime import timedelta

import factory
from factory.django import DjangoModelFactory

from privacy.models import RetentionHold, RetentionKind, RetentionPeriod, RetentionRun
from tests.factories.accounts import UserFactory
from tests.factories.noon import NOON


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
