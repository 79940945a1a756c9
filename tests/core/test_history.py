import pytest
from django.contrib.auth.models import Group, Permission

from accounts.models import User
from core.history import set_history_actor
from focus_areas.models import Link
from tests.factories import NOON, FocalPointFactory, LinkFactory, UserFactory


def latest_of(row):
    return row.history.latest("history_id")


def changed_by(by, **facts):
    link = LinkFactory()
    set_history_actor(link, by, NOON)
    link.save()
    return latest_of(link)


def test_name_stays_as_it_was_when_the_account_is_called_otherwise_or_is_gone():
    ada = UserFactory(name="Ada Byron")
    version = changed_by(ada)

    ada.name = "Ada Lovelace"
    ada.save()
    User.objects.filter(pk=ada.pk).delete()

    version.refresh_from_db()
    assert (version.history_user, version.history_by_name) == (None, "Ada Byron")


def test_version_keeps_the_name_of_who_made_it_also_where_it_is_saved_again():
    ada = UserFactory(name="Ada Lovelace")

    version = changed_by(ada)
    Link.history.get(history_id=version.history_id).save()

    version.refresh_from_db()
    assert (version.history_user, version.history_by_name) == (ada, "Ada Lovelace")
    assert version.history_date == NOON
    assert changed_by(None).history_by_name == ""


@pytest.mark.parametrize("name", ["José", "N" * 100, "名" * 100])
def test_version_keeps_the_name_of_a_focal_point_who_has_no_account_however_long(name):
    version = changed_by(FocalPointFactory(given_name=name, family_name=name))

    assert (version.history_user, version.history_by_name) == (None, f"{name} {name}")


def test_groups_and_permissions_are_part_of_the_history_of_an_account_and_of_a_group():
    user, group = UserFactory(), Group.objects.create(name="New")
    may = Permission.objects.get(codename="view_call")

    user.groups.add(group)
    user.user_permissions.add(may)
    group.permissions.add(may)

    version = latest_of(user)
    assert [row.group for row in version.groups.all()] == [group]
    assert [row.permission for row in version.user_permissions.all()] == [may]
    assert [row.permission for row in latest_of(group).permissions.all()] == [may]
