"""Admin of papers. They are added with a file, get further versions, and can be withdrawn."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import User
from core.admin.conflicts import ConflictAdmin
from core.admin.lookups import ScopedAdmin
from core.conflicts import Refused
from focus_areas.models import EVERY_AREA, FocusArea
from papers.admin import pages as paper_pages
from papers.forms import CorrectPaperForm
from papers.models import Paper, PaperVersion
from papers.services import papers

PAGES: dict[str, tuple[str, Callable[..., HttpResponseBase]]] = {
    "add": ("add/", paper_pages.add),
    "of_meeting": ("of-meeting/<int:meeting>/", paper_pages.of_meeting),
    "add_version": ("<int:pk>/add-version/", paper_pages.add_version),
    "withdraw": ("<int:pk>/withdraw/", paper_pages.withdraw),
    "put_back": ("<int:pk>/put-back/", paper_pages.restore),
    "file": ("<int:pk>/files/<int:file>/", paper_pages.file),
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
    fields = ("title", "kind", "whose", "meeting", "is_public")
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
            by=cast("User", request.user),
            at=timezone.now(),
            seen=form.seen,
        )

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
