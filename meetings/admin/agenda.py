"""Admin page of the agenda of a meeting: its items, with the length of each."""

from django.contrib import admin, messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.admin.base import StaffRequest, get_visible_or_404, page, post_data
from accounts.services.permissions import insist
from core.admin.conflicts import VersionForm
from core.conflicts import Conflict, NothingChanged, Refused
from meetings.admin.permissions import CHANGE
from meetings.forms.agenda import AgendaItemForm
from meetings.forms.ordered_rows import OrderedRows
from meetings.models import Meeting
from meetings.services.agenda import items_of, rows_of, set_agenda
from meetings.services.meeting_times import meeting_in_words


class AgendaPages(admin.ModelAdmin):
    """The page of the items of an agenda."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.agenda)
        name = "meetings_meeting_agenda"
        return [path("<int:pk>/agenda/", view, name=name), *super().get_urls()]

    def agenda(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Show the items of an agenda; on POST, save them, or show them in another order."""
        insist(request.user, CHANGE)
        meeting = get_visible_or_404(Meeting.objects.select_related("focus_area"), request.user, pk)
        rows = OrderedRows(
            AgendaItemForm, stored=rows_of(items_of(meeting)), data=post_data(request)
        )
        form = VersionForm(post_data(request), initial={"version": meeting.version})
        if not rows.is_valid():
            status = 422 if rows.errors else 200
            return _agenda_page(request, meeting, rows, form, status=status)
        try:
            set_agenda(
                meeting=meeting,
                items=rows.facts,
                version=form.version_seen,
                by=request.user,
                at=timezone.now(),
            )
        except NothingChanged as refused:
            messages.info(request, str(refused))
        except Refused as refused:
            return _agenda_page(request, meeting, rows, form, refusal=refused, status=409)
        else:
            messages.success(request, _("The agenda is saved."))
        return HttpResponseRedirect(reverse("admin:meetings_meeting_change", args=[pk]))


def _agenda_page(
    request: StaffRequest,
    meeting: Meeting,
    rows: OrderedRows[AgendaItemForm],
    form: VersionForm,
    *,
    refusal: Refused | None = None,
    status: int,
) -> HttpResponse:
    return page(
        request,
        "admin/meetings/meeting/agenda.html",
        {
            "meeting": meeting,
            "when": meeting_in_words(meeting, [meeting.time_zone, "UTC"]),
            "rows": rows,
            # What was typed is about the version that the person saw.
            "version_shown": form["version"].value() or "",
            "version_to_read": meeting.version if isinstance(refusal, Conflict) else None,
            "stored": items_of(meeting) if refusal else [],
            "refusal": refusal or "",
        },
        model=Meeting,
        title=_("Agenda"),
        status=status,
    )
