"""Admin pages of papers: add a paper or a version, withdraw, restore, download files."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.admin.base import StaffRequest, get_visible_or_404, page, post_data
from accounts.services.permissions import needs
from core.admin.conflicts import VersionForm
from core.admin.history import changes_after
from core.conflicts import Refused
from core.numbers import whole_number
from core.uploads import accepts_files
from meetings.models import Meeting, MeetingStatus
from papers.forms import AddPaperForm, AddVersionForm
from papers.models import Paper, PaperKind, PaperVersion
from papers.services import papers
from papers.services.downloads import download
from papers.services.file_types import max_paper_size
from papers.services.stored_files import NotStored

ADD = "papers.add_paper"
VIEW = "papers.view_paper"
WITHDRAW = "papers.withdraw_paper"
CHANGE_PAGE = "admin:papers_paper_change"


@require_http_methods(["GET", "HEAD", "POST"])
@needs(ADD)
@accepts_files(max_paper_size)
def add(request: StaffRequest) -> HttpResponse:
    """Show a form for a paper with its first file; on POST, publish the paper.

    The query string may name the meeting of the paper.
    """
    meeting = _meeting_asked_for(request)
    whose: dict[str, Any] = {"user": request.user, "meeting": meeting}
    if request.method != "POST":
        form = AddPaperForm(initial=_likely(meeting), **whose)
        return _add_page(request, form, meeting)
    form = AddPaperForm(request.POST, request.FILES, **whose)
    if not form.is_valid():
        return _add_page(request, form, meeting, status=422)
    try:
        paper = papers.add_paper(meeting=meeting, by=request.user, at=now(), **form.facts())
    except NotStored as refused:
        form.add_error("file", str(refused))
        return _add_page(request, form, meeting, status=503)
    messages.success(request, _("“%(title)s” was added.") % {"title": paper.title})
    return redirect(CHANGE_PAGE, paper.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(ADD)
@accepts_files(max_paper_size)
def add_version(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a form for the next version or another language of one; on POST, publish it."""
    paper = get_paper_or_404(request, pk)
    there = papers.languages_by_number(paper)
    if request.method != "POST":
        return _version_page(request, paper, AddVersionForm(languages_by_number=there))
    form = AddVersionForm(request.POST, request.FILES, languages_by_number=there)
    if not form.is_valid():
        return _version_page(request, paper, form, status=422)
    try:
        added = papers.add_version(paper=paper, by=request.user, at=now(), **form.cleaned_data)
    except NotStored as refused:
        form.add_error("file", str(refused))
        return _version_page(request, paper, form, status=503)
    except papers.LanguageExists as refused:
        form.add_error("language", str(refused))
        return _version_page(request, paper, form, status=409)
    except Refused as refused:
        # Show what was typed over the current versions. The file must be chosen again.
        there = papers.languages_by_number(paper)
        typed = request.POST.copy()
        typed["seen"] = str(max(there, default=0))
        form = AddVersionForm(typed, languages_by_number=there)
        return _version_page(request, paper, form, refusal=str(refused), status=409)
    messages.success(
        request,
        _("Version %(number)d of “%(title)s” was added.")
        % {"number": added.number, "title": paper.title},
    )
    return redirect(CHANGE_PAGE, pk)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(WITHDRAW)
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    """Show what members will no longer see; on POST, withdraw the paper."""
    return _step(
        request,
        pk,
        process=papers.withdraw_paper,
        name="withdraw",
        title=_("Withdraw paper"),
        done=_("“%(title)s” was withdrawn. Members can no longer see it."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(WITHDRAW)
def restore(request: StaffRequest, pk: int) -> HttpResponse:
    """Show what members will see again; on POST, restore the paper."""
    return _step(
        request,
        pk,
        process=papers.restore_paper,
        name="put_back",
        title=_("Restore paper"),
        done=_("“%(title)s” was restored."),
    )


@require_safe
@needs(VIEW)
def file(request: StaffRequest, pk: int, file: int) -> HttpResponseBase:
    """Send a file of a paper that the user may see, even if the paper is withdrawn."""
    paper = get_paper_or_404(request, pk)
    version = get_object_or_404(paper.versions, pk=file)
    return download(request, version, back=reverse(CHANGE_PAGE, args=[pk]))


@require_safe
@needs("meetings.view_meeting", VIEW)
def of_meeting(request: StaffRequest, meeting: int) -> HttpResponse:
    """Show the papers of a meeting, including withdrawn ones."""
    shown = get_visible_or_404(Meeting.objects.select_related("focus_area"), request.user, meeting)
    files = PaperVersion.objects.order_by("-number", "language")
    found = Paper.objects.filter(meeting=shown).prefetch_related(Prefetch("versions", files))
    return page(
        request,
        "admin/papers/paper/of_meeting.html",
        {
            "meeting": shown,
            "papers": found.order_by("is_withdrawn", "kind", "title", "pk"),
            "is_draft": shown.status == MeetingStatus.DRAFT,
        },
        model=Meeting,
        title=_("Papers"),
    )


def get_paper_or_404(request: StaffRequest, pk: int) -> Paper:
    """Return a paper that the user may see, with the related rows that its pages show."""
    rows = Paper.objects.select_related("meeting__focus_area", "focus_area")
    return get_visible_or_404(rows, request.user, pk)


def _meeting_asked_for(request: StaffRequest) -> Meeting | None:
    asked_for = request.GET.get("meeting", "")
    if not asked_for:
        return None
    meetings = Meeting.objects.select_related("focus_area")
    return get_visible_or_404(meetings, request.user, whole_number(asked_for) or 0)


def _likely(meeting: Meeting | None) -> dict[str, Any]:
    """Return initial values: an agenda before the meeting, minutes after it."""
    if meeting is None:
        return {"kind": PaperKind.ACTION_FRAMEWORK}
    kind = PaperKind.AGENDA if meeting.starts_at > now() else PaperKind.MINUTES
    return {"kind": kind, "language": meeting.language}


def _add_page(
    request: StaffRequest, form: AddPaperForm, meeting: Meeting | None, *, status: int = 200
) -> HttpResponse:
    return page(
        request,
        "admin/papers/paper/add.html",
        {"form": form, "meeting": meeting},
        model=Paper,
        title=_("Add a paper"),
        status=status,
    )


def _version_page(
    request: StaffRequest,
    paper: Paper,
    form: AddVersionForm,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    return page(
        request,
        "admin/papers/paper/add_version.html",
        {"paper": paper, "files": _files_of(paper), "form": form, "refusal": refusal},
        model=Paper,
        title=_("Add a version or a language"),
        status=status,
    )


def _step(
    request: StaffRequest,
    pk: int,
    *,
    process: Callable[..., Paper],
    name: str,
    title: str,
    done: str,
) -> HttpResponse:
    """Show a page about the paper; on POST, make the change and redirect to the paper."""
    paper = get_paper_or_404(request, pk)
    latest = papers.latest_change(paper).history_id
    form = VersionForm(post_data(request), initial={"version": latest})
    refusal, changes = "", []
    if form.is_valid():
        seen = form.version_seen
        try:
            process(paper=paper, by=request.user, at=now(), seen=seen)
        except Refused as refused:
            refusal, changes = str(refused), changes_after(paper, seen)
            # The page shows the current paper, so the next attempt is checked against that.
            form = VersionForm(initial={"version": papers.latest_change(paper).history_id})
        else:
            messages.success(request, done % {"title": paper.title})
            return redirect(CHANGE_PAGE, pk)
    return page(
        request,
        f"admin/papers/paper/{name}.html",
        {
            "paper": paper,
            "files": _files_of(paper),
            "form": form,
            "refusal": refusal,
            "changes": changes,
        },
        model=Paper,
        title=title,
        status=409 if refusal else 200,
    )


def _files_of(paper: Paper) -> list[PaperVersion]:
    return list(paper.versions.order_by("-number", "language"))
