"""Finding the addresses of sign-in events in the security log of the proxy."""

import io
import json
import sys
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from accounts.services.events import hash_of_network
from accounts.services.security_log import addresses_in
from tests.factories import NOON, SignInEventFactory

MINUTE = timedelta(minutes=1)


def line(address, at=NOON):
    return json.dumps({"at": at.isoformat(timespec="seconds"), "address": address, "status": 422})


def test_addresses_are_those_of_the_network_with_the_most_lines_first():
    lines = [
        line("2001:db8:1:2::a", NOON + MINUTE),
        line("2001:db8:1:2::b", NOON + MINUTE),
        line("192.0.2.1"),
        line("2001:db8:1:3::a"),
        line("2001:db8:1:2::b"),
    ]
    network = hash_of_network("2001:db8:1:2::/64")

    found = addresses_in(lines, network=network)

    assert [(each.address, each.network, each.number) for each in found] == [
        ("2001:db8:1:2::b", network, 2),
        ("2001:db8:1:2::a", network, 1),
    ]
    assert (found[0].first_at, found[0].last_at) == (NOON, NOON + MINUTE)


def test_addresses_are_all_of_a_period_without_a_network():
    lines = [
        line("192.0.2.1", NOON - MINUTE),
        line("192.0.2.2"),
        line("192.0.2.3", NOON + MINUTE),
        line("192.0.2.4", NOON + 2 * MINUTE),
    ]

    found = addresses_in(lines, since=NOON, until=NOON + MINUTE)

    assert [each.address for each in found] == ["192.0.2.2", "192.0.2.3"]


def test_addresses_leave_out_what_is_no_line_of_the_log():
    lines = [line("192.0.2.1")[:-5], "[]", '{"at": 1}', "", line("192.0.2.2")]

    assert [each.address for each in addresses_in(lines)] == ["192.0.2.2"]


def test_addresses_are_found_by_a_hash_of_the_former_key(settings):
    former = hash_of_network("192.0.2.1")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new" * 20, [settings.SECRET_KEY]

    found = addresses_in([line("192.0.2.1"), line("192.0.2.2")], network=former)

    assert [each.address for each in found] == ["192.0.2.1"]


@pytest.mark.django_db
def test_command_prints_the_addresses_of_an_event(monkeypatch, capsys):
    event = SignInEventFactory(network=hash_of_network("192.0.2.1"))
    log = f"{line('192.0.2.1')}\n{line('192.0.2.2')}\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO(log))

    call_command("addresses_of_event", event=event.pk)

    times = "2021-10-25 12:00:00 – 2021-10-25 12:00:00"
    assert capsys.readouterr().out.splitlines() == [
        f"      1  {times}  {event.network}  192.0.2.1",
        "Addresses: 1",
    ]


@pytest.mark.django_db
def test_command_refuses_an_event_without_a_network():
    event = SignInEventFactory(network="")

    with pytest.raises(CommandError, match="There is no event"):
        call_command("addresses_of_event", event=event.pk)


@pytest.mark.parametrize("time", ["2021-10-25 12:00", "yesterday"])
def test_command_refuses_a_time_without_a_time_zone(time):
    with pytest.raises(CommandError, match="with their time zone"):
        call_command("addresses_of_event", since=time)
