"""The organisations that were asked for something and have not answered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.languages import with_commas
from members.models import Member, ReasonGiven
from members.services.response_times import day_in_geneva
from triage.follow_ups.models import FollowUp, FollowUpStep
from triage.statistics.services.work import silent_members


@dataclass(frozen=True)
class Silent:
    """One organisation that has not answered: what was asked, since when, and the reminder.

    `since_days` are days of the calendar in Geneva.
    """

    member: Any
    asked_for: str
    since_days: int
    reminded_on: date | None


def silent_organisations(members: QuerySet[Member], *, at: datetime) -> list[Silent]:
    """Return the members among these that have not answered, the longest silent first.

    Each member says whether mail to it has failed (`has_failed_mail`).
    """
    silent = list(silent_members(members.with_failed_mail()))  # type: ignore[attr-defined]
    requests = [member.request for member in silent]
    asked = _reasons(requests)
    reminders = FollowUp.objects.filter(
        entry__in=requests, step=FollowUpStep.REMIND_OF_REQUEST, is_skipped=False
    )
    reminded = dict(reminders.values_list("entry", "at"))
    today = day_in_geneva(at)
    return [
        Silent(
            member,
            with_commas(asked.get(member.request, [])) or _("Something else"),
            (today - day_in_geneva(member.asked_at or member.submitted_at)).days,
            day_in_geneva(reminded[member.request]) if member.request in reminded else None,
        )
        for member in silent
    ]


def _reasons(requests: Iterable[int]) -> dict[int, list[str]]:
    """Return the standard reasons of some requests for information, in their order."""
    given = ReasonGiven.objects.filter(entry__in=requests).select_related("reason")
    reasons: dict[int, list[str]] = {}
    for each in given.order_by("position"):
        reasons.setdefault(each.entry_id, []).append(str(each.reason))
    return reasons
