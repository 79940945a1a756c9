"""The page of a bulk run: its progress, then the result for each member."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import OperationalError
from django.db.models import Case, QuerySet, When
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now
from django.utils.translation import get_language, gettext_lazy, ngettext, ngettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.admin.base import StaffRequest
from accounts.services.permissions import needs
from core.dates import format_date
from members.models import Member, TimelineEntry
from outbox.models import Message
from triage.decisions.admin.bulk_specs import BULK_ACTIONS, BulkAction
from triage.decisions.admin.specs import MEMBERS
from triage.decisions.admin.undo import undo_of
from triage.desk.models import BulkItem, BulkRun, BulkRunAction
from triage.desk.services.bulk_runs import (
    MAX_ITEMS,
    MAX_SECONDS_IN_REQUEST,
    PERMISSIONS,
    NewItem,
    Progress,
    process_run,
    progress_of,
    publish_run,
    start_bulk_run,
)
from triage.staff_pages.arrivals import later_entries_of_each
from triage.staff_pages.pages import member_page, with_list_filters

BULK_ACTIONS_BY_NAME: Final = {bulk.name: bulk for bulk in BULK_ACTIONS}
# The sentence of the result, for what is no action of the queue.
OTHER_RESULTS: Final = {
    BulkRunAction.UNDO: ngettext_lazy(
        "%(number)d decision undone. No letter is sent.",
        "%(number)d decisions undone. No letters are sent.",
        "number",
    ),
    BulkRunAction.FLAG_AS_SPAM: ngettext_lazy(
        "%(number)d applicant marked as possible spam. Its acknowledgement is held.",
        "%(number)d applicants marked as possible spam. Their acknowledgements are held.",
        "number",
    ),
    BulkRunAction.UNDO_SPAM_FLAG: ngettext_lazy(
        "%(number)d applicant is no longer possible spam. Its acknowledgement is sent.",
        "%(number)d applicants are no longer possible spam. Their acknowledgements are sent.",
        "number",
    ),
}

STALLED: Final = gettext_lazy(
    "Nothing has happened for some seconds: the process that does the work is busy or stopped. "
    "Your action is stored, and goes on by itself."
)
FRAGMENT: Final = "admin/members/member/_bulk_progress.html"


@dataclass(frozen=True)
class Outcome:
    """The result for one member: done, with the letters sent, or refused, with the reason."""

    member: Member
    refusal: str
    entry: TimelineEntry | None
    # What was chosen in its row instead of the choice for all.
    differences: str = ""
    written: list[Message] = field(default_factory=list)
    arrived: list[TimelineEntry] = field(default_factory=list)


def begin_bulk_run(
    request: StaffRequest,
    action: BulkRunAction,
    items: Sequence[NewItem],
    *,
    key: UUID | None = None,
    **facts: Any,
) -> HttpResponse:
    """Start a run, process it now for a second, and redirect to its page."""
    return redirect(run_url(request, start_and_process(request, action, items, key=key, **facts)))


def start_and_process(
    request: StaffRequest,
    action: BulkRunAction,
    items: Sequence[NewItem],
    *,
    key: UUID | None = None,
    **facts: Any,
) -> BulkRun:
    """Start a run. What is not processed within a second, a worker processes."""
    run = start_bulk_run(
        key=key or uuid4(),
        action=action,
        items=items,
        by=request.user,
        language=get_language() or "",
        at=now(),
        **facts,
    )
    try:
        is_left = process_run(run=run, clock=now, seconds=MAX_SECONDS_IN_REQUEST)
    except OperationalError:
        # The database was busy. What is stored is processed by a worker.
        is_left = True
    if is_left and not publish_run(run):
        messages.warning(
            request,
            _(
                "The process that does the work does not answer. Your action is stored, and starts "
                "by itself as soon as that process is back."
            ),
        )
    return run


@never_cache
@require_safe
@needs("members.view_member")
def show_bulk_run(request: StaffRequest, run: int) -> HttpResponse:
    """Show the progress of one's own bulk run; once it is finished, show the results."""
    bulk_run = _own_run_or_404(request, run)
    progress = progress_of(bulk_run, at=now())
    if not progress.is_finished:
        return member_page(
            request,
            "bulk_progress",
            {"run": bulk_run, **progress_context(progress)},
            title=bulk_run.get_action_display(),
        )
    outcomes = outcomes_of(request, bulk_run)
    refused = [outcome for outcome in outcomes if outcome.refusal]
    done = [outcome for outcome in outcomes if not outcome.refusal]
    bulk = BULK_ACTIONS_BY_NAME.get(bulk_run.action)
    said = bulk.done if bulk else OTHER_RESULTS[BulkRunAction(bulk_run.action)]
    done_in_all = progress.total - progress.refused
    return member_page(
        request,
        "bulk_result",
        {
            "run": bulk_run,
            "outcomes": outcomes,
            "refused": refused,
            "done": done,
            "said": said % {"number": len(done) if len(outcomes) < MAX_ITEMS else done_in_all},
            "more": progress.total - len(outcomes),
            "again": address_to_repeat(request, bulk, refused),
            "undo": undo_of(request, MEMBERS, (each.member for each in done), at=now()),
        },
        title=bulk_run.get_action_display(),
    )


@never_cache
@require_safe
@needs("members.view_member")
def bulk_run_progress(request: StaffRequest, run: int) -> JsonResponse:
    """Return how far one's own bulk run is, for the page that is open: static/js/progress.js.

    Once it is finished, there is no HTML: the same page shows the result.
    """
    progress = progress_of(_own_run_or_404(request, run), at=now())
    context = progress_context(progress)
    html = "" if progress.is_finished else render_to_string(FRAGMENT, context)
    return JsonResponse(
        {
            "html": html,
            "words": str(STALLED) if progress.is_stalled else context["words"],
            "is_finished": progress.is_finished,
        }
    )


def progress_context(progress: Progress) -> dict[str, Any]:
    """Return what the page of a run that is not finished shows of its progress."""
    return {"progress": progress, "words": in_words(progress), "stalled": STALLED}


def in_words(progress: Progress) -> str:
    """Return how far a run is, in one sentence."""
    numbers = {"processed": progress.processed, "total": progress.total}
    return (
        ngettext(
            "%(processed)d of %(total)d applicant processed.",
            "%(processed)d of %(total)d applicants processed.",
            progress.total,
        )
        % numbers
    )


def outcomes_of(request: StaffRequest, run: BulkRun) -> list[Outcome]:
    """Return the result for each of the first MAX_ITEMS members, refused ones first."""
    items = list(
        run.items.filter(member__in=Member.objects.visible_to(request.user))
        .select_related("member__focus_area", "entry", "to", "reason")
        .order_by(Case(When(refusal="", then=1), default=0), "pk")[:MAX_ITEMS]
    )
    letters = letters_of_each(items)
    refused = [item.member for item in items if item.refusal]
    arrived: dict[int, list[TimelineEntry]] = {}
    if run.entry_shown is not None and refused:
        arrived = later_entries_of_each(refused, run.entry_shown, request.user)
    return [
        Outcome(
            item.member,
            item.refusal,
            item.entry,
            differences_in_words(item),
            letters.get(f"entry-{item.entry_id}", []),
            arrived.get(item.member_id, []),
        )
        for item in items
    ]


def differences_in_words(item: BulkItem) -> str:
    """Return what was chosen in a row instead of the choice for all.

    The role and the focus area are those of the member.
    """
    waits_for = item.get_waits_for_display()
    day = format_date(item.ends_on) if item.ends_on else ""
    chosen = (item.to, item.reason, waits_for, day)
    return " · ".join(str(each) for each in chosen if each)


def letters_of_each(items: Sequence[BulkItem]) -> dict[str, list[Message]]:
    """Return the letters about the timeline entries of a run, by the entry in their topic."""
    done = [item.member.reference for item in items if item.entry_id]
    letters: dict[str, list[Message]] = {}
    for message in Message.objects.filter(reference__in=done).order_by("pk"):
        letters.setdefault(timeline_topic(message), []).append(message)
    return letters


def timeline_topic(message: Message) -> str:
    """Return the part of a topic that identifies the timeline entry: reference, kind, entry."""
    segments = message.topic.split("/")
    return segments[2] if len(segments) > 2 else ""


def address_to_repeat(
    request: StaffRequest, bulk: BulkAction | None, refused: Sequence[Outcome]
) -> str:
    """Return the page of the same action for the refused members that it is still possible for."""
    if bulk is None or not bulk.page:
        return ""
    statuses = bulk.decision.from_statuses
    keys = [outcome.member.pk for outcome in refused if outcome.member.status in statuses]
    if not keys:
        return ""
    return with_list_filters(request, page_address(bulk, keys))


def page_address(bulk: BulkAction, keys: Sequence[int]) -> str:
    """Return the address of the page of a bulk action for some members.

    The keys are joined by dots, which need no escaping, so that MAX_ITEMS fit into the address.
    """
    query = urlencode({"file": ".".join(map(str, keys))})
    return f"{reverse(f'admin:members_member_{bulk.page}')}?{query}"


def run_url(request: StaffRequest, run: BulkRun) -> str:
    """Return the URL of the page of a run, with the list to return to."""
    return with_list_filters(request, reverse("admin:members_member_bulk_run", args=[run.pk]))


def unfinished_runs_of(request: StaffRequest) -> QuerySet[BulkRun]:
    """Return the person's own runs that are not finished. Who may change nothing has none."""
    may_start = (
        request.user.has_perm(permission)
        for action, permission in PERMISSIONS.items()
        if action != BulkRunAction.UNDO
    )
    if not any(may_start):
        return BulkRun.objects.none()
    return BulkRun.objects.filter(by=request.user).unfinished().order_by("pk")


def _own_run_or_404(request: StaffRequest, run: int) -> BulkRun:
    return get_object_or_404(BulkRun.objects.filter(by=request.user), pk=run)
