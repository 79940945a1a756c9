"""A mailing to 1,000, 5,000 and 20,000: how quickly it is in the outbox, and in how much memory.

Each size is measured in a process of its own, fresh as a worker: what it holds before is that of
an idle worker, and what it held at most is told by the kernel. Queries are counted one by one.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from django.db import connection
from django.utils.timezone import now

import benchmarks.set_up  # noqa: F401
from accounts.models import User
from benchmarks.databases import filled, on_postgresql, on_sqlite
from benchmarks.figures import Table, ratio
from benchmarks.population import make_member, people_of
from focus_areas.models import FocusArea
from mailings.models import MailingKind, MailingText, Selection
from mailings.services.recipients import create_mailing
from mailings.services.sending import confirm_mailing, send_due_mailings
from members.models import Call, FocalPoint, Member
from outbox.models import Message
from tests.portal import ROOT, environment

NAME = "a mailing to 20,000, beside one to 1,000"

SIZES = (1_000, 5_000, 20_000)
QUICK_SIZES = (200, 400, 1_000)
GOAL = (
    "seconds a recipient at most 1.5 times those at the smallest size, at most 100 MB more than "
    "an idle worker, as many queries a thousand at every size"
)
BODY = "There is **news** for {organisation} ({reference}), in {focus_area}.\n\n" * 20


def measure(*, quick):
    """Measure each size on SQLite and on PostgreSQL."""
    for database, stack in (("SQLite", on_sqlite), ("PostgreSQL", on_postgresql)):
        table = Table(
            f"A mailing on {database}",
            (
                "recipients",
                "ratio of seconds a recipient",
                "recipients a second",
                "more memory than idle",
                "queries a thousand",
                "chosen in",
            ),
            goal=GOAL,
        )
        first = None
        with tempfile.TemporaryDirectory() as folder, stack(Path(folder)) as named:
            for size in QUICK_SIZES if quick else SIZES:
                url = named(f"mailing_{size}")
                with filled(url, lambda size=size: fill(size)):
                    pass
                found = in_a_fresh_process(url)
                each = found["seconds"] / size
                first = first or each
                table.add(
                    f"{size:,}",
                    ratio(each, first),
                    f"{1 / each:,.0f}",
                    f"{found['more_memory'] / 1024:.0f} MB",
                    f"{found['queries'] * 1000 / size:.0f}",
                    f"{found['chosen_in']:.1f} s",
                )
        yield table


def fill(size):
    """Store so many members with a focal point each, and who writes to them."""
    officers = [User.objects.create(email="officer@example.org", is_superuser=True)] * 6
    call, areas = Call.objects.latest("pk"), list(FocusArea.objects.order_by("number"))
    members = [make_member(n, call, areas, officers) for n in range(size)]
    Member.objects.bulk_create(members, batch_size=500)
    FocalPoint.objects.bulk_create((next(people_of(each)) for each in members), batch_size=500)


def in_a_fresh_process(url):
    """Return what a process of its own found, which sends the mailing of one database."""
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks.mailing"],
        env=environment(database_url=url, broker_url="memory://"),
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=900,
    )
    return json.loads(answer.stdout.splitlines()[-1])


def send():
    """Choose everybody, then queue the mailing as the task does, run after run."""
    by, at = User.objects.get(), now()
    idle = kilobytes("VmRSS")
    begins = time.perf_counter()
    mailing = create_mailing(
        kind=MailingKind.LETTER,
        language="en",
        members=Member.objects.all(),
        selection=Selection.FILTERED,
        by=by,
        at=at,
    )
    chosen_in = time.perf_counter() - begins
    MailingText.objects.create(mailing=mailing, language="en", subject="News", body=BODY)
    number = mailing.recipients.count()
    confirm_mailing(mailing=mailing, scheduled_for=None, number=number, version=1, by=by, at=at)
    queries = 0

    def counted(execute, *arguments):
        nonlocal queries
        queries += 1
        return execute(*arguments)

    begins = time.perf_counter()
    with connection.execute_wrapper(counted):
        while send_due_mailings(at=at):
            pass
    seconds = time.perf_counter() - begins
    if Message.objects.count() != number:
        raise RuntimeError(f"{Message.objects.count()} messages for {number} recipients")
    return {
        "seconds": seconds,
        "queries": queries,
        "chosen_in": chosen_in,
        "more_memory": kilobytes("VmHWM") - idle,
    }


def kilobytes(name):
    """Return what the kernel tells of this process's memory: VmRSS now, VmHWM at most."""
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{name}:", 1)[1].split()[0])


if __name__ == "__main__":
    print(json.dumps(send()))
