"""What the database refuses of a request for links."""

from django.db import transaction

from eoi.models import LinkRequest
from tests.factories import LinkRequestFactory
from tests.members.models.refusing import refused_by


def test_request_for_links_has_an_address():
    with refused_by("eoi_linkrequest_has_email"), transaction.atomic():
        LinkRequestFactory(email="")

    assert list(LinkRequest.objects.all()) == []
