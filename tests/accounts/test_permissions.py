"""Permissions in words, for users who do not have them, roles, and rows beyond reach."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from accounts.admin.base import get_visible_or_404, int_or_invalid, page, post_data
from accounts.models import User
from accounts.services.permissions import (
    SUPERUSER,
    LacksPermission,
    in_words,
    insist,
    lacking,
    needs,
)
from accounts.services.staff_roles import StaffRole, assignable_roles, may_manage, role_of
from meetings.models import Meeting
from tests.factories import FocusAreaFactory, MeetingFactory, UserFactory
from tests.triage.staff import coordinator, desk_manager, may, observer, officer

DECLINE_MEMBER_STATE = "members.decline_member_state"
# No group has it.
CHANGE_USER = "accounts.change_user"


def test_insist_names_what_is_missing_and_nothing_that_is_there():
    person = officer()

    with pytest.raises(LacksPermission) as refused:
        insist(person, "members.decline_member", DECLINE_MEMBER_STATE, SUPERUSER)

    assert refused.value.permissions == (DECLINE_MEMBER_STATE, SUPERUSER)
    assert isinstance(refused.value, PermissionDenied)
    insist(person, "members.decline_member")
    insist(UserFactory(is_superuser=True), DECLINE_MEMBER_STATE, SUPERUSER)


def test_needs_opens_a_page_to_who_has_all_of_them(rf):
    page = needs("members.decline_member", DECLINE_MEMBER_STATE)(lambda _request: "opened")
    request = rf.get("/")
    request.user = may(officer(), "decline_member_state")

    assert page(request) == "opened"

    request.user = officer()
    with pytest.raises(LacksPermission):
        page(request)


def test_lacking_names_groups_and_colleagues_who_can_sign_in_superusers_last():
    UserFactory(name="Noor Haddad", is_superuser=True)
    zoe = officer(name="Zoe")
    may(UserFactory(name="Ada Byron"), "admit_member")
    may(UserFactory(name="Gone", is_active=False), "admit_member")
    may(UserFactory(name="No staff", is_staff=False), "admit_member")
    may(UserFactory(name="Another"), "note_member")

    [found] = lacking(observer(), "members.admit_member")

    assert found.words == ["Can admit a member to a focus area and move it"]
    assert found.groups == ["Desk managers", "Triage officers"]
    assert [str(person) for person in found.colleagues] == ["Ada Byron", "Zoe", "Noor Haddad"]
    assert lacking(zoe, "members.admit_member") == []


def test_lacking_is_true_of_a_permission_that_nobody_was_given():
    [found] = lacking(officer(), CHANGE_USER)

    assert (found.groups, found.colleagues) == ([], [])


def test_lacking_superuser_names_superusers_alone():
    noor = UserFactory(is_superuser=True)

    [found] = lacking(officer(), SUPERUSER)

    assert (found.groups, found.colleagues) == ([], [noor])
    assert found.words == ["Has all permissions (superuser)"]


def test_lacking_puts_together_what_the_same_people_have():
    superuser = UserFactory(is_superuser=True)
    asked = ("members.admit_member", CHANGE_USER, "members.close_member")

    officers, superusers = lacking(observer(), *asked)

    assert officers.permissions == ["members.admit_member", "members.close_member"]
    assert superusers.permissions == [CHANGE_USER]
    assert superusers.colleagues == [superuser]


def test_lacking_asks_as_much_for_many_as_for_one_and_nothing_of_who_has_all():
    person = observer()
    for _number in range(3):
        officer()
    person.has_perm("members.view_member")

    def queries(*permissions):
        with CaptureQueriesContext(connection) as asked:
            lacking(person, *permissions)
        return len(asked)

    for_one = queries("members.admit_member")
    assert queries("members.admit_member", "members.note_member", "outbox.retry_message") == for_one
    assert queries("members.view_member") == 0


def test_every_permission_is_said_in_words_also_in_french():
    names = [
        f"{permission.content_type.app_label}.{permission.codename}"
        for permission in Permission.objects.select_related("content_type")
    ]
    own = {
        f"{model._meta.app_label}.{codename}"
        for model in apps.get_models()
        for codename, _words in model._meta.permissions
    }

    in_english = {name: in_words(name) for name in names}
    with override("fr"):
        in_french = {name: in_words(name) for name in own}

    assert own <= {*names}
    assert [name for name, words in in_english.items() if not words.startswith("Can ")] == []
    assert [name for name in own if in_french[name] == in_english[name]] == []


def administrator():
    return UserFactory(is_superuser=True)


ROLES = {
    StaffRole.ADMINISTRATOR: administrator,
    StaffRole.DESK_MANAGER: desk_manager,
    StaffRole.OFFICER: officer,
    StaffRole.COORDINATOR: coordinator,
    StaffRole.OBSERVER: observer,
}


BELOW_MANAGERS = (StaffRole.OFFICER, StaffRole.COORDINATOR, StaffRole.OBSERVER)


@pytest.mark.parametrize("role", StaffRole)
def test_role_is_that_of_the_group(role):
    assert role_of(ROLES[role]()) == role


def test_role_of_several_groups_is_the_highest():
    user = observer()
    user.groups.add(Group.objects.get(name="Desk managers"))

    assert role_of(user) == StaffRole.DESK_MANAGER


def test_role_is_none_without_a_group_of_staff():
    user = UserFactory()
    user.groups.add(Group.objects.create(name="Another"))

    assert role_of(user) is None


@pytest.mark.parametrize(
    ("who", "roles"),
    [
        (administrator, tuple(StaffRole)),
        (desk_manager, (StaffRole.DESK_MANAGER, *BELOW_MANAGERS)),
        (lambda: may(officer(), "manage_staff"), BELOW_MANAGERS),
        (officer, ()),
        (observer, ()),
        (lambda: desk_manager(is_active=False), ()),
    ],
)
def test_roles_that_somebody_may_give_are_none_above_their_own(who, roles):
    assert assignable_roles(who()) == roles


def test_manager_may_change_colleagues_without_a_higher_role_and_not_themselves():
    manager = desk_manager()
    colleagues = {role: make() for role, make in ROLES.items()}

    allowed = {role for role, user in colleagues.items() if may_manage(manager, user)}

    assert allowed == {StaffRole.DESK_MANAGER, *BELOW_MANAGERS}
    assert may_manage(manager, UserFactory())
    assert not may_manage(manager, manager)
    assert not may_manage(officer(), colleagues[StaffRole.OBSERVER])


def test_page_is_within_the_frame_of_its_model():
    request = RequestFactory().get("/")
    request.user, request.session = UserFactory(is_superuser=True), {}

    response = page(
        request, "admin/a_page.html", {"own": 1}, model=User, title="A page", status=409
    )

    context = response.context_data
    assert (response.template_name, response.status_code) == ("admin/a_page.html", 409)
    assert (context["opts"], context["title"], context["own"]) == (User._meta, "A page", 1)
    assert context["site_header"] == "Partner2Connect desk"


def test_row_within_reach_is_found_with_what_the_queryset_adds():
    meeting = MeetingFactory(focus_area=FocusAreaFactory())
    queryset = Meeting.objects.select_related("focus_area")

    found = get_visible_or_404(queryset, UserFactory(is_superuser=True), meeting.pk)

    assert (found, Meeting.focus_area.is_cached(found)) == (meeting, True)


@pytest.mark.parametrize(("is_superuser", "is_there"), [(False, True), (True, False)])
def test_row_beyond_reach_or_that_is_not_there_is_not_found(is_superuser, is_there):
    pk = MeetingFactory(focus_area=FocusAreaFactory()).pk if is_there else 0

    with pytest.raises(Http404):
        get_visible_or_404(Meeting.objects.all(), UserFactory(is_superuser=is_superuser), pk)


def test_post_data_is_what_was_posted_even_where_that_is_nothing():
    assert post_data(RequestFactory().post("/", {"name": "Ada"}))["name"] == "Ada"
    assert dict(post_data(RequestFactory().post("/"))) == {}
    assert post_data(RequestFactory().get("/?name=Ada")) is None


@pytest.mark.parametrize(
    ("sent", "number"), [({"seen": "4"}, 4), ({"seen": ""}, -1), ({"seen": "four"}, -1), ({}, -1)]
)
def test_number_in_what_was_sent_is_one_that_no_page_shows_where_it_is_none(sent, number):
    assert int_or_invalid(sent, "seen") == number
