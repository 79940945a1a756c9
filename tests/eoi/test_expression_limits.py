from datetime import timedelta

import pytest
from django.utils import timezone

from members.models import Call, Member
from tests.eoi.form import (
    CHECK,
    FORM,
    RECEIVED,
    carried_by,
    posted,
    text_of,
    value_of,
    words_of,
)

pytestmark = pytest.mark.usefixtures("open_call")


def send(client, number, network="192.0.2.1", **changes):
    """Send one of many EOIs, each with its own address and key."""
    given = {"submission_key": f"key-{number}", "email": f"person-{number}@example.org"}
    return client.post(FORM, posted(confirmed="1", **{**given, **changes}), REMOTE_ADDR=network)


@pytest.fixture(autouse=True)
def _one_from_a_network(settings):
    settings.EOI_PER_NETWORK = 1


def test_eoi_create_says_far_beyond_the_limit_when_to_try_again_and_keeps_what_was_typed(client):
    for number in range(10):
        send(client, number)

    response = send(
        client, 10, leave_empty="x", started="y", motivation='Line 1\r\nLine "2"', country="BR",
        time_zone="America/Manaus",
    )  # fmt: skip

    assert response.status_code == 429
    assert 3540 < int(response["Retry-After"]) <= 3600
    assert response["Cache-Control"] == "private, no-cache"
    assert (
        "Not sent yet: too many expressions of interest were sent from your network Try again in 1 "
        "hour. What you typed is shown below. Keep this page open until then. Questions?"
    ) in words_of(response)
    assert 'role="alert"' in text_of(response)
    assert value_of(response, "motivation") == 'Line 1\r\nLine "2"'
    assert value_of(response, "email") == "person-10@example.org"
    assert value_of(response, "submission_key") == "key-10"
    assert value_of(response, "started") == "y"
    assert Member.objects.count() == 10
    assert send(client, 10, network="198.51.100.7").status_code == 302


def test_eoi_create_limits_what_is_sent_and_neither_looking_nor_correcting(client):
    for number in range(10):
        send(client, number)

    answered = [
        client.get(FORM, REMOTE_ADDR="192.0.2.1"),
        client.post(FORM, posted(submission_key="new"), REMOTE_ADDR="192.0.2.1"),
        client.post(FORM, posted(submission_key="new", change="email"), REMOTE_ADDR="192.0.2.1"),
        send(client, 10, email="nonsense"),
        # Received before.
        send(client, 9),
    ]

    assert [response.status_code for response in answered] == [200, 302, 302, 422, 302]


def test_eoi_check_says_far_beyond_the_limit_when_to_try_again_and_keeps_what_was_typed(client):
    for number in range(10):
        send(client, number)
    network = {"REMOTE_ADDR": "192.0.2.1"}
    carried = carried_by(client.post(FORM, posted(), follow=True, **network))

    refused = client.post(CHECK, carried, follow=True, **network)
    later = client.post(CHECK, carried_by(refused), REMOTE_ADDR="198.51.100.7")

    assert refused.redirect_chain[0][0].startswith(f"{CHECK}?wait=35")
    words = words_of(refused)
    assert "Not sent yet: too many expressions of interest were sent from your network Try" in words
    assert "Try again in 1 hour. Until then, your answers are kept." in words
    assert "Ng’ang’a" in words
    assert later["Location"] == RECEIVED


@pytest.mark.parametrize("wait", ["x", "-1", "1e3", "999999", "٣"])
def test_eoi_check_believes_no_odd_time_to_wait(client, wait):
    client.post(FORM, posted())

    assert "Try again" not in words_of(client.get(f"{CHECK}?wait={wait}"))


def test_eoi_create_has_whoever_would_miss_the_deadline_write(client, open_call):
    soon = timezone.now() + timedelta(minutes=15)
    Call.objects.filter(pk=open_call.pk).update(closes_at=soon, grace_ends_at=soon)
    for number in range(10):
        send(client, number)

    response = send(client, 10)

    assert (
        "The call will be closed by then. Write to us now and give the name of the organisation."
    ) in words_of(response)
    assert "mailto:coalition@example.org" in text_of(response)
