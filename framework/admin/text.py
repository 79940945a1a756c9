"""Writing the text of the draft in preparation: the whole text, and each change of a paragraph."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.admin.base import StaffRequest, int_or_invalid
from accounts.services.permissions import needs
from core.text_diff import diff_words
from framework.admin.pages import (
    CHANGE,
    VIEW,
    Pages,
    StepView,
    address_of,
    framework_page,
    get_framework_or_404,
    prepared_draft_or_404,
)
from framework.forms.drafts import (
    MergeForm,
    MoveForm,
    PasteForm,
    SplitForm,
    StepForm,
    WordingForm,
    divided,
)
from framework.models import Draft, Paragraph, ParagraphKind, Wording
from framework.services import paragraphs
from framework.services.drafts import latest_draft
from framework.services.numbering import NumberedWording, numbered_text
from framework.services.pasted_text import sentences_in
from framework.services.texts import as_html

WORDS_OF_A_NAME = 6


@require_safe
@needs(VIEW, CHANGE)
def show_text(request: StaffRequest, pk: int) -> HttpResponse:
    """Show the whole text of the draft in preparation, with what can be done at each paragraph."""
    framework = get_framework_or_404(request, pk)
    draft = prepared_draft_or_404(framework)
    text = numbered_text(draft)
    before = _texts_before(draft)
    here = {each.wording.paragraph_id for each in text}
    return framework_page(
        request,
        "text",
        {
            "draft": draft,
            "rows": [
                (each, as_html(each.wording.text_en), _what_changed(each.wording, before))
                for each in text
            ],
            "deleted": [words for key, (_kind, words) in before.items() if key not in here],
        },
        framework=framework,
        title=_("Text of draft %(number)s") % {"number": draft.number},
    )


class TextStep(StepView):
    """A change of the text of the draft in preparation. It leads back to the paragraph."""

    @cached_property
    def draft(self) -> Draft:
        return prepared_draft_or_404(self.framework)

    @cached_property
    def text(self) -> list[NumberedWording]:
        return numbered_text(self.draft)

    def get_row(self) -> Any:
        return self.draft

    def post(self, request: StaffRequest, **kwargs: Any) -> HttpResponse:
        if "preview" not in request.POST:
            return super().post(request, **kwargs)
        form = self.get_form(request.POST)
        return self.show(form, status=200 if form.is_valid() else 422)

    def get_next_url(self) -> str:
        return address_of(self.framework, "text") + (f"#{self.anchor}" if self.anchor else "")

    def show(self, form: Any, *, status: int = 200, refusal: str = "") -> HttpResponse:
        self.form = form
        return super().show(form, status=status, refusal=refusal)

    def get_context(self) -> dict[str, object]:
        return {"draft": self.draft}

    @property
    def anchor(self) -> str:
        """The key of the paragraph to return to."""
        return ""


class PasteView(TextStep):
    """Add a whole text at the end, after a look at its paragraphs."""

    form_class = PasteForm
    template = "paste"
    title = gettext_lazy("Paste a text")

    def get_context(self) -> dict[str, object]:
        shown = [(each, as_html(each.text)) for each in self.form.paragraphs]
        return {**super().get_context(), "paragraphs": shown}

    def take(self, form: PasteForm) -> str:
        paragraphs.append_paragraphs(draft=self.draft, paragraphs=form.paragraphs, **self.facts)
        return _("Paragraphs added: %(number)d.") % {"number": len(form.paragraphs)}


class WritingStep(TextStep):
    """A page on which one text is written, with its preview."""

    form_class = WordingForm
    template = "wording"

    def get_form(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> WordingForm:
        return WordingForm(data, initial=initial, framework=self.framework)

    def get_before(self) -> str:
        """Return the text of the paragraph in the last draft."""
        return ""

    def get_context(self) -> dict[str, object]:
        words = self.form["text"].value() or ""
        before = self.get_before()
        return {
            **super().get_context(),
            "preview": as_html(words),
            "segments": diff_words(before, words) if before and before != words else [],
            "last": latest_draft(self.framework),
        }


class AddView(WritingStep):
    """Add a paragraph after the one whose key is in the query string, or at the beginning."""

    title = gettext_lazy("Add a paragraph")

    @cached_property
    def after(self) -> NumberedWording | None:
        key = self.request.GET.get("after", "")
        found = next((each for each in self.text if each.key == key), None)
        if key and found is None:
            raise Http404
        return found

    def get_context(self) -> dict[str, object]:
        place = words_for(self.after) if self.after else ""
        return {**super().get_context(), "place": place}

    def take(self, form: WordingForm) -> str:
        after = self.after.wording.paragraph if self.after else None
        self.made = paragraphs.add_paragraph(
            draft=self.draft, after=after, **_facts_in(form), **self.facts
        )
        return _("The paragraph is added.")

    @property
    def anchor(self) -> str:
        return str(self.made.paragraph.key)


class ParagraphStep(TextStep):
    """A change of the paragraph whose key is in the URL."""

    def get_row(self) -> Wording | None:
        """Return its wording, or None if a colleague took it out of the draft."""
        self.place = next(
            (place for place, each in enumerate(self.text) if each.key == self.anchor), -1
        )
        if self.place < 0:
            get = Paragraph.objects.filter(framework=self.framework, key=self.kwargs["key"])
            if not get.exists():
                raise Http404
            return None
        wording = self.text[self.place].wording
        wording.draft = self.draft
        return wording

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.row is not None:
            return super().dispatch(request, *args, **kwargs)
        gone = str(paragraphs.WordingGone())
        typed = request.POST.get("text") or request.POST.get("first", "")
        if not typed:
            messages.warning(request, gone)
            return redirect(address_of(self.framework, "text"))
        return framework_page(
            request,
            "gone",
            {"draft": self.draft, "typed": typed, "refusal": gone},
            framework=self.framework,
            title=self.title,
            status=409,
        )

    @property
    def anchor(self) -> str:
        return str(self.kwargs["key"])

    def get_context(self) -> dict[str, object]:
        here = self.text[self.place]
        return {
            **super().get_context(),
            "here": here,
            "name": words_for(here),
            "html": as_html(here.wording.text_en),
        }

    def show(self, form: Any, *, status: int = 200, refusal: str = "") -> HttpResponse:
        if refusal:
            # The paragraph as a colleague left it.
            self.text[self.place].wording.refresh_from_db()
        return super().show(form, status=status, refusal=refusal)


class EditView(WritingStep, ParagraphStep):
    """Edit a paragraph."""

    title = gettext_lazy("Edit the paragraph")

    def get_proposal(self) -> dict[str, Any]:
        wording = self.row
        return {"kind": wording.kind, "text": wording.text_en, "pillar": wording.pillar_id}

    def get_before(self) -> str:
        return _texts_before(self.draft).get(self.row.paragraph_id, ("", ""))[1]

    def take(self, form: WordingForm) -> str:
        paragraphs.edit_wording(
            wording=self.row, version=form.version_seen, **_facts_in(form), **self.facts
        )
        return _("The paragraph is saved.")


class SplitView(ParagraphStep):
    """Split a paragraph; the query string says after which of its sentences."""

    form_class = SplitForm
    template = "split"
    title = gettext_lazy("Split the paragraph")

    def get_proposal(self) -> dict[str, Any]:
        after = max(int_or_invalid(self.request.GET, "at"), 0)
        first, second = divided(self.row.text_en, after)
        return {"first": first, "second": second}

    def get_context(self) -> dict[str, object]:
        sentences = sentences_in(self.row.text_en)
        return {**super().get_context(), "sentences": sentences[:-1], "last": sentences[-1:]}

    def take(self, form: SplitForm) -> str:
        facts = {name: form.cleaned_data[name] for name in ("first", "second")}
        version = form.version_seen
        paragraphs.split_paragraph(wording=self.row, version=version, **facts, **self.facts)
        return _("The paragraph is split. The first part keeps its proposals and its history.")


class MergeView(ParagraphStep):
    """Merge a paragraph with its neighbour: the one before, or as the query string says after."""

    form_class = MergeForm
    template = "merge"
    title = gettext_lazy("Merge two paragraphs")

    def get_row(self) -> Wording | None:
        """Return the wording that stays: the first one of the two."""
        row = super().get_row()
        first = self.place if self.request.GET.get("with") == "after" else self.place - 1
        if row is None or not 0 <= first < len(self.text) - 1:
            return None
        self.pair = self.text[first : first + 2]
        kept, self.other = (each.wording for each in self.pair)
        kept.draft = self.other.draft = self.draft
        return kept

    def get_proposal(self) -> dict[str, Any]:
        return {"text": f"{self.row.text_en}\n\n{self.other.text_en}"}

    def get_shown(self) -> dict[str, Any]:
        return {**super().get_shown(), "other_version": self.other.version}

    def get_context(self) -> dict[str, object]:
        pair = [(words_for(each), as_html(each.wording.text_en)) for each in self.pair]
        return {**super().get_context(), "pair": pair}

    def take(self, form: MergeForm) -> str:
        paragraphs.merge_paragraphs(
            wording=self.row,
            other=self.other,
            text=form.cleaned_data["text"],
            version=form.version_seen,
            other_version=form.cleaned_data["other_version"],
            **self.facts,
        )
        return _("The two paragraphs are merged.")


class MoveView(ParagraphStep):
    """Move a paragraph to another place."""

    template = "move"
    title = gettext_lazy("Move the paragraph")

    def get_form(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> MoveForm:
        others = [(each.key, words_for(each)) for each in self.text if each.key != self.anchor]
        return MoveForm(data, initial=initial, others=others)

    def get_proposal(self) -> dict[str, Any]:
        return {"after": self.text[self.place - 1].key if self.place else ""}

    def take(self, form: MoveForm) -> str:
        after = {each.key: each.wording.paragraph for each in self.text}
        paragraphs.move_paragraph(
            wording=self.row,
            after=after.get(form.cleaned_data["after"]),
            version=form.version_seen,
            **self.facts,
        )
        return _("The paragraph is moved.")


class DeleteView(ParagraphStep):
    """Delete a paragraph from the draft."""

    form_class = StepForm
    template = "delete"
    title = gettext_lazy("Delete the paragraph")

    def take(self, form: StepForm) -> str:
        paragraphs.delete_paragraph(wording=self.row, version=form.version_seen, **self.facts)
        return _("The paragraph is deleted from the draft.")


def words_for(each: NumberedWording) -> str:
    """Return a paragraph in words with the beginning of its text."""
    beginning = Truncator(each.wording.text_en).words(WORDS_OF_A_NAME)
    return _("%(heading)s: %(words)s") % {"heading": each.label, "words": beginning}


def _facts_in(form: WordingForm) -> dict[str, Any]:
    facts = form.cleaned_data
    kind = ParagraphKind(facts["kind"])
    return {"kind": kind, "text": facts["text"], "pillar": facts["pillar"]}


def _texts_before(draft: Draft) -> dict[int, tuple[str, str]]:
    """Return kind and text of each paragraph in the last draft that the group read."""
    last = latest_draft(draft.framework)
    if last is None:
        return {}
    rows = last.wordings.order_by("position", "pk").values_list("paragraph", "kind", "text_en")
    return {key: (kind, text) for key, kind, text in rows}


def _what_changed(wording: Wording, before: dict[int, tuple[str, str]]) -> str:
    if not before or before.get(wording.paragraph_id) == (wording.kind, wording.text_en):
        return ""
    return "changed" if wording.paragraph_id in before else "new"


_PARAGRAPH = "<int:pk>/text/<uuid:key>/"
PAGES: Pages = (
    ("text", "<int:pk>/text/", show_text),
    ("paste", "<int:pk>/text/paste/", PasteView.as_view()),
    ("add_paragraph", "<int:pk>/text/add/", AddView.as_view()),
    ("edit", _PARAGRAPH, EditView.as_view()),
    ("split", f"{_PARAGRAPH}split/", SplitView.as_view()),
    ("merge", f"{_PARAGRAPH}merge/", MergeView.as_view()),
    ("move", f"{_PARAGRAPH}move/", MoveView.as_view()),
    ("delete_paragraph", f"{_PARAGRAPH}delete/", DeleteView.as_view()),
)
