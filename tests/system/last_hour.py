"""The last hour of a call, compressed: organisations send forms while processes are killed.

Each organisation is a person with a browser, in its own thread. It opens the form, fills it in
(some make mistakes at first), checks the answers and sends them at its planned time. Some have a
slow connection, some send twice at the same time, some hang up and send again, some are late, and
one network sends far too many. tests/system/audit.py checks what each was told.
"""

import copy
import gzip
import html
import http.client
import os
import random
import re
import signal
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.utils.timezone import now

from benchmarks.clients import Visitor
from tests.factories import CallFactory
from tests.mail_server import free_port
from tests.portal import Web, beat, environment, web, worker
from tests.processes import Process, eventually
from tests.system.audit import Outcome, Told, Visit
from tests.system.mail import all_sent, five_minutes_pass

FORM = "/en/expression-of-interest/"
CHECK = f"{FORM}check/"
THANKS = "/en/expression-of-interest/received/"
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
REFERENCE = re.compile(r"P2C-[0-9A-Z]{6}")
BROKEN = (OSError, http.client.HTTPException)
# How often a person tries again if no web server answers, and after how many seconds.
TRIES = 60
TRIED_AFTER = 0.5
# One network that sends more than ten times the number that makes it suspicious.
NETWORK_LIMIT = 1
FARM = "203.0.113.7"
FARM_SIZE = 14

ANSWERS = {
    "category": "member_state",
    "country": "KE",
    "focus_area": "connecting-people-everywhere",
    "role": "participant",
    "motivation": "We want to connect every school in the country.\r\n" * 5,
    "given_name": "Wanjikũ",
    "family_name": "Ng’ang’a",
    "position": "Director",
    "language": "en",
    "is_authorised": "on",
    "privacy_consent": "on",
}


@dataclass(frozen=True)
class Plan:
    """The plan of one organisation. Times are in seconds after the start of the hour."""

    number: int
    opens_after: float
    sends_after: float
    network: str
    errs: bool = False
    has_alternate: bool = False
    is_robot: bool = False
    is_slow: bool = False
    sends_twice: bool = False
    hangs_up: bool = False
    sends_again_late: bool = False


def plan_hour(count, *, lasts, takes, chance):
    """Plan what some organisations do until the call ends, `lasts` seconds after the start.

    Filling in the form takes each about `takes` seconds. Most send at any time, a tenth in the last
    tenth of the hour, some within a second before or after its end, and a few later.
    """
    late = [lasts + chance.uniform(0.5, 3) for _number in range(max(2, count // 30))]
    closing = [lasts + chance.uniform(-1, 1) for _number in range(max(6, count // 20))]
    last_tenth = [lasts * chance.uniform(0.9, 1) for _number in range(count // 10)]
    others = count - len(late) - len(closing) - len(last_tenth)
    any_time = [chance.uniform(takes, lasts * 0.95) for _number in range(others)]
    for number, sends_after in enumerate([*late, *closing, *last_tenth, *any_time]):
        yield Plan(
            number=number,
            opens_after=max(0, sends_after - takes * chance.uniform(0.7, 1.3)),
            sends_after=sends_after,
            network=f"198.18.{number // 250}.{number % 250 + 1}",
            errs=chance.random() < 0.2,
            has_alternate=chance.random() < 0.3,
            is_robot=chance.random() < 0.05,
            is_slow=chance.random() < 0.1,
            sends_twice=chance.random() < 0.15,
            hangs_up=chance.random() < 0.1,
            sends_again_late=chance.random() < 0.1,
        )


def plan_farm(*, lasts, chance):
    """Plan the network that sends too many: early, so that its forms are not late as well."""
    for number in range(FARM_SIZE):
        sends_after = lasts * chance.uniform(0.05, 0.25)
        yield Plan(number=9000 + number, opens_after=0, sends_after=sends_after, network=FARM)


@dataclass
class Hour:
    """One last hour: when it begins and ends, and the URLs of the portal."""

    servers: list[str]
    begins_at: float
    ends_at: float
    chance: random.Random

    def wait_until(self, seconds_after_begin):
        """Wait until some seconds after the start of the hour."""
        time.sleep(max(0, self.begins_at + seconds_after_begin - time.time()))


class Organisation:
    """A person with a browser who tries to send a form until there is a clear response."""

    def __init__(self, plan, hour):
        self.plan = plan
        self.hour = hour
        server = hour.chance.choice(hour.servers)
        self.visitor = Visitor(server, **{"X-Forwarded-For": plan.network})
        self.visitor.slowness = 0.1 if plan.is_slow else 0
        emails = [f"focal.point.{plan.number}@example.org"]
        if plan.has_alternate:
            emails.append(f"alternate.{plan.number}@example.org")
        self.visit = Visit(f"Organisation {plan.number}", tuple(emails))
        # For each time that the form was sent, the seconds until the response.
        self.seconds = []
        # How often a server did not answer.
        self.tries = 0

    def run(self):
        try:
            self.come()
        except ConnectionError as trouble:
            self.visit.troubles.append(f"nothing: {trouble}")

    def come(self):
        """Open the form, fill it in, check it and send it."""
        self.hour.wait_until(self.plan.opens_after)
        asked_at = now()
        page = self.ask(lambda visitor: visitor.get(FORM))
        handed_out = hidden_fields(page)
        if "submission_key" not in handed_out:
            self.is_told(Outcome.CLOSED, asked_at)
            return
        self.visit.submission_key = handed_out["submission_key"]
        answers = self.answers() | {
            name: handed_out[name] for name in ("submission_key", "started", "page")
        }
        if self.plan.errs:
            asked_at = now()
            page = self.ask(lambda visitor: visitor.post(FORM, answers | {"email": "me at work"}))
            # Kept, or shown again with the error if the network has too many kept forms.
            if page.status not in (302, 422) and not self.is_refused(page, asked_at):
                self.visit.troubles.append(f"{page.status} after a mistake")
        asked_at = now()
        page = self.ask(lambda visitor: visitor.post(FORM, answers))
        if self.is_refused(page, asked_at):
            return
        self.sends_to = FORM
        if page.headers.get("Location") == CHECK:
            self.sends_to, asked_at = CHECK, now()
            page = self.ask(lambda visitor: visitor.get(CHECK))
            if self.is_refused(page, asked_at):
                return
        checked = hidden_fields(page)
        if page.status != 200 or "confirmed" not in checked:
            self.visit.troubles.append(f"{page.status} in place of the answers to check")
            return
        del checked["csrfmiddlewaretoken"]
        self.hour.wait_until(self.plan.sends_after)
        self.send_as_planned(checked)

    def send_as_planned(self, checked):
        """Send the form: once, twice concurrently, or again after hanging up or after the end."""
        # Not just before the end: the first request may still be in progress when the second is
        # refused.
        if self.plan.hangs_up and abs(self.hour.ends_at - time.time()) > 3:
            asked_at = now()
            self.leave_after_sending(checked)
            time.sleep(self.hour.chance.uniform(0.05, 0.5))
            self.send(checked, asked_at)
        elif self.plan.sends_twice:
            double = threading.Thread(target=self.send_from_copy, args=[checked], daemon=True)
            double.start()
            self.send(checked, now())
            double.join()
        else:
            self.send(checked, now())
        if self.plan.sends_again_late and self.visit.outcome == Outcome.RECEIVED:
            lasts = self.hour.ends_at - self.hour.begins_at
            self.hour.wait_until(lasts + self.hour.chance.uniform(0.5, 3))
            self.send(checked, now())

    def send_from_copy(self, checked):
        """Send the same form at the same moment, like a second click."""
        visitor = copy.copy(self.visitor)
        visitor.cookies = dict(visitor.cookies)
        try:
            self.send(checked, now(), visitor)
        except ConnectionError as trouble:
            self.visit.troubles.append(f"nothing: {trouble}")

    def leave_after_sending(self, checked):
        """Send the form, and hang up without knowing whether it arrives."""
        try:
            self.visitor.post_and_leave(self.sends_to, checked)
        except BROKEN:
            self.turn_to_another(self.visitor)

    def send(self, checked, asked_at, visitor=None):
        """Send the checked answers, and record the response."""
        visitor = visitor or self.visitor
        began = time.perf_counter()
        answer = self.ask(lambda visitor: visitor.post(self.sends_to, checked), visitor)
        seconds = time.perf_counter() - began
        if self.is_refused(answer, asked_at):
            return
        if answer.status != 302:
            self.visit.troubles.append(f"{answer.status} after sending")
            return
        self.seconds.append(seconds)
        thanks = self.ask(lambda visitor: visitor.get(THANKS), visitor)
        found = REFERENCE.search(text_of(thanks))
        if found is None:
            self.visit.troubles.append("no reference")
            return
        self.is_told(Outcome.RECEIVED, asked_at, found[0])

    def is_refused(self, answer, asked_at):
        """Record that nothing was stored, if the response says so."""
        goes_to = answer.headers.get("Location", "")
        if answer.status == 409 or goes_to == FORM:
            # What was typed is kept, and the form says that the call is closed.
            self.is_told(Outcome.CLOSED, asked_at)
        elif answer.status == 429 or goes_to.startswith(f"{CHECK}?wait="):
            self.is_told(Outcome.TOO_MANY, asked_at)
        else:
            return False
        return True

    def is_told(self, outcome, asked_at, reference=""):
        """Record the response."""
        self.visit.told.append(Told(outcome, asked_at, now(), reference))

    def ask(self, question, visitor=None):
        """Send a request until there is a response, each time to another web server."""
        visitor = visitor or self.visitor
        for attempt in range(TRIES):
            try:
                return question(visitor)
            except BROKEN as broken:
                self.tries += 1
                self.turn_to_another(visitor)
                # A proxy tries the next server if none listens. Otherwise a person tries again.
                if attempt > 0 or not isinstance(broken, ConnectionRefusedError):
                    time.sleep(TRIED_AFTER)
        raise ConnectionError(f"nobody answered in {TRIES} tries")

    def turn_to_another(self, visitor):
        """Switch to another web server, as a proxy does if one is down."""
        others = [urlsplit(each).netloc for each in self.hour.servers]
        visitor.host = self.hour.chance.choice([each for each in others if each != visitor.host])

    def answers(self):
        """Return the typed answers."""
        answers = ANSWERS | {
            "organisation_name": self.visit.organisation_name,
            "email": self.visit.emails[0],
        }
        if self.plan.has_alternate:
            answers |= {
                "alternate_family_name": "Otieno",
                "alternate_email": self.visit.emails[1],
            }
        if self.plan.is_robot:
            answers["leave_empty"] = "https://example.org/"
        return answers


def hidden_fields(answer):
    """Return the hidden fields of a page."""
    return {name: html.unescape(value) for name, value in HIDDEN.findall(text_of(answer))}


def text_of(answer):
    """Return the text of a page."""
    content = answer.body
    if answer.headers["Content-Encoding"] == "gzip":
        content = gzip.decompress(content)
    return content.decode()


# The portal and its faults ---------------------------------------------------------------


@dataclass
class Portal:
    """The processes of the portal during an hour."""

    webs: list[Web]
    workers: list[Process]

    @property
    def servers(self):
        """The URLs of the web servers."""
        return [each.url for each in self.webs]


@contextmanager
def portal(*, database_url, redis, mail_port, folder):
    """Run two web servers, two workers for mail, and beat."""
    given = environment(
        database_url=database_url,
        broker_url=redis.url(),
        cache_url=redis.cache_url(),
        mail_port=mail_port,
        SWEEP_EVERY="1",
        TRUSTED_PROXIES="1",
        EOI_PER_NETWORK=str(NETWORK_LIMIT),
    )
    webs = [
        web(given | {"SITE_URL": f"http://127.0.0.1:{free_port()}"}, folder, name=f"web-{number}")
        for number in (1, 2)
    ]
    workers = [
        worker(given, folder, queues="mail,sweep", name=f"worker-{number}") for number in (1, 2)
    ]
    with ExitStack() as stack:
        for each in (*workers, beat(given, folder), *webs):
            stack.enter_context(each)
        yield Portal(webs, workers)


def open_call():
    """Open a call for a day. `live_through` ends it earlier."""
    return CallFactory(opens_at=now() - timedelta(days=1), closes_at=now() + timedelta(days=1))


def live_through(portal, call, plans, *, lasts, chance):
    """Let all organisations send, and kill one process of each kind meanwhile; return them.

    The call closes after three quarters of the hour; the grace period ends with it.
    """
    begins_at = time.time() + 1
    hour = Hour(portal.servers, begins_at, begins_at + lasts, chance)
    call.closes_at = datetime.fromtimestamp(begins_at + lasts * 0.75, UTC)
    call.grace_ends_at = datetime.fromtimestamp(hour.ends_at, UTC)
    call.save(update_fields=["closes_at", "grace_ends_at"])
    organisations = [Organisation(plan, hour) for plan in plans]
    threads = [threading.Thread(target=each.run, daemon=True) for each in organisations]
    for thread in threads:
        thread.start()
    kill_one_of_each(portal, organisations, hour)
    for thread in threads:
        thread.join()
    return organisations


def kill_one_of_each(portal, organisations, hour):
    """Kill a web server and a worker during the hour, and a process of the other web server.

    The last one just before the end, when the load is highest.
    """

    def wait_for(share):
        wanted = len(organisations) * share
        eventually(
            lambda: sum(bool(each.visit.told) for each in organisations) >= wanted, within=60
        )

    wait_for(0.3)
    portal.webs[0].kill()
    wait_for(0.4)
    portal.webs[0].start()
    wait_for(0.5)
    portal.workers[0].kill()
    portal.workers[0].start()
    hour.wait_until(hour.ends_at - hour.begins_at - 0.3)
    os.kill(hour.chance.choice(portal.webs[1].children()), signal.SIGKILL)


def deliver_the_rest(portal):
    """Deliver what the killed worker had claimed, as would happen five minutes later."""
    for each in portal.workers:
        each.stop()
    five_minutes_pass()
    for each in portal.workers:
        each.start()
    return all_sent(within=60)
