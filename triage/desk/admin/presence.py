"""Who else has a member open, and what arrived meanwhile, for the page that is open."""

from django.http import JsonResponse
from django.template.loader import render_to_string
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.admin.base import StaffRequest, get_visible_or_404
from accounts.services.permissions import needs
from members.models import Member
from members.services.mentions import mark_mentions_as_read
from members.services.timeline import timeline_with_files
from triage.staff_pages.arrivals import (
    arrivals_on,
    mark_as_reading,
    others_reading,
    readers_in_words,
)
from triage.staff_pages.claims import TAKE_PERMISSION, claim


@never_cache
@require_POST
@needs("members.view_member")
def presence(request: StaffRequest, pk: int) -> JsonResponse:
    """Mark that the person has a member open, and return what their page can show at once."""
    member = get_visible_or_404(Member.objects.all(), request.user, pk)
    mark_as_reading(pk, request.user)
    mark_mentions_as_read(pk, by=request.user)
    if request.user.has_perm(TAKE_PERMISSION):
        claim(pk, by=request.user, at=now())
    timeline = timeline_with_files(member.timeline.all())
    context = {"member": member, "entries": arrivals_on(request, timeline).entries}
    arrived = render_to_string("admin/decisions/_arrived_entries.html", context)
    return JsonResponse(
        {
            "readers": readers_in_words(others_reading(pk, request.user)),
            "arrived": arrived.strip(),
        }
    )
