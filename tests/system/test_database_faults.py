"""PostgreSQL crashes while people submit forms and while messages are sent."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.client import HTTPException

import pytest
from django.db import connection
from django.utils.timezone import now

from benchmarks.clients import Visitor
from members.models import Member, TimelineEntry, TimelineKind
from outbox.models import Message, MessageStatus
from tests.eoi.form import posted
from tests.factories import CallFactory
from tests.mail_server import END, free_port
from tests.portal import beat, collect_static, database_at, web, worker
from tests.processes import PATIENCE, eventually
from tests.servers import Forwarder
from tests.system.mail import all_sent, fill, five_minutes_pass, repeats

pytestmark = [
    pytest.mark.patient,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="once is enough"),
]

FORM = "/en/expression-of-interest/"
# Pages, a feed and the admin.
ASKING = (FORM, "/en/", "/en/members/", "/calendar/connecting-people-everywhere.ics")
UNAVAILABLE = "The portal is temporarily unavailable · Partner2Connect Digital Coalition"
UNPACKED = {"Accept-Encoding": "identity"}
VISITORS = 4
CONCURRENCY = 2


@pytest.fixture
def given(given, own_database):
    return {**given, "DATABASE_URL": own_database}


@pytest.fixture
def site(given, own_database, tmp_path):
    """A web server that receives Expressions of Interest."""
    collect_static()
    with database_at(own_database):
        at = now()
        CallFactory(opens_at=at - timedelta(days=1), closes_at=at + timedelta(days=1))
    with web(given, tmp_path) as site:
        yield site


class Applicant:
    """A person who has filled in the form, and may press its last button several times."""

    def __init__(self, site, number):
        self.visitor = Visitor(site.url, **UNPACKED)
        self.visitor.get(FORM)
        self.email = f"focal-point-{number}@example.org"
        self.answers = posted(
            organisation_name=f"Organisation {number}",
            email=self.email,
            submission_key=f"key-{number}",
            confirmed="1",
        )
        self.outcomes = []

    def send(self):
        """Press the button; record what is shown: the confirmation, an error page, or nothing."""
        try:
            answer = self.visitor.post(FORM, self.answers)
        except (OSError, HTTPException):
            self.outcomes.append("nothing")
        else:
            self.outcomes.append(
                "thanks" if answer.status == 302 else f"{answer.status} {title_of(answer)}"
            )


def title_of(answer):
    found = re.search(rb"<title>(.*?)</title>", answer.body)
    return found.group(1).decode() if found else "without a title"


def test_database_that_crashes_amid_submissions_keeps_what_was_confirmed_and_no_halves(
    site, own_cluster, own_database
):
    applicants = [Applicant(site, number) for number in range(60)]

    with ThreadPoolExecutor(VISITORS) as visitors:
        first_round = [visitors.submit(each.send) for each in applicants]
        assert eventually(lambda: sum(each.done() for each in first_round) >= 15, within=PATIENCE)
        own_cluster.restart(immediately=True)
    confirmed = {each.email for each in applicants if each.outcomes == ["thanks"]}
    with database_at(own_database):
        kept_after_crash = set(Member.objects.values_list("focal_points__email", flat=True))
    # People without a confirmation press the button again.
    for each in applicants:
        if each.email not in confirmed:
            each.send()

    seen = {outcome for each in applicants for outcome in each.outcomes}
    assert "thanks" in seen
    assert seen <= {
        "thanks",
        "nothing",
        f"503 {UNAVAILABLE}",
    }
    assert len(seen) > 1, "the crash met nobody"
    assert confirmed <= kept_after_crash
    assert {each.outcomes[-1] for each in applicants} == {"thanks"}
    with database_at(own_database):
        everybody = sorted(each.email for each in applicants)
        members = Member.objects.order_by("pk")
        assert sorted(members.values_list("focal_points__email", flat=True)) == everybody
        received = TimelineEntry.objects.filter(kind=TimelineKind.RECEIVED)
        assert sorted(received.values_list("member", flat=True)) == [each.pk for each in members]
        assert sorted(Message.objects.values_list("recipient", flat=True)) == everybody
        assert set(Message.objects.values_list("reference", flat=True)) == set(
            members.values_list("reference", flat=True)
        )


def test_database_that_crashes_amid_deliveries_loses_no_message(
    given, own_cluster, own_database, own_sink, tmp_path
):
    workers = [
        worker(given, tmp_path, concurrency=CONCURRENCY, name=f"worker-{number}")
        for number in (1, 2)
    ]
    with database_at(own_database):
        messages = fill(200)

    with beat(given, tmp_path), workers[0], workers[1]:
        assert eventually(lambda: len(own_sink.arrived) > 50, within=PATIENCE)
        # Each worker process has sent a message, which it cannot record then.
        count = len(own_sink.arrived)
        own_sink.will(END, *[1.0] * 2 * CONCURRENCY)
        assert eventually(lambda: len(own_sink.arrived) == count + 4, within=PATIENCE)
        own_cluster.stop()
        own_sink.behave()
        assert eventually(
            lambda: all("OperationalError" in each.log.read_text() for each in workers),
            within=PATIENCE,
        )
        own_cluster.start()
        with database_at(own_database):
            in_hand = Message.objects.filter(status=MessageStatus.SENDING)
            assert eventually(lambda: in_hand.count() <= 2 * CONCURRENCY, within=PATIENCE)
            for each in workers:
                each.stop()
            five_minutes_pass()
            for each in workers:
                each.start()
            assert all_sent(within=PATIENCE)
            assert Message.objects.filter(status=MessageStatus.SENT).count() == 200

    assert set(own_sink.recipients) == {each.recipient for each in messages}
    assert 1 <= repeats(own_sink) <= 2 * CONCURRENCY
    assert len(own_sink.arrived) == 200 + repeats(own_sink)


def test_portal_without_database_says_so_and_comes_back_by_itself(site, own_cluster):
    visitor = Visitor(site.url, **UNPACKED)
    # To get the CSRF token of the forms.
    visitor.get(FORM)
    officer = Visitor(site.url, **UNPACKED)
    officer.cookies["sessionid"] = "x" * 32
    own_cluster.stop()

    without = [visitor.get(address) for address in ASKING]
    sent = visitor.post(FORM, posted(confirmed="1"))
    desk = officer.get("/admin/")
    readiness_without = visitor.get("/readyz").status
    liveness_without = visitor.get("/healthz").status
    own_cluster.start()
    again = [visitor.get(address).status for address in ASKING]

    assert {(each.status, title_of(each)) for each in [*without, sent, desk]} == {
        (503, UNAVAILABLE)
    }
    assert {each.headers["Retry-After"] for each in [*without, sent, desk]} == {"60"}
    assert b"OperationalError" not in without[0].body
    assert b"Your last submission was not saved." in sent.body
    assert (readiness_without, liveness_without) == (503, 200)
    assert again == [200] * len(ASKING)


def test_portal_says_that_its_database_is_away_where_that_takes_connections_and_is_silent(
    given, own_cluster, own_database, tmp_path
):
    collect_static()
    forwarder = Forwarder(free_port(), to=("127.0.0.1", own_cluster.port))
    forwarder.start()
    through = own_database.replace(f":{own_cluster.port}/", f":{forwarder.port}/")
    with web({**given, "DATABASE_URL": through}, tmp_path) as site:
        visitor = Visitor(site.url, **UNPACKED)
        forwarder.hangs.set()

        began = time.monotonic()
        without = visitor.get(FORM)
        took = time.monotonic() - began
        forwarder.hangs.clear()
        again = visitor.get(FORM)
    forwarder.stop()

    assert (without.status, title_of(without)) == (503, UNAVAILABLE)
    assert took < 15
    assert again.status == 200


def test_nobody_meets_a_connection_that_a_restart_of_the_database_broke(site, own_cluster):
    visitor = Visitor(site.url, **UNPACKED)
    before = {visitor.get(FORM).status for _visit in range(20)}
    own_cluster.restart(immediately=True)

    after = {visitor.get(FORM).status for _visit in range(20)}

    assert (before, after) == ({200}, {200})
