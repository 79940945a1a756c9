"""Measures pages at 1,000, 10,000 and 100,000 members, each as a ratio to its time at 1,000.

Run on SQLite, or with DATABASE_URL on PostgreSQL, where the role may create databases. The
databases are its own, made for the measurement and thrown away after it.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import Group  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils.translation import override  # noqa: E402

from accounts.models import User  # noqa: E402
from benchmarks.population import populate, tidy  # noqa: E402
from members.essentials import TRIAGE_OFFICERS  # noqa: E402
from members.links import Purpose, token_for  # noqa: E402
from members.models import FocalPoint, Member, MemberStatus  # noqa: E402

SIZES = (1_000, 10_000, 100_000)
GOAL, GOAL_OF_SEARCH = 1.5, 3.0
ROUNDS = 15


@dataclass(frozen=True)
class Page:
    """One page: who asks, for which address, and how much slower it may get."""

    name: str
    address: Callable[[int], str]
    is_for_staff: bool
    goal: float = GOAL


def queue(_round: int, **query: str) -> str:
    """Return the address of the queue."""
    return f"{reverse('admin:members_member_changelist')}?{urlencode(query)}"


def searched(words: Callable[[Member], str]) -> Callable[[int], str]:
    """Return the address of a search for some words of one member, another one each time."""
    return lambda turn: queue(turn, q=words(one_of(turn)))


def one_of(turn: int, **facts: object) -> Member:
    """Return one of the members that there are in every size."""
    members = Member.objects.filter(pk__lte=min(SIZES), **facts).order_by("pk")
    return members[turn * 31 % members.count()]


def admitted(turn: int) -> FocalPoint:
    """Return a focal point of a member that is admitted, in every size the same."""
    member = one_of(turn, status=MemberStatus.ADMITTED)
    return member.focal_points.get(is_alternate=False)


def listed(_round: int, **query: str) -> str:
    """Return the address of the public list."""
    return f"{reverse('members:member_list')}?{urlencode(query)}"


def working_group(turn: int, **query: str) -> str:
    """Return the address of a focal point's page."""
    token = token_for(admitted(turn), Purpose.WORKING_GROUP)
    return f"{reverse('members:working_group', args=[token])}?{urlencode(query)}"


def private_feed(turn: int) -> str:
    """Return the address of a focal point's calendar feed."""
    return reverse("members:private_feed", args=[token_for(admitted(turn), Purpose.FEED)])


PAGES = [
    Page("admin's front page", lambda _turn: reverse("admin:index"), is_for_staff=True),
    Page("queue", queue, is_for_staff=True),
    Page("queue, every status", lambda turn: queue(turn, status="all"), is_for_staff=True),
    Page(
        "search: reference",
        searched(lambda member: member.reference),
        is_for_staff=True,
        goal=GOAL_OF_SEARCH,
    ),
    Page(
        "search: organisation",
        searched(lambda member: member.organisation_name),
        is_for_staff=True,
        goal=GOAL_OF_SEARCH,
    ),
    Page(
        "search: focal point's email",
        searched(lambda member: member.focal_points.get(is_alternate=False).email),
        is_for_staff=True,
        goal=GOAL_OF_SEARCH,
    ),
    Page(
        "search: a word of many names",
        lambda turn: queue(turn, q="university"),
        is_for_staff=True,
        goal=GOAL_OF_SEARCH,
    ),
    Page(
        "search: two Chinese letters",
        lambda turn: queue(turn, q="北京"),
        is_for_staff=True,
        goal=GOAL_OF_SEARCH,
    ),
    Page(
        "file",
        lambda turn: reverse("admin:members_member_change", args=[one_of(turn).pk]),
        is_for_staff=True,
    ),
    Page("public members", listed, is_for_staff=False),
    Page(
        "public members, by category",
        lambda turn: listed(turn, category="academia"),
        is_for_staff=False,
    ),
    Page("public members, by region", lambda turn: listed(turn, region="AFR"), is_for_staff=False),
    Page("public members, last page", lambda turn: listed(turn, page="999999"), is_for_staff=False),
    Page("working group", working_group, is_for_staff=False),
    Page("private feed", private_feed, is_for_staff=False),
]


def database_of(size: int) -> str:
    """Return the name of the database of a size."""
    if connection.vendor == "sqlite":
        return str(settings.VAR_DIR / f"benchmark-{size}.sqlite3")
    return f"{ORIGINAL}_benchmark_{size}"


ORIGINAL = connection.settings_dict["NAME"]


@contextmanager
def using(name: str) -> Iterator[None]:
    """Work on another database."""
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = ORIGINAL


def exists(name: str) -> bool:
    """Tell whether a database is there."""
    if connection.vendor == "sqlite":
        return Path(name).exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None


def prepare(size: int) -> None:
    """Make the database of a size, and bring one that was kept up to date."""
    name = database_of(size)
    is_new = not exists(name)
    if is_new and connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"')
    with using(name):
        call_command("migrate", verbosity=0)
        if is_new:
            call_command("createcachetable")
            began = time.perf_counter()
            populate(size)
            print(f"{size:,} members written in {time.perf_counter() - began:.0f} s")
        else:
            tidy()


def throw_away(size: int) -> None:
    """Delete the database of a size."""
    name = database_of(size)
    if connection.vendor == "sqlite":
        for path in Path(name).parent.glob(f"{Path(name).name}*"):
            path.unlink()
    else:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')


def measure(rounds: int, pages: list[Page]) -> dict[tuple[str, int], list[float]]:
    """Ask for every page in every size, in turns, and return the times in seconds."""
    times: dict[tuple[str, int], list[float]] = {
        (page.name, size): [] for page in pages for size in SIZES
    }
    for turn in range(rounds):
        for size in SIZES[turn % 3 :] + SIZES[: turn % 3]:
            with using(database_of(size)):
                stranger, officer = clients()
                for page in pages:
                    client = officer if page.is_for_staff else stranger
                    address = page.address(turn)
                    times[page.name, size].append(quickest_of_three(client, address))
    return times


def quickest_of_three(client: Client, address: str) -> float:
    """Return the seconds that a page takes once it is warm, undisturbed by what else runs."""
    seconds = []
    for _again in range(4):
        began = time.perf_counter()
        response = client.get(address)
        seconds.append(time.perf_counter() - began)
        if response.status_code != 200:
            raise SystemExit(f"{address}: {response.status_code}")
    return min(seconds[1:])


def clients() -> tuple[Client, Client]:
    """Return a visitor, and an officer who is signed in."""
    stranger, officer = Client(SERVER_NAME="localhost"), Client(SERVER_NAME="localhost")
    user = User.objects.order_by("pk").first()
    user.groups.add(Group.objects.get(name=TRIAGE_OFFICERS))
    officer.force_login(user)
    return stranger, officer


def main() -> None:
    """Prepare, measure, report."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--keep", action="store_true", help="keep the databases")
    arguments.add_argument("--rounds", type=int, default=ROUNDS)
    arguments.add_argument("--only", default="", help="pages whose name has this in it")
    chosen = arguments.parse_args()
    call_command("collectstatic", "--no-input", verbosity=0)
    pages = [page for page in PAGES if chosen.only in page.name]
    try:
        for size in SIZES:
            prepare(size)
        with override("en"):
            times = measure(chosen.rounds, pages)
    finally:
        if not chosen.keep:
            for size in SIZES:
                throw_away(size)
    print(f"{connection.vendor}: median milliseconds of {chosen.rounds}, and ratio to 1,000")
    for page in pages:
        base, *others = (statistics.median(times[page.name, size]) for size in SIZES)
        ratios = "  ".join(f"{each * 1000:7.1f} ({each / base:5.2f})" for each in others)
        verdict = "" if others[-1] / base <= page.goal else f"  misses {page.goal}"
        print(f"{page.name:32}{base * 1000:7.1f}  {ratios}{verdict}")


if __name__ == "__main__":
    main()
