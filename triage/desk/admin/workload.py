"""The pages that assign many members at once. The team stands on the page of the figures."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.admin.base import StaffRequest, post_data
from accounts.models import User
from accounts.services.permissions import needs
from core.conflicts import Refused
from focus_areas.models import EVERY_AREA
from members.models import Member, MemberStatus
from members.services.bulk_assignment import (
    MAX_REASSIGNED,
    reassign_all,
    share_out,
    undecided_of,
)
from triage.desk.forms import ReassignAllForm, ShareOutForm
from triage.desk.services.shares import ShareOutBy, colleagues_here, shares_of, unassigned
from triage.staff_pages.pages import member_page

VIEW_PERMISSIONS = ("members.view_member", EVERY_AREA)
# The maximum number of skipped members that are named.
NAMED_AT_MOST = 5


@require_safe
@needs(*VIEW_PERMISSIONS)
def show_workload(request: StaffRequest) -> HttpResponse:
    """Lead to the table of the team."""
    return redirect(team_url())


@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.reassign_all_member", *VIEW_PERMISSIONS)
def reassign_all_of(request: StaffRequest, pk: int) -> HttpResponse:
    """Reassign the undecided members of a colleague that the page shows, after confirmation."""
    assignee = get_object_or_404(User, pk=pk, is_staff=True)
    shown = dict(undecided_of(assignee).values_list("pk", "status")[:MAX_REASSIGNED])
    form = ReassignAllForm(post_data(request), assignee=assignee)
    refused: Refused | None = None
    if form.is_valid():
        try:
            done = reassign_all(**form.cleaned_data, assignee=assignee, by=request.user, at=now())
        except Refused as refusal:
            refused = refusal
        else:
            messages.success(request, reassigned_in_words(len(done.entries)))
            if done.skipped:
                messages.warning(request, skipped_in_words(done.skipped))
            return redirect(team_url())
    is_wrong = request.method == "POST" and not refused
    pending = sum(status == MemberStatus.PENDING for status in shown.values())
    return member_page(
        request,
        "reassign_all",
        {
            "form": form,
            "assignee": assignee,
            "refused": refused,
            "shown": ",".join(map(str, shown)),
            "number": len(shown),
            "pending": pending,
            "asked": len(shown) - pending,
        },
        title=_("Reassign all"),
        status=409 if refused else 422 if is_wrong else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.reassign_all_member", *VIEW_PERMISSIONS)
def share_out_unassigned(request: StaffRequest) -> HttpResponse:
    """Share out the unassigned members among colleagues, as the page showed the shares."""
    at = now()
    members, colleagues = unassigned()[:MAX_REASSIGNED], colleagues_here(today=localdate(at))
    form = ShareOutForm(post_data(request), colleagues=colleagues)
    chosen, by = list(colleagues), ShareOutBy.NOTHING
    if form.is_valid():
        members = unassigned().filter(pk__in=form.cleaned_data["members"])
        chosen, by = list(form.cleaned_data["colleagues"]), ShareOutBy(form.cleaned_data["by"])
    shares = shares_of(members, chosen, by)
    shown = " ".join([by, *(str(colleague.pk) for colleague in chosen)])
    refused: Refused | None = None
    # A person who changes the choice sees the new shares first.
    if form.is_valid() and request.POST.get("share_out") == shown:
        keys = {colleague: [each.pk for each in share] for colleague, share in shares.items()}
        try:
            done = share_out(shares=keys, by=request.user, at=at)
        except Refused as refusal:
            refused = refusal
        else:
            messages.success(request, assigned_in_words(len(done.entries)))
            return redirect(team_url())
    return member_page(
        request,
        "share_out",
        {
            "form": form,
            "refused": refused,
            "shares": shares.items(),
            "shown": shown,
            "number": len(members),
            "keys": ",".join(str(each.pk) for each in members),
        },
        title=_("Share out"),
        status=409 if refused else 422 if form.errors else 200,
    )


def team_url() -> str:
    """Return the URL of the table of the team, without the host."""
    return f"{reverse('admin:figures')}#team"


def assigned_in_words(number: int) -> str:
    """Return how many members were assigned."""
    return ngettext("%(number)d applicant assigned.", "%(number)d applicants assigned.", number) % {
        "number": number
    }


def reassigned_in_words(number: int) -> str:
    """Return how many members were reassigned."""
    return ngettext(
        "%(number)d applicant reassigned.", "%(number)d applicants reassigned.", number
    ) % {"number": number}


def skipped_in_words(skipped: list[Member]) -> str:
    """Return how many members were skipped and why, with the references of the first ones."""
    return ngettext(
        "%(number)d applicant was skipped, because it was decided or reassigned after you opened "
        "the page: %(references)s",
        "%(number)d applicants were skipped, because they were decided or reassigned after you "
        "opened the page: %(references)s",
        len(skipped),
    ) % {
        "number": len(skipped),
        "references": ", ".join(
            [member.reference for member in skipped[:NAMED_AT_MOST]]
            + ["…"] * (len(skipped) > NAMED_AT_MOST)
        ),
    }
