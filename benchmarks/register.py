"""The register of commitments at 5,000 commitments, as a ratio to its time at 500, on PostgreSQL.

Pages are requested as in `scale`: warm, in one process, the sizes in turns. The figures are counted
in advance, so their page reads one row. The file has all rows, so its ratio is that of the sizes.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import override

from benchmarks.databases import filled, on_postgresql
from benchmarks.figures import Table, median, milliseconds, ratio
from benchmarks.population import populate, store, tidy
from benchmarks.scale import Times, ask, officer, visitor
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
from core.folding import fold
from focus_areas.models import FocusArea
from members.models import Member, MemberStatus
from tests.portal import collect_static, database_at

NAME = "the register at 5,000 commitments beside 500"

SIZES = (500, 5_000)
QUICK_SIZES = (50, 200)
MEMBERS = 300
GOAL = "at most 1.5 times the time at the smaller size; the file 10 times"
REGISTER = reverse("commitments:register")
BEGAN_AT = datetime(2022, 6, 7, 9, tzinfo=UTC)
COUNTRIES = ("MW", "NE", "ZM", "BT", "FJ", "KE", "NP", "HT", "TD", "LA")
CURRENCIES = ("USD", "EUR", "XOF", "ETB", "KWD")


def one_of(turn: int) -> Commitment:
    """Return one of the public commitments that exist in every size."""
    return Commitment.objects.public().order_by("pk")[turn * 7 % min(QUICK_SIZES)]


PUBLIC_PAGES = {
    "register": lambda _turn: REGISTER,
    "register, of a country": lambda _turn: f"{REGISTER}?country=MW",
    "register, of a stage": lambda _turn: f"{REGISTER}?stage=firm",
    "register, of a condition": lambda _turn: f"{REGISTER}?condition=behind",
    "register, a search": lambda _turn: f"{REGISTER}?q=fibre",
    "one commitment": lambda turn: reverse("commitments:commitment", args=[one_of(turn).reference]),
    "figures": lambda _turn: reverse("commitments:figures"),
    "file of all commitments": lambda _turn: reverse("commitments:data_csv"),
}
STAFF_PAGES = {
    "list of staff": lambda _turn: reverse("admin:commitments_commitment_changelist"),
    "page of staff": lambda turn: reverse(
        "admin:commitments_commitment_change", args=[one_of(turn).pk]
    ),
}


def measure(*, quick: bool) -> Iterator[Table]:
    """Measure on a PostgreSQL with default settings."""
    sizes, turns = (QUICK_SIZES, 2) if quick else (SIZES, 7)
    collect_static()
    with on_postgresql() as named:
        urls = {size: named(f"commitments_{size}") for size in sizes}
        for size, url in urls.items():
            with filled(url, lambda size=size: fill(size)):
                pass
        with override("en"):
            yield table_of(times_of(urls, turns), sizes)


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
    areas = list(FocusArea.objects.order_by("number"))
    rows = [make_commitment(n, leads, areas, chance) for n in range(number)]
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
    published_at = BEGAN_AT + timedelta(days=n % 1_500)
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
        condition=chance.choice(Condition.values),
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
        yield Place(commitment=row, country=country)
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


def times_of(urls: dict[int, str], turns: int) -> dict[tuple[str, int], Times]:
    """Request all pages in each size, in turns, and return the times by page and size."""
    times: dict[tuple[str, int], Times] = defaultdict(Times)
    sizes = list(urls)
    for turn in range(turns):
        for size in sizes if turn % 2 else sizes[::-1]:
            with database_at(urls[size]):
                for pages, client in ((PUBLIC_PAGES, visitor()), (STAFF_PAGES, officer())):
                    for name, address in pages.items():
                        ask(client, address(turn), times[name, size])
    return times


def table_of(times: dict[tuple[str, int], Times], sizes: tuple[int, int]) -> Table:
    """Return the table of the figures."""
    least, most = sizes
    table = Table(
        "The register on PostgreSQL",
        (
            "page",
            f"{most:,} to {least:,}",
            f"processor, {most:,} to {least:,}",
            f"at {least:,}",
            f"at {most:,}",
        ),
        goal=GOAL,
    )
    for name in [*PUBLIC_PAGES, *STAFF_PAGES]:
        small, large = times[name, least], times[name, most]
        table.add(
            name,
            ratio(median(large.passed), median(small.passed)),
            ratio(large.worked, small.worked),
            milliseconds(median(small.passed)),
            milliseconds(median(large.passed)),
        )
    return table
