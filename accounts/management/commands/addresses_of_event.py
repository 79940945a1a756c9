"""`manage.py addresses_of_event`: find the addresses of a sign-in event in the security log."""

import logging
import sys
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive

from accounts.models import SignInEvent
from accounts.services.security_log import addresses_in

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Prints addresses with the hash of their network, and how many lines of the log they have."""

    help = (
        "Reads the security log of the proxy, and prints the addresses in it, those with the most "
        "lines first. Example: zcat --force /var/log/p2c/security.log* | "
        "p2c-manage addresses_of_event --network 0a1b2c3d4e5f"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--event", type=int, help="only the network of the event of this key")
        parser.add_argument("--network", help="only this network, as the list of sign-ins shows it")
        parser.add_argument("--since", metavar="TIME", help="with its time zone")
        parser.add_argument("--until", metavar="TIME", help="with its time zone")

    def handle(
        self,
        *,
        event: int | None,
        network: str | None,
        since: str | None,
        until: str | None,
        **options: Any,
    ) -> None:
        """Print what was found. Raises CommandError."""
        if event is not None:
            network = _network_of(event)
        found = addresses_in(
            sys.stdin, network=network or "", since=_time(since), until=_time(until)
        )
        logger.warning("Addresses in the security log were looked up: %d found", len(found))
        for each in found:
            times = f"{each.first_at:%Y-%m-%d %H:%M:%S} – {each.last_at:%Y-%m-%d %H:%M:%S}"
            self.stdout.write(f"{each.number:>7}  {times}  {each.network}  {each.address}")
        self.stdout.write(f"Addresses: {len(found)}")


def _network_of(event: int) -> str:
    network = SignInEvent.objects.filter(pk=event).values_list("network", flat=True).first()
    if not network:
        raise CommandError(f"There is no event {event} with a network.")
    return network


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    time = parse_datetime(text)
    if time is None or is_naive(time):
        raise CommandError("--since and --until are times with their time zone.")
    return time
