"""What is done with several files at once: each by itself, and each with its own result."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from accounts.admin.base import StaffRequest, int_or_invalid, post_data
from accounts.models import User
from accounts.services.permissions import needs
from core.conflicts import Refused
from members.models import ClosingReason, FocalPoint, Member, TimelineEntry
from members.services import assignment, decisions
from outbox.admin.mail_preview import page_with_mail_frame
from outbox.models import Message
from triage.decisions.admin.letter_preview import Preview, previews_of
from triage.decisions.forms.decisions import MissingInformationForm, colleague_field
from triage.desk.admin.bulk_admission import AdmissionsForm, Sample, samples_of
from triage.duplicates.admin.duplicates import DuplicatePair, pairs_of_each
from triage.staff_pages.pages import member_page, queue_url

# With more, the person would wait for longer than for any other page.
MAX_SELECTED = 100
# How many of a file's possible duplicates its row names, the likest first.
NAMED_AT_MOST = 3


@dataclass(frozen=True)
class BulkResult:
    """What came of one file: done, with what was written to whom, or refused with a sentence."""

    member: Member
    refusal: str = ""
    entry: TimelineEntry | None = None
    written: list[Message] = field(default_factory=list)


@dataclass(frozen=True)
class Row:
    """One of the files chosen: in the version that the person saw, with what it may repeat."""

    member: Member
    version: int
    duplicates: list[DuplicatePair]
    role: forms.BoundField | None

    @property
    def named_duplicates(self) -> list[DuplicatePair]:
        """The possible duplicates that the row names."""
        return self.duplicates[:NAMED_AT_MOST]

    @property
    def more_duplicates(self) -> int:
        """How many of the possible duplicates are not named."""
        return max(0, len(self.duplicates) - NAMED_AT_MOST)


@dataclass(frozen=True)
class Samples:
    """Letters to read before any is sent, each with its frame, and what tells which they are."""

    shown: list[tuple[Sample, Preview]]
    words: list[str]


def too_many() -> str:
    """Return the sentence for who chose more files than AT_MOST."""
    return _("Choose at most %(number)d files at once.") % {"number": MAX_SELECTED}


class SelectedMembersForm(forms.Form):
    """The files chosen in the queue, each in the version that the person saw."""

    file = forms.ModelMultipleChoiceField(
        Member.objects.none(),
        error_messages=dict.fromkeys(
            ("required", "invalid_list", "invalid_choice", "invalid_pk_value"),
            gettext_lazy("Choose at least one file in the queue."),
        ),
    )

    def __init__(self, data: QueryDict, *, user: User) -> None:
        """Take files within the person's reach alone, whatever the address names."""
        super().__init__(data)
        field: Any = self.fields["file"]
        field.queryset = (
            Member.objects.within_reach_of(user)
            .select_related("first_choice", "assignee")
            .prefetch_related(
                Prefetch("focal_points", FocalPoint.objects.order_by("is_alternate", "pk"))
            )
            .order_by("submitted_at", "pk")
        )

    def clean_file(self) -> QuerySet[Member]:
        """Refuse more files than a page can do."""
        files: QuerySet[Member] = self.cleaned_data["file"]
        if len(files) > MAX_SELECTED:
            raise forms.ValidationError(too_many())
        return files

    def version_of(self, member: Member) -> int | None:
        """Return the version of a file that the page showed, or None where it showed none."""
        name = f"version-{member.pk}"
        return int_or_invalid(self.data, name) if name in self.data else None


class ColleagueForm(forms.Form):
    """Which colleague gets the files."""

    def __init__(self, data: Any = None) -> None:
        """Offer everybody who may have files."""
        super().__init__(data)
        self.fields["to"] = colleague_field()


def apply_to_each(
    members: Iterable[Member],
    change: Callable[..., TimelineEntry],
    facts_for: Callable[[Member], dict[str, Any]],
) -> list[BulkResult]:
    """Make one change to each file in a transaction of its own; one refused leaves the others."""
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
    """Return the files chosen as the page shows them, each still in the version first seen."""
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
    """Return what came of each file, with the letters that tell of it."""
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
    """Return the segment of a topic that names the timeline entry: reference, kind, entry."""
    segments = message.topic.split("/")
    return segments[2] if len(segments) > 2 else ""


def bulk_action_page(
    request: StaffRequest,
    template: str,
    *,
    title: str,
    form_for: Callable[[Sequence[Member]], forms.Form],
    change: Callable[..., TimelineEntry],
    facts_for: Callable[[Any, Member], dict[str, Any]] = lambda form, _member: form.cleaned_data,
    done: Callable[[int], str],
) -> HttpResponse:
    """Show the files chosen and what will happen; on the person's word do it, and show how.

    The change is told for each file what the form says of it. Organisations are admitted only
    once the page has shown a letter for each language and role. `done` says to how many files it
    was done.
    """
    posted = request.method == "POST"
    chosen = SelectedMembersForm(request.POST if posted else request.GET, user=request.user)
    if not chosen.is_valid():
        messages.error(request, str(chosen.errors["file"][0]))
        return redirect(queue_url(request))

    members, outcomes = list(chosen.cleaned_data["file"]), []
    form = form_for(members)
    is_complete = posted and form.is_valid()
    letters = samples_shown(request, form) if is_complete else None
    if is_complete and letters is None:
        outcomes = apply_to_each(
            members,
            change,
            lambda member: {
                **facts_for(form, member),
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
        template,
        title=title,
        status=422 if posted and not (outcomes or is_asked_for) else 200,
        form=form,
        rows=[] if outcomes else rows_of(chosen, form, request.user),
        letters=letters,
        is_unread=bool(letters) and not is_asked_for,
        outcomes=outcomes,
        refused=refused,
        done=[outcome for outcome in outcomes if not outcome.refusal],
        said=done(len(outcomes) - len(refused)),
    )


def samples_shown(request: StaffRequest, form: forms.Form) -> Samples | None:
    """Return the letters to read first, where the form is one of such and they were not read."""
    if not isinstance(form, AdmissionsForm):
        return None
    to_read = form.letters_to_read
    if "preview" not in request.POST and to_read <= {*request.POST.getlist("letter_shown")}:
        return None
    samples = samples_of(form, at=now())
    previews = previews_of(request, [(sample.focal_point, sample.letter) for sample in samples])
    return Samples(list(zip(samples, previews, strict=True)), sorted(to_read))


@page_with_mail_frame
@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.admit_member")
def admit_several(request: StaffRequest) -> HttpResponse:
    """Admit each of the files chosen to its first choice, in the role of its row.

    With the standard letter, of which one for each language and role is shown first.
    """
    return bulk_action_page(
        request,
        "admit_several",
        title=_("Admit to first choice"),
        form_for=partial(AdmissionsForm, post_data(request)),
        change=decisions.admit_to_focus_area,
        facts_for=lambda form, member: {
            "focus_area": member.first_choice,
            "role": form.role_of(member),
        },
        done=lambda number: (
            ngettext(
                "%(number)d organisation was admitted.",
                "%(number)d organisations were admitted.",
                number,
            )
            % {"number": number}
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.request_information_member")
def request_information_several(request: StaffRequest) -> HttpResponse:
    """Ask each of the files chosen for the same, with the standard letter."""
    return bulk_action_page(
        request,
        "request_information_several",
        title=_("Request information"),
        form_for=lambda _members: MissingInformationForm(post_data(request)),
        change=decisions.request_information,
        done=lambda number: (
            ngettext(
                "%(number)d organisation was asked.", "%(number)d organisations were asked.", number
            )
            % {"number": number}
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.close_member")
def close_several(request: StaffRequest) -> HttpResponse:
    """Close each of the files chosen as not genuine."""
    return bulk_action_page(
        request,
        "close_several",
        title=_("Close as not genuine"),
        form_for=lambda _members: forms.Form(post_data(request)),
        change=decisions.close_without_letter,
        facts_for=lambda _form, _member: {"reason": ClosingReason.NOT_GENUINE},
        done=lambda number: (
            ngettext("%(number)d file was closed.", "%(number)d files were closed.", number)
            % {"number": number}
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.take_member")
def reassign_several(request: StaffRequest) -> HttpResponse:
    """Hand each of the files chosen to one colleague."""
    return bulk_action_page(
        request,
        "hand_several",
        title=_("Hand to a colleague"),
        form_for=lambda _members: ColleagueForm(post_data(request)),
        change=assignment.reassign,
        done=lambda number: (
            ngettext(
                "%(number)d file was handed over.", "%(number)d files were handed over.", number
            )
            % {"number": number}
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.take_member")
def release_several(request: StaffRequest) -> HttpResponse:
    """Give each of the files chosen back to everybody, unless it changed hands meanwhile."""
    return bulk_action_page(
        request,
        "release_several",
        title=_("Release"),
        form_for=lambda _members: forms.Form(post_data(request)),
        change=assignment.unassign,
        done=lambda number: (
            ngettext("%(number)d file was released.", "%(number)d files were released.", number)
            % {"number": number}
        ),
    )
