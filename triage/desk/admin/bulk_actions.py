"""Bulk actions on members: each member is changed separately and has its own result."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.admin.base import StaffRequest, int_or_invalid, post_data
from accounts.models import User
from accounts.services.permissions import needs
from core.conflicts import Refused
from members.models import FocalPoint, Member, TimelineEntry
from outbox.admin.mail_preview import View, page_with_mail_frame
from outbox.models import Message
from triage.decisions.admin.letter_preview import Preview, previews_of
from triage.decisions.admin.specs import BulkAction
from triage.decisions.admin.undo import undo_of
from triage.decisions.forms.bulk import AdmissionsForm, Sample, samples_of
from triage.duplicates.admin.duplicates import DuplicatePair, pairs_of_each
from triage.staff_pages.pages import member_page, preserved_filters_of, queue_url

# With more members, this page would be slower than any other.
MAX_SELECTED = 100
# The maximum number of possible duplicates in a member's row, the most similar first.
NAMED_AT_MOST = 3


@dataclass(frozen=True)
class BulkResult:
    """The result for one member: done, with the letters sent, or refused, with the reason."""

    member: Member
    refusal: str = ""
    entry: TimelineEntry | None = None
    written: list[Message] = field(default_factory=list)


@dataclass(frozen=True)
class Row:
    """One selected member, with the version that the person saw and its possible duplicates."""

    member: Member
    version: int
    duplicates: list[DuplicatePair]
    role: forms.BoundField | None

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


def too_many() -> str:
    """Return the error for a choice of more than MAX_SELECTED members."""
    return _("Choose at most %(number)d members at a time.") % {"number": MAX_SELECTED}


class SelectedMembersForm(forms.Form):
    """The members selected in the queue, each with the version that the person saw."""

    file = forms.ModelMultipleChoiceField(
        Member.objects.none(),
        error_messages=dict.fromkeys(
            ("required", "invalid_list", "invalid_choice", "invalid_pk_value"),
            gettext_lazy("Choose at least one member in the list."),
        ),
    )

    def __init__(self, data: QueryDict, *, user: User) -> None:
        super().__init__(data)
        field: Any = self.fields["file"]
        field.queryset = (
            Member.objects.visible_to(user)
            .select_related("first_choice", "assignee")
            .prefetch_related(
                Prefetch("focal_points", FocalPoint.objects.order_by("is_alternate", "pk"))
            )
            .order_by("submitted_at", "pk")
        )

    def clean_file(self) -> QuerySet[Member]:
        files: QuerySet[Member] = self.cleaned_data["file"]
        if len(files) > MAX_SELECTED:
            raise forms.ValidationError(too_many())
        return files

    def version_of(self, member: Member) -> int | None:
        """Return the version of a member that the page showed, or None if it showed none."""
        name = f"version-{member.pk}"
        return int_or_invalid(self.data, name) if name in self.data else None


def apply_to_each(
    members: Iterable[Member],
    change: Callable[..., TimelineEntry],
    facts_for: Callable[[Member], dict[str, Any]],
) -> list[BulkResult]:
    """Make one change to each member in its own transaction. A refusal does not stop the others."""
    outcomes = []
    for member in members:
        try:
            entry = change(member=member, **facts_for(member))
        except Refused as refused:
            outcomes.append(BulkResult(member, str(refused)))
        else:
            outcomes.append(BulkResult(member, entry=entry))
    return outcomes


def rows_of(chosen: SelectedMembersForm, form: forms.Form, reader: User) -> list[Row]:
    """Return the selected members for the page, each with the version that was first seen."""
    members = chosen.cleaned_data["file"]
    pairs = pairs_of_each(members, reader)
    rows = []
    for member in members:
        seen, role = chosen.version_of(member), f"role-{member.pk}"
        rows.append(
            Row(
                member,
                version=member.version if seen is None else seen,
                duplicates=pairs.get(member.pk, []),
                role=form[role] if role in form.fields else None,
            )
        )
    return rows


def with_letters(outcomes: list[BulkResult]) -> list[BulkResult]:
    """Return the result for each member, with the letters about it."""
    done = [outcome.member.reference for outcome in outcomes if outcome.entry]
    letters: dict[str, list[Message]] = {}
    for message in Message.objects.filter(reference__in=done).order_by("pk"):
        letters.setdefault(timeline_topic(message), []).append(message)
    return [
        replace(outcome, written=letters.get(f"entry-{outcome.entry.pk}", []))
        if outcome.entry
        else outcome
        for outcome in outcomes
    ]


def timeline_topic(message: Message) -> str:
    """Return the part of a topic that identifies the timeline entry: reference, kind, entry."""
    segments = message.topic.split("/")
    return segments[2] if len(segments) > 2 else ""


def bulk_action_page(request: StaffRequest, bulk: BulkAction) -> HttpResponse:
    """Show the selected members and the effect; after confirmation, do it and show the results.

    Organisations are admitted only once the page has shown a letter for each language and role.
    """
    posted = request.method == "POST"
    chosen = SelectedMembersForm(request.POST if posted else request.GET, user=request.user)
    if not chosen.is_valid():
        messages.error(request, str(chosen.errors["file"][0]))
        return redirect(queue_url(request))

    members, outcomes = list(chosen.cleaned_data["file"]), []
    form = bulk.form(post_data(request), members)
    is_complete = posted and form.is_valid()
    letters = samples_shown(request, form) if is_complete else None
    if is_complete and letters is None:
        outcomes = apply_to_each(
            members,
            bulk.decision.service,
            lambda member: {
                **form.facts_for(member),
                "by": request.user,
                "at": now(),
                "version": chosen.version_of(member),
            },
        )
        outcomes = with_letters(outcomes)
    refused = [outcome for outcome in outcomes if outcome.refusal]
    is_asked_for = is_complete and "preview" in request.POST
    return member_page(
        request,
        bulk.template,
        {
            "bulk": bulk,
            "form": form,
            "rows": [] if outcomes else rows_of(chosen, form, request.user),
            "letters": letters,
            "is_unread": bool(letters) and not is_asked_for,
            "outcomes": outcomes,
            "refused": refused,
            "done": [outcome for outcome in outcomes if not outcome.refusal],
            "said": bulk.done % {"number": len(outcomes) - len(refused)},
            "undo": undo_of(request, (each.member for each in outcomes if each.entry), at=now()),
        },
        title=str(bulk.label),
        status=422 if posted and not (outcomes or is_asked_for) else 200,
    )


def samples_shown(request: StaffRequest, form: forms.Form) -> Samples | None:
    """Return the letters to read first, if the form requires this and they were not read yet."""
    if not isinstance(form, AdmissionsForm):
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
    return page_with_mail_frame(view) if bulk.form is AdmissionsForm else view


def queue_action(bulk: BulkAction) -> Callable[..., HttpResponse | None]:
    """Return the admin action, which opens the page, or decides directly if there is no page."""

    @admin.action(description=cast("Any", bulk.label), permissions=[bulk.decision.name])
    def action(_admin: Any, request: StaffRequest, queryset: QuerySet[Member]) -> Any:
        chosen = list(queryset.values_list("pk", flat=True)[: MAX_SELECTED + 1])
        if len(chosen) > MAX_SELECTED:
            messages.error(request, too_many())
            return None
        if not bulk.page:
            return decide_at_once(request, bulk, queryset)
        query = urlencode({"file": chosen}, doseq=True)
        query = "&".join(filter(None, [query, preserved_filters_of(request)]))
        return redirect(f"{reverse(f'admin:members_member_{bulk.page}')}?{query}")

    action.__name__ = bulk.name
    return action


def decide_at_once(request: StaffRequest, bulk: BulkAction, members: QuerySet[Member]) -> None:
    """Make a decision on each member separately, and show what was done, then what was refused."""
    facts = {"by": request.user, "at": now()}
    outcomes = apply_to_each(members, bulk.decision.service, lambda _member: facts)
    refused = [outcome for outcome in outcomes if outcome.refusal]
    done = len(outcomes) - len(refused)
    if done:
        messages.success(request, bulk.done % {"number": done})
    if refused:
        template = "admin/members/member/_not_done.html"
        messages.warning(request, render_to_string(template, {"refused": refused}))
