"""Requests every URL with arbitrary input in its path, query, headers, cookies and body.

The URLs are those that exist, so a new one is tested without further changes.
"""

import re
from itertools import groupby
from urllib.parse import quote_from_bytes

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hostile.site import (
    FILLED,
    Site,
    assert_harmless,
    parameters_of,
    path_to,
    routes,
    untouched,
)
from tests.hostile.values import ANYTHING
from tests.hostile.wire import (
    QUERY_NAMES,
    URLENCODED,
    bodies,
    changed,
    headers,
    queries,
    urlencoded,
)


def area_of(name):
    """Return the app, the app in the admin, or the portal that a URL belongs to."""
    return re.match(r"(admin.)?[a-z]+(?=[:_/])|", name)[0] or "portal"


# Several URLs in each test, so that the rows are created once.
AREAS = {area: list(names) for area, names in groupby(sorted(routes(), key=area_of), key=area_of)}
# Fewer examples than elsewhere, because each is tried on every URL of the test.
EXAMPLES = 2 if settings().max_examples <= 5 else settings().max_examples
ACTIONS = [
    *(
        ("admin:members_member_changelist", action)
        for action in ("take", "release", "hand_to", "admit_to_first_choice")
    ),
    *(("admin:outbox_message_changelist", name) for name in ("retry_messages", "cancel_messages")),
]


@pytest.fixture(scope="module")
def rows(django_db_setup, django_db_blocker):
    """Create the rows once. All tests here leave them unchanged."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Site()
        transaction.set_rollback(True)


@pytest.fixture
def site(rows):
    rows.sign_in()
    return rows


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("names", AREAS.values(), ids=AREAS)
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_addresses_take_any_parameter(names, site, data):
    for name in filter(parameters_of, names):
        strategy = st.fixed_dictionaries(dict.fromkeys(parameters_of(name), ANYTHING))
        raw = data.draw(strategy, label=name)
        escaped = {key: quote_from_bytes(value, safe="") for key, value in raw.items()}

        with untouched():
            response = site.client().get(path_to(name, escaped))

        assert_harmless(response)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("names", AREAS.values(), ids=AREAS)
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_addresses_take_any_query_and_headers(names, site, data):
    for name in names:
        query, extra = data.draw(st.tuples(queries(), headers()), label=name)
        path = site.path_of(name)
        with untouched():
            response = site.client(name).get(path, QUERY_STRING=query, **extra)

        assert_harmless(response)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("names", AREAS.values(), ids=AREAS)
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_addresses_take_any_post(names, site, data):
    for name in names:
        fields = site.form_of(name) or {key: [] for key in QUERY_NAMES}
        body, kind = data.draw(bodies(fields), label=name)

        with untouched():
            response = site.client(name).generic("POST", site.path_of(name), body, kind)

        assert_harmless(response)


def test_forms_are_taken_when_they_are_filled_in_well(site):
    codes = {}

    for name in (*FILLED, "eoi:confirmation_code"):
        body = urlencoded(changed(site.form_of(name), {}))
        with untouched():
            response = site.client(name).generic("POST", site.path_of(name), body, URLENCODED)
        codes[name] = response.status_code

    assert codes == dict.fromkeys(codes, 302) | {"accounts:sign_in": 422}


@given(data=st.data())
def test_actions_on_several_take_any_post(site, data):
    for page, action in ACTIONS:
        row = site.member if "member" in page else site.failed_message
        fields = {"action": [action.encode()], "_selected_action": [str(row.pk).encode()]}
        fields |= {"select_across": [b"0"], "confirmed": [b"1"]}
        body, kind = data.draw(bodies(fields), label=action)

        with untouched():
            response = site.client().generic("POST", site.path_of(page), body, kind)

        assert_harmless(response)


@pytest.mark.parametrize(
    "name", ["admin:members_member_admit_several", "admin:members_member_hand_several"]
)
@given(data=st.data())
def test_page_of_several_takes_any_post(name, site, data):
    member = site.member
    fields = {
        "file": [f"{member.pk}-{member.version}".encode()],
        "entry_shown": [b"0"],
        "run_key": [b"00000000-0000-4000-8000-000000000000"],
        "role": [b"participant"],
        "to": [str(site.superuser.pk).encode()],
    }
    body, kind = data.draw(bodies(fields))

    with untouched():
        response = site.client().generic("POST", site.path_of(name), body, kind)

    assert_harmless(response)
