"""The pages on which desk managers invite, change and deactivate staff."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.admin.base import StaffRequest, page, post_data
from accounts.admin.users import UserAdmin
from accounts.models import User
from accounts.services.events import record_list_reading
from accounts.services.permissions import in_words, needs
from accounts.services.staff_accounts import (
    latest_version,
    own_account,
    reactivate_staff_account,
    role_too_high,
)
from accounts.services.staff_roles import (
    GROUP_NAMES,
    MANAGE_STAFF,
    VIEW_STAFF,
    assignable_roles,
    groups_by_permission,
    may_manage,
)
from core.admin.conflicts import VersionForm
from core.admin.history import changes_after
from core.conflicts import Conflict, Refused
from core.pagination import get_page
from triage.staff_accounts.forms import (
    ChangeForm,
    ConfirmForm,
    DeactivateForm,
    InviteForm,
    ReasonForm,
    SearchForm,
)
from triage.staff_accounts.services import changes
from triage.staff_accounts.services.changes import other_work_in_words
from triage.staff_accounts.services.listing import (
    StaffRow,
    StaffState,
    staff_accounts,
    staff_rows,
)

WITHOUT_PASSWORD: Final = (StaffState.INVITED, StaffState.EXPIRED, StaffState.NO_PASSWORD)


@dataclass(frozen=True)
class StaffStep:
    """A page on which a desk manager changes the account of a colleague."""

    name: str
    address: str
    label: str | Promise
    # What the page says after the change, with a placeholder for the name.
    done: str | Promise
    change: Callable[..., object]
    is_possible: Callable[[StaffRow], bool]
    form: Callable[[Any, StaffRow, User], VersionForm] = lambda data, _row, _by: ConfirmForm(data)

    @property
    def url_name(self) -> str:
        return f"admin:accounts_user_{self.name}"


def _change_form(data: Any, row: StaffRow, by: User) -> ChangeForm:
    initial = {"name": row.user.name, "role": row.role, "areas": row.areas}
    return ChangeForm(data, initial=initial, roles=assignable_roles(by))


def _deactivate_form(data: Any, row: StaffRow, _by: User) -> DeactivateForm:
    return DeactivateForm(data, user=row.user, has_members=bool(row.members))


# In the order of the buttons.
STEPS: Final = (
    StaffStep(
        "change_role",
        "change",
        gettext_lazy("Change name, role and areas"),
        gettext_lazy("The account of %(name)s was changed."),
        changes.change_staff,
        lambda _row: True,
        _change_form,
    ),
    StaffStep(
        "invite_again",
        "invite-again",
        gettext_lazy("Send a new invitation"),
        gettext_lazy("A new invitation to %(name)s is on its way."),
        changes.invite_again,
        lambda row: row.state in WITHOUT_PASSWORD,
    ),
    StaffStep(
        "withdraw_invitation",
        "withdraw-invitation",
        gettext_lazy("Withdraw the invitation"),
        gettext_lazy("The invitation of %(name)s was withdrawn."),
        changes.withdraw_invitation,
        lambda row: row.invitation is not None,
    ),
    StaffStep(
        "reset_second_factor",
        "reset-second-factor",
        gettext_lazy("Reset two-factor authentication"),
        gettext_lazy("Two-factor authentication of %(name)s was reset."),
        changes.reset_second_factor,
        lambda row: row.has_app or row.passkeys > 0,
        lambda data, _row, _by: ReasonForm(data),
    ),
    StaffStep(
        "deactivate",
        "deactivate",
        gettext_lazy("Deactivate"),
        gettext_lazy("The account of %(name)s was deactivated."),
        changes.deactivate_staff,
        lambda row: row.user.is_active,
        _deactivate_form,
    ),
    StaffStep(
        "reactivate",
        "reactivate",
        gettext_lazy("Reactivate"),
        gettext_lazy("The account of %(name)s is active again."),
        reactivate_staff_account,
        lambda row: not row.user.is_active,
    ),
)


@require_safe
@needs(VIEW_STAFF)
def staff_list(request: StaffRequest) -> HttpResponse:
    """List the staff, a page at a time, or those whose name, address or group has a text.

    Superusers may ask for all accounts. Who reads those of other people is recorded.
    """
    form = SearchForm(request.GET, label_suffix="")
    query = form.cleaned_data["q"].strip() if form.is_valid() else ""
    are_all = request.user.is_superuser and "all" in request.GET
    accounts = staff_accounts(query, are_all=are_all).prefetch_related("read_languages")
    listed, at = get_page(accounts, request), timezone.now()
    rows = staff_rows(listed, at=at)
    if are_all:
        record_list_reading(User._meta.label_lower, row_count=len(rows), by=request.user, at=at)
    return _page(
        request,
        "list",
        {
            "form": form,
            "query": query,
            "are_all": are_all,
            "listed": listed,
            "rows": rows,
            "today": localdate(at),
            "may_invite": request.user.has_perm(MANAGE_STAFF),
        },
        title=_("Staff"),
    )


@require_safe
@needs(VIEW_STAFF)
def staff_roles(request: StaffRequest) -> HttpResponse:
    """Show the permissions of each role, in words."""
    permissions = sorted(
        (in_words(name), [(role.label, group in groups) for role, group in GROUP_NAMES.items()])
        for name, groups in groups_by_permission().items()
    )
    context = {"roles": [role.label for role in GROUP_NAMES], "permissions": permissions}
    return _page(request, "roles", context, title=_("Roles of staff"))


@require_http_methods(["GET", "HEAD", "POST"])
@needs(MANAGE_STAFF)
def staff_invite(request: StaffRequest) -> HttpResponse:
    """Ask for a person to invite; a POST creates the account and sends the invitation."""
    form = InviteForm(post_data(request), roles=assignable_roles(request.user))
    refusal, status = "", 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            facts = form.cleaned_data
            try:
                user = changes.invite_staff(**facts, by=request.user, at=timezone.now())
            except Refused as refused:
                refusal, status = str(refused), 409
            else:
                said = _("The invitation to %(name)s is on its way.")
                messages.success(request, said % {"name": user})
                return redirect("admin:accounts_user_staff_page", user.pk)
    return _page(
        request,
        "invite",
        {"form": form, "refusal": refusal},
        title=_("Invite a colleague"),
        status=status,
    )


@require_safe
@needs(VIEW_STAFF)
def staff_person(request: StaffRequest, pk: int) -> HttpResponse:
    """Show one member of staff, and what the reader may do with their account."""
    row = _row_or_404(pk)
    is_manageable = may_manage(request.user, row.user)
    return _page(
        request,
        "person",
        {
            "row": row,
            "steps": [step for step in STEPS if is_manageable and step.is_possible(row)],
            "is_own": row.user == request.user,
            "is_above": request.user.has_perm(MANAGE_STAFF) and not is_manageable,
        },
        title=str(row.user),
    )


def view_of(step: StaffStep) -> Callable[..., HttpResponse]:
    """Return the view of a step."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @needs(MANAGE_STAFF)
    def view(request: StaffRequest, pk: int) -> HttpResponse:
        return _step(request, step, _row_or_404(pk))

    return view


def _step(request: StaffRequest, step: StaffStep, row: StaffRow) -> HttpResponse:
    """Show a page that says what will happen; on POST, do it and return to the account."""
    user, version = row.user, latest_version(row.user)
    form = step.form(post_data(request), row, request.user)
    refusal, status, seen = _why_not(request.user, row), 200, version
    if form.is_bound:
        status, seen = 422, VersionForm(request.POST).version_seen
        if form.is_valid():
            try:
                step.change(
                    user=user, **_facts(form), by=request.user, at=timezone.now(), version=seen
                )
            except Refused as refused:
                # The page shows the current state of the account, and a retry is based on it.
                refusal, status = str(refused), 409
                version = latest_version(user)
                seen = seen if isinstance(refused, Conflict) else version
            else:
                messages.success(request, step.done % {"name": user})
                return redirect("admin:accounts_user_staff_page", user.pk)
    return _page(
        request,
        step.name,
        {
            "row": row,
            "form": form,
            "shown": VersionForm(initial={"version": version}),
            "is_possible": step.is_possible(row) and may_manage(request.user, user),
            "refusal": refusal,
            # Only the page that deactivates an account asks for it.
            "other_work": partial(other_work_in_words, user),
            "changes": changes_after(user, seen) if seen != version else [],
        },
        title=step.label,
        status=status,
    )


def _why_not(by: User, row: StaffRow) -> str:
    """Return why a colleague may not change an account at all; empty if they may."""
    if may_manage(by, row.user):
        return ""
    return str(own_account() if by == row.user else role_too_high(row.role))


def _facts(form: forms.Form) -> dict[str, Any]:
    facts = {**form.cleaned_data}
    for name in VersionForm.base_fields:
        del facts[name]
    return facts


def _row_or_404(pk: int) -> StaffRow:
    """Return a member of staff. Raises Http404 for any other account."""
    rows = staff_rows(staff_accounts().filter(pk=pk), at=timezone.now())
    if not rows:
        raise Http404
    return rows[0]


def _page(
    request: HttpRequest,
    name: str,
    context: dict[str, object],
    *,
    title: str | Promise,
    status: int = 200,
) -> HttpResponse:
    return page(
        request, f"admin/staff/{name}.html", context, model=User, title=title, status=status
    )


admin.site.unregister(User)


@admin.register(User)
class UserWithStaffPagesAdmin(UserAdmin):
    """The admin of `accounts` with the pages that desk managers use every day."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Redirect to the one list of accounts."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return redirect("admin:accounts_user_staff")

    def get_urls(self) -> list[URLPattern]:
        views: dict[str, tuple[str, Callable[..., HttpResponseBase]]] = {
            "staff/": ("staff", staff_list),
            "staff/roles/": ("staff_roles", staff_roles),
            "staff/invite/": ("invite", staff_invite),
            "staff/<int:pk>/": ("staff_page", staff_person),
            **{f"staff/<int:pk>/{step.address}/": (step.name, view_of(step)) for step in STEPS},
        }
        own = [
            path(address, self.admin_site.admin_view(view), name=f"accounts_user_{name}")
            for address, (name, view) in views.items()
        ]
        return [*own, *super().get_urls()]
