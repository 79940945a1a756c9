import pytest

from members.models import Member, SpamSignal
from outbox.models import Message
from tests.core.test_rate_limits import NO_CACHE
from tests.eoi.form import FORM, make_call, posted, text_of, value_of, words_of


def send(client, number, network="192.0.2.1", **changes):
    """Send one of many expressions of interest, each with an address and a key of its own."""
    given = {"submission_key": f"key-{number}", "email": f"person-{number}@example.org"}
    return client.post(FORM, posted(confirmed="1", **{**given, **changes}), REMOTE_ADDR=network)


@pytest.fixture
def _one_from_a_network(settings):
    settings.EOI_PER_NETWORK = 1


@pytest.mark.usefixtures("_one_from_a_network")
def test_eoi_create_marks_one_of_many_from_one_network_and_takes_it(client):
    make_call()

    answered = [send(client, number).status_code for number in range(3)]

    assert answered == [302, 302, 302]
    suspicions = Member.objects.order_by("pk").values_list("spam_signal", flat=True)
    assert list(suspicions) == ["", SpamSignal.NETWORK, SpamSignal.NETWORK]
    assert [message.recipient for message in Message.objects.all()] == ["person-0@example.org"]


@pytest.mark.usefixtures("_one_from_a_network")
def test_eoi_create_says_far_beyond_the_limit_when_to_try_again_and_keeps_what_was_typed(client):
    make_call()
    for number in range(10):
        send(client, number)

    response = send(
        client, 10, leave_empty="x", started="y", motivation='Line 1\r\nLine "2"', country="BR",
        time_zone="America/Manaus",
    )  # fmt: skip

    assert response.status_code == 429
    assert 3540 < int(response["Retry-After"]) <= 3600
    assert "no-store" in response["Cache-Control"]
    assert (
        "Not sent yet: too many expressions of interest came from your network "
        "Try again in 1 hour. What you typed is below: keep this page open until then. "
        "Questions?"
    ) in words_of(response)
    assert 'role="alert"' in text_of(response)
    assert value_of(response, "motivation") == 'Line 1\r\nLine "2"'
    assert value_of(response, "email") == "person-10@example.org"
    assert value_of(response, "submission_key") == "key-10"
    assert value_of(response, "started") == "y"
    assert Member.objects.count() == 10
    assert send(client, 10, network="198.51.100.7").status_code == 302


@pytest.mark.usefixtures("_one_from_a_network")
def test_eoi_create_limits_what_is_sent_and_neither_looking_nor_correcting(client):
    make_call()
    for number in range(10):
        send(client, number)

    answered = [
        client.get(FORM, REMOTE_ADDR="192.0.2.1"),
        client.post(FORM, posted(), REMOTE_ADDR="192.0.2.1"),
        client.post(FORM, posted(change="email"), REMOTE_ADDR="192.0.2.1"),
        send(client, 10, email="nonsense"),
        # Arrived before.
        send(client, 9),
    ]

    assert [response.status_code for response in answered] == [200, 200, 200, 422, 302]


@pytest.mark.usefixtures("_one_from_a_network")
def test_eoi_create_has_whoever_would_miss_the_deadline_write(client):
    make_call(closes=0.01, grace_ends=0.02)
    for number in range(10):
        send(client, number)

    response = send(client, 10)

    assert (
        "The call will have closed by then, so write to us now and name the organisation."
    ) in words_of(response)
    assert "mailto:coalition@example.org" in text_of(response)


@pytest.mark.usefixtures("_one_from_a_network")
def test_eoi_create_trusts_our_own_proxy_on_where_it_comes_from(client, settings):
    settings.TRUSTED_PROXIES = 1
    make_call()

    for number in range(2):
        client.post(
            FORM,
            posted(confirmed="1", submission_key=f"key-{number}"),
            headers={"x-forwarded-for": f"192.0.2.66, 198.51.100.{number}"},
        )

    assert list(Member.objects.values_list("spam_signal", flat=True)) == ["", ""]


def test_eoi_create_takes_everything_without_a_cache(client, settings):
    settings.CACHES = NO_CACHE
    settings.EOI_PER_NETWORK = settings.EOI_PER_ADDRESS = 0
    make_call()

    assert send(client, 1).status_code == 302
    assert Member.objects.get().spam_signal == ""
