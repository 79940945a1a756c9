"""Explains which permissions a member of staff lacks, and which colleagues have them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final, TypeVar, cast

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

# Stands for a permission if only superusers may do something. It cannot be granted separately.
SUPERUSER: Final = "superuser"
# The maximum number of colleagues who are named, superusers last.
NAMED_AT_MOST: Final = 6
MODEL_PERMISSION_LABELS: Final = {
    "add": gettext_lazy("Can add: %(what)s"),
    "change": gettext_lazy("Can change: %(what)s"),
    "delete": gettext_lazy("Can delete: %(what)s"),
    "view": gettext_lazy("Can view: %(what)s"),
}


class LacksPermission(PermissionDenied):
    """The signed-in user lacks some permissions, each written as `app.codename`."""

    def __init__(self, *permissions: str) -> None:
        super().__init__(", ".join(permissions))
        self.permissions = permissions


@dataclass(frozen=True)
class Lacking:
    """Permissions that a user lacks, and that the same colleagues have."""

    permissions: list[str]
    groups: list[str]
    colleagues: list[User]

    @property
    def words(self) -> list[str]:
        return [in_words(permission) for permission in self.permissions]

    @property
    def named(self) -> list[User]:
        return self.colleagues[:NAMED_AT_MOST]

    @property
    def more(self) -> int:
        return max(0, len(self.colleagues) - NAMED_AT_MOST)


def needs(*permissions: str) -> Callable[[View], View]:
    """Require all these permissions for a view. The view raises LacksPermission otherwise."""

    def guarded(view: View) -> View:
        @wraps(view)
        def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            insist(request.user, *permissions)
            return view(request, *args, **kwargs)

        return cast("View", opened)

    return guarded


def insist(user: Any, *permissions: str) -> None:
    """Raise LacksPermission with the permissions that a user lacks, if there are any."""
    lacked = missing(user, permissions)
    if lacked:
        raise LacksPermission(*lacked)


def missing(user: Any, permissions: Iterable[str]) -> list[str]:
    """Return the given permissions that a user lacks, in the given order."""
    return [
        each
        for each in dict.fromkeys(permissions)
        if not (user.is_superuser if each == SUPERUSER else user.has_perm(each))
    ]


def lacking(user: Any, *permissions: str) -> list[Lacking]:
    """Return the given permissions that a user lacks, with the colleagues who have them.

    It makes no queries if the user has them all, and the same number for several as for one.
    """
    lacked = missing(user, permissions)
    if not lacked:
        return []
    staff = User.objects.filter(is_active=True, is_staff=True).order_by("is_superuser", "name")
    colleagues = list(staff.prefetch_related("groups", "user_permissions"))
    rows = Permission.objects.filter(_any_of(lacked)).select_related("content_type")
    by_name = {f"{row.content_type.app_label}.{row.codename}": row.pk for row in rows}
    groups = list(
        Group.objects.filter(permissions__in=by_name.values())
        .distinct()
        .order_by("name")
        .prefetch_related("permissions")
    )
    found: dict[tuple[int, ...], Lacking] = {}
    for name in lacked:
        key = by_name.get(name)
        with_it = [group for group in groups if key in {row.pk for row in group.permissions.all()}]
        able = [
            person
            for person in colleagues
            if person.is_superuser
            or key in {row.pk for row in person.user_permissions.all()}
            or {*person.groups.all()} & {*with_it}
        ]
        holders = (*(group.pk for group in with_it), 0, *(person.pk for person in able))
        new = Lacking([], [group.name for group in with_it], able)
        found.setdefault(holders, new).permissions.append(name)
    return [*found.values()]


def in_words(permission: str) -> str:
    """Return what a permission allows, as a sentence without its subject."""
    if permission == SUPERUSER:
        return _("Has all permissions (superuser)")
    app_label, codename = permission.split(".")
    action, _underscore, model_name = codename.partition("_")
    for model in apps.get_app_config(app_label).get_models():
        for own, words in model._meta.permissions:
            if own == codename:
                return str(words)
        if model._meta.model_name == model_name and action in MODEL_PERMISSION_LABELS:
            return str(MODEL_PERMISSION_LABELS[action]) % {"what": model._meta.verbose_name_plural}
    return permission


def _any_of(permissions: Iterable[str]) -> Q:
    named = Q(pk__in=[])
    for permission in permissions:
        app_label, _dot, codename = permission.partition(".")
        named |= Q(content_type__app_label=app_label, codename=codename)
    return named
