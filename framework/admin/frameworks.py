"""The list of the four frameworks, and the page of one: its drafts, and what can be done now."""

from typing import Any, Final, cast

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.admin.base import StaffRequest
from core.admin.conflicts import ConflictAdmin
from core.admin.lookups import FixedRows, ScopedAdmin
from core.dates import GENEVA, format_datetime, format_datetime_short
from framework.admin import consolidation, drafts, text, translations
from framework.admin.pages import ADOPT, CHANGE
from framework.models import Draft, Framework
from framework.services.amendment_queue import AmendmentQueue
from framework.services.drafts import change_settings
from framework.services.progress import Progress, progress_of, with_amendment_counts

# At most so many paragraphs with proposals that need an answer are named.
MAX_PARAGRAPHS_SHOWN: Final = 20
PAGES = (*drafts.PAGES, *text.PAGES, *translations.PAGES, *consolidation.PAGES)


@admin.register(Framework)
class FrameworkAdmin(FixedRows, ScopedAdmin, ConflictAdmin):
    """The framework of each focus area. Its drafts are decided on pages of their own."""

    change_form_template = "admin/framework/framework/change_form.html"
    fieldsets = ((_("Settings"), {"fields": ("is_public", "observers_may_propose")}),)
    list_display = ("focus_area", "last_draft", "closes", "proposals", "unanswered", "is_public")
    list_select_related = ("focus_area",)
    ordering = ("focus_area__number",)
    actions = None

    def get_urls(self) -> list[URLPattern]:
        staff = self.admin_site.admin_view
        pages = [
            path(route, staff(view), name=f"framework_framework_{name}")
            for name, route, view in PAGES
        ]
        return [*pages, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        counted = with_amendment_counts(Draft.objects.order_by("-number", "-pk"))
        return super().get_queryset(request).prefetch_related(Prefetch("drafts", counted))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title = {"title": str(self.opts.verbose_name_plural)}
        return super().changelist_view(request, {**title, **(extra_context or {})})

    @admin.display(description=pgettext_lazy("of an Action Framework", "last draft"))
    def last_draft(self, framework: Framework) -> str:
        """Return the number and the state of the last draft."""
        draft = _progress(framework).latest or _progress(framework).prepared
        if draft is None:
            return str(_("No draft yet"))
        return f"{draft.number} · {draft.state_at(now()).label}"

    @admin.display(description=_("closes"))
    def closes(self, framework: Framework) -> str:
        draft = _progress(framework).latest
        closes_at = draft.closes_at if draft else None
        return format_datetime_short(closes_at, GENEVA) if closes_at else "–"

    @admin.display(description=_("proposals"))
    def proposals(self, framework: Framework) -> int:
        """Return how many proposals the last draft has."""
        draft = _progress(framework).latest
        return int(draft.amendment_count) if draft else 0

    @admin.display(description=_("without an answer"))
    def unanswered(self, framework: Framework) -> int:
        draft = _progress(framework).latest
        return int(draft.unanswered_count) if draft else 0

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,  # noqa: FBT001, FBT002
        change: bool = False,  # noqa: FBT001, FBT002
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        context |= {
            "title": obj.focus_area.name,
            "subtitle": None,
            **_overview(obj, cast("StaffRequest", request)),
        }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(
        self,
        request: HttpRequest,
        obj: Framework,
        form: Any,
        change: bool,  # noqa: FBT001  # Django's own.
    ) -> None:
        framework = Framework.objects.get(pk=obj.pk)
        facts = {name: form.cleaned_data[name] for name in form.Meta.fields}
        by = cast("StaffRequest", request).user
        change_settings(framework=framework, by=by, at=now(), **facts)


def _progress(framework: Framework) -> Progress:
    """Return the progress of a framework in the list, whose drafts are there already."""
    return Progress(list(framework.drafts.all()), now())


def _overview(framework: Framework, request: StaffRequest) -> dict[str, Any]:
    """Return the context of the page of a framework: its drafts, and the steps that it allows."""
    at = now()
    progress = progress_of(framework, at=at)
    prepared, latest = progress.prepared, progress.latest
    queue = AmendmentQueue(latest) if latest and latest.amendment_count else None
    is_answered_now = bool(queue and not progress.is_open and latest.closes_at)
    rows = queue.rows if queue and is_answered_now else []
    unanswered = [row for row in rows if row.unanswered]
    has_text = bool(prepared and prepared.wordings.exists())
    return {
        "framework": framework,
        "progress": progress,
        "drafts": [(each, each.state_at(at)) for each in progress.drafts],
        "closes": format_datetime(latest.closes_at, GENEVA) if progress.is_open else "",
        "queue": queue if is_answered_now else None,
        "first_row": next(iter(unanswered or rows), None),
        "unanswered": unanswered[:MAX_PARAGRAPHS_SHOWN],
        "more_unanswered": len(unanswered[MAX_PARAGRAPHS_SHOWN:]),
        "has_text": has_text,
        "can_show": has_text and not unanswered,
        "may_change": request.user.has_perm(CHANGE),
        "may_decide": request.user.has_perm(ADOPT),
        "languages": translations.LANGUAGES if progress.adopted else (),
    }
