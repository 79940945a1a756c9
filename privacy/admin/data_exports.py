"""The page that exports what is known of a person, and the list of these exports."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.filters import BooleanFieldListFilter
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.http import require_http_methods

from accounts.admin.base import StaffRequest, page, post_data
from accounts.services.permissions import needs
from accounts.views.decorators import too_many_attempts
from core.admin.lookups import AuthoredLookOnly
from core.dates import GENEVA
from core.rate_limits import TooManyAttempts
from privacy.forms import ExportForm, PersonForm
from privacy.models import DataExport
from privacy.services.exports import export_person, exported_tables
from privacy.services.people import find_person, language_of

TEMPLATE = "admin/privacy/dataexport/person.html"


class OwnExportFilter(BooleanFieldListFilter):
    """Narrows exports to those by the person. Its heading reads well after "By"."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = gettext_lazy("export by the person")


@admin.register(DataExport)
class DataExportAdmin(AuthoredLookOnly):
    """The record of exports, which nobody can change."""

    list_display = ("at", "author", "address", "is_own", "format")
    list_filter = (("is_own", OwnExportFilter), "format", "at")
    list_select_related = False
    ordering = ("-at", "-pk")
    fields = ("at", "author", "address", "is_own", "format")
    change_list_template = "admin/privacy/dataexport/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        urls: list[URLPattern] = super().get_urls()
        page_of_person = self.admin_site.admin_view(person)
        return [path("person/", page_of_person, name="privacy_dataexport_person"), *urls]


@require_http_methods(["GET", "HEAD", "POST"])
@needs("privacy.export_person")
def person(request: StaffRequest) -> HttpResponseBase:
    """Search a person by address; show in which tables they are, and export their data.

    The address is posted, so that it is in no log. The file is in the person's language.
    """
    search = PersonForm(post_data(request))
    if not search.is_valid():
        return _page(request, search, status=422 if search.is_bound else 200)
    address = search.cleaned_data["address"]
    language = language_of(address)
    form = ExportForm(request.POST if "format" in request.POST else None)
    if form.is_valid():
        try:
            with override(language):
                file = export_person(
                    address=address,
                    kind=form.cleaned_data["format"],
                    by=request.user,
                    is_own=False,
                    zone=GENEVA,
                    at=now(),
                )
            return HttpResponse(file.content, content_type=file.content_type, headers=file.headers)
        except TooManyAttempts as refused:
            return too_many_attempts(_page(request, search, form=form, refusal=refused), refused)
    tables = list(exported_tables(find_person(address), zone=GENEVA))
    status = 422 if form.is_bound else 200
    return _page(request, search, status=status, form=form, tables=tables, language=language)


def _page(
    request: StaffRequest, search: PersonForm, *, status: int = 200, **context: Any
) -> HttpResponse:
    return page(
        request,
        TEMPLATE,
        {"search": search, **context},
        model=DataExport,
        title=_("People's data"),
        status=status,
    )
