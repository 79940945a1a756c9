"""Signed-in staff for the tests of admin pages."""

from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from members.models import Reason
from members.seed import uid_of_reason
from tests.factories import UserFactory

QUEUE = "/admin/members/member/"


def officer(**facts):
    user = UserFactory(**facts)
    user.groups.add(Group.objects.get(name="Triage officers"))
    return user


def desk_manager(**facts):
    user = UserFactory(**facts)
    user.groups.add(Group.objects.get(name="Desk managers"))
    return user


def coordinator(*areas, **facts):
    user = UserFactory(**facts)
    user.groups.add(Group.objects.get(name="Focus area coordinators"))
    for area in areas:
        area.coordinators.add(user)
    return user


def observer(**facts):
    user = UserFactory(**facts)
    user.groups.add(Group.objects.get(name="Observers"))
    return user


def may(user, codename):
    user.user_permissions.add(Permission.objects.get(codename=codename))
    return user


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def address(page, *rows):
    """The URL of a page about a member, with other parameters."""
    return reverse(f"admin:members_member_{page}", args=[getattr(row, "pk", row) for row in rows])


def read(response):
    """The markup of a page, with single spaces."""
    return " ".join(response.text.split())


def run(client, action, members, **more):
    """Run an admin action of the queue on some members."""
    return client.post(
        QUEUE,
        {"action": action, "index": 0, "_selected_action": [m.pk for m in members], **more},
        follow=True,
    )


def told(response):
    """The messages at the top of a page."""
    return [str(message) for message in response.context["messages"]]


def reasons(*keys):
    """The default reasons, in their order."""
    uids = [uid_of_reason(key) for key in keys]
    return list(Reason.objects.filter(uid__in=uids).order_by("position"))


def listed(response):
    return [member.organisation_name for member in response.context["cl"].result_list]
