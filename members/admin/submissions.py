"""The staff pages of what co-leads submit: the base of each type's list, and of the decision."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db.models import Model
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.views.generic import View

from accounts.admin.base import StaffRequest, get_visible_or_404, page
from accounts.services.permissions import insist
from core.admin.conflicts import VersionForm
from core.conflicts import Refused
from members.models import Submission, SubmissionQuerySet
from members.services.submissions import SubmissionType, return_to_co_lead

MAX_SETTLED = 50


class ReturnForm(VersionForm):
    """The reason why a submission is returned, as the co-lead reads it."""

    use_required_attribute = False

    # Not every type of submission has versions.
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        help_text=_("The co-lead reads it in the email, as you write it."),
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        error_messages={"required": _("Enter a reason: the co-lead reads it.")},
    )


class SubmissionDesk(View):
    """The list of one type of submission, and the page on which staff release or return one."""

    request: StaffRequest
    http_method_names = ["get", "head", "post"]

    model: ClassVar[type[Submission]]
    kind: ClassVar[SubmissionType]
    # What a submission becomes.
    result_model: ClassVar[type[Model]]
    # The permission to see the pages.
    may_view: ClassVar[str]
    template: ClassVar[str]
    # The URL name of the list.
    list_page: ClassVar[str]
    list_title: ClassVar[str | Promise]
    title: ClassVar[str | Promise]
    nothing_waits: ClassVar[str | Promise]
    released: ClassVar[str | Promise]
    returned: ClassVar[str | Promise]

    @classmethod
    def as_list(cls) -> Callable[..., HttpResponseBase]:
        """Return the view of the list; `as_view()` returns that of one submission."""
        return cls.as_view(http_method_names=["get", "head"])

    def release(self, submission: Any, version: int) -> Model:
        """Release a submission, and return what it became."""
        raise NotImplementedError

    def in_list(self, submission: Any) -> str:
        """Return what the list says of a submission beside its title, its group and its author."""
        raise NotImplementedError

    def context(self, submission: Any) -> dict[str, object]:
        """Return what only the page of this type of submission shows."""
        return {}

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        insist(request.user, self.may_view)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: StaffRequest, pk: int | None = None) -> HttpResponse:
        return self.page(pk) if pk else self.list()

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        submission = get_visible_or_404(self.rows(), request.user, pk)
        insist(request.user, self.kind.may_release)
        form = ReturnForm(request.POST, label_suffix="")
        try:
            if "release" in request.POST:
                result = self.release(submission, form.version_seen)
                messages.success(request, str(self.released))
                name = f"admin:{result._meta.app_label}_{result._meta.model_name}_change"
                return redirect(name, result.pk)
            if not form.is_valid():
                return self.page(pk, form=form, status=422)
            return_to_co_lead(
                submission,
                self.kind,
                reason=form.cleaned_data["reason"],
                version=form.version_seen,
                by=request.user,
                at=now(),
            )
        except Refused as refused:
            return self.page(pk, form=form, refusal=str(refused), status=409)
        messages.success(request, str(self.returned))
        return redirect(self.list_page)

    def rows(self) -> SubmissionQuerySet:
        manager: Any = self.model._default_manager
        rows: SubmissionQuerySet = manager.select_related(
            "focus_area", "focal_point__member", self.model.result_field
        )
        return rows

    def list(self) -> HttpResponse:
        """List the submissions that wait for a decision, and the latest others."""
        found = self.rows().visible_to(self.request.user)
        waiting, settled = (
            [(row, reverse(self.kind.staff_page, args=[row.pk]), self.in_list(row)) for row in rows]
            for rows in (found.waiting(), found.settled()[:MAX_SETTLED])
        )
        return page(
            self.request,
            "admin/members/submission/list.html",
            {"waiting": waiting, "settled": settled, "nothing_waits": self.nothing_waits},
            model=self.result_model,
            title=self.list_title,
        )

    def page(
        self, pk: int, *, form: ReturnForm | None = None, refusal: str = "", status: int = 200
    ) -> HttpResponse:
        # Read again, because a refused change leaves the submission half changed.
        submission = get_visible_or_404(self.rows(), self.request.user, pk)
        may_release = self.request.user.has_perm(self.kind.may_release)
        return page(
            self.request,
            self.template,
            {
                "submission": submission,
                "form": form or ReturnForm(label_suffix=""),
                "kind": self.kind,
                "list_page": reverse(self.list_page),
                "list_title": self.list_title,
                "may_release": submission.is_waiting and may_release,
                "refusal": refusal,
                **self.context(submission),
            },
            model=self.result_model,
            title=self.title,
            status=status,
        )
