"""The pages on which co-leads run their group: overview, papers, proposals and contacts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from core.admin.conflicts import VersionForm
from core.conflicts import Conflict, NothingChanged, Refused
from core.language_switch import form_as_typed, switched_language
from core.pagination import get_page
from core.uploads import accepts_files
from meetings.forms.agenda import AgendaItemForm
from meetings.forms.ordered_rows import OrderedRows
from meetings.models import Meeting
from meetings.services.agenda import items_of, rows_of
from meetings.services.meeting_times import meeting_in_words
from members.models import FocalPoint
from members.services.co_leads import NotCoLead, area_of
from members.views.signed_in import MemberRequest, co_lead_page
from members.views.submissions import SubmissionView, submissions_of_group
from papers.forms import AddVersionForm, GroupPaperForm
from papers.models import Paper, PaperKind
from papers.services.file_types import max_paper_size
from papers.services.papers import LanguageExists, languages_by_number
from papers.services.stored_files import NotStored
from participation.forms.meetings import (
    SHOW_HOURS,
    TAKE_START,
    ProposalForm,
    plan_of,
    with_start,
)
from participation.models import MeetingProposal
from participation.services.co_lead_agendas import meetings_to_prepare, set_group_agenda
from participation.services.co_lead_papers import (
    add_group_paper,
    add_group_version,
    group_meetings,
    group_papers,
)
from participation.services.email_consents import group_contacts
from participation.services.fair_hours import hours_in_words
from participation.services.meeting_proposals import (
    PROPOSALS,
    propose_meeting,
    times_of,
)

# How many papers, next meetings and decided proposals the overview shows.
MAX_PAPERS = 10
MAX_MEETINGS = 5
MAX_DECIDED = 5


@require_safe
@co_lead_page
def group(request: MemberRequest, person: FocalPoint, at: datetime) -> HttpResponse:
    """Show what a co-lead can do in their working group, and what became of it."""
    papers = group_papers(person).order_by("-pk")
    proposals = submissions_of_group(MeetingProposal, person)
    context = {
        **_frame(person),
        "papers": papers[:MAX_PAPERS],
        "meetings": [
            (each, meeting_in_words(each, [person.time_zone])[0])
            for each in meetings_to_prepare(person, at=at)[:MAX_MEETINGS]
        ],
        "proposals": [
            (each, times_of(each, person.time_zone)[0])
            for each in (*proposals.waiting(), *proposals.settled()[:MAX_DECIDED])
        ],
    }
    return render(request, "participation/group.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@co_lead_page
@accepts_files(max_paper_size)
def add_paper(request: MemberRequest, person: FocalPoint, at: datetime) -> HttpResponse:
    """Show a form for a paper with its first file; on POST, publish it to the working group."""
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    meeting = request.GET.get("meeting")
    initial = {"meeting": meeting, "kind": PaperKind.AGENDA, "language": person.language}
    form = GroupPaperForm(*sent, meetings=group_meetings(person, at=at), initial=initial)
    if switched_language(request):
        return _paper_page(request, person, form_as_typed(form))
    if not form.is_valid():
        return _paper_page(request, person, form, status=422 if sent else 200)
    try:
        paper = add_group_paper(person=person, by=request.user, at=at, **form.cleaned_data)
    except NotStored as refused:
        form.add_error("file", str(refused))
        return _paper_page(request, person, form, status=503)
    except NotCoLead:
        raise
    except Refused as refused:
        # Somebody has just deleted the item.
        form.add_error("agenda_item", str(refused))
        return _paper_page(request, person, form, status=409)
    messages.success(
        request,
        _("“%(title)s” was added. Your working group can read it now.") % {"title": paper.title},
    )
    return redirect("participation:group", area_of(person).slug)


@require_http_methods(["GET", "HEAD", "POST"])
@co_lead_page
@accepts_files(max_paper_size)
def add_version(request: MemberRequest, person: FocalPoint, at: datetime, pk: int) -> HttpResponse:
    """Show a form for the next version of a paper or another language; on POST, publish it."""
    paper = get_object_or_404(group_papers(person), pk=pk)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = AddVersionForm(*sent, languages_by_number=languages_by_number(paper))
    if switched_language(request):
        return _version_page(request, person, paper, form_as_typed(form))
    if not form.is_valid():
        return _version_page(request, person, paper, form, status=422 if sent else 200)
    try:
        added = add_group_version(
            person=person, paper=paper, by=request.user, at=at, **form.cleaned_data
        )
    except NotStored as refused:
        form.add_error("file", str(refused))
        return _version_page(request, person, paper, form, status=503)
    except LanguageExists as refused:
        form.add_error("language", str(refused))
        return _version_page(request, person, paper, form, status=409)
    except Refused as refused:
        # Show what was typed over the current versions. The file must be chosen again.
        there = languages_by_number(paper)
        typed = request.POST.copy()
        typed["seen"] = str(max(there, default=0))
        form = form_as_typed(AddVersionForm(typed, languages_by_number=there))
        return _version_page(request, person, paper, form, refused=refused, status=409)
    messages.success(
        request,
        _("Version %(number)d of “%(title)s” was added. Your working group can read it now.")
        % {"number": added.number, "title": paper.title},
    )
    return redirect("participation:group", area_of(person).slug)


@require_http_methods(["GET", "HEAD", "POST"])
@co_lead_page
def agenda(request: MemberRequest, person: FocalPoint, at: datetime, uid: UUID) -> HttpResponse:
    """Show the agenda of a meeting of the group; on POST, save it, or show it in another order."""
    meeting = get_object_or_404(meetings_to_prepare(person, at=at), uid=uid)
    data = request.POST if request.method == "POST" else None
    rows = OrderedRows(
        AgendaItemForm,
        stored=rows_of(items_of(meeting)),
        data=data,
        is_only_shown=bool(switched_language(request)),
    )
    form = VersionForm(data, initial={"version": meeting.version})
    if not rows.is_valid():
        return _agenda_page(
            request, person, meeting, rows, form, status=422 if rows.errors else 200
        )
    try:
        set_group_agenda(
            person=person,
            meeting=meeting,
            items=rows.facts,
            version=form.version_seen,
            by=request.user,
            at=at,
        )
    except NothingChanged as refused:
        messages.info(request, str(refused))
    except NotCoLead:
        raise
    except Refused as refused:
        return _agenda_page(request, person, meeting, rows, form, refusal=refused, status=409)
    else:
        messages.success(request, _("The agenda is saved. Your working group can read it now."))
    return redirect("participation:my_meeting", uid)


@require_safe
@co_lead_page
def contacts(request: MemberRequest, person: FocalPoint, at: datetime) -> HttpResponse:
    """List the focal points of the group who let its co-leads see their email address."""
    page = get_page(group_contacts(area_of(person)), request)
    context = {**_frame(person), "page": page}
    return render(request, "participation/group_contacts.html", context)


class ProposalView(SubmissionView):
    """The form of a proposed meeting, and the page of one."""

    model = MeetingProposal
    kind = PROPOSALS
    # What is declined is proposed again as another meeting.
    can_be_changed = False
    template = "participation/proposal.html"
    form_template = "participation/propose_meeting.html"
    list_page = "participation:group"
    submitted = gettext_lazy(
        "Proposed. The coordinators were told, and you get their answer by email."
    )
    withdrawn = gettext_lazy("The proposal is withdrawn.")

    def make_form(self, data: Any, submission: MeetingProposal | None) -> ProposalForm:
        initial = {"language": self.person.language, "minutes": 60}
        return ProposalForm(data, zone=self.person.time_zone, at=self.at, initial=initial)

    def handle_form(self, submission: MeetingProposal | None) -> HttpResponse:
        """Show the hours of the typed day, or take one over; otherwise propose the meeting."""
        if not {SHOW_HOURS, TAKE_START} & self.request.POST.keys():
            return super().handle_form(submission)
        form = self.make_form(with_start(self.request.POST), submission)
        return self.form_page(form_as_typed(form), submission)

    def form_context(self, form: ProposalForm) -> dict[str, object]:
        if not {SHOW_HOURS, TAKE_START} & self.request.POST.keys():
            return {}
        plan = plan_of(form, area_of(self.person))
        hours = hours_in_words(plan) if plan else None
        # A co-lead proposes one meeting: the coordinators may make two sittings of it.
        single = [each for each in hours.proposals if len(each.starts) == 1] if hours else []
        return {
            "hours": hours,
            "proposals": single,
            "is_without_day": plan is None,
            "is_taken": TAKE_START in self.request.POST,
        }

    def submit(self, form: ProposalForm) -> None:
        propose_meeting(person=self.person, by=self.request.user, at=self.at, **form.facts())

    def context(self, submission: MeetingProposal) -> dict[str, object]:
        return {"when": times_of(submission, self.person.time_zone, submission.time_zone)}


proposal = ProposalView.as_view()


def _frame(person: FocalPoint) -> dict[str, object]:
    return {"person": person, "area": area_of(person)}


def _agenda_page(
    request: MemberRequest,
    person: FocalPoint,
    meeting: Meeting,
    rows: OrderedRows[AgendaItemForm],
    form: VersionForm,
    *,
    refusal: Refused | None = None,
    status: int,
) -> HttpResponse:
    context = {
        **_frame(person),
        "meeting": meeting,
        "when": meeting_in_words(meeting, [person.time_zone, meeting.time_zone]),
        "rows": rows,
        "version": form["version"].value() or "",
        "version_to_read": meeting.version if isinstance(refusal, Conflict) else None,
        "stored": items_of(meeting) if refusal else [],
        "refusal": refusal,
    }
    return render(request, "participation/group_agenda.html", context, status=status)


def _paper_page(
    request: MemberRequest, person: FocalPoint, form: GroupPaperForm, *, status: int = 200
) -> HttpResponse:
    context = {**_frame(person), "form": form}
    return render(request, "participation/add_group_paper.html", context, status=status)


def _version_page(
    request: MemberRequest,
    person: FocalPoint,
    paper: Paper,
    form: AddVersionForm,
    *,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        **_frame(person),
        "form": form,
        "paper": paper,
        "refused": refused,
        "files": paper.versions.order_by("-number", "language"),
        "time_zone": person.time_zone,
    }
    return render(request, "participation/add_group_version.html", context, status=status)
