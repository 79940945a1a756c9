"""What the screen shows on which amendments are answered: the list, the amendments, the form."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.admin.base import StaffRequest
from core.text_diff import DiffSegment, diff_words
from framework.admin.pages import CHANGE, address_of
from framework.forms.answers import AnswerForm
from framework.models import (
    TAKING,
    AmendmentKind,
    AnswerKind,
    Draft,
    DraftState,
    Framework,
    Wording,
)
from framework.services.amendment_queue import AmendmentQueue, QueueRow
from framework.services.consolidation import wording_beside
from framework.services.drafts import draft_in_preparation
from framework.services.reader import Reader
from framework.services.shown_amendments import AmendmentShown, shown_amendments
from triage.staff_pages.previous_next import NEXT, PreviousNext

# The query parameters of the page, and the value of the list that has all rows.
PROPOSAL, ANSWER, LIST, SEARCH = "proposal", "answer", "list", "q"
ALL: Final = "all"


@dataclass(frozen=True)
class Shortcut:
    """A key of the page, and what it does."""

    key: str
    label: str | Promise


ANSWERS: Final = {
    AnswerKind.TAKEN: Shortcut("a", pgettext_lazy("an amendment", "Taken")),
    AnswerKind.TAKEN_WITH_CHANGES: Shortcut("c", pgettext_lazy("an amendment", "With changes")),
    AnswerKind.MERGED: Shortcut("m", pgettext_lazy("an amendment", "Merged")),
    AnswerKind.NOT_TAKEN: Shortcut("d", pgettext_lazy("an amendment", "Not taken")),
    AnswerKind.NOTED: Shortcut("o", pgettext_lazy("an amendment", "Noted")),
}
TAKE_WORDING: Final = Shortcut("w", gettext_lazy("Take its wording"))


@dataclass(frozen=True)
class AnswerTab:
    """One of the answers, with the address of its form."""

    shortcut: Shortcut
    address: str
    is_current: bool


class Screen:
    """A paragraph of a draft, and the amendment and the kind of answer that the URL names."""

    def __init__(
        self,
        request: StaffRequest,
        framework: Framework,
        draft: Draft,
        key: object,
        *,
        at: datetime,
    ) -> None:
        self.request, self.framework, self.draft, self.at = request, framework, draft, at
        self.queue = AmendmentQueue(draft, search=request.GET.get(SEARCH, ""))
        self.key = str(key) if key else ""

    @cached_property
    def found_row(self) -> QueueRow | None:
        """The paragraph of the URL. Without a key, the first with an amendment without an answer.

        Raises Http404 if the draft does not have the paragraph.
        """
        if self.key:
            row = self.queue.row_of(self.key)
            if row is None:
                raise Http404
            return row
        rows = self.queue.found or self.queue.rows
        return next((row for row in rows if row.unanswered), rows[0] if rows else None)

    @property
    def row(self) -> QueueRow:
        """The paragraph that is shown. Raises Http404 if no paragraph has an amendment."""
        if self.found_row is None:
            raise Http404
        return self.found_row

    @cached_property
    def rows(self) -> list[QueueRow]:
        """The rows of the list: those with something to answer, unless all are asked for."""
        if self.queue.search or self.request.GET.get(LIST) == ALL:
            return self.queue.found
        return [row for row in self.queue.rows if row.unanswered or row.key == self.row.key]

    @property
    def neighbours(self) -> PreviousNext:
        """The paragraphs before and after this one in the list, by their place in the text."""
        here = self.row.wording.position
        before = [row for row in self.rows if row.wording.position < here]
        after = [row for row in self.rows if row.wording.position > here]
        return PreviousNext(
            previous=self.address(before[-1]) if before else "",
            next=self.address(after[0]) if after else "",
        )

    @cached_property
    def amendments(self) -> list[AmendmentShown]:
        """The amendments at the paragraph as staff see them, in the order of sending."""
        staff = Reader(framework=self.framework, at=self.at, is_staff=True)
        sent = self.queue.amendments_at(self.row)
        return shown_amendments(staff, sent, answered=[self.draft])

    @property
    def number(self) -> int:
        """The number at the paragraph of the amendment that is answered, from 1."""
        return self.amendments.index(self.chosen) + 1 if self.chosen else 0

    @cached_property
    def chosen(self) -> AmendmentShown | None:
        """The amendment of the URL; without one, the first without an answer."""
        asked = self.request.GET.get(PROPOSAL)
        if asked is not None:
            named = (each for each in self.amendments if str(each.amendment.pk) == asked)
            found = next(named, None)
            if found is None:
                raise Http404
            return found
        waiting = (each for each in self.amendments if each.answer is None)
        return next(waiting, self.amendments[0] if self.amendments else None)

    @cached_property
    def answer_kind(self) -> AnswerKind | None:
        """The kind of answer of the URL, or that which was given, or that which all recommend."""
        asked = self.request.GET.get(ANSWER)
        if asked in AnswerKind.values:
            return AnswerKind(asked)
        if self.chosen and self.chosen.answer:
            return AnswerKind(self.chosen.answer.kind)
        recommended = {each.kind for each in self.chosen.recommendations} if self.chosen else set()
        return AnswerKind(recommended.pop()) if len(recommended) == 1 else None

    def address(self, row: QueueRow | None = None, **named: object) -> str:
        """Return the URL of a paragraph beside the same list, by default of this paragraph."""
        kept = {name: self.request.GET.get(name) for name in (LIST, SEARCH)}
        query = urlencode({name: value for name, value in {**kept, **named}.items() if value})
        address = address_of(self.framework, "consolidate", (row or self.row).key)
        return f"{address}?{query}" if query else address

    @property
    def form_address(self) -> str:
        """The URL of the form: it names the amendment and the kind of the answer."""
        return self._address_of(self.chosen, self.answer_kind)

    @property
    def next_address(self) -> str:
        """The page after an answer: the next amendment without one, here and then further on."""
        chosen = self.chosen
        if chosen is None or self.request.POST.get("decide") != NEXT:
            return self._address_of(chosen)
        after = self.amendments[self.number :] + self.amendments[: self.number - 1]
        following = next((each for each in after if each.answer is None), None)
        if following is not None:
            return self._address_of(following)
        here = self.row.wording.position
        waiting = [row for row in self.rows if row.unanswered and row.key != self.row.key]
        waiting.sort(key=lambda row: (row.wording.position < here, row.wording.position))
        return self.address(waiting[0]) if waiting else address_of(self.framework)

    @property
    def tabs(self) -> list[AnswerTab]:
        """The answers that can be given; an amendment alone cannot be merged with another."""
        if not self.can_answer or self.chosen is None:
            return []
        return [
            AnswerTab(shortcut, self._address_of(self.chosen, kind), kind == self.answer_kind)
            for kind, shortcut in ANSWERS.items()
            if kind != AnswerKind.MERGED or len(self.amendments) > 1
        ]

    @property
    def can_answer(self) -> bool:
        is_closed = self.draft.state_at(self.at) == DraftState.CLOSED
        return is_closed and self.request.user.has_perm(CHANGE)

    @cached_property
    def prepared(self) -> Draft | None:
        return draft_in_preparation(self.framework)

    @cached_property
    def beside(self) -> Wording | None:
        """The text of the next draft beside the answer, if there is one already."""
        if self.prepared is None or self.chosen is None:
            return None
        return wording_beside(self.prepared, self.chosen.amendment)

    @property
    def is_deleted(self) -> bool:
        """Whether the next draft no longer has the paragraph of the amendment."""
        is_there = self.chosen is None or self.chosen.amendment.kind == AmendmentKind.ADD
        return self.prepared is not None and self.beside is None and not is_there

    def get_form(self, data: Any = None) -> AnswerForm | None:
        """Return the form of the answer, if one can be given. Its wording may be taken first."""
        chosen, kind = self.chosen, self.answer_kind
        if chosen is None or kind is None or not self.can_answer:
            return None
        if data is not None and "take" in data:
            data = data.copy()
            data["text"] = chosen.amendment.text
        answer, beside = chosen.answer, self.beside
        # What is itself merged with another one leads nowhere.
        others = {
            number: each.amendment
            for number, each in enumerate(self.amendments, start=1)
            if each is not chosen and not (each.answer and each.answer.kind == AnswerKind.MERGED)
        }
        return AnswerForm(
            data,
            kind=kind,
            others=others,
            text_kind=self._text_kind(chosen, kind),
            text_label=self._text_label(chosen),
            initial={
                "version": answer.version if answer else 0,
                "reason": answer.reason if answer else "",
                "merged_with": answer.merged_with_id if answer else None,
                "text": self._proposed_text(chosen, kind),
                "wording_shown": beside.text_en if beside else "",
                "wording_version": beside.version if beside else 0,
            },
        )

    def change(self, form: AnswerForm | None) -> Sequence[DiffSegment]:
        """Return how the typed text differs from the closed draft, or from the addition."""
        if form is None or "text" not in form.fields or self.chosen is None:
            return []
        amendment, before = self.chosen.amendment, self.row.wording.text_en
        if amendment.kind == AmendmentKind.ADD:
            before = amendment.text
        typed = str(form["text"].value() or "").replace("\r\n", "\n").strip()
        return diff_words(before, typed) if typed != before else []

    def _address_of(self, each: AmendmentShown | None, kind: AnswerKind | None = None) -> str:
        return self.address(proposal=each.amendment.pk if each else "", answer=kind or "")

    @property
    def listed(self) -> list[tuple[AmendmentShown, str]]:
        """The amendments, each with the URL to answer it."""
        return [(each, self._address_of(each)) for each in self.amendments]

    def _text_kind(self, chosen: AmendmentShown, kind: AnswerKind) -> str:
        """Return the kind of the paragraph whose text is beside the answer; empty without one."""
        if self.prepared is None:
            return ""
        if chosen.amendment.kind == AmendmentKind.ADD:
            return chosen.amendment.added_kind if kind in TAKING else ""
        if chosen.amendment.kind == AmendmentKind.DELETE and kind == AnswerKind.TAKEN:
            return ""
        return self.beside.kind if self.beside else ""

    def _text_label(self, chosen: AmendmentShown) -> str:
        number = self.draft.number + 1
        if chosen.amendment.kind == AmendmentKind.ADD:
            return _("Text of the new paragraph in draft %(number)s") % {"number": number}
        return _("Wording of %(paragraph)s in draft %(number)s") % {
            "paragraph": self.row.label,
            "number": number,
        }

    def _proposed_text(self, chosen: AmendmentShown, kind: AnswerKind) -> str:
        """Return the text that the form begins with.

        A change that is taken as it is fills it, unless the next draft was edited there already.
        """
        amendment = chosen.amendment
        if self.beside is None:
            return amendment.text
        is_first = chosen.answer is None and amendment.kind == AmendmentKind.CHANGE
        is_untouched = self.beside.text_en == self.row.wording.text_en
        if is_first and is_untouched and kind == AnswerKind.TAKEN:
            return amendment.text
        return self.beside.text_en
