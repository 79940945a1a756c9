import pytest
from django.apps import apps
from django.contrib.auth.models import Group

from participation import seed


def ours_of(name):
    permissions = Group.objects.get(name=name).permissions
    ours = permissions.filter(content_type__app_label="participation")
    return set(ours.values_list("codename", flat=True))


@pytest.mark.parametrize("name", seed.GROUPS)
def test_group_has_exactly_what_is_declared_and_is_given_what_it_lacks(name):
    assert ours_of(name) == set(seed.GROUPS[name])

    Group.objects.get(name=name).permissions.clear()
    seed.seed(apps.get_app_config("participation"))

    assert ours_of(name) == set(seed.GROUPS[name])
