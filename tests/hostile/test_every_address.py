"""Every address, asked with anything in every place where an address or a browser has something.

The addresses are those that exist: a new one is tested from its first day.
"""

from urllib.parse import quote_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile.site import (
    FILLED,
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

NAMES = sorted(routes())
ACTIONS = [
    *(
        ("admin:members_member_changelist", action)
        for action in ("take", "release", "hand_to", "admit_to_first_choice")
    ),
    *(("admin:outbox_message_changelist", name) for name in ("retry_messages", "cancel_messages")),
]


@pytest.mark.parametrize("name", [name for name in NAMES if parameters_of(name)])
@given(data=st.data())
def test_address_takes_any_parameter(name, site, data):
    raw = data.draw(st.fixed_dictionaries(dict.fromkeys(parameters_of(name), ANYTHING)))

    with untouched():
        given_parameters = {key: quote_from_bytes(value, safe="") for key, value in raw.items()}
        response = site.client().get(path_to(name, given_parameters))

    assert_harmless(response)


@pytest.mark.parametrize("name", NAMES)
@given(query=queries(), extra=headers())
def test_address_takes_any_query_and_headers(name, site, query, extra):
    with untouched():
        response = site.client().get(site.path_of(name), QUERY_STRING=query, **extra)

    assert_harmless(response)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_address_takes_any_post(name, site, data):
    fields = site.form_of(name) or {key: [] for key in QUERY_NAMES}
    body, kind = data.draw(bodies(fields))

    with untouched():
        response = site.client(name).generic("POST", site.path_of(name), body, kind)

    assert_harmless(response)


@pytest.mark.parametrize("name", sorted(FILLED))
def test_form_is_taken_when_it_is_filled_in_well(name, site):
    body = urlencoded(changed(site.form_of(name), {}))

    response = site.client(name).generic("POST", site.path_of(name), body, URLENCODED)

    assert response.status_code == (422 if name == "accounts:sign_in" else 302)


@pytest.mark.parametrize(("page", "action"), ACTIONS)
@given(data=st.data())
def test_action_on_several_takes_any_post(page, action, site, data):
    row = site.member if "member" in page else site.messages["failed"]
    fields = {"action": [action.encode()], "_selected_action": [str(row.pk).encode()]}
    body, kind = data.draw(bodies({**fields, "select_across": [b"0"], "confirmed": [b"1"]}))

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
        "file": [str(member.pk).encode()],
        f"version-{member.pk}": [str(member.version).encode()],
        "role": [b"participant"],
        "to": [str(site.superuser.pk).encode()],
    }
    body, kind = data.draw(bodies(fields))

    with untouched():
        response = site.client().generic("POST", site.path_of(name), body, kind)

    assert_harmless(response)


@given(data=st.data())
def test_answers_to_check_take_any_change(site, data):
    fields = {**site.form_of("members:eoi_create"), "change": [b"email"]}
    body, kind = data.draw(bodies(fields))

    with untouched():
        response = site.client().generic("POST", site.path_of("members:eoi_create"), body, kind)

    assert_harmless(response)
