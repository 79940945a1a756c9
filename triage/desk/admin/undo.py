"""Undo decisions from the page after them, and from the page of the member."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_POST

from accounts.admin.base import StaffRequest
from accounts.services.permissions import needs
from members.models import Member
from triage.decisions.admin.specs import DECISIONS, MEMBERS
from triage.decisions.admin.undo import posted_versions, undo_row
from triage.desk.admin.bulk_runs import begin_bulk_run
from triage.desk.models import BulkRunAction
from triage.desk.services.bulk_runs import NewItem


@require_POST
@needs("members.view_member")
def undo(request: StaffRequest) -> HttpResponse:
    """Undo the latest decision on each member that was posted, with the version that was shown."""
    posted = posted_versions(request)
    members = Member.objects.visible_to(request.user).in_bulk(list(posted))
    if not members:
        raise Http404
    if len(members) > 1:
        items = [NewItem(pk, posted[pk]) for pk in sorted(members)]
        return begin_bulk_run(request, BulkRunAction.UNDO, items)
    [member] = members.values()
    return undo_row(request, MEMBERS, member, DECISIONS)
