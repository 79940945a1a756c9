from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils.timezone import now

from outbox.models import BEAT, MessageStatus, Queue
from tests.factories import HeartbeatFactory, MessageFactory, UserFactory

FRONT = "/admin/"


@pytest.fixture
def officer(client):
    officer = UserFactory()
    officer.groups.add(Group.objects.get(name="Triage officers"))
    client.force_login(officer)
    return officer


def all_alive():
    HeartbeatFactory(name=BEAT, at=now())
    for queue in Queue:
        HeartbeatFactory(name=f"{queue}@host", queue=queue, at=now())


def text_of(response):
    return " ".join(response.content.decode().replace("\xa0", " ").split())


def test_front_page_says_at_its_top_that_mail_stands_still(client, officer):
    all_alive()
    MessageFactory(due_at=now() - timedelta(minutes=16))

    text = text_of(client.get(FRONT))

    assert "Mail stands still" in text
    assert "The oldest letter that is due has waited for 16 minutes." in text
    assert text.index("Mail stands still") < text.index("What waits")


def test_front_page_says_at_once_that_the_mail_server_takes_nothing(client, officer):
    all_alive()
    at = now()
    MessageFactory(status=MessageStatus.SENT, sent_at=at - timedelta(days=400))
    for _number in range(2):
        MessageFactory(
            first_due_at=at - timedelta(seconds=1),
            due_at=at + timedelta(hours=6),
            server_trouble_at=at,
            server_response="535 5.7.8 <b>No</b>",
        )

    text = text_of(client.get(FRONT))

    assert "Mail stands still" in text
    assert "No mail has been accepted since" in text
    assert "; 2 wait; last answer: \u2068535 5.7.8 &lt;b&gt;No&lt;/b&gt;\u2069</li>" in text


def test_front_page_says_whose_clock_is_ahead(client, officer):
    all_alive()
    HeartbeatFactory(name="mail@other", queue="mail", at=now() + timedelta(hours=1, seconds=30))

    text = text_of(client.get(FRONT))

    assert "The clock of “mail@other” is 1 hour ahead of the one of the web server." in text


def test_front_page_is_calm_when_mail_moves(client, officer):
    all_alive()
    MessageFactory(due_at=now() - timedelta(minutes=14))

    text = text_of(client.get(FRONT))

    assert "Mail stands still" not in text


def test_front_page_tells_of_mail_only_who_may_read_it(client):
    client.force_login(UserFactory())

    text = text_of(client.get(FRONT))

    assert "Mail stands still" not in text


@pytest.mark.parametrize("count", [1, 3])
def test_front_page_costs_the_same_for_one_and_for_three(
    client, officer, django_assert_num_queries, count
):
    for number in range(count):
        HeartbeatFactory(name=f"mail@{number}", queue="mail")
        MessageFactory()

    # Those that tests/triage/desk/test_dashboard.py names.
    with django_assert_num_queries(13):
        client.get(FRONT)
