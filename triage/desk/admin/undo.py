"""Undo decisions from the page after them, and from the page of the member."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.admin.base import StaffRequest
from accounts.services.permissions import needs
from core.conflicts import Refused
from members.models import Member
from members.services.undo import undo_decision
from triage.desk.admin.bulk_runs import begin_bulk_run
from triage.desk.models import BulkRunAction
from triage.desk.services.bulk_runs import MAX_IN_REQUEST, MAX_ITEMS, NewItem
from triage.staff_pages.pages import member_url, queue_url


@require_POST
@needs("members.view_member")
def undo(request: StaffRequest) -> HttpResponse:
    """Undo the latest decision on each member that was posted, with the version that was shown."""
    posted = _posted(request)
    members = Member.objects.visible_to(request.user).in_bulk(list(posted))
    if not members:
        raise Http404
    if len(members) > MAX_IN_REQUEST:
        items = [NewItem(pk, posted[pk]) for pk in sorted(members)]
        return begin_bulk_run(request, BulkRunAction.UNDO, items)
    done = 0
    for member in members.values():
        try:
            undo_decision(member=member, by=request.user, at=now(), version=posted[member.pk])
        except Refused as refused:
            words = str(refused)
            if len(members) > 1:
                words = _("%(heading)s: %(words)s") % {"heading": member, "words": words}
            messages.warning(request, words)
        else:
            done += 1
    if done:
        messages.success(request, _done(done))
    [first, *others] = members.values()
    is_alone = not others and Member.objects.visible_to(request.user).filter(pk=first.pk).exists()
    return redirect(member_url(request, first.pk) if is_alone else queue_url(request))


def _done(number: int) -> str:
    return ngettext(
        "%(number)d decision undone. No letter is sent.",
        "%(number)d decisions undone. No letters are sent.",
        number,
    ) % {"number": number}


def _posted(request: StaffRequest) -> dict[int, int]:
    """Return the posted versions by the key of the member. Raises Http404 if one is altered."""
    pairs = request.POST.getlist("decided")[:MAX_ITEMS]
    try:
        return {int(pk): int(version) for pk, _dash, version in (p.partition("-") for p in pairs)}
    except ValueError as altered:
        raise Http404 from altered
