"""Bulk actions on members: the pages on which staff confirm them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, cast
from uuid import UUID, uuid4

from django import forms
from django.contrib import admin, messages
from django.db.models import Max, Prefetch, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.admin.base import StaffRequest, post_data
from accounts.models import User
from accounts.services.permissions import needs
from core.conflicts import Refused
from core.numbers import whole_number
from members.models import FocalPoint, Member, TimelineEntry
from outbox.admin.mail_preview import View, page_with_mail_frame
from triage.decisions.admin.bulk_specs import BulkAction
from triage.decisions.admin.letter_preview import Preview, previews_of
from triage.decisions.forms.bulk import BulkForm
from triage.decisions.forms.bulk_letters import BulkLetterForm, Sample, samples_of
from triage.desk.admin.bulk_runs import (
    begin_bulk_run,
    outcomes_of,
    page_address,
    run_url,
    start_and_process,
)
from triage.desk.models import BulkRunAction
from triage.desk.services.bulk_runs import MAX_ITEMS, NewItem
from triage.duplicates.admin.duplicates import DuplicatePair, pairs_of_each
from triage.staff_pages.arrivals import ENTRY_SHOWN, later_entries_of_each
from triage.staff_pages.pages import member_page, queue_url, with_list_filters

# The maximum number of possible duplicates in a member's row, the most similar first.
NAMED_AT_MOST = 3


@dataclass(frozen=True)
class Row:
    """One selected member, with its possible duplicates and what arrived since it was shown.

    After a form was sent, it also says in which way it is an exception.
    """

    member: Member
    duplicates: list[DuplicatePair]
    # Those with which it is an exception, by what they choose.
    fields: dict[str, forms.BoundField]
    arrived: list[TimelineEntry]
    # The one that leaves it out.
    skip: forms.BoundField
    is_skipped: bool
    # The label of each choice of its own, and the choice.
    differences: list[tuple[str, str]]

    @property
    def is_exception(self) -> bool:
        return self.is_skipped or bool(self.differences)

    @property
    def named_duplicates(self) -> list[DuplicatePair]:
        return self.duplicates[:NAMED_AT_MOST]

    @property
    def more_duplicates(self) -> int:
        return max(0, len(self.duplicates) - NAMED_AT_MOST)


@dataclass(frozen=True)
class Samples:
    """The letters to read before any is sent, each with its frame, and a digest of them all."""

    shown: list[tuple[Sample, Preview]]
    words: list[str]


def _nothing_selected() -> Refused:
    return Refused(_("Choose at least one organisation in the list."), code="nothing_selected")


def _too_many_selected() -> Refused:
    return Refused(
        _("Choose at most %(number)d organisations at a time.") % {"number": MAX_ITEMS},
        code="too_many_selected",
    )


def number_or_altered(text: str) -> int:
    """Return the number that a page sent; -1, which is before all others, if it was altered."""
    number = whole_number(text)
    return -1 if number is None else number


class Selection:
    """The members selected in the queue, each with the version that the person saw.

    The parameter `file` has their keys, joined by dots, and after a dash the version that a page
    showed. It is one field, because Django accepts at most a thousand.

    Raises Refused: nothing_selected, also if the person cannot see one of the members, and
    too_many_selected.
    """

    def __init__(self, data: QueryDict, *, user: User) -> None:
        tokens = ".".join(data.getlist("file")).split(".")
        pairs = [token.partition("-") for token in tokens]
        self.versions: dict[int, int | None] = {}
        for typed, dash, version in pairs:
            key = whole_number(typed)
            if key is None:
                raise _nothing_selected()
            self.versions[key] = number_or_altered(version) if dash else None
        if len(pairs) > MAX_ITEMS:
            raise _too_many_selected()
        self.members: list[Member] = list(
            Member.objects.visible_to(user)
            .filter(pk__in=self.versions)
            .select_related("first_choice", "assignee")
            .prefetch_related(
                Prefetch("focal_points", FocalPoint.objects.order_by("is_alternate", "pk"))
            )
            .order_by("submitted_at", "pk")
        )
        if len(self.members) < len(self.versions):
            raise _nothing_selected()
        self.user = user
        shown = data.get(ENTRY_SHOWN)
        self.entry_shown = None if shown is None else number_or_altered(shown)
        self.key = _uuid(data.get("run_key"))

    @cached_property
    def latest_entry(self) -> int:
        """The key of the latest timeline entry that the page shows now."""
        entries = TimelineEntry.objects.filter(member__in=self.members)
        latest: int | None = entries.aggregate(latest=Max("pk"))["latest"]
        return latest or 0

    @cached_property
    def arrived(self) -> dict[int, list[TimelineEntry]]:
        """What others added after the page was opened, by the key of the member."""
        if self.entry_shown is None:
            return {}
        return later_entries_of_each(self.members, self.entry_shown, self.user)

    @property
    def as_posted(self) -> str:
        """The members for the form, each with the version that was first seen."""
        seen = self.versions
        return ".".join(
            f"{each.pk}-{each.version if seen[each.pk] is None else seen[each.pk]}"
            for each in self.members
        )

    def rows(self, form: BulkForm) -> list[Row]:
        """Return the selected members for the page."""
        pairs = pairs_of_each(self.members, self.user)
        return [
            Row(
                member,
                duplicates=pairs.get(member.pk, []),
                fields=form.fields_of(member),
                arrived=self.arrived.get(member.pk, []),
                skip=form.skip_field(member),
                is_skipped=form.is_skipped(member),
                differences=form.differences(member),
            )
            for member in self.members
        ]

    def items(self, form: BulkForm) -> list[NewItem]:
        """Return the members for a bulk run, with the choices of a valid form."""
        return [
            NewItem(each.pk, self.versions[each.pk], **form.facts_of(each)) for each in form.kept
        ]


def bulk_action_page(request: StaffRequest, bulk: BulkAction) -> HttpResponse:
    """Show the selected members and the effect; after confirmation, start a bulk run.

    Letters of decisions are sent only once the page has shown one for each language and choice.
    """
    posted = request.method == "POST"
    try:
        selection = Selection(request.POST if posted else request.GET, user=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(queue_url(request))

    form = bulk.form(post_data(request), selection.members, request.user)
    is_complete = posted and form.is_valid()
    letters = samples_shown(request, form) if is_complete else None
    if is_complete and letters is None:
        return begin_bulk_run(
            request,
            BulkRunAction(bulk.name),
            selection.items(form),
            key=selection.key,
            entry_shown=selection.entry_shown,
            skipped_count=len(selection.members) - len(form.kept),
            **form.facts,
        )
    is_asked_for = is_complete and "preview" in request.POST
    rows = selection.rows(form)
    return member_page(
        request,
        bulk.template,
        {
            "bulk": bulk,
            "form": form,
            "selection": selection,
            "rows": rows,
            "exceptions": [row for row in rows if row.is_exception],
            "run_key": uuid4(),
            "letters": letters,
            "is_unread": bool(letters) and not is_asked_for,
        },
        title=str(bulk.label),
        status=422 if posted and not is_asked_for else 200,
    )


def samples_shown(request: StaffRequest, form: forms.Form) -> Samples | None:
    """Return the letters to read first, if the form requires this and they were not read yet."""
    if not isinstance(form, BulkLetterForm):
        return None
    to_read = form.letters_to_read
    if "preview" not in request.POST and to_read <= {*request.POST.getlist("letter_shown")}:
        return None
    samples = samples_of(form, at=now())
    previews = previews_of(request, [(sample.focal_point, sample.letter) for sample in samples])
    return Samples(list(zip(samples, previews, strict=True)), sorted(to_read))


def bulk_view(bulk: BulkAction) -> View:
    """Return the view of a bulk action, which requires the permission for its decision."""
    view = needs(bulk.decision.permission)(partial(bulk_action_page, bulk=bulk))
    view = require_http_methods(["GET", "HEAD", "POST"])(view)
    return page_with_mail_frame(view) if issubclass(bulk.form, BulkLetterForm) else view


def queue_action(bulk: BulkAction) -> Callable[..., HttpResponse | None]:
    """Return the admin action, which opens the page, or decides directly if there is no page."""

    @admin.action(description=cast("Any", bulk.label), permissions=[bulk.decision.name])
    def action(_admin: Any, request: StaffRequest, queryset: QuerySet[Member]) -> Any:
        chosen = list(queryset.values_list("pk", flat=True)[: MAX_ITEMS + 1])
        if len(chosen) > MAX_ITEMS:
            messages.error(request, str(_too_many_selected()))
            return None
        if not bulk.page:
            return decide_at_once(request, bulk, chosen)
        return redirect(with_list_filters(request, page_address(bulk, chosen)))

    action.__name__ = bulk.name
    return action


def decide_at_once(
    request: StaffRequest, bulk: BulkAction, chosen: list[int]
) -> HttpResponse | None:
    """Make a decision without a page. Show what was done and refused, or the page of the run."""
    run = start_and_process(request, BulkRunAction(bulk.name), [NewItem(pk) for pk in chosen])
    if run.items.open().exists():
        return redirect(run_url(request, run))
    outcomes = outcomes_of(request, run)
    refused = [outcome for outcome in outcomes if outcome.refusal]
    done = len(outcomes) - len(refused)
    if done:
        messages.success(request, bulk.done % {"number": done})
    if refused:
        template = "admin/members/member/_not_done.html"
        messages.warning(request, render_to_string(template, {"refused": refused}))
    return None


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
