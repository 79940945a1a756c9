"""The page that exports the filtered list as a spreadsheet."""

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.timezone import localtime, now
from django.utils.translation import get_language, gettext_noop, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.admin.base import StaffRequest, post_data
from accounts.services.permissions import needs
from core.spreadsheets import FORMATS, SpreadsheetFormat
from members.models import NOTE_LANGUAGE, Member, MemberQuerySet
from triage.spreadsheets.forms import ExportForm
from triage.spreadsheets.models import FILTER_SEPARATOR, FILTER_VALUE_SEPARATOR
from triage.spreadsheets.services.columns import NoRoom, export_members
from triage.staff_pages.pages import member_page

SEARCHED = gettext_noop("a search")


@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.view_member", "members.export_member")
def export(request: StaffRequest) -> HttpResponseBase:
    """Show what the file will contain; on POST, send it and record who exported it."""
    queue = admin.site.get_model_admin(Member)
    form = ExportForm(post_data(request))
    is_wanted = request.method == "POST" and form.is_valid()
    try:
        # Some filters choose how to describe their value when they are created, so the filters must
        # be described in English.
        with override(NOTE_LANGUAGE if is_wanted else get_language()):
            changelist = queue.get_changelist_instance(request)
    except IncorrectLookupParameters:
        return redirect("admin:members_member_changelist")
    status = 422 if request.method == "POST" else 200
    if is_wanted:
        try:
            return _file(request, changelist, SpreadsheetFormat(form.cleaned_data["format"]))
        except NoRoom as refused:
            form.add_error("format", str(refused))
            status = 503
    return member_page(
        request,
        "export",
        {
            "form": form,
            "number": members_in_list(changelist).count(),
            "filters": filters_of(changelist),
            "searched_for": changelist.query,
            "query": request.GET.urlencode(),
        },
        title=_("Export"),
        status=status,
    )


def _file(
    request: StaffRequest, changelist: ChangeList, format_: SpreadsheetFormat
) -> HttpResponseBase:
    at = now()
    with override(NOTE_LANGUAGE):
        filters = filters_in_words(changelist)
    _export, file = export_members(
        members=members_in_list(changelist), kind=format_, filters=filters, by=request.user, at=at
    )
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"expressions-of-interest-{localtime(at):%Y-%m-%d-%H%M}.{format_}",
        content_type=FORMATS[format_].content_type,
    )


def members_in_list(changelist: ChangeList) -> MemberQuerySet:
    """Return the members on all pages of a list, without the annotations for the list."""
    keys = changelist.queryset.order_by().values("pk")
    return Member.objects.filter(pk__in=keys)


def filters_of(changelist: ChangeList) -> list[tuple[str, str]]:
    """Return the active filters of a list and their values, in the reader's language."""
    return [
        (str(each.title), str(choice["display"]))
        for each in changelist.filter_specs
        for choice in each.choices(changelist)
        if choice["selected"] and choice["display"] != _("All")
    ]


def filters_in_words(changelist: ChangeList) -> str:
    """Return the active filters of a list as one line, without the search terms."""
    chosen = [FILTER_VALUE_SEPARATOR.join(each) for each in filters_of(changelist)]
    if changelist.query:
        chosen.append(SEARCHED)
    return FILTER_SEPARATOR.join(chosen)
