"""The page of one step on a row, for staff: it says what the step does, and POST performs it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.views.generic import View

from accounts.admin.base import StaffRequest
from accounts.services.permissions import insist
from core.admin.conflicts import VersionForm
from core.conflicts import Refused


class StepView(View):
    """The page of one step on a row: it explains the step, and performs it on POST.

    Responds with 422 if the form is invalid, and with 409 if the step is refused. The page then
    shows the row as it is now, and keeps what was entered: a second try uses the new version.
    """

    http_method_names = ("get", "head", "post")
    request: StaffRequest
    permissions: tuple[str, ...] = ()
    form_class: type[VersionForm] = VersionForm
    template = "step"
    title: str | Promise = ""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        insist(request.user, *self.permissions)
        self.row = self.get_row()

    def get(self, request: StaffRequest, **kwargs: Any) -> HttpResponse:
        return self.show(self.get_form(initial={**self.get_proposal(), **self.get_shown()}))

    def post(self, request: StaffRequest, **kwargs: Any) -> HttpResponse:
        form = self.get_form(request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            done = self.take(form)
        except Refused as refused:
            chosen = {**self.get_proposal(), **form.cleaned_data, **self.get_shown()}
            return self.show(self.get_form(initial=chosen), status=409, refusal=str(refused))
        messages.success(request, done)
        return redirect(self.get_next_url())

    def get_row(self) -> Any:
        """Return the row in the URL. Raises Http404 if the user may not see it."""
        raise NotImplementedError

    def get_form(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> VersionForm:
        """Return the form, bound if there is data."""
        return self.form_class(data, initial=initial)

    def get_proposal(self) -> dict[str, Any]:
        """Return the initial values of the fields that a person can edit."""
        return {}

    def get_shown(self) -> dict[str, Any]:
        """Return the hidden values that the page sends back, by field name."""
        return {"version": self.row.version}

    def get_context(self) -> dict[str, object]:
        """Return the additional context of the template."""
        return {}

    def get_next_url(self) -> str:
        """Return the URL of the page that follows the step."""
        raise NotImplementedError

    def take(self, form: Any) -> str:
        """Perform the step and return the success message. Raises Refused."""
        raise NotImplementedError

    def show(self, form: VersionForm, *, status: int = 200, refusal: str = "") -> HttpResponse:
        """Render the page, with the reason if the step was refused."""
        raise NotImplementedError
