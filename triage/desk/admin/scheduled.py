"""Scheduled steps of a member: staff can see them, take them early, or skip them."""

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
from triage.follow_ups.services import ScheduledFollowUp
from triage.staff_pages.pages import get_member_or_404, member_url


@dataclass(frozen=True)
class ScheduledRow:
    """One scheduled step as text. `to` is empty if no message is sent."""

    key: str
    what: str
    when: str
    is_due: bool
    to: list[str]


def scheduled_rows(
    member: Member, people: list[FocalPoint], at: datetime, *, has_replied: bool
) -> list[ScheduledRow]:
    """Return the scheduled steps of a member, the earliest first."""
    return [
        ScheduledRow(
            key=step.key,
            what=str(step.step.label),
            when=format_datetime(step.due_at, GENEVA),
            is_due=step.due_at <= at,
            to=_written_to(step, member, people),
        )
        for step in services.scheduled_follow_ups(member, people=people, has_replied=has_replied)
    ]


@require_POST
@needs("members.request_information_member")
def follow_up_now(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a scheduled step now."""
    return _change(request, pk, services.run_follow_up, _("Done: %(step)s."))


@require_POST
@needs("members.request_information_member")
def follow_up_skip(request: StaffRequest, pk: int) -> HttpResponse:
    """Skip a scheduled step."""
    return _change(request, pk, services.skip_follow_up, _("Skipped: %(step)s."))


def _change(
    request: StaffRequest, pk: int, change: Callable[..., FollowUp], done: str
) -> HttpResponse:
    """Take or skip a scheduled step, and show the member's page, with the reason if refused."""
    member = get_member_or_404(request, pk)
    try:
        step = change(member=member, key=request.POST.get("step", ""), by=request.user, at=now())
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, done % {"step": step.get_step_display()})
    return redirect(member_url(request, pk))


def _written_to(step: ScheduledFollowUp, member: Member, people: list[FocalPoint]) -> list[str]:
    match step.step:
        case FollowUpStep.REMIND_OF_REQUEST:
            return [person.full_name for person in people]
        case FollowUpStep.NOTIFY_OFFICER:
            return [str(member.assignee)]
        case FollowUpStep.REMIND_TO_CONFIRM if step.focal_point:
            return [step.focal_point.full_name]
    return []
