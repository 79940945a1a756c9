"""What is done with several files at once: each by itself, and each with its own result."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from members import triage
from members.admin.forms import MissingForm, colleague_field
from members.admin.pages import StaffRequest, address_of_the_queue, number_in, page, sent
from members.locking import Refused
from members.models import ClosingReason, GrantedRole, Member, TimelineEntry
from outbox.models import Message

# With more, the person would wait for longer than for any other page.
AT_MOST = 100


@dataclass(frozen=True)
class Outcome:
    """What came of one file: done, with what was written to whom, or refused with a sentence."""

    member: Member
    refusal: str = ""
    entry: TimelineEntry | None = None
    written: list[Message] = field(default_factory=list)


def too_many() -> str:
    """Return the sentence for who chose more files than AT_MOST."""
    return _("Choose at most %(number)d files at once.") % {"number": AT_MOST}


class ChosenFilesForm(forms.Form):
    """The files chosen in the queue, each in the version that the person saw."""

    file = forms.ModelMultipleChoiceField(
        Member.objects.select_related("first_choice", "assignee")
        .prefetch_related("focal_points")
        .order_by("submitted_at", "pk"),
        error_messages=dict.fromkeys(
            ("required", "invalid_list", "invalid_choice", "invalid_pk_value"),
            gettext_lazy("Choose at least one file in the queue."),
        ),
    )

    def clean_file(self) -> QuerySet[Member]:
        """Refuse more files than a page can do."""
        files: QuerySet[Member] = self.cleaned_data["file"]
        if len(files) > AT_MOST:
            raise forms.ValidationError(too_many())
        return files

    def version_of(self, member: Member) -> int | None:
        """Return the version of a file that the page showed, or None where it showed none."""
        name = f"version-{member.pk}"
        return number_in(self.data, name) if name in self.data else None


class RoleForm(forms.Form):
    """Which role the organisations are granted, the same for all."""

    role = forms.ChoiceField(
        label=gettext_lazy("Role granted"),
        choices=GrantedRole.choices,
        initial=GrantedRole.PARTICIPANT,
        widget=forms.RadioSelect,
    )


class ColleagueForm(forms.Form):
    """Which colleague gets the files."""

    def __init__(self, data: Any = None) -> None:
        """Offer everybody who may have files."""
        super().__init__(data)
        self.fields["to"] = colleague_field()


def each(
    members: Iterable[Member],
    change: Callable[..., TimelineEntry],
    facts_for: Callable[[Member], dict[str, Any]],
) -> list[Outcome]:
    """Make one change to each file in a transaction of its own; one refused leaves the others."""
    outcomes = []
    for member in members:
        try:
            entry = change(member=member, **facts_for(member))
        except Refused as refused:
            outcomes.append(Outcome(member, str(refused)))
        else:
            outcomes.append(Outcome(member, entry=entry))
    return outcomes


def with_letters(outcomes: list[Outcome]) -> list[Outcome]:
    """Return what came of each file, with the letters that tell of it."""
    done = [outcome.member.reference for outcome in outcomes if outcome.entry]
    letters: dict[str, list[Message]] = {}
    for message in Message.objects.filter(reference__in=done).order_by("pk"):
        letters.setdefault(cause_of(message), []).append(message)
    return [
        replace(outcome, written=letters.get(f"entry-{outcome.entry.pk}", []))
        if outcome.entry
        else outcome
        for outcome in outcomes
    ]


def cause_of(message: Message) -> str:
    """Return the segment of a topic that names the timeline entry: reference, kind, entry."""
    segments = message.topic.split("/")
    return segments[2] if len(segments) > 2 else ""


def of_several(
    request: StaffRequest,
    template: str,
    *,
    title: str,
    form: forms.Form,
    change: Callable[..., TimelineEntry],
    facts_for: Callable[[Member], dict[str, Any]] = lambda member: {},
) -> HttpResponse:
    """Show the files chosen and what will happen; on the person's word do it, and show how.

    The change is told what the form asks, the same for all, and what is so for each file.
    """
    posted = request.method == "POST"
    chosen = ChosenFilesForm(request.POST if posted else request.GET)
    if not chosen.is_valid():
        messages.error(request, str(chosen.errors["file"][0]))
        return redirect(address_of_the_queue(request))

    members, outcomes = chosen.cleaned_data["file"], []
    if posted and form.is_valid():
        outcomes = each(
            members,
            change,
            lambda member: {
                **form.cleaned_data,
                **facts_for(member),
                "by": request.user,
                "at": now(),
                "version": chosen.version_of(member),
            },
        )
        outcomes = with_letters(outcomes)
    return page(
        request,
        template,
        title=title,
        status=422 if posted and not outcomes else 200,
        form=form,
        members=members,
        outcomes=outcomes,
        refusals=sum(1 for outcome in outcomes if outcome.refusal),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.admit_member", raise_exception=True)
def admit_several(request: StaffRequest) -> HttpResponse:
    """Admit each of the files chosen to its first choice, with the standard letter."""
    return of_several(
        request,
        "admit_several",
        title=_("Admit to first choice"),
        form=RoleForm(sent(request)),
        change=triage.admit_to_focus_area,
        facts_for=lambda member: {"focus_area": member.first_choice},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.request_information_member", raise_exception=True)
def request_information_several(request: StaffRequest) -> HttpResponse:
    """Ask each of the files chosen for the same, with the standard letter."""
    return of_several(
        request,
        "request_information_several",
        title=_("Request information"),
        form=MissingForm(sent(request)),
        change=triage.request_information,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.close_member", raise_exception=True)
def close_several(request: StaffRequest) -> HttpResponse:
    """Close each of the files chosen as not genuine."""
    return of_several(
        request,
        "close_several",
        title=_("Close as not genuine"),
        form=forms.Form(sent(request)),
        change=triage.close,
        facts_for=lambda member: {"reason": ClosingReason.NOT_GENUINE},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.take_member", raise_exception=True)
def hand_several(request: StaffRequest) -> HttpResponse:
    """Hand each of the files chosen to one colleague."""
    return of_several(
        request,
        "hand_several",
        title=_("Hand to a colleague"),
        form=ColleagueForm(sent(request)),
        change=triage.hand_to,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.take_member", raise_exception=True)
def release_several(request: StaffRequest) -> HttpResponse:
    """Give each of the files chosen back to everybody, unless it changed hands meanwhile."""
    return of_several(
        request,
        "release_several",
        title=_("Release"),
        form=forms.Form(sent(request)),
        change=triage.release,
    )
