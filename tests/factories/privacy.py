import factory
from factory.django import DjangoModelFactory

from privacy.models import DataExport, DataExportFormat
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
