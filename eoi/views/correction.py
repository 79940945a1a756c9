"""Correcting an EOI while it is undecided: the form, the check of the changes, their saving."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.conflicts import NothingChanged
from core.time_zones import all_zones, city
from eoi.forms.correction import SelfCorrectionForm
from eoi.forms.review import changes
from eoi.views.error_summary import ErrorSummary
from eoi.views.token_auth import token_required
from members.models import FocalPoint
from members.services import corrections, countries


@require_http_methods(["GET", "HEAD", "POST"])
@token_required
def eoi_correct(
    request: HttpRequest, focal_point: FocalPoint, token: str, at: datetime
) -> HttpResponse:
    """Let a focal point correct an undecided EOI.

    The first POST answers with the changes to check, `change=<field>` with the form at that
    field, `confirmed=1` saves them. Where somebody else changed the answers meanwhile, 409 keeps
    what was typed beside what is there now, and `instead` saves it all the same.
    """
    page = CorrectPage(request, focal_point, token)
    if request.method != "POST":
        return page.form(page.form_of(None))
    typed = request.POST.copy()
    if "instead" in typed:
        typed["seen"] = str(typed["instead"])
    if "change" in typed and focal_point.member.is_undecided:
        return page.form(
            SelfCorrectionForm.as_typed(
                typed, focus_on=str(typed["change"]), **page.facts_of_file()
            )
        )
    return _answer(page, typed, at)


def _answer(page: "CorrectPage", typed: QueryDict, at: datetime) -> HttpResponse:
    form = page.form_of(typed)
    is_confirmed = "confirmed" in typed or "instead" in typed
    seen = str(typed.get("seen", ""))
    if is_confirmed and form.asks_for_time_zone:
        form.refuse_without_time_zone()
    try:
        # The correction itself compares again, under the lock.
        corrections.check_correctable(page.focal_point.member, page.people, seen)
        if not form.is_valid():
            return page.form(form, status=422)
        if not is_confirmed:
            return page.check(form, typed)
        corrections.correct_own_answers(
            member=page.focal_point.member,
            facts=form.facts,
            focal_points=form.facts_of_people,
            alternate=form.alternate,
            seen=seen,
            by=page.focal_point,
            at=at,
        )
    except NothingChanged:
        return page.form(form, is_unchanged=True)
    except (corrections.CorrectionClosed, corrections.AnswersConflict) as refused:
        return page.refusal(refused, typed)
    if form.alternate:
        return page.saved(
            _("Your corrections are saved. We have written to the alternate focal point.")
        )
    return page.saved(_("Your corrections are saved."))


class CorrectPage:
    """The page for one focal point, in each of its states."""

    def __init__(self, request: HttpRequest, focal_point: FocalPoint, token: str) -> None:
        self.request = request
        self.focal_point = focal_point
        self.token = token
        self.read_people()

    def read_people(self) -> None:
        """Read who the focal points are now."""
        self.people = list(self.focal_point.member.focal_points.order_by("is_alternate"))

    def facts_of_file(self) -> dict[str, Any]:
        """Return what a form of facts stands on."""
        return {"member": self.focal_point.member, "focal_points": self.people}

    def form_of(self, typed: QueryDict | None) -> SelfCorrectionForm:
        """Return the form of the file, with what was typed."""
        return SelfCorrectionForm(typed, **self.facts_of_file())

    def form(self, form: SelfCorrectionForm, *, status: int = 200, **more: object) -> HttpResponse:
        """Answer with the form; without one, say that the EOI is no longer corrected."""
        context: dict[str, object] = {"form": form, **more}
        if not self.focal_point.member.is_undecided:
            context["ended"] = corrections.CorrectionClosed(self.focal_point.member)
        return self.render("eoi/correct.html", context, status)

    def check(self, form: SelfCorrectionForm, typed: QueryDict) -> HttpResponse:
        """Answer with what would change, or say that nothing would."""
        changed = changes(form)
        if not changed:
            return self.form(form, is_unchanged=True)
        # Answered on this page itself, so not carried along as typed.
        asked = {change.row.name for change in changed if change.row.likely}
        zones = []
        if form.asks_for_time_zone:
            asked.add("time_zone")
            country = form.cleaned_data["country"]
            # Uninhabited territories have none.
            offered = countries.time_zones_of(country) or all_zones()
            zones = [(zone, city(zone)) for zone in offered]
            changed = [change for change in changed if change.row.name != "time_zone"]
        context: dict[str, object] = {
            "changes": changed,
            "asked": asked,
            "carried": [
                (name, value)
                for name in form.fields
                if name not in asked
                for value in typed.getlist(name)
            ],
            "zones": zones,
            "country": countries.name_of(form.cleaned_data["country"]),
        }
        return self.render("eoi/correct_check.html", context)

    def refusal(
        self, refused: corrections.CorrectionClosed | corrections.AnswersConflict, typed: QueryDict
    ) -> HttpResponse:
        """Answer with what happened meanwhile, and the form as typed."""
        member = self.focal_point.member
        member.refresh_from_db()
        self.read_people()
        form = self.form_of(typed)
        # Judged, so that what differs is known.
        is_valid = form.is_valid()
        differences = changes(form)
        if isinstance(refused, corrections.AnswersConflict) and is_valid and not differences:
            # Sent twice, or changed by somebody else to the very same.
            return self.saved(_("Your corrections are saved."))
        if isinstance(refused, corrections.CorrectionClosed):
            sentences = (
                str(refused),
                _("What you typed was not saved. It is below, as you typed it: keep a copy."),
            )
            title = _("Not saved: these answers can no longer be corrected here")
            more: dict[str, object] = {}
        else:
            title = _("Not saved yet: the answers have changed")
            sentences = (
                str(refused),
                _("What you typed is below. Look at what differs, then save your answers, or not."),
            )
            more = {
                "differences": differences,
                "now": corrections.fingerprint(member, self.people),
            }
        return self.form(form, status=409, refusal=ErrorSummary(title, sentences), **more)

    def saved(self, sentence: str) -> HttpResponse:
        """Lead to the page of the EOI, which says what was done."""
        messages.success(self.request, sentence)
        return redirect("eoi:status", self.token)

    def render(self, template: str, context: dict[str, object], status: int = 200) -> HttpResponse:
        """Answer with a page of this address."""
        member = self.focal_point.member
        return render(
            self.request,
            template,
            {
                **context,
                "focal_point": self.focal_point,
                "member": member,
                "people": self.people,
                "token": self.token,
                "contact": member.call.contact_email,
            },
            status=status,
        )
