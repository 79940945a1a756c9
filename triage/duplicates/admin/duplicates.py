"""Possible duplicates of a file: shown with the reason why, closed, or set aside."""

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
from members.models import ACTIVE_STATUSES, UNDECIDED_STATUSES, ClosingReason, Member
from members.services import decisions, exceptions, search
from members.services.countries import name_of
from triage.decisions.admin.base import DecisionView
from triage.decisions.admin.specs import TAKES_OVER, Decision
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

# So many of what a search finds are shown, the latest first; for more, one adds a word.
FOUND_AT_MOST = 20

SAME_AS = Decision(
    name="close_as_duplicate",
    label=gettext_lazy("Close as a duplicate"),
    permission="members.close_member",
    from_statuses=UNDECIDED_STATUSES,
    service=partial(decisions.close_without_letter, reason=ClosingReason.DUPLICATE),
    notice=TAKES_OVER,
    done=gettext_lazy("The file was closed as a duplicate."),
)


@dataclass(frozen=True)
class DuplicatePair:
    """A file that another may be a duplicate of, and what is known of the two."""

    possible_duplicate: PossibleDuplicate
    other: Member

    @property
    def country(self) -> str:
        """The country of the other file, by name."""
        return name_of(self.other.country)


def possible_duplicates(
    member: Member, reader: User
) -> tuple[list[DuplicatePair], list[DuplicatePair]]:
    """Return the possible duplicates of a file within somebody's reach, and what was set aside.

    Those with the most reasons come first. What was closed as a duplicate is settled, and left
    out.
    """
    resemblances = (
        PossibleDuplicate.objects.of(member)
        .within(Member.objects.visible_to(reader))
        .select_related("earlier__assignee", "later__assignee", "dismissed_by")
        .order_by("-pk")
    )
    pairs = [DuplicatePair(each, each.other_than(member)) for each in resemblances]
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
    """Return the possible duplicates of each of several files, by its key, as the queue counts.

    Those with the most reasons come first. Where either file was declined, closed or withdrawn
    there is nothing to settle.
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
    """Close a file as the duplicate of another, once the page has shown them side by side."""

    decision = SAME_AS
    template = "close_as_duplicate"

    def get_member(self) -> Member:
        """Return the file to close, once the other is found too."""
        member, self.other = get_pair_or_404(self.request, **self.kwargs)
        return member

    def get_facts(self) -> dict[str, Any]:
        """Name the other file."""
        return {**super().get_facts(), "duplicate_of": self.other}

    def get_context(self) -> dict[str, Any]:
        """Show the two files."""
        return {
            "other": self.other,
            "files": [self.member, self.other],
            "parts": parts_of(self.member, self.other),
        }


@require_safe
@needs("members.close_member")
def find_original(request: StaffRequest, pk: int) -> HttpResponse:
    """Find the file that another is a duplicate of, among those that the person may see.

    Before anything is searched for, those that the portal proposes.
    """
    member = get_member_or_404(request, pk)
    if not member.is_undecided:
        messages.warning(request, str(exceptions.WrongStatus(member)))
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
        title=_("Close as a duplicate"),
        member=member,
        form=form,
        found=[(other, name_of(other.country)) for other in found[:FOUND_AT_MOST]],
        has_more=len(found) > FOUND_AT_MOST,
        about_the_search=said,
        list_behind=request.GET.get(LIST_BEHIND, ""),
        pairs=[] if form.is_valid() else possible_duplicates(member, request.user)[0],
    )


@require_POST
@needs("members.settle_duplicate_member")
def dismiss_duplicate(request: StaffRequest, pk: int, other: int) -> HttpResponse:
    """Say that two files are no duplicates; where a colleague said so, say who and when."""
    done = _("The two files are no longer proposed as duplicates.")
    return _settle(request, pk, other, matching.dismiss_duplicate, done)


@require_POST
@needs("members.settle_duplicate_member")
def restore_duplicate(request: StaffRequest, pk: int, other: int) -> HttpResponse:
    """Take back that two files are no duplicates."""
    done = _("The two files are possible duplicates again.")
    return _settle(request, pk, other, matching.restore_duplicate, done)


def _settle(
    request: StaffRequest,
    pk: int,
    other: int,
    change: Callable[..., PossibleDuplicate],
    done: str | Promise,
) -> HttpResponse:
    """Change what is said of two files, and show the first; it says too where that is refused."""
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
