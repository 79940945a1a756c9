"""The admin page of the outcomes of a meeting: its decisions and its action points."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.admin.base import StaffRequest, get_visible_or_404, post_data
from accounts.services.permissions import needs
from core.admin.conflicts import VersionForm
from core.conflicts import Conflict, NothingChanged, Refused
from meetings.admin.permissions import CHANGE
from meetings.forms.ordered_rows import OrderedRows
from meetings.models import Meeting
from participation.admin.attendance import attendance_page
from participation.forms.outcomes import ActionPointForm, DecisionForm
from participation.services.outcomes import (
    action_points_of,
    decisions_of,
    owners_for,
    set_outcomes,
)

Rows = tuple[OrderedRows[DecisionForm], OrderedRows[ActionPointForm]]


@require_http_methods(["GET", "HEAD", "POST"])
@needs(CHANGE)
def outcomes(request: StaffRequest, pk: int) -> HttpResponse:
    """Show decisions and action points; on POST, save them, or show them in another order."""
    meeting = get_visible_or_404(Meeting.objects.select_related("focus_area"), request.user, pk)
    rows = decisions, points = _rows(request, meeting)
    form = VersionForm(post_data(request), initial={"version": meeting.version})
    if not (decisions.is_valid() and points.is_valid()):
        status = 422 if decisions.errors or points.errors else 200
        return _page(request, meeting, rows, form, status=status)
    try:
        set_outcomes(
            meeting=meeting,
            decisions=decisions.facts,
            action_points=points.facts,
            version=form.version_seen,
            by=request.user,
            at=now(),
        )
    except NothingChanged as refused:
        messages.info(request, str(refused))
    except Refused as refused:
        return _page(request, meeting, rows, form, refusal=refused, status=409)
    else:
        messages.success(request, _("Saved. The members of the group can read it now."))
    return redirect("admin:meetings_meeting_change", pk)


def _rows(request: StaffRequest, meeting: Meeting) -> Rows:
    """Return the rows of both kinds, as they are stored or as they were sent."""
    data = post_data(request)
    decisions = [{"key": each.pk, "text": each.text} for each in decisions_of(meeting)]
    points = [
        {"key": each.pk, "text": each.text, "owner": each.owner_id, "due_on": each.due_on}
        for each in action_points_of(meeting)
    ]
    owners = list(owners_for(meeting))
    return (
        OrderedRows(DecisionForm, stored=decisions, data=data),
        OrderedRows(ActionPointForm, stored=points, data=data, owners=owners),
    )


def _page(
    request: StaffRequest,
    meeting: Meeting,
    rows: Rows,
    form: VersionForm,
    *,
    refusal: Refused | None = None,
    status: int,
) -> HttpResponse:
    decisions, points = rows
    return attendance_page(
        request,
        "outcomes",
        {
            "decisions": decisions,
            "points": points,
            "has_begun": meeting.starts_at <= now(),
            # What was typed is about the version that the person saw.
            "version_shown": form["version"].value() or "",
            "version_to_read": meeting.version if isinstance(refusal, Conflict) else None,
            "stored_decisions": decisions_of(meeting) if refusal else [],
            "stored_points": list(action_points_of(meeting)) if refusal else [],
            "refusal": refusal or "",
        },
        title=_("Decisions and action points"),
        meeting=meeting,
        status=status,
    )
