"""A request for a lost link, from the web page to the mail server, with real beat and worker."""

import pytest
from django.db import connection
from django.utils import timezone

from eoi.models import LinkRequest
from eoi.services.link_requests import request_links
from members.services.private_links import status_page_url
from tests.factories import FocalPointFactory
from tests.portal import beat, database_url, environment, worker
from tests.processes import PATIENCE, eventually

pytestmark = [
    pytest.mark.patient,
    pytest.mark.postgresql_in_ci,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def given(request, own_mail_port, tmp_path):
    """The environment of a portal on Redis, or on one machine if the tests run on SQLite."""
    if connection.vendor == "postgresql":
        broker_url = request.getfixturevalue("own_redis").url()
    else:
        broker_url = f"sqla+sqlite:///{tmp_path / 'broker.sqlite3'}"
    return environment(database_url=database_url(), broker_url=broker_url, mail_port=own_mail_port)


def test_lost_link_is_sent_to_who_it_belongs_to_and_to_nobody_else(
    given, own_sink, tmp_path, settings
):
    settings.SITE_URL = given["SITE_URL"]
    person = FocalPointFactory(email="ada@example.org")
    for email in ("nobody@example.org", "ADA@example.org"):
        request_links(email=email, at=timezone.now())

    with worker(given, tmp_path), beat(given, tmp_path):
        assert eventually(lambda: own_sink.arrived, within=PATIENCE)
        assert eventually(lambda: not LinkRequest.objects.exists(), within=PATIENCE)

    [(recipients, mail)] = own_sink.arrived
    assert recipients == ["ada@example.org"]
    assert status_page_url(person, "en") in mail.get_body(("plain",)).get_content()
