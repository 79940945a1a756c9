"""The register of commitments at 5,000 commitments, as a ratio to its time at 500.

Pages are requested with Django's test client, warm, in one process, the sizes in turns. Elapsed
time means nothing on a busy machine, so it is not measured. The time of a page is the processor
time of this process, and that of the server process of PostgreSQL for its queries. Of both, the
least of all turns counts, because other load only adds to it. On SQLite, the process does the work
of the database.

The figures are counted in advance, so their page reads one row. The file has all rows, so its ratio
is that of the sizes.
"""

import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from django.db import connection, models
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import override

from benchmarks.databases import filled, on_postgresql, processor_seconds_of_the_server
from benchmarks.figures import Table, milliseconds, ratio
from benchmarks.population import populate, store, tidy
from benchmarks.scale import insist, officer, visitor
from commitments.models import (
    Amount,
    Commitment,
    CommitmentStatus,
    CommitmentType,
    CommitmentVersion,
    Condition,
    Novelty,
    Partner,
    PartnerRole,
    Place,
    Report,
    ReportStatus,
    Stage,
    Target,
    TargetValue,
)
from commitments.services.content import as_json, content_of
from commitments.services.figures import refresh_figures
from commitments.services.register_order import RegisterOrder
from core.folding import fold
from focus_areas.models import FocusArea
from members.models import Member, MemberStatus
from tests.portal import collect_static, database_at

NAME = "the register at 5,000 commitments beside 500"

SIZES = (500, 5_000)
QUICK_SIZES = (50, 200)
MEMBERS = 300
MAX_RATIO = 1.5
GOAL = "at most 1.5 times the time at the smaller size; the file 10 times"
REGISTER = reverse("commitments:register")
ALL_ROWS = "file of all commitments"
# How often a page is requested in one turn. The fastest request counts.
REPETITIONS = 4
BEGAN_AT = datetime(2022, 6, 7, 9, tzinfo=UTC)
COUNTRIES = ("MW", "NE", "ZM", "BT", "FJ", "KE", "NP", "HT", "TD", "LA")
LEAST_DEVELOPED = ("MW", "NE", "ZM", "BT")
CURRENCIES = ("USD", "EUR", "XOF", "ETB", "KWD")


def one_of(turn: int) -> Commitment:
    """Return one of the public commitments that exist in every size."""
    return Commitment.objects.public().order_by("pk")[turn * 7 % min(QUICK_SIZES)]


def large_lead() -> Member:
    """Return the listed member that leads every twentieth commitment."""
    return Member.objects.listed_publicly().exclude(slug="").earliest("pk")


FILTERS = {
    "a search": "q=fibre",
    "a search for a reference": "q=c-000007",
    "country": "country=MW",
    "region": "region=AFR",
    "group": "group=LDC",
    "area": "area=connecting-people-everywhere",
    "type": "type=financial",
    "kind of the lead": "kind=company",
    "stage": "stage=firm",
    "condition": "condition=behind",
    "year": "year=2024",
    "three filters": "region=AFR&group=LDC&stage=firm",
    "a filter, last page": "country=MW&page=999999",
    **{
        f"sorted by {order.value}": f"sort={order.value}"
        for order in RegisterOrder
        if order != RegisterOrder.NEWEST_REPORT
    },
    "sorted by lead, last page": "sort=lead&page=999999",
    "a search, sorted by promised": "q=fibre&sort=promised",
}
PUBLIC_PAGES: dict[str, Callable[[int], str]] = {
    "register": lambda _turn: REGISTER,
    "register, last page": lambda _turn: f"{REGISTER}?page=999999",
    **{
        f"register, {name}": lambda _turn, query=query: f"{REGISTER}?{query}"
        for name, query in FILTERS.items()
    },
    "register, member": lambda _turn: f"{REGISTER}?member={large_lead().slug}",
    "one commitment": lambda turn: reverse("commitments:commitment", args=[one_of(turn).reference]),
    "figures": lambda _turn: reverse("commitments:figures"),
    "page of a member": lambda _turn: reverse("members:member_page", args=[large_lead().slug]),
    "home": lambda _turn: reverse("home"),
    ALL_ROWS: lambda _turn: reverse("commitments:data_csv"),
}
STAFF_PAGES: dict[str, Callable[[int], str]] = {
    "list of staff": lambda _turn: reverse("admin:commitments_commitment_changelist"),
    "page of staff": lambda turn: reverse(
        "admin:commitments_commitment_change", args=[one_of(turn).pk]
    ),
}


@dataclass
class Costs:
    """What one page costs in one size, for each turn: seconds and blocks of the database."""

    process: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    blocks: list[int] = field(default_factory=list)

    @property
    def total(self) -> float:
        """The processor time of the page, in seconds."""
        return min(self.process) + min(self.database)


def measure(*, quick: bool) -> Iterator[Table]:
    """Measure on a PostgreSQL with default settings, and on SQLite."""
    sizes, turns = (QUICK_SIZES, 2) if quick else (SIZES, 4)
    collect_static()
    with on_postgresql() as named:
        urls = {size: named(f"commitments_{size}") for size in sizes}
        yield measured_on("PostgreSQL", urls, turns)
    with tempfile.TemporaryDirectory() as folder:
        urls = {size: f"sqlite:///{Path(folder) / str(size)}.sqlite3" for size in sizes}
        yield measured_on("SQLite", urls, turns)


def measured_on(name: str, urls: dict[int, str], turns: int) -> Table:
    """Fill a database of each size, request all pages in each, and return the table."""
    for size, url in urls.items():
        with filled(url, lambda size=size: fill(size)):
            pass
    with override("en"):
        return table_of(name, costs_of(urls, turns), list(urls))


def fill(commitments: int) -> None:
    """Fill a database with members, then with commitments of those that are admitted."""
    populate(MEMBERS)
    write_commitments(commitments)
    refresh_figures(at=now())
    tidy()


def write_commitments(number: int) -> None:
    """Store published commitments with targets, places, amounts, partners and reports."""
    chance = Random(number)
    leads = list(Member.objects.filter(status=MemberStatus.ADMITTED).order_by("pk"))
    large = large_lead()
    areas = list(FocusArea.objects.order_by("number"))
    rows = [
        make_commitment(n, [large] if n % 20 == 0 else leads, areas, chance) for n in range(number)
    ]
    store(Commitment, rows)
    parts: dict[type[models.Model], list[Any]] = defaultdict(list)
    for row in rows:
        for part in parts_of(row, chance):
            parts[type(part)].append(part)
    for model in (Target, Place, Amount, Partner, Report, TargetValue):
        store(model, parts[model])
    # The content of one, because reading each takes long and its size is what matters.
    content = as_json(content_of(rows[0]))
    store(
        CommitmentVersion,
        (
            CommitmentVersion(
                commitment=row, number=1, content=content, published_at=row.published_at
            )
            for row in rows
        ),
    )


def make_commitment(
    n: int, leads: list[Member], areas: list[FocusArea], chance: Random
) -> Commitment:
    """Make one commitment, published within the last four years."""
    published_at = BEGAN_AT + timedelta(days=n * 7 % 1_500)
    title = f"{chance.choice(('Fibre', 'Towers', 'Skills', 'Handsets'))} for {n} schools"
    reference = f"C-{n:06}"
    return Commitment(
        reference=reference,
        lead=chance.choice(leads),
        status=CommitmentStatus.PUBLISHED,
        type=chance.choice(CommitmentType.values),
        title=title,
        statement="We will connect all schools of two districts, with a year of free access. " * 3,
        language="en",
        focus_area=chance.choice(areas),
        ends=published_at.date() + timedelta(days=1_500),
        novelty=Novelty.NEW,
        publication_consent=True,
        created_at=published_at,
        saved_at=published_at,
        submitted_at=published_at,
        published_at=published_at,
        present_condition=chance.choice(Condition.values),
        next_report_on=published_at.date() + timedelta(days=1_826),
        search_text=fold(f"{title} {reference}"),
    )


def parts_of(row: Commitment, chance: Random) -> Iterator[models.Model]:
    """Make the parts of a commitment, each before those that refer to it."""
    ends = row.ends
    target = Target(
        commitment=row, indicator="Schools", unit="schools", baseline=0, value=1_000, by=ends
    )
    yield target
    for country in chance.sample(COUNTRIES, k=2):
        yield Place(commitment=row, country=country, is_ldc=country in LEAST_DEVELOPED)
    currency = chance.choice(CURRENCIES)
    original = Decimal(chance.randint(500, 90_000_000))
    is_converted = currency not in ("ETB", "KWD")
    yield Amount(
        commitment=row,
        original=original,
        currency=currency,
        stage=chance.choice((Stage.PLEDGED, Stage.FIRM)),
        usd=original if is_converted else None,
        rate=Decimal(1) if is_converted else None,
        rate_month=row.published_at.date().replace(day=1),  # type: ignore[union-attr]
        rate_source="benchmark" if is_converted else "",
    )
    yield Partner(commitment=row, name="Schools for Everyone", role=PartnerRole.IMPLEMENTER)
    sent_at = row.published_at + timedelta(days=365)  # type: ignore[operator]
    report = Report(
        commitment=row,
        due_on=sent_at.date(),
        status=ReportStatus.PUBLISHED,
        narrative="Two of four districts have a line. " * 5,
        language="en",
        saved_at=sent_at,
        sent_at=sent_at,
        published_at=sent_at,
    )
    yield report
    yield TargetValue(report=report, target=target, value=400, on=sent_at.date())


def costs_of(urls: dict[int, str], turns: int) -> dict[tuple[str, int], Costs]:
    """Request all pages in each size, in turns, and return the costs by page and size."""
    costs: dict[tuple[str, int], Costs] = defaultdict(Costs)
    sizes = list(urls)
    for turn in range(turns):
        for size in sizes if turn % 2 else sizes[::-1]:
            with database_at(urls[size]):
                for pages, client in ((PUBLIC_PAGES, visitor()), (STAFF_PAGES, officer())):
                    for name, address in pages.items():
                        request_page(client, address(turn), costs[name, size])
    return costs


def request_page(client: Client, address: str, costs: Costs) -> None:
    """Request a page once to warm up and to see its queries, then several times."""
    queries: list[tuple[str, Any]] = []
    with connection.execute_wrapper(recorder(queries)):
        insist(client.get(address))
    fastest = float("inf")
    for _again in range(REPETITIONS):
        began = time.process_time()
        response = client.get(address)
        if response.streaming:
            b"".join(response)
        fastest = min(fastest, time.process_time() - began)
        insist(response)
    costs.process.append(fastest)
    plans = [plan_of(sql, values) for sql, values in queries]
    costs.database.append(sum(seconds for seconds, _blocks in plans))
    costs.blocks.append(sum(blocks for _seconds, blocks in plans))


def recorder(queries: list[tuple[str, Any]]) -> Callable[..., Any]:
    """Return a wrapper of a connection that keeps the queries that read, on PostgreSQL."""

    def record(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if connection.vendor == "postgresql" and sql.startswith("SELECT"):
            queries.append((sql, params))
        return execute(sql, params, many, context)

    return record


def plan_of(sql: str, values: Any) -> tuple[float, int]:
    """Return the processor seconds of a query with its planning, the least of five, and its blocks.

    Times that EXPLAIN says are elapsed ones, in which the server may have waited for a processor.
    """
    found = []
    with connection.cursor() as cursor:
        for _again in range(5):
            worked = processor_seconds_of_the_server()
            cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, BUFFERS, FORMAT JSON) {sql}", values)
            worked = processor_seconds_of_the_server() - worked
            [row] = cursor.fetchone()
            [plan] = json.loads(row) if isinstance(row, str) else row
            root = plan["Plan"]
            found.append((worked, root["Shared Hit Blocks"] + root["Shared Read Blocks"]))
    return min(found)


def table_of(name: str, costs: dict[tuple[str, int], Costs], sizes: list[int]) -> Table:
    """Return the table of the figures."""
    least, most = sizes
    table = Table(
        f"The register on {name}",
        (
            "page",
            f"{most:,} to {least:,}",
            f"at {least:,}",
            f"at {most:,}",
            f"of that the database, at {least:,}",
            f"at {most:,}",
            f"blocks read at {least:,}",
            f"at {most:,}",
        ),
        goal=GOAL,
    )
    for page in [*PUBLIC_PAGES, *STAFF_PAGES]:
        small, large = costs[page, least], costs[page, most]
        table.add(
            page,
            ratio(large.total, small.total),
            milliseconds(small.total),
            milliseconds(large.total),
            milliseconds(min(small.database)),
            milliseconds(min(large.database)),
            max(small.blocks),
            max(large.blocks),
        )
    over = [
        page
        for page in [*PUBLIC_PAGES, *STAFF_PAGES]
        if page != ALL_ROWS and costs[page, most].total > MAX_RATIO * costs[page, least].total
    ]
    table.title += f" ({'above the goal: ' + ', '.join(over) if over else 'all within the goal'})"
    return table
