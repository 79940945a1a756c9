"""The last hour of a call, compressed: what a submission takes in it, and whether all of it holds.

Hundreds of organisations, each a person at a browser, open the form, fill it in, check it and
send it to two web servers (each two processes of four threads) on one PostgreSQL and one Redis,
while two workers deliver the acknowledgements. Nobody asks faster than a person: they come as
they do before a deadline, ever more of them, not in a flood. On the way one web server and one
worker are killed and come back, and just before the end one process of the other web server is.
Afterwards an audit compares what each was told with the database and the mail.

A submission is the POST that sends the checked answers, from the visitor's click until they are
told, with all tries where a server was killed meanwhile. Of those on slow lines the time is that
of the line, and left out. Its time without load is that of one visitor alone, on the same
servers just before.
"""

import random
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.figures import Table, median, milliseconds, percentile, ratio
from tests.mail_server import Sink, mail_server
from tests.portal import collect_static, database_at, environment, manage
from tests.servers import PostgresServer, RedisServer
from tests.system import last_hour
from tests.system.audit import Outcome, audit
from tests.system.mail import repeats

NAME = "the last hour before a call closes, compressed, with processes that are killed"

GOAL = "95 % of the submissions take at most 5 × the time without load; the audit finds nothing"
SEED = 2021
# Before and after the end, in seconds.
CLOSING = 1


def measure(*, quick):
    """Live through the hour once, on PostgreSQL and Redis."""
    count, lasts, takes = (60, 15, 4) if quick else (400, 150, 20)
    chance = random.Random(SEED)
    plans = [
        *last_hour.plan_hour(count, lasts=lasts, takes=takes, chance=chance),
        *last_hour.plan_farm(lasts=lasts, chance=chance),
    ]
    sink = Sink()
    with (
        tempfile.TemporaryDirectory() as folder,
        PostgresServer() as postgres,
        RedisServer() as redis,
        mail_server(sink) as mail_port,
    ):
        url = postgres.create("portal")
        manage("migrate", environment=environment(database_url=url, broker_url="memory://"))
        collect_static()
        with (
            database_at(url),
            last_hour.portal(
                database_url=url, redis=redis, mail_port=mail_port, folder=Path(folder)
            ) as portal,
        ):
            call = last_hour.open_call()
            alone = last_hour.come_alone(portal, 10 if quick else 60, chance=chance)
            crowd = last_hour.live_through(portal, call, plans, lasts=lasts, chance=chance)
            last_hour.deliver_the_rest(portal)
            visits = [each.visit for each in (*alone, *crowd)]
            wrong = audit(visits=visits, call=call, sink=sink)
    yield times(alone, crowd, lasts)
    yield outcomes(crowd, lasts, sink, wrong)
    if wrong:
        yield "\n".join(["The audit found:", "", *(f"- {each}" for each in wrong), ""])


def times(alone, crowd, lasts):
    """Return the table of what a submission took."""
    table = Table(
        "A submission in the last hour",
        ("which", "ratio", "95 %", "median", "longest", "how many", "without load, median"),
        goal=GOAL,
    )
    # The first ones find processes that have not answered anybody yet.
    usual = median(seconds for each in alone[len(alone) // 2 :] for seconds in each.seconds)
    quick_lines = [each for each in crowd if not each.plan.is_slow]
    at_the_end = [each for each in quick_lines if abs(each.plan.sends_after - lasts) <= CLOSING]
    for which, some in (("all", quick_lines), ("within a second of the end", at_the_end)):
        taken = [seconds for each in some for seconds in each.seconds]
        table.add(
            which,
            ratio(percentile(taken, 95), usual),
            milliseconds(percentile(taken, 95)),
            milliseconds(median(taken)),
            milliseconds(max(taken)),
            len(taken),
            milliseconds(usual),
        )
    return table


def outcomes(crowd, lasts, sink, wrong):
    """Return the table of what came of the hour."""
    table = Table(f"What came of {len(crowd)} organisations in {lasts} s", ("what", "how many"))
    told = Counter(each.visit.outcome for each in crowd)
    table.add("told that it was received", told[Outcome.RECEIVED])
    table.add("told that the call had closed", told[Outcome.CLOSED])
    table.add("told that too many came from their network", told[Outcome.TOO_MANY])
    table.add("told nothing", told[None])
    table.add("times that a form was received, or was once more", sum(map(received, crowd)))
    table.add("questions asked again of another server", sum(each.tries for each in crowd))
    table.add("mails, with those before the hour", len(sink.arrived))
    table.add("mails that came twice, under one Message-ID", repeats(sink))
    table.add("what the audit found", len(wrong))
    return table


def received(organisation):
    """Return how often an organisation was told that its form was received."""
    return sum(each.outcome == Outcome.RECEIVED for each in organisation.visit.told)
