"""Staff with permissions on meetings."""

from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import UserFactory


def staff_with(*codenames, **facts):
    return staff_within_reach("view_every_area", *codenames, **facts)


def staff_within_reach(*codenames, **facts):
    user = UserFactory(**facts)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


def queries_of(client, address):
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    assert response.status_code == 200
    return len(queries)
