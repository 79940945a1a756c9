from datetime import timedelta

import pytest
from django.core import signing

from core.rate_limits import TooManyAttempts
from eoi.services.spam_check import check_for_spam, signed_start_time
from members.models import SpamSignal
from tests.factories import NOON, MemberFactory

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _small_limits(settings):
    settings.EOI_PER_NETWORK = 6
    settings.EOI_PER_ADDRESS = 2


def opened(*, at=NOON - HOUR, key="key-1"):
    """The hidden field of a form that was opened at a time."""
    return signed_start_time(key, at=at)


def opened_by_the_release_before(at):
    return signing.Signer(salt="eoi.services.spam_check").sign(str(int(at.timestamp())))


class Sender:
    """Sends one form after another, each with its own key."""

    def __init__(self):
        self.sent = 0

    def __call__(self, **facts):
        return self.check(**facts).spam_signal

    def check(self, **facts):
        self.sent += 1
        key = facts.get("submission_key", f"key-{self.sent}")
        return check_for_spam(
            **{
                "trap": "",
                "handed_out": opened(key=key),
                "submission_key": key,
                "network": "192.0.2.1",
                "email": f"person-{self.sent}@example.org",
                "at": NOON,
                **facts,
            }
        )


@pytest.fixture
def send():
    return Sender()


@pytest.mark.parametrize(
    ("facts", "spam_signal"),
    [
        ({"handed_out": opened(at=NOON - timedelta(seconds=4))}, None),
        # A page that has been open since yesterday, or was restored with the browser's tabs.
        ({"handed_out": opened(at=NOON - DAY)}, None),
        ({"handed_out": opened(at=NOON - 400 * DAY)}, None),
        ({"handed_out": opened(at=NOON - timedelta(seconds=3))}, SpamSignal.TOO_FAST),
        # The clock of another server is ahead.
        ({"handed_out": opened(at=NOON + timedelta(seconds=30))}, SpamSignal.TOO_FAST),
        # A script that never opened the form, or opened one and sends many.
        ({"handed_out": ""}, SpamSignal.TAMPERED),
        ({"handed_out": opened(key="key-2")}, SpamSignal.TAMPERED),
        ({"handed_out": opened_by_the_release_before(NOON - 90 * DAY)}, None),
        ({"handed_out": opened_by_the_release_before(NOON)}, SpamSignal.TOO_FAST),
        ({"handed_out": opened_by_the_release_before(NOON - 91 * DAY)}, SpamSignal.TAMPERED),
        ({"handed_out": "1635163200"}, SpamSignal.TAMPERED),
        ({"handed_out": "1635163200:1n0n53n53"}, SpamSignal.TAMPERED),
        ({"handed_out": signing.Signer(salt="another").sign("1635163200")}, SpamSignal.TAMPERED),
        ({"handed_out": "\0nonsense:x"}, SpamSignal.TAMPERED),
        ({"trap": "http://spam.example"}, SpamSignal.HONEYPOT),
        ({"trap": "x", "handed_out": "forged too"}, SpamSignal.HONEYPOT),
    ],
)
def test_suspect_reads_the_signs_of_a_robot(send, facts, spam_signal):
    assert send(**facts) == spam_signal


def test_suspect_knows_forms_handed_out_before_the_key_was_changed(send, settings):
    handed_out = opened()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the-key-of-today-the-key-of-today-the-key-of-today"

    assert send(handed_out=handed_out) is None


def test_suspect_marks_what_comes_from_one_network_beyond_the_limit(send):
    suspicions = [send() for _organisation in range(7)]

    assert suspicions == [None] * 6 + [SpamSignal.NETWORK]


def test_suspect_refuses_a_network_far_beyond_the_limit_until_the_hour_is_over(send):
    for _form in range(60):
        send()

    with pytest.raises(TooManyAttempts) as refusal:
        send(at=NOON + timedelta(minutes=48))

    assert refusal.value.wait == timedelta(minutes=12)
    assert send(network="198.51.100.7") is None


def test_suspect_refuses_no_network_that_is_our_own_proxy(send):
    assert {send(network="127.0.0.1") for _form in range(61)} == {None}
    assert {send(network="::/64") for _form in range(61)} == {None}


@pytest.mark.parametrize("whose", ["email", "alternate_email"])
def test_suspect_marks_what_goes_to_one_address_beyond_the_limit(send, whose):
    suspicions = [send(**{whose: "ada@example.org"}) for _form in range(3)]

    assert suspicions == [None, None, SpamSignal.ADDRESS]


def test_suspect_refuses_one_address_from_one_network_only(send):
    for _form in range(22):
        send(email="ada@example.org", network="198.51.100.7")

    with pytest.raises(TooManyAttempts):
        send(email="ada@example.org", network="198.51.100.7")

    # The owner of the address, whom an attacker wants to block.
    assert send(email="ada@example.org", network="192.0.2.1") == SpamSignal.ADDRESS


def test_suspect_counts_the_same_form_once(send):
    send(email="ada@example.org", submission_key="one")
    MemberFactory(submission_key="one")

    suspicions = [send(email="ada@example.org", submission_key="one") for _time in range(9)]

    assert suspicions == [None] * 9
    assert send(email="ada@example.org", submission_key="another") is None
    assert [send() for _organisation in range(5)] == [None] * 4 + [SpamSignal.NETWORK]


def test_suspect_refuses_nothing_that_had_arrived_from_a_network_far_beyond_the_limit(send):
    MemberFactory(submission_key="one")
    for _form in range(60):
        send()

    suspicions = [send(submission_key="one") for _time in range(3)]

    assert suspicions == [None] * 3
    with pytest.raises(TooManyAttempts):
        send()


def test_suspect_judges_a_form_that_is_sent_twice_at_once_twice(send):
    for _form in range(6):
        send()

    suspicions = [send(submission_key="not stored yet") for _time in range(2)]

    assert suspicions == [SpamSignal.NETWORK] * 2


def test_suspect_counts_a_refused_form_when_it_is_sent_again(send):
    for _form in range(60):
        send()
    for _time in range(2):
        with pytest.raises(TooManyAttempts):
            send(submission_key="refused")


def test_suspect_still_reads_the_signs_where_there_are_many(send):
    for _form in range(6):
        send()

    assert send(handed_out="forged") == SpamSignal.TAMPERED
    assert send(handed_out=opened(at=NOON, key="key-8")) == SpamSignal.NETWORK


def test_check_counts_all_forms_of_an_hour_together(send):
    numbers = [send.check(network=network).arrivals for network in ("192.0.2.1", "", "::/64")]

    assert numbers == [1, 2, 3]
    assert send.check(handed_out="forged").arrivals == 4
    assert send.check(at=NOON + HOUR).arrivals == 1


def test_check_counts_no_form_among_all_that_was_received_before(send):
    send(submission_key="one")
    MemberFactory(submission_key="one")

    numbers = [send.check(submission_key="one").arrivals for _time in range(3)]

    assert numbers == [0] * 3
    assert send.check().arrivals == 2


def test_check_counts_no_form_among_all_that_is_refused_for_its_network(send):
    for _form in range(60):
        send()
    MemberFactory(submission_key="one")
    assert send.check(submission_key="one").arrivals == 0

    for _form in range(3):
        with pytest.raises(TooManyAttempts):
            send()

    assert send.check(network="198.51.100.7").arrivals == 61


def test_check_counts_no_form_among_all_that_is_refused_for_its_address(send):
    same = {"email": "ada@example.org", "network": "198.51.100.7"}
    for _form in range(22):
        send(**same)

    with pytest.raises(TooManyAttempts):
        send(**same)

    assert send.check().arrivals == 23
