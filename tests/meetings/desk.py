"""Staff with permissions on meetings."""

from django.contrib.auth.models import Permission

from tests.factories import UserFactory


def staff_with(*codenames, **facts):
    return staff_within_reach("view_every_area", *codenames, **facts)


def staff_within_reach(*codenames, **facts):
    user = UserFactory(**facts)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user
