"""One decision beside a plain Django admin: what letter, history and outbox cost an officer.

The plain one (benchmarks/bare/desk.py) runs on the same settings, middleware, web server and
database: a model with as many columns, the stock change form, and an action. It admits by one
UPDATE and an entry in its log. The portal's shows the letter, locks the file, compares versions,
writes history and timeline, queues the letter to each focal point, and tells the broker.
"""

import tempfile
from html.parser import HTMLParser
from pathlib import Path

from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.services.staff_groups import TRIAGE_OFFICERS
from benchmarks.clients import Visitor, closed_loop, insist
from benchmarks.figures import Table
from benchmarks.form import in_turns, on_postgresql, on_sqlite
from benchmarks.population import make_member, write_members
from focus_areas.models import FocusArea
from members.models import Call, MemberStatus
from tests.portal import database_at, manage

NAME = "one decision, shown and sent, beside the plain Django admin"

GOAL = "0.5 or more of the plain admin's decisions, no error"
CLIENTS = (1, 4)
# More than can be decided on in the time that is measured.
FILES, QUICK_FILES = 4_000, 600
APPLICANTS = "/desk/bare/applicant/"
UNDECIDED = {
    "status": MemberStatus.PENDING,
    "focus_area": None,
    "granted_role": "",
    "assignee": None,
    "decided_at": None,
    "decided_by": None,
    "withdrawn_at": None,
    "closing_reason": "",
    "version": 1,
}


def measure(*, quick):
    """Measure on SQLite with the embedded broker, then on PostgreSQL with Redis."""
    turns, seconds, files = (1, 0.5, QUICK_FILES) if quick else (3, 1.5, FILES)
    for database, stack in (("SQLite", on_sqlite), ("PostgreSQL", on_postgresql)):
        table = Table(
            f"A decision on {database}",
            (
                "what, by how many at once",
                "ratio",
                "ratio in processor time",
                "portal",
                "plain admin",
                "portal, processor",
                "plain admin, processor",
                "portal, median of what was sent",
                "errors",
            ),
            goal=GOAL,
        )
        with tempfile.TemporaryDirectory() as folder, stack(Path(folder)) as (portal, plain):
            comparisons = pairs(portal.url, plain.url, *fill(plain.environment, files))
            for _what, *both in comparisons:
                for one in both:
                    closed_loop(one, clients=4, seconds=60, at_most=5)
            for clients in CLIENTS:
                for what, *visits in comparisons:
                    sides = tuple(zip((portal, plain), visits, strict=True))
                    row = in_turns(sides, clients=clients, turns=turns, seconds=seconds)
                    table.add(f"{what}, {clients}", *row)
        yield table


def fill(environment, files):
    """Fill both desks with organisations that wait.

    Returns a session of somebody of the portal's staff, one for the plain admin, and the keys of
    the files and of the applicants that wait, each of which is given once.
    """
    script = f"from benchmarks.bare.applicants import fill; fill({2 * files})"
    manage("shell", "--no-imports", "--command", script, environment=environment)
    with database_at(environment["DATABASE_URL"]):
        officer = User.objects.create(email="officer@example.org", is_staff=True)
        officer.groups.add(Group.objects.get(name=TRIAGE_OFFICERS))
        # Whose permissions need no look at the database.
        administrator = User.objects.create(
            email="administrator@example.org", is_staff=True, is_superuser=True
        )
        areas = list(FocusArea.objects.order_by("number"))
        call = Call.objects.latest("pk")
        members = [make_member(n, call, areas, [officer] * 6) for n in range(files)]
        for member in members:
            for name, value in UNDECIDED.items():
                setattr(member, name, value)
        write_members(members)
        sessions = [session_of(user) for user in (officer, administrator)]
    return (*sessions, iter(range(1, files + 1)), iter(range(1, 2 * files + 1)))


def session_of(user):
    """Return the key of a session in which somebody is signed in."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return client.cookies["sessionid"].value


def pairs(portal, plain, officer, administrator, files, applicants):
    """Return what is compared: its name, and how somebody does it on either side."""
    admit = reverse("admin:members_member_admit", args=[0]).replace("/0/", "/{}/")
    one_file, one_applicant = admit.format(next(files)), f"{APPLICANTS}{next(applicants)}/change/"
    changed = {"status": "admitted", "granted_role": "participant", "focus_area": "1"}
    decide = deciding(portal, officer, admit, files, {"decide": "1"})
    by_form = deciding(
        plain, administrator, APPLICANTS + "{}/change/", applicants, {"_save": "1", **changed}
    )
    return (
        (
            "page shown, beside the change form",
            looking(portal, officer, one_file),
            looking(plain, administrator, one_applicant),
        ),
        ("page shown and sent, beside the change form", decide, by_form),
        (
            "page shown and sent, beside the list and an action",
            decide,
            acting(plain, administrator, applicants),
        ),
    )


def looking(address, session, path):
    """Return somebody who opens a page again and again."""

    def visit(_number):
        visitor = signed_in(address, session)
        return lambda: insist(visitor.get(path), 200)

    return visit


def deciding(address, session, path, keys, answers):
    """Return somebody who opens the page of one organisation after the other, and sends it."""

    def visit(_number):
        visitor = signed_in(address, session)

        def step():
            one = path.format(next(keys))
            page = visitor.get(one)
            insist(page, 200)
            button = next(iter(answers))
            as_shown = Forms(page.body.decode()).with_button(button)
            return insist(visitor.post(one, {**as_shown, **answers}), 302)

        return step

    return visit


def acting(address, session, keys):
    """Return somebody who opens the list again and again, and runs its action on one of it."""

    def visit(_number):
        visitor = signed_in(address, session)

        def step():
            insist(visitor.get(f"{APPLICANTS}?status__exact=pending"), 200)
            chosen = {"action": "admit", "index": "0", "_selected_action": str(next(keys))}
            return insist(visitor.post(APPLICANTS, chosen), 302)

        return step

    return visit


def signed_in(address, session):
    """Return the browser of somebody who is signed in."""
    visitor = Visitor(address, **{"Accept-Encoding": "identity"})
    visitor.cookies["sessionid"] = session
    return visitor


class Forms(HTMLParser):
    """The forms of a page: what each would send as it stands, and the names of its buttons."""

    def __init__(self, page):
        super().__init__()
        self.forms = []
        # The field whose text or choices follow.
        self.text_of = self.choices_of = None
        self.feed(page)

    def with_button(self, name):
        """Return what the form that has a button would send; raises StopIteration without one."""
        return next(dict(fields) for fields, buttons in self.forms if name in buttons)

    def handle_starttag(self, tag, attrs):
        """Note a field as it stands, or a button."""
        attributes = dict(attrs)
        name, kind = attributes.get("name"), attributes.get("type", "text")
        if tag == "form":
            self.forms.append(({}, set()))
        if not self.forms:
            return
        fields, buttons = self.forms[-1]
        if tag == "button" or kind == "submit":
            buttons.add(name)
        elif tag == "input" and name:
            if kind not in ("radio", "checkbox") or "checked" in attributes:
                fields[name] = attributes.get("value", "on" if kind == "checkbox" else "")
        elif tag == "textarea":
            self.text_of = name
            fields[name] = ""
        elif tag == "select":
            self.choices_of = name
        elif tag == "option" and self.choices_of and "selected" in attributes:
            fields[self.choices_of] = attributes.get("value", "")

    def handle_data(self, data):
        """Note what stands in a field of several lines."""
        if self.text_of:
            # The first line break belongs to the markup.
            self.forms[-1][0][self.text_of] += data.removeprefix("\n")

    def handle_endtag(self, tag):
        """Leave a field of several lines, or of choices."""
        if tag == "textarea":
            self.text_of = None
        if tag == "select":
            self.choices_of = None
