"""Permissions in words, for users who do not have them."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from accounts.services.permissions import (
    SUPERUSER,
    LacksPermission,
    in_words,
    insist,
    lacking,
    needs,
)
from tests.factories import UserFactory
from tests.triage.staff import may, observer, officer

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
