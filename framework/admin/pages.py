"""Shared by the staff pages of a framework: loading it, and the layout."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.timezone import now

from accounts.admin import steps
from accounts.admin.base import StaffRequest, get_visible_or_404, page
from core.admin.conflicts import VersionForm
from framework.models import Draft, Framework
from framework.services.drafts import draft_in_preparation

VIEW = "framework.view_framework"
CHANGE = "framework.change_framework"
ADOPT = "framework.adopt_framework"

# The name, the route and the view of each page.
Pages = Sequence[tuple[str, str, Callable[..., HttpResponseBase]]]


def get_framework_or_404(request: StaffRequest, pk: int) -> Framework:
    """Return a framework that the user may see, with its focus area."""
    frameworks = Framework.objects.select_related("focus_area")
    return get_visible_or_404(frameworks, request.user, pk)


def prepared_draft_or_404(framework: Framework) -> Draft:
    """Return the draft in preparation. Raises Http404 without one."""
    draft = draft_in_preparation(framework)
    if draft is None:
        raise Http404
    return draft


def address_of(framework: Framework, name: str = "change", *arguments: object) -> str:
    """Return the URL of one of the staff pages of a framework."""
    return reverse(f"admin:framework_framework_{name}", args=[framework.pk, *arguments])


def framework_page(
    request: HttpRequest,
    name: str,
    context: Mapping[str, object],
    *,
    framework: Framework,
    title: str | Promise,
    status: int = 200,
) -> TemplateResponse:
    """Render one of the staff pages of a framework."""
    return page(
        request,
        f"admin/framework/framework/{name}.html",
        {"framework": framework, **context},
        model=Framework,
        title=title,
        status=status,
    )


class StepView(steps.StepView):
    """The page of one step on a framework, its draft or a paragraph."""

    permissions: tuple[str, ...] = (VIEW, CHANGE)

    def get_next_url(self) -> str:
        return address_of(self.framework)

    @cached_property
    def framework(self) -> Framework:
        """The framework in the URL."""
        return get_framework_or_404(self.request, self.kwargs["pk"])

    @property
    def facts(self) -> dict[str, Any]:
        """Who takes the step, and when."""
        return {"by": self.request.user, "at": now()}

    def show(self, form: VersionForm, *, status: int = 200, refusal: str = "") -> HttpResponse:
        return framework_page(
            self.request,
            self.template,
            {"form": form, "refusal": refusal, **self.get_context()},
            framework=self.framework,
            title=self.title,
            status=status,
        )
