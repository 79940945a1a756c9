"""Possible duplicates of a member: shown with the reasons, closed, or dismissed."""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.admin.base import StaffRequest
from accounts.models import User
from accounts.services.permissions import needs
from core.conflicts import Refused
from members.models import (
    ACTIVE_STATUSES,
    UNDECIDED_STATUSES,
    ClosingReason,
    Member,
    TimelineKind,
)
from members.services import decisions, exceptions, search
from members.services.countries import name_of
from triage.decisions.admin.base import DecisionView
from triage.decisions.admin.declaration import Decision
from triage.decisions.admin.specs import MEMBERS, TAKES_OVER
from triage.decisions.forms.decisions import SearchForm
from triage.duplicates.admin.comparison import get_pair_or_404, parts_of
from triage.duplicates.models import PossibleDuplicate
from triage.duplicates.services import matching
from triage.staff_pages.pages import (
    LIST_BEHIND,
    get_member_or_404,
    member_page,
    member_url,
)

# The maximum number of search results, the latest first. People add a word to find others.
FOUND_AT_MOST = 20

SAME_AS = Decision(
    desk=MEMBERS,
    name="close_as_duplicate",
    label=gettext_lazy("Close as duplicate"),
    permission="members.close_member",
    from_statuses=UNDECIDED_STATUSES,
    kind=TimelineKind.CLOSED,
    service=partial(decisions.close_without_letter, reason=ClosingReason.DUPLICATE),
    notice=TAKES_OVER,
    done=gettext_lazy("The applicant was closed as duplicate."),
)


@dataclass(frozen=True)
class DuplicatePair:
    """A member that another may be a duplicate of, and the facts about the pair."""

    possible_duplicate: PossibleDuplicate
    other: Member

    @property
    def country(self) -> str:
        return name_of(self.other.country)


def possible_duplicates(
    member: Member, reader: User
) -> tuple[list[DuplicatePair], list[DuplicatePair]]:
    """Return the possible duplicates of a member that the user may see, including dismissed ones.

    Those with the most reasons come first. Members closed as duplicates are settled and left out.
    """
    resemblances = (
        PossibleDuplicate.objects.of(member)
        .visible_to(reader)
        .select_related("earlier__assignee", "later__assignee", "dismissed_by")
    )
    latest_first = sorted(resemblances, key=lambda each: -each.pk)
    pairs = [DuplicatePair(each, each.other_than(member)) for each in latest_first]
    open_ones = [
        pair
        for pair in pairs
        if pair.other.duplicate_of_id != member.pk and member.duplicate_of_id != pair.other.pk
    ]
    open_ones.sort(key=lambda pair: -len(pair.possible_duplicate.reasons))
    return (
        [pair for pair in open_ones if not pair.possible_duplicate.is_dismissed],
        [pair for pair in open_ones if pair.possible_duplicate.is_dismissed],
    )


def pairs_of_each(members: Collection[Member], reader: User) -> dict[int, list[DuplicatePair]]:
    """Return the possible duplicates of several members, by key, as the queue counts them.

    Those with the most reasons come first. Pairs with a declined, closed or withdrawn member are
    left out, because there is nothing to settle.
    """
    standing = Member.objects.visible_to(reader).filter(status__in=ACTIVE_STATUSES)
    resemblances = (
        PossibleDuplicate.objects.open()
        .within(standing)
        .filter(Q(earlier__in=members) | Q(later__in=members))
        .select_related("earlier", "later")
        .order_by("-pk")
    )
    pairs: dict[int, list[DuplicatePair]] = defaultdict(list)
    for each in sorted(resemblances, key=lambda each: -len(each.reasons)):
        for member in (each.earlier, each.later):
            pairs[member.pk].append(DuplicatePair(each, each.other_than(member)))
    return pairs


class CloseAsDuplicateView(DecisionView):
    """Close a member as the duplicate of another, after the page has shown both side by side."""

    decision = SAME_AS
    template = "close_as_duplicate"

    def get_row(self) -> Member:
        member, self.other = get_pair_or_404(self.request, **self.kwargs)
        return member

    def get_facts(self) -> dict[str, Any]:
        return {**super().get_facts(), "duplicate_of": self.other}

    def get_context(self) -> dict[str, Any]:
        return {
            "other": self.other,
            "files": [self.row, self.other],
            "parts": parts_of(self.row, self.other),
        }


@require_safe
@needs("members.close_member")
def find_original(request: StaffRequest, pk: int) -> HttpResponse:
    """Search for the original of a duplicate among the members that the user may see.

    Without search terms, the page shows the members that the portal proposes.
    """
    member = get_member_or_404(request, pk)
    if not member.is_undecided:
        messages.warning(request, str(exceptions.wrong_status(member)))
        return redirect(member_url(request, pk))
    form = SearchForm(request.GET if "q" in request.GET else None)
    found, said = [], ""
    if form.is_valid():
        others = Member.objects.visible_to(request.user).exclude(pk=pk)
        answer = search.find(others, form.cleaned_data["q"])
        latest = answer.members.select_related("assignee").order_by("-submitted_at", "-pk")
        found, said = list(latest[: FOUND_AT_MOST + 1]), answer.in_words
    return member_page(
        request,
        "find_original",
        {
            "form": form,
            "found": [(other, name_of(other.country)) for other in found[:FOUND_AT_MOST]],
            "has_more": len(found) > FOUND_AT_MOST,
            "about_the_search": said,
            "list_behind": request.GET.get(LIST_BEHIND, ""),
            "pairs": [] if form.is_valid() else possible_duplicates(member, request.user)[0],
        },
        title=_("Close as duplicate"),
        member=member,
    )


@require_POST
@needs("members.settle_duplicate_member")
def dismiss_duplicate(request: StaffRequest, pk: int, other: int) -> HttpResponse:
    """Dismiss a pair of possible duplicates. If a colleague has done so, say who and when."""
    done = _("Marked as not duplicates.")
    return _settle(request, pk, other, matching.dismiss_duplicate, done)


@require_POST
@needs("members.settle_duplicate_member")
def restore_duplicate(request: StaffRequest, pk: int, other: int) -> HttpResponse:
    """Undo the dismissal of a pair."""
    done = _("Restored as possible duplicates.")
    return _settle(request, pk, other, matching.restore_duplicate, done)


def _settle(
    request: StaffRequest,
    pk: int,
    other: int,
    change: Callable[..., PossibleDuplicate],
    done: str | Promise,
) -> HttpResponse:
    """Dismiss a pair or undo this, and show the first member, with the reason if refused."""
    member, another = get_member_or_404(request, pk), get_member_or_404(request, other)
    try:
        possible_duplicate = PossibleDuplicate.objects.between(member.pk, another.pk).first()
        if possible_duplicate is None:
            raise matching.NoLongerProposed
        change(possible_duplicate=possible_duplicate, by=request.user, at=now())
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, str(done))
    return redirect(member_url(request, pk))
