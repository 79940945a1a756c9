"""Every address answers every visitor as docs/access.md says.

Where a row is missing or differs, the failure shows the row as it would have to be.
"""

import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils.translation import override

from accounts.models import User
from focus_areas.models import FocusArea
from members.links import Purpose, token_for
from members.models import MemberStatus
from outbox.models import MessageStatus
from tests.factories import FocalPointFactory, MemberFactory, MessageFactory, UserFactory
from tests.sweeps.rows import a_row_of

PAGE = (Path(settings.BASE_DIR) / "docs" / "access.md").read_text()
VISITORS = ("anonymous", "focal point", "officer", "observer", "superuser")
# What each private address is opened with.
PURPOSES = {
    "members:working_group": Purpose.WORKING_GROUP,
    "members:private_feed": Purpose.FEED,
}
# What a page of the desk starts from, where that is not a new row.
STANDING = {
    "admin:members_member_move": {"status": MemberStatus.ADMITTED},
    "admin:members_member_record_answer": {"status": MemberStatus.INFORMATION_REQUESTED},
    "admin:members_member_reopen": {"status": MemberStatus.DECLINED},
    "admin:outbox_message_retry": {"status": MessageStatus.FAILED},
    "admin:outbox_message_write_again": {"status": MessageStatus.FAILED},
}
# Parameters of the admin that name a row of the model that the address is about.
OF_A_ROW = {"id", "object_id", "pk"}
ALTERED_TOKEN = "WzEsMV0:altered-altered-altered-altered"
# Django's own way from an old address of a row to its change page, and the admin's 404.
UNNAMED = re.compile(r"^admin/(\w+/\w+/<path:object_id>/|\(\?P<url>\.\*\)\$)$")


def addresses(patterns=None, namespace="", route=""):
    """Yield the name and route of every address, with its namespace."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        here = f"{route}{pattern.pattern}"
        if isinstance(pattern, URLPattern):
            yield (f"{namespace}{pattern.name}" if pattern.name else None), pattern, here
        else:
            inside = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern.url_patterns, inside, here)


@cache
def parameters_by_name():
    return {
        name: sorted(pattern.pattern.regex.groupindex)
        for name, pattern, _route in addresses()
        if name
    }


def rows():
    """Return the cells of every row of the page, by the name of the address."""
    table = [line for line in PAGE.splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.strip("| ").split("|")] for line in table]
    return {name.strip("`"): answers for name, *answers in cells}


def model_of(name):
    """Return the model that an address of the admin is about; any, where it takes any."""
    if name == "admin:auth_user_password_change":
        # Django's page for a new password has the name of Django's own user.
        return User
    for model in admin.site._registry:
        if name.startswith(f"admin:{model._meta.app_label}_{model._meta.model_name}_"):
            return model
    return FocusArea


def value_of(parameter, name, row):
    """Return something that exists for a parameter of an address."""
    if parameter in ("slug", "focus_area"):
        return FocusArea.objects.get(number=1).slug
    if parameter == "app_label":
        return "members"
    if parameter == "content_type_id":
        return ContentType.objects.get_for_model(row).pk
    if parameter == "focal_point":
        return row.focal_points.get().pk
    if parameter == "message":
        return MessageFactory(reference=row.reference, status=MessageStatus.FAILED).pk
    return row.pk


@pytest.fixture
def visitors():
    """Return the client of every visitor."""
    clients = {visitor: Client() for visitor in VISITORS}
    for visitor, group in [("officer", "Triage officers"), ("observer", "Observers")]:
        user = UserFactory()
        user.groups.add(Group.objects.get(name=group))
        clients[visitor].force_login(user)
    clients["superuser"].force_login(UserFactory(is_superuser=True))
    return clients


@pytest.fixture
def focal_point():
    member = MemberFactory(status=MemberStatus.ADMITTED, focus_area=FocusArea.objects.get(number=1))
    return FocalPointFactory(member=member)


def answers(name, visitors, focal_point):
    """Return the status code that each visitor gets."""
    parameters = parameters_by_name()[name]
    is_of_a_row = name.startswith("admin:") and {"object_id", "id", "pk", "history_id"} & {
        *parameters
    }
    row = a_row_of(model_of(name), **STANDING.get(name, {})) if is_of_a_row else None
    given = {
        parameter: value_of(parameter, name, row)
        for parameter in parameters
        if parameter != "token"
    }
    codes = []
    for visitor, client in visitors.items():
        if "token" in parameters:
            own = token_for(focal_point, PURPOSES[name])
            given["token"] = own if visitor == "focal point" else ALTERED_TOKEN
        with override("en"):
            page = reverse(name, kwargs=given)
        codes.append(str(client.get(page).status_code))
    return codes


def test_every_address_has_a_name():
    nameless = [
        route for name, _pattern, route in addresses() if not name and not UNNAMED.match(route)
    ]

    assert nameless == []


def test_page_has_no_address_that_is_gone():
    assert set(rows()) - set(parameters_by_name()) == set()


def test_page_is_in_the_order_of_names():
    assert list(rows()) == sorted(rows())


@pytest.mark.parametrize("name", sorted(parameters_by_name()))
def test_address_answers_as_the_page_says(name, visitors, focal_point):
    found = answers(name, visitors, focal_point)

    said = rows().get(name)

    assert said == found, f"| `{name}` | {' | '.join(found)} |"
