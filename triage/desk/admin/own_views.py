"""The views that a person keeps of the list of members, and the page to rename and delete them."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ORDER_VAR, SEARCH_VAR, ChangeList
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.admin.base import StaffRequest, page
from accounts.services.permissions import needs
from core.conflicts import Refused
from core.numbers import whole_number
from members.models import Member
from triage.desk.admin.filters import ViewFilter
from triage.staff_pages.models import SavedView
from triage.staff_pages.saved_views import delete_view, rename_view, save_view, views_of

MEMBERS = Member._meta.label_lower


@dataclass(frozen=True)
class OwnView:
    """One view that the person keeps: its name, its link, and whether the list shows it."""

    label: str
    url: str
    is_current: bool


class SavedViewForm(forms.Form):
    """The name of a view."""

    name = forms.CharField(label=gettext_lazy("Name of the view"), max_length=60)


def parameters_to_keep(files: ChangeList, given: QueryDict) -> dict[str, str]:
    """Return the view, the filters, the order and the search of a list by their parameters."""
    of_filters = {name for each in files.filter_specs for name in each.expected_parameters()}
    kept = {
        name: str(given[name])
        for name in sorted(given)
        if given[name] and name in of_filters | {ORDER_VAR}
    }
    return kept | {SEARCH_VAR: files.query} if files.query else kept


def own_views_context(request: StaffRequest, files: ChangeList) -> dict[str, object]:
    """Return the views that the person keeps, and the query of the list if it can be kept."""
    shown = parameters_to_keep(files, request.GET)
    queue = reverse("admin:members_member_changelist")
    own = [
        OwnView(view.name, f"{queue}?{view.query}", dict(parse_qsl(view.query)) == shown)
        for view in views_of(request.user, MEMBERS)
    ]
    is_own = any(view.is_current for view in own)
    is_narrowed = bool(set(shown) - {ViewFilter.parameter_name})
    return {
        "own_views": own,
        "is_own_view": is_own,
        "query_to_keep": urlencode(shown) if is_narrowed and not is_own else "",
        "name_of_view": SavedViewForm()["name"],
    }


@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.view_member")
def show_own_views(request: StaffRequest) -> HttpResponse:
    """List the views that the person keeps; save, rename or delete one."""
    if request.method != "POST":
        return _page_of(request)
    if (key := whole_number(request.POST.get("view"))) is None:
        return _save(request)
    view = get_object_or_404(views_of(request.user, MEMBERS), pk=key)
    if "delete" in request.POST:
        delete_view(view=view)
        messages.success(request, _("The view “%(name)s” was deleted.") % {"name": view})
        return redirect("admin:members_member_views")
    form = SavedViewForm(request.POST)
    if not form.is_valid():
        return _page_of(request, form, renamed=view, status=422)
    try:
        rename_view(view=view, **form.cleaned_data)
    except Refused as refused:
        return _page_of(request, form, renamed=view, refused=refused, status=409)
    messages.success(request, _("The view has a new name."))
    return redirect("admin:members_member_views")


def _save(request: StaffRequest) -> HttpResponse:
    """Save what a list shows as a view, and show it."""
    form = SavedViewForm(request.POST)
    if not form.is_valid():
        return _page_of(request, form, status=422)
    kept = _known_parameters(request)
    search = kept.pop(SEARCH_VAR, "")
    try:
        view = save_view(
            owner=request.user,
            list_of=MEMBERS,
            search=search,
            filters=urlencode(kept),
            **form.cleaned_data,
        )
    except Refused as refused:
        return _page_of(request, form, refused=refused, status=409)
    messages.success(request, _("The view “%(name)s” was saved.") % {"name": view})
    return redirect(f"{reverse('admin:members_member_changelist')}?{view.query}")


def _known_parameters(request: HttpRequest) -> dict[str, str]:
    """Return the parameters of the posted query that the list knows; none if it refuses them."""
    behind = copy(request)
    behind.GET = QueryDict(request.POST.get("query", ""))
    try:
        files = admin.site.get_model_admin(Member).get_changelist_instance(behind)
    except (IncorrectLookupParameters, DisallowedModelAdminLookup):
        return {}
    return parameters_to_keep(files, behind.GET)


def _page_of(
    request: StaffRequest,
    form: SavedViewForm | None = None,
    *,
    renamed: SavedView | None = None,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the views, each with a form. Of a form that was refused, what was typed is kept."""
    views: Iterable[SavedView] = views_of(request.user, MEMBERS)
    rows = [
        (view, form if form and view == renamed else SavedViewForm({"name": view.name}))
        for view in views
    ]
    context = {
        "rows": rows,
        "form": form if form and not renamed else None,
        "query_to_keep": request.POST.get("query", ""),
        "refused": refused,
    }
    return page(
        request,
        "admin/members/member/own_views.html",
        context,
        model=Member,
        title=_("Your views"),
        status=status,
    )
