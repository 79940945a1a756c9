"""Alerts about the next call: requested, confirmed, announced once, and deleted."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.rate_limits import TooManyAttempts
from eoi.models import CallAlert
from eoi.services import call_alerts
from eoi.services.call_alerts import (
    ALERTS_PER_ADDRESS,
    ALERTS_PER_ADDRESS_BY_A_NETWORK,
    ALERTS_PER_NETWORK,
    AlertNotFound,
    alert_address,
    alert_of,
    announce_open_call,
    confirm_alert,
    count_alert_request,
    delete_alert,
    delete_finished_alerts,
    request_alert,
)
from members.models import Call
from members.services.calls import close_call_now, extend_call
from members.services.private_links import InvalidLink, token_for_object
from outbox.models import CancelReason, Message, MessageStatus
from outbox.services.delivery import deliver_message
from outbox.services.rendering import as_text
from tests.dumping import tables_with
from tests.factories import NOON, CallAlertFactory, CallFactory, UserFactory
from tests.outbox.delivering import Backend

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
WEEK = 7 * DAY
LANGUAGES = {
    "en": "The call is open: expressions of interest",
    "fr": "Appel ouvert : manifestations d’intérêt",
}


@pytest.fixture(autouse=True)
def _no_call_of_the_circular(db):
    Call.objects.all().delete()


def ask(email="ada@example.org", language="en", at=NOON):
    return request_alert(email=email, language=language, at=at)


def alerts():
    return list(CallAlert.objects.order_by("pk").values_list("email", "confirmed_at"))


def recipients(status=MessageStatus.QUEUED):
    messages = Message.objects.filter(status=status).order_by("pk")
    return list(messages.values_list("recipient", flat=True))


def deliver_all(at=NOON + MINUTE):
    for pk in Message.objects.order_by("pk").values_list("pk", flat=True):
        deliver_message(message_pk=pk, connection=Backend(), at=at)


# Requested and confirmed --------------------------------------------------------------------------


def test_request_stores_the_address_and_sends_a_link_to_confirm_it():
    alert = ask("Ada@example.org", "fr")

    assert (alert.email, alert.language, alert.requested_at) == ("Ada@example.org", "fr", NOON)
    assert (alert.confirmed_at, alert.call) == (None, None)
    message = Message.objects.get()
    assert (message.recipient, message.language, message.reference) == (
        "Ada@example.org",
        "fr",
        alert.reference,
    )
    assert message.private_page == alert_address(alert)
    assert message.private_page.startswith("http://testserver/fr/expression-of-interest/next-call/")
    assert "Ada" not in message.body


def test_request_of_an_address_in_another_case_is_the_same_and_sends_another_link():
    first = ask("ada@example.org", "fr")

    second = ask("ADA@example.org", "ar", at=NOON + DAY)

    assert first == second == CallAlert.objects.get()
    assert (second.email, second.language, second.requested_at) == (
        "ada@example.org",
        "ar",
        NOON + DAY,
    )
    assert recipients() == ["ada@example.org"] * 2


def test_request_of_a_confirmed_address_changes_nothing_but_sends_the_link_again():
    alert = CallAlertFactory(email="ada@example.org", language="fr", confirmed_at=NOON - DAY)

    ask("ada@example.org", "ar")

    alert.refresh_from_db()
    assert (alert.language, alert.confirmed_at) == ("fr", NOON - DAY)
    assert [message.language for message in Message.objects.all()] == ["fr"]


@pytest.mark.parametrize("is_known", [False, True])
def test_request_makes_the_same_kinds_of_statement_for_every_address(is_known):
    if is_known:
        CallAlertFactory(email="ada@example.org")

    with CaptureQueriesContext(connection) as queries:
        ask()

    written = [
        query["sql"].split('"')[1]
        for query in queries
        if query["sql"].startswith(("INSERT", "UPDATE"))
    ]
    assert written == ["eoi_callalert", "outbox_message"]


def test_confirm_keeps_the_first_time():
    alert = ask()

    confirm_alert(alert=alert, at=NOON + MINUTE)
    confirm_alert(alert=alert, at=NOON + DAY)

    assert alerts() == [("ada@example.org", NOON + MINUTE)]


def test_token_opens_its_own_row_until_that_expires():
    alert, other = ask(), ask("other@example.org")
    token = token_for_object(alert)

    assert alert_of(token, at=NOON + WEEK - SECOND) == alert
    assert alert_of(token_for_object(other), at=NOON) == other
    with pytest.raises(InvalidLink):
        alert_of(token, at=NOON + WEEK)
    confirm_alert(alert=alert, at=NOON)
    assert alert_of(token, at=NOON + 500 * DAY) == alert


def test_delete_leaves_nothing_of_the_address_in_the_database():
    alert = ask("zaynab.q@uncommon.example")
    deliver_all()
    before = tables_with("zaynab.q", "uncommon.example")

    delete_alert(alert=alert)

    assert {table for table, _word in before} == {"eoi_callalert", "outbox_message"}
    assert tables_with("zaynab.q", "uncommon.example") == set()
    with pytest.raises(AlertNotFound):
        delete_alert(alert=alert)


# Announced ----------------------------------------------------------------------------------------


def test_announce_writes_once_to_each_confirmed_address_in_its_language():
    for language in LANGUAGES:
        CallAlertFactory(email=f"{language}@example.org", language=language)
    CallAlertFactory(email="unconfirmed@example.org", confirmed_at=None)
    call = CallFactory()

    numbers = [announce_open_call(at=NOON), announce_open_call(at=NOON + MINUTE)]

    assert numbers == [2, 0]
    told = {message.language: message for message in Message.objects.all()}
    assert {language: message.subject for language, message in told.items()} == LANGUAGES
    for language, message in told.items():
        assert message.recipient == f"{language}@example.org"
        assert f"http://testserver/{language}/expression-of-interest/" in message.body
        assert message.expires_at == call.grace_ends_at
    assert "Monday 1 November 2021, 12:59 Geneva" in as_text(told["en"].body)
    assert CallAlert.objects.waiting().count() == 0


@pytest.mark.parametrize(
    "dates",
    [
        {"opens_at": NOON + SECOND, "closes_at": NOON + DAY},
        {"opens_at": NOON - 2 * DAY, "closes_at": NOON - DAY, "grace_ends_at": NOON},
    ],
)
def test_announce_writes_to_nobody_while_no_call_is_open(dates):
    alert = CallAlertFactory()
    CallFactory(**dates)

    assert announce_open_call(at=NOON) == 0

    alert.refresh_from_db()
    assert (alert.call, Message.objects.count()) == (None, 0)


def test_announce_in_the_grace_period_names_its_end():
    CallAlertFactory()
    CallFactory(closes_at=NOON - MINUTE, grace_ends_at=NOON + 2 * DAY)

    assert announce_open_call(at=NOON) == 1

    assert "Wednesday 27 October 2021, 13:59 Geneva" in as_text(Message.objects.get().body)


def test_announce_goes_on_in_several_transactions(monkeypatch):
    monkeypatch.setattr(call_alerts, "ANNOUNCED_AT_ONCE", 2)
    CallAlertFactory.create_batch(5)
    CallFactory()

    assert announce_open_call(at=NOON) == 5
    assert len(set(recipients())) == 5


def test_announce_stops_as_the_call_closes_meanwhile(monkeypatch):
    """The call is locked and read again for each batch."""
    monkeypatch.setattr(call_alerts, "ANNOUNCED_AT_ONCE", 1)
    CallAlertFactory.create_batch(2)
    call, announce = CallFactory(), call_alerts._announce

    def announce_and_close(announced, pks, at):
        number = announce(announced, pks, at)
        Call.objects.update(closes_at=NOON - SECOND, grace_ends_at=NOON - SECOND)
        return number

    monkeypatch.setattr(call_alerts, "_announce", announce_and_close)

    assert announce_open_call(at=NOON) == 1
    assert list(CallAlert.objects.order_by("pk").values_list("call", flat=True)) == [call.pk, None]


def test_announce_takes_as_many_queries_for_three_as_for_one():
    def queries():
        with CaptureQueriesContext(connection) as captured:
            announce_open_call(at=NOON)
        return len(captured)

    CallFactory()
    CallAlertFactory()
    for_one = queries()
    CallAlertFactory.create_batch(3)

    assert queries() == for_one


# Deleted ------------------------------------------------------------------------------------------


def announced(**facts):
    """An alert to which the email about an open call is queued, and the call."""
    alert, call = CallAlertFactory(**facts), CallFactory()
    announce_open_call(at=NOON)
    alert.refresh_from_db()
    return alert, call


def test_finish_deletes_what_was_sent_with_its_message():
    announced(email="zaynab.q@uncommon.example")
    waiting = CallAlertFactory(email="other@example.org", confirmed_at=NOON)

    assert delete_finished_alerts(at=NOON + SECOND) == 0
    deliver_all()
    assert delete_finished_alerts(at=NOON + 2 * MINUTE) == 1

    assert list(CallAlert.objects.all()) == [waiting]
    assert tables_with("zaynab.q", "uncommon.example") == set()
    assert delete_finished_alerts(at=NOON + 2 * MINUTE) == 0


def test_finish_lets_wait_again_who_was_not_reached_before_the_call_closed():
    alert, call = announced()
    close_call_now(call=call, by=UserFactory(), at=NOON + MINUTE)

    deleted = delete_finished_alerts(at=NOON + 2 * MINUTE)

    alert.refresh_from_db()
    message = Message.objects.get()
    assert (deleted, alert.call) == (0, None)
    assert (message.status, message.cancel_reason) == (
        MessageStatus.CANCELLED,
        CancelReason.CAUSE_GONE,
    )
    deliver_all(at=NOON + 3 * MINUTE)
    assert mail.outbox == []


def test_finish_lets_wait_again_who_was_not_reached_before_the_call_was_postponed():
    alert, _call = announced()
    Call.objects.update(opens_at=NOON + DAY)

    delete_finished_alerts(at=NOON + MINUTE)
    while_it_is_not_open = announce_open_call(at=NOON + MINUTE)
    once_it_opens = announce_open_call(at=NOON + DAY)

    assert (while_it_is_not_open, once_it_opens) == (0, 1)
    assert recipients(MessageStatus.CANCELLED) == recipients() == [alert.email]


def test_finish_tells_of_a_call_that_is_reopened_once_more_only_who_was_not_reached():
    reached, call = announced()
    deliver_all()
    missed = CallAlertFactory(email="missed@example.org")
    announce_open_call(at=NOON + 2 * MINUTE)
    close_call_now(call=call, by=UserFactory(), at=NOON + 3 * MINUTE)

    assert delete_finished_alerts(at=NOON + 4 * MINUTE) == 1
    extend_call(call=call, closes_at=NOON + 9 * DAY, by=UserFactory(), at=NOON + DAY)
    assert announce_open_call(at=NOON + DAY) == 1

    assert recipients() == [missed.email]
    assert not CallAlert.objects.filter(pk=reached.pk).exists()


@pytest.mark.parametrize(
    ("message", "is_over", "waits"),
    [
        ({"status": MessageStatus.FAILED}, False, [False]),
        ({"status": MessageStatus.FAILED}, True, [True]),
        (
            {"status": MessageStatus.SENDING, "leased_until": NOON + 90 * DAY, "lease": 1},
            True,
            [False],
        ),
        ({"status": MessageStatus.CANCELLED, "server_response": "By hand"}, False, []),
    ],
    ids=["left to staff", "given up at the end", "being sent", "cancelled by staff"],
)
def test_finish_goes_by_the_state_of_the_message(message, is_over, waits):
    _alert, call = announced()
    Message.objects.update(**message)

    deleted = delete_finished_alerts(at=call.grace_ends_at if is_over else NOON + MINUTE)

    assert deleted == 1 - len(waits)
    assert [alert.call is None for alert in CallAlert.objects.all()] == waits
    assert Message.objects.count() == len(waits)


def test_finish_deletes_what_nobody_confirms_in_time():
    ask("zaynab.q@uncommon.example", at=NOON)
    again = ask("again@example.org", at=NOON)
    ask("again@example.org", at=NOON + DAY)
    CallAlertFactory(email="confirmed@example.org", requested_at=NOON - 500 * DAY)

    before = delete_finished_alerts(at=NOON + WEEK - SECOND)
    then = delete_finished_alerts(at=NOON + WEEK)

    assert (before, then) == (0, 1)
    assert {email for email, _at in alerts()} == {again.email, "confirmed@example.org"}
    assert tables_with("zaynab.q", "uncommon.example") == set()


def test_finish_is_bounded_and_goes_on_with_the_next_run(monkeypatch):
    monkeypatch.setattr(call_alerts, "BATCH_SIZE", 2)
    CallAlertFactory.create_batch(3, confirmed_at=None, requested_at=NOON - WEEK)

    assert [delete_finished_alerts(at=NOON) for _run in range(3)] == [2, 1, 0]


def test_request_after_an_announcement_waits_for_the_next_call():
    alert, call = announced(email="ada@example.org")
    close_call_now(call=call, by=UserFactory(), at=NOON + MINUTE)

    ask("ada@example.org", at=NOON + 2 * MINUTE)

    alert.refresh_from_db()
    assert (alert.call, alert.confirmed_at is None) == (None, False)


# Limits -------------------------------------------------------------------------------------------


def count(email="ada@example.org", network="192.0.2.1"):
    count_alert_request(email=email, network=network, at=NOON)


def test_limit_of_an_address_by_one_network_counts_any_case():
    for number in range(ALERTS_PER_ADDRESS_BY_A_NETWORK):
        count("ADA@example.org" if number % 2 else "ada@example.org")

    with pytest.raises(TooManyAttempts):
        count()
    count("other@example.org")
    count(network="203.0.113.1")


def test_limit_of_an_address_by_all_networks_does_not_count_refused_requests():
    for number in range(ALERTS_PER_ADDRESS - 1):
        count(network=f"198.51.100.{number}")
    for _time in range(ALERTS_PER_NETWORK):
        with suppress(TooManyAttempts):
            count(email="other@example.org", network="203.0.113.9")
    for _time in range(5):
        with pytest.raises(TooManyAttempts):
            count(network="203.0.113.9")

    count(network="203.0.113.1")
    with pytest.raises(TooManyAttempts):
        count(network="203.0.113.2")


def test_limit_of_a_network_counts_every_address_but_not_those_of_a_proxy_on_this_machine():
    for number in range(ALERTS_PER_NETWORK):
        count(f"{number}@example.org")
        count(f"{number}@example.org", network="127.0.0.1")

    with pytest.raises(TooManyAttempts):
        count("another@example.org")
    count("another@example.org", network="127.0.0.1")
