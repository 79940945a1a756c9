from datetime import timedelta

import factory
from factory.django import DjangoModelFactory

from privacy.models import RetentionHold, RetentionKind, RetentionRun
from tests.factories.accounts import UserFactory
from tests.factories.noon import NOON


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
