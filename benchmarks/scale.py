"""Pages at 100,000 members, as a ratio to their time at 1,000, on PostgreSQL.

Each page is requested with Django's test client, warm, in one process, the sizes in turns. Besides
the elapsed time, the processor time is shown: that of this process, and that of the server process
that answers it. Other load on the machine affects the first, and hardly the second. PostgreSQL has
its default settings, so that a second server process may help, whose work is only in the elapsed
time.

Most of the time of a list is for rendering its rows. If the queue is filtered, the members that are
left of 1,000 are too few to fill a page, and the ratio would be that of the rows. So those pages
are compared with 1,000 members of a new call, of which 640 wait, and more are marked. The number of
table rows on a page, or of list items if it has no table, is shown beside its ratio, with headings.

All filters of the queue are measured, with each of their choices, for waiting members and for
all. Each view has one line, and each filter one with the slowest choice that fills a page, if any
does.
"""

import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from accounts.models import User
from accounts.services.staff_roles import TRIAGE_OFFICERS
from benchmarks.databases import filled, on_postgresql, processor_seconds_of_the_server
from benchmarks.figures import Table, median, milliseconds, ratio
from benchmarks.population import OFTEN, SELDOM, SPREAD, YOUNG, populate
from members.models import Member, MemberStatus
from members.services.private_links import LinkPurpose, token_for
from tests.portal import collect_static, database_at

NAME = "pages at 100,000 members beside 1,000"

SIZES = (1_000, 100_000)
QUICK_SIZES = (300, 1_200)
# The smallest size again, as a new call.
YOUNG_CALL = "young"
GOAL = "at most 1.5 times the time at 1,000 members; a search 3 times, the dashboard twice"
# How often a page is requested in one turn. The fastest request counts.
ASKED = 3
# Filters are requested in fewer turns, because there are more than a hundred choices.
FILTERS_EVERY = 3

QUEUE = reverse("admin:members_member_changelist")
LIST = reverse("members:member_list")


def one_of(turn, **facts):
    """Return one of the members that exist in every size, another one in each turn."""
    members = Member.objects.filter(pk__lte=min(QUICK_SIZES), **facts).order_by("pk")
    return members[turn * 31 % members.count()]


def focal_point(turn):
    """Return the first focal point of an admitted member."""
    return one_of(turn, status=MemberStatus.ADMITTED).focal_points.get(is_alternate=False)


def searching(words):
    """Return a function that builds the URL of a search for a value of one of the members."""
    return lambda turn: f"{QUEUE}?{urlencode({'q': words(one_of(turn))})}"


# The pages, and their URLs in a turn.
STAFF_PAGES = {
    "dashboard": lambda _turn: reverse("admin:index"),
    "figures": lambda _turn: reverse("admin:figures"),
    "queue": lambda _turn: QUEUE,
    "queue, every member": lambda _turn: f"{QUEUE}?view=all",
    "figures, who applied": lambda _turn: reverse("admin:figures_applied"),
    "search for a reference": searching(lambda member: member.reference),
    "search for an organisation": searching(lambda member: member.organisation_name),
    "search for an email": searching(lambda member: member.focal_points.earliest("pk").email),
    "search for a word of every seventh": lambda _turn: f"{QUEUE}?q=university",
    "search for two Chinese letters": lambda _turn: f"{QUEUE}?q=北京",
    "search for what nothing is like": lambda _turn: f"{QUEUE}?q=zqxwvzq",
    "search with a slip": searching(lambda member: f"{member.organisation_name[:-1]}q"),
    "page of a member": lambda turn: reverse("admin:members_member_change", args=[one_of(turn).pk]),
    "page of a member, from a list narrowed to a region": lambda turn: (
        reverse("admin:members_member_change", args=[one_of(turn).pk])
        + f"?{urlencode({'_changelist_filters': 'view=all&region=AFR'})}"
    ),
}
# The parameters of the queue besides the filter.
FILTERED = {"queue": "", "every member": "view=all"}
WAITING_LIST = "queue"
# The filters without choices, which are typed or chosen with a link, with a value.
LINKED = {
    "duplicates": "yes",
    "submitted": "2021-10-20..2021-11-05",
    "decided": "2021-10-20..2021-11-05",
}
# The rows of a full page, with the heading.
FULL_PAGE = 51
PUBLIC_PAGES = {
    "public members": lambda _turn: LIST,
    "public members of a category": lambda _turn: f"{LIST}?category=academia",
    "public members of a region": lambda _turn: f"{LIST}?group=AFR",
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
    """The times of one page in one size, in seconds: the fastest of each turn, and all requests.

    It includes the number of rows in the last response.
    """

    passed: list[float] = field(default_factory=list)
    worked: float = 0
    rows: int = 0


@dataclass(frozen=True)
class Choice:
    """One choice of one filter of the queue, with the other parameters of the queue."""

    among: str
    filter: str
    choice: str

    def __str__(self):
        return f"{self.among}, {self.filter}: {self.choice}"


def measure(*, quick):
    """Measure on a PostgreSQL with default settings."""
    sizes, turns = (QUICK_SIZES, 2) if quick else (SIZES, 9)
    collect_static()
    with on_postgresql() as named:
        yield table_of(times_on(named, sizes, turns), sizes)


def times_on(named, sizes, turns):
    """Fill a database of each size, request all pages in each, in turns, and return the times."""
    urls = {size: named(f"members_{size}") for size in (*sizes, YOUNG_CALL)}
    for size, url in urls.items():
        fill = (sizes[0], YOUNG, OFTEN) if size == YOUNG_CALL else (size, SPREAD, SELDOM)
        with filled(url, lambda fill=fill: populate(*fill)):
            print(f"scale: the database of {size} is filled", file=sys.stderr, flush=True)
    with override("en"):
        return times_of(urls, turns)


def times_of(urls, turns):
    """Request all pages in each size, in turns, and return the times by page and size."""
    times = defaultdict(Times)
    sizes = list(urls)
    filtered = sizes[1:]
    for turn in range(turns):
        print(f"scale: turn {turn + 1} of {turns}", file=sys.stderr, flush=True)
        first = turn % len(sizes)
        for size in sizes[first:] + sizes[:first]:
            with database_at(urls[size]):
                if turn % FILTERS_EVERY == 0 and size in filtered:
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
    """Request the queue with each choice of each filter."""
    for among, asked in FILTERED.items():
        for choice, address in choices(client, among, asked):
            ask(client, address, times[choice, size])


def choices(client, among, asked):
    """Yield each choice of each filter of the queue, with its URL.

    Raises ValueError if a filter of the queue is not offered, and so would not be measured.
    """
    files = client.get(f"{QUEUE}?{asked}").context_data["cl"]
    without_choices = [each for each in files.filter_specs if len(list(each.choices(files))) == 1]
    offered_filters = len(files.filter_specs) - len(without_choices)
    if offered_filters + len(LINKED) != len(files.list_filter):
        raise ValueError("The queue has a filter that this database leaves no choice of.")
    for name, value in LINKED.items():
        yield Choice(among, name, value), f"{QUEUE}?{asked}&{name}={value}"
    for offered in files.filter_specs:
        if among != WAITING_LIST and set(offered.expected_parameters()) & set(files.params):
            # The view is set already.
            continue
        for choice in offered.choices(files):
            if not choice["selected"]:
                yield (
                    Choice(among, str(offered.title), str(choice["display"])),
                    QUEUE + choice["query_string"],
                )


def ask(client, address, times):
    """Request a page once to warm up, then several times, and record the times."""
    insist(client.get(address))
    worked = time.process_time() + processor_seconds_of_the_server()
    quickest = float("inf")
    for _again in range(ASKED):
        began = time.perf_counter()
        response = client.get(address)
        content = b"".join(response) if response.streaming else response.content
        quickest = min(quickest, time.perf_counter() - began)
        insist(response)
    times.rows = content.count(b"<tr") or content.count(b"<li")
    times.passed.append(quickest)
    times.worked += time.process_time() + processor_seconds_of_the_server() - worked


def insist(response):
    """Raise ValueError unless the response is a page."""
    if response.status_code != 200:
        raise ValueError(f"{response.status_code} for {response.request['PATH_INFO']}")


def table_of(times, sizes):
    """Return the table of the figures."""
    least, most = sizes
    table = Table(
        "Pages on PostgreSQL",
        (
            "page",
            f"{most:,} to {least:,}",
            f"processor, {most:,} to {least:,}",
            f"at {least:,}",
            f"at {most:,}",
            f"rows at {least:,}",
            f"rows at {most:,}",
        ),
        goal=GOAL,
    )
    for name in [*STAFF_PAGES, *slowest_choices(times, most), *PUBLIC_PAGES, *MEMBER_PAGES]:
        small = times[name, YOUNG_CALL if isinstance(name, Choice) else least]
        large = times[name, most]
        table.add(
            name,
            ratio(median(large.passed), median(small.passed)),
            ratio(large.worked, small.worked),
            milliseconds(median(small.passed)),
            milliseconds(median(large.passed)),
            small.rows,
            large.rows,
        )
    return table


def slowest_choices(times, size):
    """Return each view and the slowest choice of each filter, for each set of other parameters.

    Choices that fill a page of the new call go first. A choice that one of the databases does not
    offer cannot be compared. Raises ValueError if a filter has no other choice.
    """
    slowest, filters = {}, set()

    def rank(choice):
        fills_page = times[choice, YOUNG_CALL].rows >= FULL_PAGE
        return fills_page, median(times[choice, size].passed)

    for name, of_size in times:
        if isinstance(name, Choice) and of_size == size:
            # Each view has a line of its own.
            filtered = (name.among, name.filter, name.choice if name.filter == "view" else "")
            filters.add(filtered)
            if (name, YOUNG_CALL) in times:
                slowest[filtered] = max(slowest.get(filtered, name), name, key=rank)
    if without := filters - slowest.keys():
        raise ValueError(f"No choice is in both databases: {sorted(without)}")
    return slowest.values()


def visitor():
    """Return a client that is not signed in."""
    return Client(SERVER_NAME="localhost")


def officer():
    """Return a client of a signed-in member of staff."""
    user = User.objects.earliest("pk")
    user.groups.add(Group.objects.get(name=TRIAGE_OFFICERS))
    return signed_in(user)


def account_of(focal_point):
    """Return the account with which a focal point signs in, as the portal creates it."""
    account, _made = User.objects.get_or_create(email=focal_point.email)
    return account


def signed_in(user):
    """Return a client in which an account is signed in."""
    client = visitor()
    client.force_login(user)
    return client
