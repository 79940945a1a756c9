"""The pages on which co-leads submit something for their working group: the base of each type."""

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.views.generic import View

from core.conflicts import NothingChanged, Refused
from core.language_switch import form_as_typed, switched_language
from members.models import FocalPoint, Submission, SubmissionQuerySet
from members.services.co_leads import area_of
from members.services.submissions import (
    AlreadySubmitted,
    SubmissionType,
    change,
    refusal_to_change,
    withdraw,
)
from members.views.signed_in import MemberRequest, co_lead_page


def submissions_of_group(model: type[Submission], person: FocalPoint) -> SubmissionQuerySet:
    """Return the submissions of the co-leads of a group, with the rows that their pages show."""
    manager: Any = model._default_manager
    found: SubmissionQuerySet = manager.filter(focus_area=person.member.focus_area)
    return found.select_related(model.result_field, "focal_point", "focus_area", "decided_by")


@method_decorator(co_lead_page, name="dispatch")
class SubmissionView(View):
    """The form of a submission, and the page of one. Its organisation can withdraw it there.

    If submissions can be changed, the page of an open one has the form.
    """

    request: MemberRequest
    http_method_names = ["get", "head", "post"]

    model: ClassVar[type[Submission]]
    kind: ClassVar[SubmissionType]
    can_be_changed: ClassVar[bool]
    template: ClassVar[str]
    form_template: ClassVar[str]
    # The page of the working group to which the person returns.
    list_page: ClassVar[str]
    submitted: ClassVar[str | Promise]
    withdrawn: ClassVar[str | Promise]

    def make_form(self, data: Any, submission: Any) -> forms.Form:
        """Return the form, with what was sent if anything was, for a submission if there is one."""
        raise NotImplementedError

    def submit(self, form: Any) -> None:
        """Submit what a valid form has."""
        raise NotImplementedError

    def facts(self, form: Any) -> dict[str, Any]:
        """Return the columns that a valid form has. Only needed if submissions can be changed."""
        raise NotImplementedError

    def context(self, submission: Any) -> dict[str, object]:
        """Return what only the page of this type of submission shows."""
        return {}

    def form_context(self, form: Any) -> dict[str, object]:
        """Return what only the form of this type of submission shows."""
        return {}

    def dispatch(self, request: Any, person: Any, at: Any, pk: int | None = None) -> Any:
        self.person: FocalPoint = person
        self.at: datetime = at
        return super().dispatch(request, pk=pk)

    def get(self, request: MemberRequest, pk: int | None) -> HttpResponse:
        submission = self.find(pk) if pk else None
        if submission and not (self.can_be_changed and self.may_change(submission)):
            return self.page(submission)
        return self.form_page(self.make_form(None, submission), submission)

    def post(self, request: MemberRequest, pk: int | None) -> HttpResponse:
        submission = self.find(pk) if pk else None
        if submission is None:
            return self.handle_form(None)
        if refusal := refusal_to_change(submission, self.kind, self.person):
            return self.page(submission, refusal)
        if self.can_be_changed and "withdraw" not in request.POST:
            return self.handle_form(submission)
        try:
            withdraw(submission, self.kind, person=self.person, by=request.user, at=self.at)
        except Refused as refused:
            return self.page(self.find(pk), refused)
        return self.leave(self.withdrawn)

    def handle_form(self, submission: Any) -> HttpResponse:
        """Submit a new submission, or a changed one."""
        form = self.make_form(self.request.POST, submission)
        if switched_language(self.request):
            return self.form_page(form_as_typed(form), submission)
        if not form.is_valid():
            return self.form_page(form, submission, status=422)
        try:
            if submission:
                self.change(submission, form)
            else:
                self.submit(form)
        except NothingChanged:
            # The form was sent twice.
            pass
        except Refused as refused:
            if isinstance(refused, AlreadySubmitted) and not submission:
                # The form was sent twice, or another co-lead had the same idea.
                messages.info(self.request, str(refused))
                return redirect(self.list_page, area_of(self.person).slug)
            # The refused change left the submission half changed.
            submission = self.find(submission.pk) if submission else None
            if submission and not submission.is_open:
                return self.page(submission, refused)
            return self.form_page(form, submission, refused=refused, status=409)
        return self.leave(self.submitted)

    def change(self, submission: Any, form: forms.Form) -> None:
        """Change a submission to what a valid form has."""
        change(
            submission,
            self.kind,
            facts=self.facts(form),
            version=form.cleaned_data["version"] or 0,
            person=self.person,
            by=self.request.user,
            at=self.at,
        )

    def find(self, pk: int | None) -> Any:
        """Return a submission of the group. Raises Http404 for any other."""
        return get_object_or_404(submissions_of_group(self.model, self.person), pk=pk)

    def may_change(self, submission: Submission) -> bool:
        return refusal_to_change(submission, self.kind, self.person) is None

    def leave(self, words: str | Promise) -> HttpResponse:
        """Redirect to the list, with a message."""
        messages.success(self.request, str(words))
        return redirect(self.list_page, area_of(self.person).slug)

    def form_page(
        self,
        form: forms.Form,
        submission: Any,
        *,
        refused: Refused | None = None,
        status: int = 200,
    ) -> HttpResponse:
        context = {
            "person": self.person,
            "area": area_of(self.person),
            "form": form,
            "submission": submission,
            "refused": refused,
            **self.form_context(form),
        }
        if submission:
            # After a conflict, the next attempt is based on the text that is shown now.
            context["version"] = submission.version if refused else form["version"].value()
        return render(self.request, self.form_template, context, status=status)

    def page(self, submission: Any, refused: Refused | None = None) -> HttpResponse:
        context = {
            "person": self.person,
            "area": area_of(self.person),
            "submission": submission,
            "may_withdraw": self.may_change(submission),
            "refused": refused,
            **self.context(submission),
        }
        return render(self.request, self.template, context, status=409 if refused else 200)
