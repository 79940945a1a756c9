"""Every URL answers every visitor as access.csv says, and read-only requests write nothing.

If a row is missing or different, the failure shows the correct row.
"""

import csv
import re
from pathlib import Path

import pytest
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse

from members.models import Member
from p2c_portal.views import errors
from tests.factories import UserFactory
from tests.sweeps.addresses import VISITORS, Address, addresses, parameters_by_name
from tests.sweeps.changed_tables import watched_changes
from tests.sweeps.rows import a_row_of
from tests.triage.staff import signed_in
from triage.desk.admin import member_page
from triage.staff_pages.previous_next import ListAround

TABLE = Path(__file__).parent / "access.csv"
with TABLE.open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))
# docs/access.md says what the methods and the visitors are.
GET, POST, ACTIONS = "GET", "POST", "action"
# Django's own redirect from an old URL of a row to its change page, and the admin's 404.
UNNAMED = re.compile(r"^admin/(\w+/\w+/<path:object_id>/|\(\?P<url>\.\*\)\$)$")
STAFF = ("coordinator", "officer", "desk manager", "observer", "superuser")
# Visitors who may change data by sending an empty form.
DECIDING = {"coordinator", "officer", "desk manager", "superuser"}
# Steps without a form, for which the link or the account is enough.
WHO_HAS_ONE = {"submitter", "focal point", "other group"}
LINK_HOLDERS = {
    "mailings:subscription": WHO_HAS_ONE,
    "mailings:unsubscribe": WHO_HAS_ONE,
    "eoi:confirm_address": WHO_HAS_ONE,
    "eoi:call_alert": {"submitter"},
    "commitments:edit": {"focal point"},
    "commitments:invite_partner": {"focal point"},
    "participation:action_point_done": {"focal point"},
    "opportunities:commit": {"focal point"},
    "opportunities:commit_by_link": {"focal point"},
    "opportunities:renew": {"focal point"},
    "opportunities:renew_by_link": {"focal point"},
}
WAYS_TO_SIGN_IN = ("/accounts/sign-in/", "/admin/login/")
# A view treats all methods that it does not know like DELETE.
OTHER_METHODS = ("HEAD", "OPTIONS", "DELETE")
NAMES = sorted(parameters_by_name())


def rows(method):
    """Return the answers to each visitor, by the address or the action."""
    return {
        row["address"]: [row[visitor] for visitor in VISITORS]
        for row in ROWS
        if row["method"] == method
    }


def row_of(method, name, cells):
    return f"tests/sweeps/access.csv needs this row:\n{method},{name},{','.join(cells)}"


def in_a_word(response):
    """Return a response in the words of the table."""
    is_asked_to_sign_in = response.get("Location", "").startswith(WAYS_TO_SIGN_IN)
    return "sign in" if is_asked_to_sign_in else str(response.status_code)


def test_changes_are_noticed_also_in_rows_that_were_there_before():
    member = a_row_of(Member)

    with watched_changes() as reading:
        Member.objects.get(pk=member.pk)
    with watched_changes() as writing:
        Member.objects.filter(pk=member.pk).update(acronym="NEW")
        UserFactory()

    assert reading.tables() == []
    assert {"members.Member", "accounts.User"} <= set(writing.tables())


def test_every_address_has_a_name():
    nameless = [
        route for name, _pattern, route in addresses() if not name and not UNNAMED.match(route)
    ]

    assert nameless == []


@pytest.mark.parametrize("method", [GET, POST])
def test_table_has_no_address_that_is_gone(method):
    assert set(rows(method)) - set(parameters_by_name()) == set()


def test_table_has_each_row_once_in_the_order_of_methods_and_names():
    keys = [(row["method"], row["address"]) for row in ROWS]

    assert keys == sorted(set(keys))
    assert {method for method, _address in keys} == {GET, POST, ACTIONS}


# A feed notes the day on which a program fetched it: a fact about the program, not a change.
NOTED_ON_A_GET = {
    # Who has the member open now.
    "admin:members_member_next": ["triage.Claim"],
    "admin:members_member_next_of_list": ["triage.Claim"],
    # What was opened is not new any more.
    "participation:my_paper": ["participation.PaperOpening"],
    "participation:private_feed": ["participation.CalendarFeed"],
}


@pytest.fixture
def _undrawn_refusals(monkeypatch):
    """Do not compose what is the same on all addresses: the page of a refusal, the menu, the list.

    The list beside a member is read in tests/triage/staff_pages, and drawn in test_answers.py.
    """
    monkeypatch.setattr(
        errors, "at_the_desk", lambda *_page, status, **_title: HttpResponse(status=status)
    )
    monkeypatch.setattr(errors, "lacking", lambda *_permissions: {})
    monkeypatch.setattr(
        member_page, "list_around", lambda _request, member: ListAround([], [], member)
    )
    of_one_app = admin.site.get_app_list
    monkeypatch.setattr(
        admin.site,
        "get_app_list",
        lambda request, app_label=None: of_one_app(request, app_label) if app_label else [],
    )


@pytest.mark.usefixtures("undrawn", "_undrawn_refusals")
@pytest.mark.parametrize("name", NAMES)
def test_address_answers_a_get_as_the_table_says_and_only_a_post_changes_anything(name, visitors):
    address = Address(name)
    paths = {visitor: address.of(visitor, visitors) for visitor in VISITORS}
    superuser = visitors.clients["superuser"]

    with watched_changes() as changes:
        found = [
            in_a_word(visitors.client(visitor, name).get(path)) for visitor, path in paths.items()
        ]
        answers = [
            superuser.generic(method, paths["superuser"]).status_code for method in OTHER_METHODS
        ]

    assert rows(GET).get(name) == found, row_of(GET, name, found)
    assert max(answers) < 500 or name == "readyz"
    assert changes.tables() == NOTED_ON_A_GET.get(name, [])


@pytest.mark.usefixtures("undrawn", "_undrawn_refusals")
@pytest.mark.parametrize("name", NAMES)
def test_address_answers_an_empty_post_as_the_table_says_and_who_may_not_changes_nothing(
    name, visitors
):
    address = Address(name)
    paths = {visitor: address.of(visitor, visitors) for visitor in VISITORS}
    may_change = LINK_HOLDERS.get(name, DECIDING)
    found = {}

    def post_as(some):
        for visitor in some:
            found[visitor] = in_a_word(visitors.client(visitor, name).post(paths[visitor]))

    with watched_changes() as changes:
        post_as(visitor for visitor in VISITORS if visitor not in may_change)
    assert changes.tables() == []
    post_as(may_change)

    cells = [found[visitor] for visitor in VISITORS]
    assert rows(POST).get(name) == cells, row_of(POST, name, cells)


def refused_to_some():
    """Return the URLs of the admin that only some of the staff may open, with who may not.

    One page says all refusals, so there is one URL of each app for each group of refused staff.
    """
    found = {}
    for name, cells in rows(GET).items():
        answers = dict(zip(VISITORS, cells, strict=True))
        refused = tuple(visitor for visitor in STAFF if answers[visitor] == "403")
        if name.startswith("admin:") and refused and "superuser" not in refused:
            found.setdefault((name.split("_")[0], refused), name)
    return [(name, refused) for (_app, refused), name in found.items()]


@pytest.mark.parametrize(("name", "refused"), refused_to_some())
def test_refusal_names_what_is_lacking_where_another_of_the_staff_has_it(name, refused, visitors):
    path = Address(name).of("superuser", visitors)

    pages = [visitors.clients[visitor].get(path).content.decode() for visitor in refused]

    said = ["You do not have permission to do this." in page for page in pages]
    assert said == [True] * len(pages)


@pytest.mark.usefixtures("undrawn")
def test_account_that_is_no_staff_is_answered_as_a_stranger(visitors):
    client = signed_in(UserFactory(is_staff=False))
    names = [name for name in NAMES if name.startswith("admin:")]
    # These redirect or refuse every signed-in user in the same way.
    names = [name for name in names if name not in ("admin:login", "admin:logout")]
    paths = {name: Address(name).of("superuser", visitors) for name in names}

    with watched_changes() as changes:
        answers = {
            (in_a_word(client.get(path)), in_a_word(client.post(path))) for path in paths.values()
        }

    assert len(paths) > 50
    assert answers == {("sign in", "sign in")}
    assert client.get("/admin/login/").status_code == 403
    assert changes.tables() == []


# Bulk actions -----------------------------------------------------------------------------------


def actions():
    """Yield every action of the admin lists, without permissions: model admin, name, function."""
    for model_admin in admin.site._registry.values():
        for function, name, _words in model_admin._get_base_actions():
            yield model_admin, name, function


def label_of(model_admin, name):
    return f"{model_admin.opts.label_lower} {name}"


@pytest.mark.parametrize(
    ("model_admin", "name", "function"),
    [pytest.param(*action, id=label_of(*action[:2])) for action in actions()],
)
def test_action_names_the_permission_that_it_needs(model_admin, name, function):
    assert getattr(function, "allowed_permissions", None), f"{name} is everybody's"


@pytest.mark.usefixtures("undrawn", "_undrawn_refusals")
@pytest.mark.parametrize(
    ("model_admin", "name"),
    [pytest.param(*action[:2], id=label_of(*action[:2])) for action in actions()],
)
def test_action_is_whose_the_table_says_and_nobody_elses(model_admin, name, visitors):
    row = a_row_of(model_admin.model)
    page = reverse(f"admin:{model_admin.opts.app_label}_{model_admin.opts.model_name}_changelist")
    request = RequestFactory().get(page)
    found = []
    for visitor in VISITORS:
        with watched_changes() as changes:
            visitors.clients[visitor].post(page, {"action": name, ACTION_CHECKBOX_NAME: [row.pk]})
        offered = False
        if visitor in STAFF:
            request.user = visitors.account(visitor)
            offered = model_admin.has_view_permission(request) and name in (
                model_admin.get_actions(request)
            )
        assert offered or changes.tables() == []
        found.append("yes" if offered else "no")

    label = label_of(model_admin, name)
    assert rows(ACTIONS).get(label) == found, row_of(ACTIONS, label, found)
