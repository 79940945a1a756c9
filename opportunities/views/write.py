"""The pages on which a member writes a need or an offer, and changes one that it sent.

What is not sent is kept as it is typed, as `eoi/views/autosaved_page.py` says. A change is not:
it is sent at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.autosave import Difference, Outcome, Page
from core.conflicts import Refused
from core.language_switch import form_as_typed
from core.numbers import whole_number
from eoi.views.autosaved_page import AutosavedPage, Kept
from eoi.views.error_summary import ErrorSummary
from focus_areas.models import FocusArea, Pillar
from members.models import FocalPoint
from members.services.countries import name_of
from opportunities.forms.opportunity import OpportunityForm, initial_of
from opportunities.models import (
    UNDECIDED,
    EventKind,
    Opportunity,
    OpportunityKind,
    OpportunityStatus,
)
from opportunities.services import sending
from opportunities.services.events import LOG
from opportunities.services.reader import OWN_PAGE, Reader
from opportunities.views.pages import member_page


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def write(request: HttpRequest, reader: Reader, kind: str) -> HttpResponseBase:
    """Describe a need, or make an offer."""
    if kind not in OpportunityKind.values:
        raise Http404
    # Of a person who represents several members.
    chosen = whole_number(request.GET.get("for"))
    person = next((each for each in reader.people if each.member_id == chosen), reader.people[0])
    return _page(request, reader, person, OpportunityKind(kind))


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def change(request: HttpRequest, reader: Reader, reference: str) -> HttpResponseBase:
    """Change a need or an offer that waits for staff or is open, or answer their question."""
    rows = Opportunity.objects.exclude(status=OpportunityStatus.DRAFT)
    own = get_object_or_404(rows, member__in=reader.members, reference=reference)
    if own.status not in (*UNDECIDED, OpportunityStatus.OPEN):
        messages.error(request, str(LOG.wrong_status(own)))
        return redirect(reader.address(OWN_PAGE))
    person = next(each for each in reader.people if each.member_id == own.member_id)
    return _page(request, reader, person, OpportunityKind(own.kind), own)


def _page(request: HttpRequest, reader: Reader, person: FocalPoint, *about: Any) -> HttpResponse:
    is_by_link = bool(reader.token)
    page = WritePage(request, person, reader.at, reader, *about, is_by_link=is_by_link)
    return page.respond()


@dataclass
class WritePage(AutosavedPage[OpportunityForm]):
    """One request of these pages. `own` is what was sent, if it is changed."""

    reader: Reader
    kind: OpportunityKind
    own: Opportunity | None = None
    scope = "opportunity"
    opened_by = ("for", "country", "area", "pillar")

    @cached_property
    def row(self) -> Opportunity:
        return self.own or sending.unsent(self.kind, self.person.member_id, at=self.at)

    @property
    def subject(self) -> str:
        return str(self.own.pk) if self.own else f"{self.kind} {self.person.member_id}"

    def form(self, data: dict[str, Any] | None) -> OpportunityForm:
        return OpportunityForm(
            data,
            kind=self.kind,
            member=self.person.member,
            version=self.row.version,
            initial=initial_of(sending.shown_content(self.own))
            if self.own
            else self.chosen_by_link(),
        )

    def chosen_by_link(self) -> dict[str, Any]:
        """Return what a link to the page has chosen: a country, a pillar and a focus area."""
        query, chosen = self.request.GET, dict[str, Any]()
        if (name := name_of(query.get("country", ""))) != query.get("country", ""):
            chosen["places"] = name
        if pillar := Pillar.objects.filter(pk=whole_number(query.get("pillar")) or 0).first():
            chosen |= {"pillar": pillar.pk, "focus_area": pillar.focus_area_id}
        elif area := FocusArea.objects.filter(slug=query.get("area", "")).first():
            chosen["focus_area"] = area.pk
        return chosen

    def opened(self) -> HttpResponse:
        return self.page(self.stored_form())

    def posted(self, form: OpportunityForm) -> HttpResponse:
        if self.own is None:
            return self.discard() if "discard" in self.request.POST else super().posted(form)
        if "send" not in self.request.POST:
            return self.page(form_as_typed(form))
        if not form.is_valid():
            return self.page(form, status=422)
        self.send(form, self.version)
        return self.sent()

    def discard(self) -> HttpResponse:
        sending.discard_typed(kind=self.kind, version=self.version, by=self.person, at=self.at)
        messages.success(self.request, _("What was typed is deleted."))
        return self.sent()

    def keep(self, form: OpportunityForm, page: Page) -> Kept:
        kept, outcome = sending.save_typed(
            kind=self.kind, typed=form.typed(), page=page, by=self.person, at=self.at
        )
        return Kept(kept.version, kept.saved_at, outcome is Outcome.KEPT_BESIDE)

    def send(self, form: OpportunityForm, version: int) -> None:
        facts: Any = {"content": form.content(), "version": version}
        facts |= {"by": self.person, "at": self.at}
        if self.own is None:
            sending.send(kind=self.kind, **facts)
        else:
            sending.send_change(opportunity=self.own, **facts)
        sentence = _("It is sent. Our team reads it, and you get an email when it is published.")
        messages.success(self.request, sentence)

    def sent(self) -> HttpResponse:
        return redirect(self.reader.address(OWN_PAGE))

    def refused(self, refused: Refused) -> HttpResponse:
        self.reload()
        sentences = (str(refused), _("What you typed is shown below."))
        form = form_as_typed(self.form(self.newer(self.row.version)))
        return self.page(form, ErrorSummary(_("Not sent"), sentences), status=409)

    def reload(self) -> None:
        if self.own:
            self.own.refresh_from_db()
        vars(self).pop("row", None)

    def changed_meanwhile(self) -> str:
        return _("This form was changed in another window or by a colleague")

    def page(
        self,
        form: OpportunityForm | None,
        refusal: ErrorSummary | None = None,
        *,
        differences: Sequence[Difference] = (),
        status: int = 200,
    ) -> HttpResponse:
        context = {
            **self.versions(),
            "reader": self.reader,
            "person": self.person,
            "form": form,
            "refusal": refusal,
            "differences": differences,
            "row": self.row,
            "own": self.own,
            "is_need": self.kind == OpportunityKind.NEED,
            "question": self.question(),
            "people": [] if self.own else self.reader.people,
            "form_address": self.address(),
            "back": self.reader.address(OWN_PAGE),
        }
        return render(self.request, "opportunities/write.html", context, status=status)

    def question(self) -> str:
        """Return what staff ask about it; empty if they ask nothing."""
        if self.row.status != OpportunityStatus.QUESTION_ASKED:
            return ""
        asked = self.row.events.filter(kind=EventKind.QUESTION_ASKED, is_shared=True)
        return asked.order_by("-pk").values_list("note", flat=True).first() or ""
