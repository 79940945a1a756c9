"""The admin pages of meetings that co-leads propose: their list, and the decision on one."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.admin.base import StaffRequest, get_visible_or_404, page
from accounts.services.permissions import insist, needs
from core.conflicts import Refused
from core.dates import GENEVA
from meetings.models import Meeting
from participation.forms.proposals import DeclineForm
from participation.models import MeetingProposal
from participation.services.meeting_proposals import (
    MAY_DECIDE,
    accept_proposal,
    decline_proposal,
    times_of,
)

VIEW = "meetings.view_meeting"
MAX_DECIDED = 50


@require_safe
@needs(VIEW)
def proposals(request: StaffRequest) -> HttpResponse:
    """List the proposals that wait for a decision, and the latest decided ones."""
    found = MeetingProposal.objects.visible_to(request.user)
    rows = found.select_related("focus_area", "meeting")
    return page(
        request,
        "admin/participation/proposals.html",
        {
            "open": [(row, times_of(row, GENEVA)[0]) for row in rows.open()],
            "decided": [(row, times_of(row, GENEVA)[0]) for row in rows.decided()[:MAX_DECIDED]],
        },
        model=Meeting,
        title=_("Proposed meetings"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW)
def proposal(request: StaffRequest, pk: int) -> HttpResponse:
    """Show one proposal; on POST, accept it as a draft meeting, or decline it with a reason."""
    rows = MeetingProposal.objects.select_related("focus_area", "meeting", "focal_point__member")
    shown = get_visible_or_404(rows, request.user, pk)
    if request.method != "POST":
        return _page(request, shown, DeclineForm())
    insist(request.user, MAY_DECIDE)
    form = DeclineForm(request.POST)
    by: dict[str, Any] = {"by": request.user, "at": now()}
    try:
        if "accept" in request.POST:
            meeting = accept_proposal(proposal=shown, **by)
            messages.success(
                request,
                _("A draft was created from the proposal. Complete it, then schedule it."),
            )
            return redirect("admin:meetings_meeting_change", meeting.pk)
        if not form.is_valid():
            return _page(request, shown, form, status=422)
        decline_proposal(proposal=shown, reason=form.cleaned_data["reason"], **by)
    except Refused as refused:
        return _page(request, shown, form, refusal=str(refused), status=409)
    messages.success(request, _("The proposal was declined. The co-lead was told the reason."))
    return redirect("admin:meetings_meeting_proposals")


def _page(
    request: StaffRequest,
    shown: MeetingProposal,
    form: DeclineForm,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    return page(
        request,
        "admin/participation/proposal.html",
        {
            "proposal": shown,
            "when": times_of(shown, shown.time_zone, GENEVA),
            "form": form,
            "may_decide": shown.is_open and request.user.has_perm(MAY_DECIDE),
            "refusal": refusal,
        },
        model=Meeting,
        title=_("Proposed meeting"),
        status=status,
    )
