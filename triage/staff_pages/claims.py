"""Give each person a member of their own to work on, so that no two read the same one.

A claim is taken by a conditional update of one row, as messages are: it needs no shared cache, and
one of two processes that ask at the same time gets it. It ends by itself.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When

from accounts.models import User
from focus_areas.models import FocusArea
from members.models import FocalPoint, Member, MemberStatus
from triage.holds.models import on_hold_q
from triage.staff_pages.models import Claim

# Who has it works on members, and so can have claims.
TAKE_PERMISSION: Final = "members.take_member"
# The page of a member extends the claim of its reader more often than that.
CLAIM_DURATION: Final = timedelta(minutes=5)
# For so long after a claim has ended, *Next* gives its person other members.
PASSED_OVER_FOR: Final = timedelta(minutes=15)
BATCH_SIZE: Final = 10


def claim(member: int, *, by: User, at: datetime) -> bool:
    """Claim a member, or extend the person's own claim; return whether no colleague has it."""
    return _claim_until(at + CLAIM_DURATION, member, by, at)


def claim_next(
    members: QuerySet[Member], *, after: Member | None, by: User, at: datetime
) -> int | None:
    """Claim the next member for a person in a list; return its key, or None if there is none.

    The person's own members come first, then the unassigned ones: first those in the languages that
    the person reads, then those of the areas that they coordinate, then what no colleague has just
    passed over, then in the order of the list. What is on hold, what a colleague has open, and what
    the person has just passed over is left out: also the one that they come from, `after`, if there
    is one.
    """
    recent = Claim.objects.filter(ends_at__gt=at - PASSED_OVER_FOR)
    left_out = Claim.objects.of_others(by, at) | recent.filter(by=by)
    free = members.filter(
        ~on_hold_q(at),
        ~Q(pk__in=left_out.values("member")),
        Q(assignee=by) | Q(assignee=None),
        status=MemberStatus.PENDING,
    )
    languages = ["en", *by.read_languages.values_list("language", flat=True)]
    spoken = FocalPoint.objects.filter(
        member=OuterRef("pk"), is_alternate=False, language__in=languages
    )
    coordinated = FocusArea.coordinators.through.objects.filter(
        user=by, focusarea=OuterRef("first_choice")
    )
    if after:
        free = free.exclude(pk=after.pk)
    ordered = free.order_by(
        *(_first(each) for each in (Q(assignee=by), Exists(spoken), Exists(coordinated))),
        # One row says who had a member last, so two people would give each other the same few.
        _first(~Q(Exists(recent.filter(member=OuterRef("pk"))))),
        *members.query.order_by,
    )
    following = None
    while not following and (found := list(ordered.values_list("pk", flat=True)[:BATCH_SIZE])):
        following = next((each for each in found if claim(each, by=by, at=at)), None)
    if after:
        _claim_until(at, after.pk, by, at)
    return following


def _claim_until(ends_at: datetime, member: int, by: User, at: datetime) -> bool:
    claims = Claim.objects.filter(member=member)
    if claims.claimable(by, at).update(by=by, ends_at=ends_at):
        return True
    _claim, is_new = Claim.objects.get_or_create(
        member_id=member, defaults={"by": by, "ends_at": ends_at}
    )
    return is_new


def _first(condition: Q | Exists) -> Case:
    return Case(When(condition, then=Value(0)), default=Value(1))
