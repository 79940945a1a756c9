import factory
from factory.django import DjangoModelFactory

from core.models import AttemptCount
from tests.factories.noon import NOON


class AttemptCountFactory(DjangoModelFactory):
    class Meta:
        model = AttemptCount

    digest = factory.Sequence(lambda n: f"digest-{n}")
    number = 1
    ends_at = NOON
