"""The pages that show how many members each colleague has, and reassign all of one colleague's."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.admin.base import StaffRequest, post_data
from accounts.models import User
from accounts.services.permissions import needs
from core.conflicts import Refused
from focus_areas.models import EVERY_AREA
from members.models import Call, Member, MemberStatus
from members.services.bulk_assignment import MAX_REASSIGNED, reassign_all, undecided_of
from triage.desk.forms import ReassignAllForm
from triage.desk.services.work_queue import Reader, undecided_by_assignee
from triage.desk.services.workload import COUNTED_VIEWS, workload
from triage.staff_pages.pages import member_page

VIEW_PERMISSIONS = ("members.view_member", EVERY_AREA)
# The maximum number of skipped members that are named.
NAMED_AT_MOST = 5


@require_safe
@needs(*VIEW_PERMISSIONS)
def show_workload(request: StaffRequest) -> HttpResponse:
    """Show how many undecided members each colleague has, by view of the queue."""
    at = now()
    reader = Reader(user=request.user, calls=Call.objects.all(), at=at)
    rows = workload(undecided_by_assignee(reader, COUNTED_VIEWS), at=at)
    return member_page(request, "workload", {"workload": rows}, title=_("Workload"))


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
            return redirect("admin:members_member_workload")
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


def reassigned_in_words(number: int) -> str:
    """Return how many members were reassigned."""
    return ngettext("%(number)d member reassigned.", "%(number)d members reassigned.", number) % {
        "number": number
    }


def skipped_in_words(skipped: list[Member]) -> str:
    """Return how many members were skipped and why, with the references of the first ones."""
    return ngettext(
        "%(number)d member was skipped, because it was decided or reassigned after you opened the "
        "page: %(references)s",
        "%(number)d members were skipped, because they were decided or reassigned after you opened "
        "the page: %(references)s",
        len(skipped),
    ) % {
        "number": len(skipped),
        "references": ", ".join(
            [member.reference for member in skipped[:NAMED_AT_MOST]]
            + ["…"] * (len(skipped) > NAMED_AT_MOST)
        ),
    }
