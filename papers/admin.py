"""Admin of papers. They are added with a file, get further versions, and can be withdrawn."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.admin.base import StaffRequest, get_visible_or_404, page, post_data
from accounts.models import User
from accounts.services.permissions import needs
from core.admin.conflicts import ConflictAdmin, VersionForm
from core.admin.history import changes_after
from core.admin.lookups import ScopedAdmin
from core.conflicts import Refused
from core.numbers import whole_number
from core.uploads import accepts_files
from focus_areas.models import EVERY_AREA, FocusArea
from meetings.models import Meeting, MeetingStatus
from papers.forms import AddPaperForm, AddVersionForm, CorrectPaperForm
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
    except Refused as refused:
        # A colleague has just deleted the item.
        form.add_error("agenda_item", str(refused))
        return _add_page(request, form, meeting, status=409)
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
    return download(request, version, back=reverse(CHANGE_PAGE, args=[pk]), opens_pdf=True)


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


PAGES: dict[str, tuple[str, Callable[..., HttpResponseBase]]] = {
    "add": ("add/", add),
    "of_meeting": ("of-meeting/<int:meeting>/", of_meeting),
    "add_version": ("<int:pk>/add-version/", add_version),
    "withdraw": ("<int:pk>/withdraw/", withdraw),
    "put_back": ("<int:pk>/put-back/", restore),
    "file": ("<int:pk>/files/<int:file>/", file),
}


class PaperAreaFilter(admin.SimpleListFilter):
    """Filter by area or the whole coalition; papers of their meetings are included."""

    title = gettext_lazy("focus area")
    parameter_name = "area"
    coalition = "coalition"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        user = cast("User", request.user)
        areas = FocusArea.objects.visible_to(user).order_by("number")
        offered = [(str(area.number), area.name) for area in areas]
        whole = [(self.coalition, _("Whole coalition"))] if user.has_perm(EVERY_AREA) else []
        return [*offered, *whole]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.value()
        if chosen not in {value for value, _name in self.lookup_choices}:
            return queryset
        if chosen == self.coalition:
            return queryset.filter(focus_area=None).filter(
                Q(meeting=None) | Q(meeting__focus_area=None)
            )
        return queryset.filter(Q(focus_area__number=chosen) | Q(meeting__focus_area__number=chosen))


@admin.register(Paper)
class PaperAdmin(ScopedAdmin, ConflictAdmin):
    """Papers. Title, kind and `is_public` are changed here; other changes have their own pages."""

    form = CorrectPaperForm
    change_form_template = "admin/papers/paper/change_form.html"
    fields = ("title", "kind", "whose", "meeting", "agenda_item", "is_public")
    readonly_fields = ("whose", "meeting")
    list_display = ("title", "kind", "whose", "meeting", "versions", "standing")
    list_filter = ("kind", PaperAreaFilter, "is_withdrawn", "is_public")
    list_select_related = ("focus_area", "meeting__focus_area")
    search_fields = ("title", "meeting__title", "versions__file_name")
    add_label = pgettext_lazy("a list", "Add paper")
    search_help_text = gettext_lazy("Search by title, meeting or file name")
    ordering = ("-pk",)
    actions = None

    def get_urls(self) -> list[URLPattern]:
        pages = [
            path(
                address,
                self.admin_site.admin_view(view),
                name=f"papers_paper_{name}",
            )
            for name, (address, view) in PAGES.items()
        ]
        return [*pages, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Paper]:
        files = PaperVersion.objects.order_by("-number", "language")
        return super().get_queryset(request).prefetch_related(Prefetch("versions", files))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            response: HttpResponse = super().changeform_view(
                request, object_id, form_url, extra_context
            )
        except Refused as refused:
            messages.warning(request, str(refused))
            return redirect(request.path)
        return response

    def save_model(
        self,
        request: HttpRequest,
        obj: Paper,
        form: CorrectPaperForm,
        change: bool,  # noqa: FBT001  # Django's own.
    ) -> None:
        papers.correct_paper(
            paper=obj,
            title=form.cleaned_data["title"],
            kind=form.cleaned_data["kind"],
            is_public=form.cleaned_data.get("is_public"),
            agenda_item=form.cleaned_data.get("agenda_item"),
            by=cast("User", request.user),
            at=timezone.now(),
            seen=form.seen,
        )

    def get_fields(self, request: HttpRequest, obj: Paper | None = None) -> tuple[str, ...]:
        if obj and obj.meeting and obj.meeting.agenda_items.exists():
            return self.fields
        return tuple(name for name in self.fields if name != "agenda_item")

    def get_readonly_fields(
        self, request: HttpRequest, obj: Paper | None = None
    ) -> tuple[str, ...]:
        # The papers of a meeting are for its participants.
        return (*self.readonly_fields, "is_public") if obj and obj.meeting else self.readonly_fields

    def has_change_permission(self, request: HttpRequest, obj: Paper | None = None) -> bool:
        if obj and obj.is_withdrawn and request.method != "POST":
            return False
        return bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Paper | None = None) -> bool:
        # A paper is withdrawn, not deleted, so that the record of what members could read remains.
        return False

    @admin.display(description=gettext_lazy("focus area"), ordering="focus_area__number")
    def whose(self, paper: Paper) -> str:
        """Return the name of the paper's focus area, or of the whole coalition."""
        return paper.area_name

    @admin.display(description=gettext_lazy("files"))
    def versions(self, paper: Paper) -> str:
        """Return the newest version's number and its languages, as text."""
        files = list(paper.versions.all())
        newest = files[0].number if files else 0
        return _("Version %(number)d: %(languages)s") % {
            "number": newest,
            "languages": ", ".join(file.language for file in files if file.number == newest),
        }

    @admin.display(description=gettext_lazy("status"), ordering="is_withdrawn")
    def standing(self, paper: Paper) -> str:
        """Return who can read the paper, as a short text."""
        if paper.is_withdrawn:
            return _("Withdrawn")
        return _("Public") if paper.is_public else _("Published")
