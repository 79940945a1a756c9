"""The working screen on which coordinators answer amendments and write the next draft."""

from typing import Any

from django.contrib import messages
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django.views.generic import View

from accounts.admin.base import StaffRequest, int_or_invalid
from accounts.services.permissions import insist, lacking, needs
from core.conflicts import Conflict, Refused
from core.language_switch import form_as_typed
from framework.admin.consolidation_screen import ALL, ANSWERS, TAKE_WORDING, Screen
from framework.admin.pages import (
    CHANGE,
    VIEW,
    Pages,
    address_of,
    framework_page,
    get_framework_or_404,
)
from framework.forms.answers import AnswerForm
from framework.models import Amendment, Answer, AnswerKind, Draft, Paragraph
from framework.services.amendment_queue import notes_at
from framework.services.consolidation import NotPrepared, answer_and_edit, wording_beside
from framework.services.drafts import latest_draft, prepare_next_draft
from framework.services.notes import add_note
from triage.decisions.forms.decisions import InternalNoteForm
from triage.staff_pages.arrivals import (
    ENTRY_SHOWN,
    MAX_SHOWN,
    mark_as_reading,
    others_reading,
    readers_in_words,
)


class ConsolidationView(View):
    """A paragraph of the closed draft with its amendments, the list around it, and the answer.

    POST takes the wording of the amendment, shows the change, answers, or begins the next draft.
    The status is 422 if something is missing, and 409 if the answer is refused. What was typed
    stays, and so do the versions, until the person confirms that they have read the change.
    """

    http_method_names = ("get", "head", "post")
    request: StaffRequest
    screen: Screen

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        insist(request.user, VIEW)
        self.framework = get_framework_or_404(self.request, kwargs["pk"])
        self.at, draft = now(), latest_draft(self.framework)
        if draft is not None:
            key = kwargs.get("key")
            self.screen = Screen(self.request, self.framework, draft, key, at=self.at)
        if draft is None or self.screen.found_row is None:
            messages.info(request, _("There are no proposals to answer."))
            return redirect(address_of(self.framework))
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: StaffRequest, **kwargs: Any) -> HttpResponse:
        return self.show(self.screen.get_form())

    def post(self, request: StaffRequest, **kwargs: Any) -> HttpResponse:
        insist(request.user, CHANGE)
        if "begin" in request.POST:
            return self.begin()
        if "after" in request.POST:
            return self.add_note(InternalNoteForm(request.POST))
        form = self.screen.get_form(request.POST)
        if form is None:
            return self.show(None, status=422)
        if "decide" not in request.POST:
            return self.show(form_as_typed(form))
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            self.decide(form)
        except Refused as refused:
            return self.show(form, refused=refused, status=409)
        return redirect(self.screen.next_address)

    def begin(self) -> HttpResponse:
        """Begin the next draft, and show the page again."""
        try:
            draft = prepare_next_draft(framework=self.framework, by=self.request.user, at=self.at)
        except Refused as refused:
            messages.warning(self.request, str(refused))
        else:
            done = _("Draft %(number)s is in preparation.") % {"number": draft.number}
            messages.success(self.request, done)
        return redirect(self.screen.form_address)

    def add_note(self, form: InternalNoteForm) -> HttpResponse:
        """Add an internal note at the paragraph."""
        if not form.is_valid():
            return self.show(self.screen.get_form(), note_form=form, status=422)
        add_note(
            draft=self.screen.draft,
            paragraph=self.screen.row.wording.paragraph,
            **form.cleaned_data,
            by=self.request.user,
            at=self.at,
        )
        messages.success(self.request, _("Note added."))
        return redirect(self.screen.form_address)

    def decide(self, form: AnswerForm) -> None:
        """Answer the chosen amendment. Raises what answer_and_edit raises."""
        answer = answer_and_edit(
            amendment=self.amendment,
            kind=self.screen.answer_kind or AnswerKind.NOTED,
            reason=form.cleaned_data["reason"],
            merged_with=form.cleaned_data.get("merged_with"),
            version=form.version_seen,
            typed=form.typed,
            by=self.request.user,
            at=self.at,
        )
        done = _("%(paragraph)s, %(organisation)s: %(answer)s") % {
            "paragraph": self.screen.row.label,
            "organisation": self.amendment.member.organisation_name,
            "answer": answer.get_kind_display(),
        }
        messages.success(self.request, done)

    @property
    def amendment(self) -> Amendment:
        """The amendment that is answered."""
        assert self.screen.chosen is not None  # noqa: S101  # There is no form without one.
        return self.screen.chosen.amendment

    def show(
        self,
        form: AnswerForm | None,
        *,
        refused: Refused | None = None,
        note_form: InternalNoteForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """Show the page, with the reason if the answer was refused."""
        screen, row = self.screen, self.screen.row
        notes = notes_at(row)
        note_form = note_form or InternalNoteForm()
        note_form.initial["after"] = notes[0].pk if notes else 0
        context = {
            "screen": screen,
            "row": row,
            "rows": [(each, screen.address(each), each.key == row.key) for each in screen.rows],
            "next_number": screen.draft.number + 1,
            "is_open": screen.draft.is_open_at(self.at),
            "lacking": lacking(self.request.user, CHANGE),
            "form": form,
            "change": screen.change(form),
            "refused": refused,
            "needs_draft": isinstance(refused, NotPrepared),
            **(self._changed_meanwhile(form) if isinstance(refused, Conflict) and form else {}),
            "address_of_all": screen.address(list=ALL, q=""),
            "notes": notes,
            "note_form": note_form,
            "address_of_the_note": screen.form_address,
            "latest": latest_answer(screen.draft, row.wording.paragraph),
            "decisions_with_keys": [*ANSWERS.values(), TAKE_WORDING],
        }
        title = _("%(paragraph)s · draft %(number)s") % {
            "paragraph": row.label,
            "number": screen.draft.number,
        }
        return framework_page(
            self.request,
            "consolidate",
            context,
            framework=self.framework,
            title=title,
            status=status,
        )

    def _changed_meanwhile(self, form: AnswerForm) -> dict[str, object]:
        """Return the answer and the wording of a colleague that the posted page did not show."""
        answer = Answer.objects.filter(amendment=self.amendment).first()
        prepared, typed = self.screen.prepared, form.typed
        wording = wording_beside(prepared, self.amendment) if prepared and typed else None
        is_answer_new = answer is not None and answer.version != form.version_seen
        is_wording_new = wording and typed and wording.version != typed.version
        return {
            "answer_of_colleague": answer if is_answer_new else None,
            "wording_of_colleague": wording if is_wording_new else None,
        }


@never_cache
@require_POST
@needs(VIEW)
def presence(request: StaffRequest, pk: int, key: str) -> JsonResponse:
    """Mark that the person has a paragraph open, and return what their page can show at once."""
    draft, paragraph = _paragraph_or_404(request, pk, key)
    place = f"paragraph-{draft.pk}-{paragraph.pk}"
    mark_as_reading(place, request.user)
    answered = (
        Answer.history.filter(
            amendment__draft=draft,
            amendment__paragraph=paragraph,
            history_id__gt=int_or_invalid(request.POST, ENTRY_SHOWN),
        )
        .exclude(history_user=request.user)
        .select_related("amendment__member")
        .order_by("-history_id")
    )
    context = {"answered": answered[:MAX_SHOWN]}
    arrived = render_to_string("admin/framework/framework/_answered_meanwhile.html", context)
    return JsonResponse(
        {
            "readers": readers_in_words(others_reading(place, request.user)),
            "arrived": arrived.strip(),
        }
    )


def latest_answer(draft: Draft, paragraph: Paragraph) -> int:
    """Return the number of the latest change of an answer at a paragraph; 0 if there is none."""
    changes = Answer.history.filter(amendment__draft=draft, amendment__paragraph=paragraph)
    latest: int | None = changes.aggregate(latest=Max("history_id"))["latest"]
    return latest or 0


def _paragraph_or_404(request: StaffRequest, pk: int, key: str) -> tuple[Draft, Paragraph]:
    """Return a paragraph of the last draft of a framework that the user may see."""
    draft = latest_draft(get_framework_or_404(request, pk))
    if draft is None:
        raise Http404
    wordings = draft.wordings.select_related("paragraph")
    return draft, get_object_or_404(wordings, paragraph__key=key).paragraph


_PARAGRAPH = "<int:pk>/consolidate/<uuid:key>/"
PAGES: Pages = (
    ("consolidate", "<int:pk>/consolidate/", ConsolidationView.as_view()),
    ("consolidate", _PARAGRAPH, ConsolidationView.as_view()),
    ("consolidate_presence", f"{_PARAGRAPH}presence/", presence),
)
