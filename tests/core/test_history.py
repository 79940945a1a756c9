import pytest
from django.contrib.auth.models import Group, Permission

from accounts.models import User
from core.history import set_history_actor
from focus_areas.models import Link
from members.models import Member
from tests.factories import NOON, FocalPointFactory, LinkFactory, MemberFactory, UserFactory


def latest_of(row):
    return row.history.latest("history_id")


def changed_by(by, **facts):
    link = LinkFactory()
    set_history_actor(link, by, NOON)
    link.save()
    return latest_of(link)


def test_version_keeps_the_name_of_who_made_it():
    ada = UserFactory(name="Ada Lovelace")

    version = changed_by(ada)

    assert (version.history_user, version.history_by_name) == (ada, "Ada Lovelace")
    assert version.history_date == NOON


def test_name_stays_as_it_was_when_the_account_is_called_otherwise_or_is_gone():
    ada = UserFactory(name="Ada Byron")
    version = changed_by(ada)

    ada.name = "Ada Lovelace"
    ada.save()
    User.objects.filter(pk=ada.pk).delete()

    version.refresh_from_db()
    assert (version.history_user, version.history_by_name) == (None, "Ada Byron")


def test_version_keeps_the_name_of_a_focal_point_who_has_no_account():
    version = changed_by(FocalPointFactory(given_name="José", family_name="Pérez"))

    assert (version.history_user, version.history_by_name) == (None, "José Pérez")


@pytest.mark.parametrize("name", ["N" * 100, "名" * 100])
def test_name_of_a_focal_point_is_kept_however_long(name):
    version = changed_by(FocalPointFactory(given_name=name, family_name=name))

    assert version.history_by_name == f"{name} {name}"


def test_version_made_by_the_portal_has_no_name():
    assert changed_by(None).history_by_name == ""


def test_version_read_again_and_saved_keeps_its_name():
    version = changed_by(UserFactory(name="Ada"))
    again = Link.history.get(history_id=version.history_id)
    again.save()

    version.refresh_from_db()
    assert version.history_by_name == "Ada"


def test_groups_and_permissions_of_an_account_are_part_of_its_history():
    user, group = UserFactory(), Group.objects.get(name="Observers")
    may = Permission.objects.get(codename="view_call")

    user.groups.add(group)
    user.user_permissions.add(may)

    version = latest_of(user)
    assert [row.group for row in version.groups.all()] == [group]
    assert [row.permission for row in version.user_permissions.all()] == [may]


def test_permissions_of_a_group_are_part_of_its_history():
    group = Group.objects.create(name="New")
    may = Permission.objects.get(codename="view_call")

    group.permissions.add(may)

    version = latest_of(group)
    assert (version.name, [row.permission for row in version.permissions.all()]) == ("New", [may])


def test_version_of_a_member_made_at_the_desk_has_the_officers_name():
    member = MemberFactory()
    set_history_actor(member, UserFactory(name="Ada"), NOON)
    member.save()

    assert Member.history.filter(id=member.pk).latest("history_id").history_by_name == "Ada"
