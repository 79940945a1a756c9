from datetime import timedelta

import pytest
from django.utils.timezone import now

from outbox.models import MessageStatus
from tests.factories import MessageFactory, UserFactory
from tests.triage.staff import officer, signed_in

FRONT = "/admin/"


@pytest.fixture
def client():
    return signed_in(officer())


def text_of(response):
    return " ".join(response.content.decode().replace("\xa0", " ").split())


@pytest.mark.usefixtures("_all_alive")
def test_front_page_says_at_its_top_that_the_mail_server_takes_nothing(client):
    at = now()
    MessageFactory(status=MessageStatus.SENT, sent_at=at - timedelta(days=400))
    for _number in range(2):
        MessageFactory(
            first_due_at=at - timedelta(minutes=1),
            due_at=at + timedelta(hours=6),
            server_trouble_at=at,
            server_response="535 5.7.8 <b>No</b>",
        )

    text = text_of(client.get(FRONT))

    assert text.index("Email delivery is stalled") < text.index("Work queue")
    assert "The mail server has not accepted any email since" in text
    assert (
        ". 2 messages are waiting. Last server response: "
        "\u2068535 5.7.8 &lt;b&gt;No&lt;/b&gt;\u2069</li>"
    ) in text


@pytest.mark.usefixtures("_all_alive")
def test_front_page_is_calm_when_mail_moves_or_who_reads_it_may_not_know(client):
    MessageFactory(due_at=now() - timedelta(minutes=14))

    of_who_may = text_of(client.get(FRONT))
    MessageFactory(due_at=now() - timedelta(minutes=16))
    client.force_login(UserFactory())
    of_who_may_not = text_of(client.get(FRONT))

    assert "Email delivery is stalled" not in of_who_may
    assert "Email delivery is stalled" not in of_who_may_not


def test_footer_names_version_and_revision_to_staff_alone(client, settings):
    settings.REVISION = "4f0c2aa"

    text = text_of(client.get(FRONT))
    client.logout()
    to_others = text_of(client.get("/accounts/sign-in/"))

    assert f"Version {settings.VERSION} · " in text
    assert "4f0c2aa" in text
    assert "4f0c2aa" not in to_others
