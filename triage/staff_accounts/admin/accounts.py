"""The admin of accounts with the pages about staff, which know focus areas, members and mail."""

from collections.abc import Callable

from django.contrib import admin
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path

from accounts.admin.users import UserAdmin
from accounts.models import User
from triage.staff_accounts.admin import pages

admin.site.unregister(User)


@admin.register(User)
class UserWithStaffPagesAdmin(UserAdmin):
    """The admin of `accounts` with the pages that desk managers use every day."""

    def get_urls(self) -> list[URLPattern]:
        views: dict[str, tuple[str, Callable[..., HttpResponseBase]]] = {
            "staff/": ("staff", pages.staff_list),
            "staff/roles/": ("staff_roles", pages.staff_roles),
            "staff/invite/": ("invite", pages.staff_invite),
            "staff/<int:pk>/": ("staff_page", pages.staff_person),
            **{
                f"staff/<int:pk>/{step.address}/": (step.name, pages.view_of(step))
                for step in pages.STEPS
            },
        }
        own = [
            path(address, self.admin_site.admin_view(view), name=f"accounts_user_{name}")
            for address, (name, view) in views.items()
        ]
        return [*own, *super().get_urls()]
