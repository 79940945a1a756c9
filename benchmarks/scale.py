"""Pages at 1,000, 20,000 and 100,000 members, as a ratio to their time at 1,000.

Each page is asked of Django by its test client, warm, in one process, the sizes in turns. Beside
the time that passes stands the processor's: of this process, and of the server's that answers it.
What else the machine does meets the first, and hardly the second. PostgreSQL runs with default
settings, so that a second process of its may help; that one's work is in the first alone.

Most of what a list costs is to write its rows. Where the queue is narrowed, of the hundred files
that wait at 1,000 members too few are left to fill a page, and the ratio would be that of the rows.
Those pages are therefore beside 1,000 members of a young call, of whom 400 wait. How many rows of
tables a page has, or items of lists where it has no table, is said beside its ratio, headings
too.

The filters are those that the queue itself offers, with each of their choices, for what waits and
for every status. A filter has one line: that of the choice which takes longest.
"""

import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from accounts.models import User
from accounts.services.staff_groups import TRIAGE_OFFICERS
from benchmarks.databases import (
    filled,
    on_postgresql,
    on_sqlite,
    processor_seconds_of_the_server,
)
from benchmarks.figures import Table, median, milliseconds, ratio
from benchmarks.population import SPREAD, YOUNG, populate
from members.models import Member, MemberStatus
from members.services.private_links import LinkPurpose, token_for
from tests.portal import collect_static, database_at

NAME = "pages at 100,000 members beside 1,000"

SIZES = (1_000, 20_000, 100_000)
QUICK_SIZES = (300, 600, 1_200)
# The least size again, as a call that is young.
YOUNG_CALL = "young"
GOAL = "at most 1.5 times the time at 1,000 members; a search 3 times, the dashboard twice"
# How often a page is asked for in a turn, of which the quickest counts.
ASKED = 3
# The filters are asked for in one turn of so many: there are more than a hundred choices.
FILTERS_EVERY = 3

QUEUE = reverse("admin:members_member_changelist")
LIST = reverse("members:member_list")


def one_of(turn, **facts):
    """Return one of the members that there are in every size, another one in each turn."""
    members = Member.objects.filter(pk__lte=min(QUICK_SIZES), **facts).order_by("pk")
    return members[turn * 31 % members.count()]


def focal_point(turn):
    """Return the first focal point of a member that is admitted."""
    return one_of(turn, status=MemberStatus.ADMITTED).focal_points.get(is_alternate=False)


def searching(words):
    """Return what gives the address of a search for something of one of the members."""
    return lambda turn: f"{QUEUE}?{urlencode({'q': words(one_of(turn))})}"


# What is asked for, and its address in a turn.
STAFF_PAGES = {
    "dashboard": lambda _turn: reverse("admin:index"),
    "queue": lambda _turn: QUEUE,
    "queue, every status": lambda _turn: f"{QUEUE}?status=all",
    "search for a reference": searching(lambda member: member.reference),
    "search for an organisation": searching(lambda member: member.organisation_name),
    "search for an email": searching(lambda member: member.focal_points.earliest("pk").email),
    "search for a word of every seventh": lambda _turn: f"{QUEUE}?q=university",
    "search for two Chinese letters": lambda _turn: f"{QUEUE}?q=北京",
    "search for what nothing is like": lambda _turn: f"{QUEUE}?q=zqxwvzq",
    "search with a slip": searching(lambda member: f"{member.organisation_name[:-1]}q"),
    "file": lambda turn: reverse("admin:members_member_change", args=[one_of(turn).pk]),
    "file, from a list narrowed to a region": lambda turn: (
        reverse("admin:members_member_change", args=[one_of(turn).pk])
        + f"?{urlencode({'_changelist_filters': 'region=AFR&status=all'})}"
    ),
}
# The queue with a filter, by what it is asked for besides: what fills a page only where enough
# files wait, and what does anyway.
FILTERED = {"queue": "", "every status": "status=all"}
WAITING_LIST = "queue"
PUBLIC_PAGES = {
    "public members": lambda _turn: LIST,
    "public members of a category": lambda _turn: f"{LIST}?category=academia",
    "public members of a region": lambda _turn: f"{LIST}?region=AFR",
    "public members by name": lambda _turn: f"{LIST}?name=university",
    "public members, last page": lambda _turn: f"{LIST}?page=999999",
    "private feed": lambda turn: reverse(
        "participation:private_feed", args=[token_for(focal_point(turn), LinkPurpose.FEED)]
    ),
}
MEMBER_PAGES = {
    "page of a focal point": lambda _turn: reverse("participation:my_page"),
    "their calendar": lambda _turn: reverse("participation:my_calendar"),
}


@dataclass
class Times:
    """What one page took in one size, in seconds: the quickest of each turn, and all together.

    With how many rows it had, the last time.
    """

    passed: list[float] = field(default_factory=list)
    worked: float = 0
    rows: int = 0


@dataclass(frozen=True)
class Choice:
    """One choice of one filter of the queue, beside what the queue is asked for otherwise."""

    among: str
    filter: str
    choice: str

    def __str__(self):
        return f"{self.among}, {self.filter}: {self.choice}"


def measure(*, quick):
    """Measure on SQLite, then on PostgreSQL."""
    sizes, turns = (QUICK_SIZES, 2) if quick else (SIZES, 9)
    collect_static()
    for database, running in (("SQLite", on_sqlite), ("PostgreSQL", on_postgresql)):
        with tempfile.TemporaryDirectory() as folder, running(folder) as named:
            yield table_of(f"Pages on {database}", times_on(named, sizes, turns), sizes)


def times_on(named, sizes, turns):
    """Fill a database of each size, ask for every page in each, in turns, and return the times."""
    urls = {size: named(f"members_{size}") for size in (*sizes, YOUNG_CALL)}
    for size, url in urls.items():
        fill = (sizes[0], YOUNG) if size == YOUNG_CALL else (size, SPREAD)
        with filled(url, lambda fill=fill: populate(*fill)):
            pass
    with override("en"):
        return times_of(urls, turns)


def times_of(urls, turns):
    """Ask for every page in every size, in turns, and return the times by both."""
    times = defaultdict(Times)
    sizes = list(urls)
    for turn in range(turns):
        first = turn % len(sizes)
        for size in sizes[first:] + sizes[:first]:
            with database_at(urls[size]):
                if turn % FILTERS_EVERY == 0:
                    ask_filters(officer(), size, times)
                if size == YOUNG_CALL:
                    continue
                for pages, client in (
                    (STAFF_PAGES, officer()),
                    (PUBLIC_PAGES, visitor()),
                    (MEMBER_PAGES, signed_in(account_of(focal_point(turn)))),
                ):
                    for name, address in pages.items():
                        ask(client, address(turn), times[name, size])
    return times


def ask_filters(client, size, times):
    """Ask for the queue with each choice of each of its filters."""
    for among, asked in FILTERED.items():
        if size != YOUNG_CALL or among == WAITING_LIST:
            for choice, address in choices(client, among, asked):
                ask(client, address, times[choice, size])


def choices(client, among, asked):
    """Give each choice of each filter that the queue offers, with its address.

    Raises ValueError where a filter of the queue is not offered, and would not be measured.
    """
    files = client.get(f"{QUEUE}?{asked}").context_data["cl"]
    if len(files.filter_specs) != len(files.list_filter):
        raise ValueError("The queue has a filter that this database leaves no choice of.")
    for offered in files.filter_specs:
        if among != WAITING_LIST and set(offered.expected_parameters()) & set(files.params):
            # The status, which is chosen already.
            continue
        for choice in offered.choices(files):
            if not choice["selected"]:
                yield (
                    Choice(among, str(offered.title), str(choice["display"])),
                    QUEUE + choice["query_string"],
                )


def ask(client, address, times):
    """Ask for a page once to warm up, then some times more, and note what those took."""
    insist(client.get(address))
    worked = time.process_time() + processor_seconds_of_the_server()
    quickest = float("inf")
    for _again in range(ASKED):
        began = time.perf_counter()
        response = client.get(address)
        quickest = min(quickest, time.perf_counter() - began)
        insist(response)
    times.rows = response.content.count(b"<tr") or response.content.count(b"<li")
    times.passed.append(quickest)
    times.worked += time.process_time() + processor_seconds_of_the_server() - worked


def insist(response):
    """Raise ValueError unless a page came."""
    if response.status_code != 200:
        raise ValueError(f"{response.status_code} for {response.request['PATH_INFO']}")


def table_of(title, times, sizes):
    """Lay the figures out."""
    least, *larger, most = sizes
    table = Table(
        title,
        (
            "page",
            f"{most:,} to {least:,}",
            *(f"{size:,} to {least:,}" for size in larger),
            f"processor, {most:,} to {least:,}",
            f"at {least:,}",
            f"at {most:,}",
            f"rows at {least:,}",
            f"rows at {most:,}",
        ),
        goal=GOAL,
    )
    for name in [*STAFF_PAGES, *slowest_choices(times, most), *PUBLIC_PAGES, *MEMBER_PAGES]:
        is_of_what_waits = isinstance(name, Choice) and name.among == WAITING_LIST
        small = times[name, YOUNG_CALL if is_of_what_waits else least]
        large = times[name, most]
        table.add(
            name,
            ratio(median(large.passed), median(small.passed)),
            *(ratio(median(times[name, size].passed), median(small.passed)) for size in larger),
            ratio(large.worked, small.worked),
            milliseconds(median(small.passed)),
            milliseconds(median(large.passed)),
            small.rows,
            large.rows,
        )
    return table


def slowest_choices(times, size):
    """Return of each filter, beside each thing asked for, the choice that takes longest."""
    slowest = {}
    for name, of_size in times:
        if isinstance(name, Choice) and of_size == size:
            filtered = (name.among, name.filter)
            slowest[filtered] = max(
                slowest.get(filtered, name),
                name,
                key=lambda choice: median(times[choice, size].passed),
            )
    return slowest.values()


def visitor():
    """Return somebody who is not signed in."""
    return Client(SERVER_NAME="localhost")


def officer():
    """Return one of the staff, signed in."""
    user = User.objects.earliest("pk")
    user.groups.add(Group.objects.get(name=TRIAGE_OFFICERS))
    return signed_in(user)


def account_of(focal_point):
    """Return the account by which a focal point is signed in, as the portal makes it."""
    account, _made = User.objects.get_or_create(email=focal_point.email)
    return account


def signed_in(user):
    """Return the browser of somebody who is signed in."""
    client = visitor()
    client.force_login(user)
    return client
