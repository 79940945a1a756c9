"""What comes by itself to a file: shown before it goes, taken at once, or skipped."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.admin.base import StaffRequest
from accounts.services.permissions import needs
from core.conflicts import Refused
from core.dates import GENEVA, format_datetime
from members.models import FocalPoint, Member
from triage.follow_ups import services
from triage.follow_ups.models import FollowUp, FollowUpStep
from triage.follow_ups.services import Planned
from triage.staff_pages.pages import address_of_the_file, get_member_or_404


@dataclass(frozen=True)
class Coming:
    """One step that is to come, in words; `to` is empty where nobody is written to."""

    key: str
    what: str
    when: str
    is_due: bool
    to: list[str]


def coming_to(member: Member, people: list[FocalPoint], at: datetime) -> list[Coming]:
    """Return what comes to a file by itself, the soonest first."""
    return [
        Coming(
            key=step.key,
            what=str(step.step.label),
            when=format_datetime(step.due_at, GENEVA),
            is_due=step.due_at <= at,
            to=_written_to(step, member, people),
        )
        for step in services.planned(member)
    ]


@require_POST
@needs("members.request_information_member")
def follow_up_now(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a step that is to come at once."""
    return _change(request, pk, services.take_step, _("Done: %(step)s."))


@require_POST
@needs("members.request_information_member")
def follow_up_skip(request: StaffRequest, pk: int) -> HttpResponse:
    """Leave out a step that is to come."""
    return _change(request, pk, services.skip_step, _("Skipped: %(step)s."))


def _change(
    request: StaffRequest, pk: int, change: Callable[..., FollowUp], done: str
) -> HttpResponse:
    """Change what is to come, and show the file; it says too where that is refused."""
    member = get_member_or_404(request, pk)
    try:
        step = change(member=member, key=request.POST.get("step", ""), by=request.user, at=now())
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, done % {"step": step.get_step_display()})
    return redirect(address_of_the_file(request, pk))


def _written_to(step: Planned, member: Member, people: list[FocalPoint]) -> list[str]:
    """Return the names of those to whom a step writes."""
    match step.step:
        case FollowUpStep.REMIND_OF_REQUEST:
            return [person.full_name for person in people]
        case FollowUpStep.TELL_OFFICER:
            return [str(member.assignee)]
        case FollowUpStep.REMIND_TO_CONFIRM if step.focal_point:
            return [step.focal_point.full_name]
    return []
