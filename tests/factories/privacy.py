import factory
from factory.django import DjangoModelFactory

from privacy.models import ErasureAction, ErasureCount, ErasureKind, ErasureRequest
from tests.factories.accounts import UserFactory
from tests.factories.noon import NOON


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
