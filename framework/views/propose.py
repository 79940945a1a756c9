"""The pages on which a member proposes, and changes what it proposed.

They are kept as they are typed, as `eoi/views/autosaved_page.py` says, also after the draft has
closed. The `draft` in the query is the number of the draft that the page showed.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core.autosave import Difference, Outcome, Page
from core.conflicts import Refused
from core.dates import GENEVA, format_datetime
from core.language_switch import form_as_typed
from core.numbers import whole_number
from core.text_diff import DiffSegment, diff_words
from eoi.views.autosaved_page import AutosavedPage, Kept
from eoi.views.error_summary import ErrorSummary
from framework.forms.amendments import AmendmentForm
from framework.models import Amendment, AmendmentKind, AmendmentStatus, Draft, Paragraph, Wording
from framework.services import amendments as services
from framework.services.amendments import DraftClosed, Place, other_position
from framework.services.drafts import latest_draft
from framework.services.numbering import NumberedWording
from framework.services.proposing import (
    others_at,
    placed_wording,
    takes_proposals,
    typed_before,
)
from framework.services.reader import Reader
from framework.services.states import day_in_words
from framework.services.texts import as_html, clean_text
from framework.views.pages import may_not_propose, paragraph_address, proposer_page, refused_page
from framework.views.supports import support_now
from members.models import FocalPoint

TITLES: Final = {
    AmendmentKind.CHANGE: gettext_lazy("Propose a change"),
    AmendmentKind.DELETE: gettext_lazy("Propose to delete it"),
    AmendmentKind.KEEP: gettext_lazy("Propose to keep it as it is"),
    AmendmentKind.ADD: gettext_lazy("Propose a new paragraph"),
    AmendmentKind.COMMENT: gettext_lazy("Write a comment"),
}
# What a page about a paragraph offers beside its own kind.
OTHER_KINDS: Final = (
    (AmendmentKind.CHANGE, gettext_lazy("Change it (MOD)")),
    (AmendmentKind.KEEP, gettext_lazy("Keep it as it is (NOC)")),
    (AmendmentKind.DELETE, gettext_lazy("Delete it (SUP)")),
    (AmendmentKind.ADD, gettext_lazy("Add a paragraph after it (ADD)")),
    (AmendmentKind.COMMENT, gettext_lazy("Only comment")),
)


@require_http_methods(["GET", "HEAD", "POST"])
@proposer_page
def propose(
    request: HttpRequest, reader: Reader, person: FocalPoint, key: UUID, kind: str
) -> HttpResponseBase:
    """Propose to change, delete or keep a paragraph, or comment on it."""
    if kind not in AmendmentKind.values or kind == AmendmentKind.ADD:
        raise Http404
    return _page(request, reader, person, key, AmendmentKind(kind))


@require_http_methods(["GET", "HEAD", "POST"])
@proposer_page
def add(
    request: HttpRequest, reader: Reader, person: FocalPoint, key: UUID | None = None
) -> HttpResponseBase:
    """Propose a new paragraph after another one, or at the beginning."""
    return _page(request, reader, person, key, AmendmentKind.ADD)


@require_http_methods(["GET", "HEAD", "POST"])
@proposer_page
def amendment(
    request: HttpRequest, reader: Reader, person: FocalPoint, pk: int
) -> HttpResponseBase:
    """Change an amendment that the reader's organisation sent."""
    rows = Amendment.objects.sent().select_related("draft__framework__focus_area", "paragraph")
    own = get_object_or_404(rows, pk=pk, draft__framework=reader.framework, member=person.member_id)
    place = Place(own.draft, own.paragraph, AmendmentKind(own.kind))
    row = placed_wording(own.draft, own.paragraph) if own.paragraph else None
    return AmendmentPage(
        request, person, reader.at, reader, place, row, own, is_by_link=bool(reader.token)
    ).respond()


def _page(
    request: HttpRequest,
    reader: Reader,
    person: FocalPoint,
    key: UUID | None,
    kind: AmendmentKind,
) -> HttpResponse:
    draft = _draft_shown(request, reader)
    if not reader.can_propose:
        return may_not_propose(request, reader)
    paragraph = row = None
    if key is not None:
        paragraph = get_object_or_404(Paragraph, key=key, framework=reader.framework)
        row = placed_wording(draft, paragraph)
        if row is None:
            return paragraph_gone(request, reader, draft)
    place = Place(draft, paragraph, kind)
    return AmendmentPage(
        request, person, reader.at, reader, place, row, is_by_link=bool(reader.token)
    ).respond()


def paragraph_gone(request: HttpRequest, reader: Reader, draft: Draft) -> HttpResponse:
    """Say that a draft does not have a paragraph."""
    facts = {"number": draft.number}
    return refused_page(
        request,
        reader,
        _("This paragraph is not in draft %(number)s") % facts,
        _("It was deleted from the text, or merged with another one."),
        status=404,
    )


def _draft_shown(request: HttpRequest, reader: Reader) -> Draft:
    """Return the draft that the page showed, or the latest one."""
    number = whole_number(request.GET.get("draft"))
    if number is None:
        draft = latest_draft(reader.framework)
    else:
        draft = reader.framework.drafts.shown().filter(number=number).first()
    if draft is None:
        raise Http404
    return draft


@dataclass
class AmendmentPage(AutosavedPage[AmendmentForm]):
    """One request of the page. `own` is the amendment that the address names, if it names one."""

    reader: Reader
    place: Place
    placed: NumberedWording | None
    own: Amendment | None = None
    scope = "amendment"

    @cached_property
    def row(self) -> Amendment:
        return self.own or services.amendment_at(self.place, self.person.member_id, at=self.at)

    @property
    def subject(self) -> str:
        paragraph = self.place.paragraph
        return f"{self.place.draft.pk} {paragraph and paragraph.pk} {self.place.kind}"

    @property
    def is_open(self) -> bool:
        return takes_proposals(self.place.draft, self.reader)

    @property
    def is_sent(self) -> bool:
        return self.row.status == AmendmentStatus.SENT

    @property
    def is_change(self) -> bool:
        return self.place.kind == AmendmentKind.CHANGE

    @property
    def wording(self) -> Wording | None:
        """The paragraph as the draft has it."""
        return self.placed.wording if self.placed else None

    @property
    def text(self) -> str:
        """The text of the paragraph in the draft."""
        return self.wording.text_en if self.wording else ""

    def address(self, **query: str) -> str:
        if self.own:
            return super().address(**query)
        return super().address(draft=str(self.place.draft.number), **query)

    # Forms

    @cached_property
    def typed_before(self) -> dict[str, str]:
        """What was typed for an earlier draft, if nothing is kept for this one."""
        return {} if self.row.pk else typed_before(self.place, self.person.member_id)

    def form(self, data: dict[str, Any] | None) -> AmendmentForm:
        hints = {
            AmendmentKind.CHANGE: _(
                "Change it as you would like to read it. We find out what you added and what you "
                "deleted."
            ),
            AmendmentKind.ADD: _("In English. You can use **bold**, lists and links."),
        }
        hint = hints.get(self.place.kind)
        return AmendmentForm(
            data,
            amendment=self.row,
            wording=self.wording,
            hints={"text": hint} if hint else {},
            proposed=self.typed_before,
        )

    def posted_form(self) -> AmendmentForm:
        if "original" not in self.request.POST:
            return super().posted_form()
        return self.form({**self.request.POST.dict(), "text": self.text})

    # What is done

    def opened(self) -> HttpResponse:
        return self.page(self.stored_form())

    def posted(self, form: AmendmentForm) -> HttpResponse:
        if not self.is_open:
            self.keep_what_is_typed(form)
            raise DraftClosed(self.place.draft)
        return super().posted(form)

    def keep(self, form: AmendmentForm, page: Page) -> Kept:
        kept, outcome = services.save_typed(typed=form.typed(), page=page, **self.facts)
        return Kept(kept.version, kept.saved_at, outcome is Outcome.KEPT_BESIDE)

    def send(self, form: AmendmentForm, version: int) -> None:
        services.send_amendment(content=form.content(), version=version, **self.facts)
        sentence = _("The proposal is sent. You can change or withdraw it until the draft closes.")
        messages.success(self.request, sentence)

    @property
    def facts(self) -> dict[str, Any]:
        return {"place": self.place, "amendment": self.own, "by": self.person, "at": self.at}

    def sent(self) -> HttpResponse:
        return redirect(paragraph_address(self.reader, self.place.paragraph))

    def save(self, form: AmendmentForm) -> HttpResponse:
        if self.pressed == "support":
            # It stands beside the form, and what is typed there is not lost.
            self.keep_what_is_typed(form)
            pk, _sign, version = self.request.POST["support"].partition(":")
            support_now(
                self.request, self.reader, self.person, whole_number(pk), whole_number(version)
            )
        elif not self.pressed or not self.is_blank(form):
            return super().save(form)
        return redirect(self.address_after())

    def saved(self) -> HttpResponse:
        return redirect(self.address_after()) if self.pressed else super().saved()

    @property
    def pressed(self) -> str:
        """The button beside *Send* and *Save* that was pressed."""
        names = ("show", "original", "instead", "support")
        return next((name for name in names if name in self.request.POST), "")

    def address_after(self) -> str:
        """Return the address to which the pressed button leads, after what is typed was kept."""
        kind, paragraph = self.request.POST.get("instead", ""), self.place.paragraph
        if self.pressed == "show":
            return f"{self.address(show='1')}#shown"
        if paragraph is None or kind not in AmendmentKind.values:
            return self.address()
        return self.address_of(kind, self.place.draft)

    def address_of(self, kind: str, draft: Draft) -> str:
        """Return the address of another kind of proposal at this place, or to another draft."""
        paragraph = self.place.paragraph
        place = [paragraph.key] if paragraph else []
        page, more = ("add", []) if kind == AmendmentKind.ADD else ("propose", [kind])
        return f"{self.reader.address(page, *place, *more)}?draft={draft.number}"

    def keep_what_is_typed(self, form: AmendmentForm) -> None:
        if not self.is_blank(form):
            self.keep_posted(form)

    def refused(self, refused: Refused) -> HttpResponse:
        form = form_as_typed(self.posted_form())
        sentences = [str(refused)]
        if isinstance(refused, DraftClosed):
            # It may have closed while the form was on its way.
            with suppress(Refused):
                self.keep_what_is_typed(form)
            sentences.append(_("What you typed is kept, and shown below. Nobody else sees it."))
            self.place.draft.refresh_from_db(fields=["status", "opens_at", "closes_at"])
        else:
            sentences.append(_("What you typed is shown below."))
        self.reload()
        return self.page(form, ErrorSummary(_("Not sent"), tuple(sentences)), status=409)

    def reload(self) -> None:
        if self.own:
            self.own.refresh_from_db()
        vars(self).pop("row", None)

    def changed_meanwhile(self) -> str:
        return _("This proposal was changed in another window or by a colleague")

    # The page

    def page(
        self,
        form: AmendmentForm | None,
        refusal: ErrorSummary | None = None,
        *,
        differences: Sequence[Difference] = (),
        status: int = 200,
    ) -> HttpResponse:
        draft, reader = self.place.draft, self.reader
        latest = latest_draft(reader.framework)
        following = latest if latest and latest.is_open_at(self.at) and latest != draft else None
        context = {
            **self.about(),
            **self.versions(),
            "form": form,
            "refusal": refusal,
            "differences": differences,
            "parts": self.parts(form) if form else [],
            "is_from_earlier_draft": bool(self.typed_before),
            "is_shown": "show" in self.request.GET,
            "is_open": self.is_open,
            "is_sent": self.is_sent,
            "sent_on": self.row.sent_at and day_in_words(self.row.sent_at),
            "closes_at": draft.closes_at and format_datetime(draft.closes_at, GENEVA),
            "next_draft": following,
            "next_address": following and self.address_of(self.place.kind, following),
            "replaced": other_position(self.place, self.person.member_id),
            "preview": as_html(form.typed_text) if form and not self.is_change else "",
            "supporters": self.row.supports.count() if self.is_sent else 0,
            "others": others_at(self.place, reader),
        }
        return render(self.request, "framework/propose.html", context, status=status)

    def about(self) -> dict[str, object]:
        """Return what the page is about."""
        kinds = [each for each in OTHER_KINDS if each[0] != self.place.kind]
        return {
            "reader": self.reader,
            "person": self.person,
            "draft": self.place.draft,
            "amendment": self.row,
            "kind": self.place.kind,
            "kind_in_words": AmendmentKind(self.place.kind).label,
            "is_addition": self.place.kind == AmendmentKind.ADD,
            "is_change": self.is_change,
            "text_as_html": as_html(self.text),
            "title": _("Change your proposal") if self.is_sent else TITLES[self.place.kind],
            "row": self.placed,
            "place": self.placed.label if self.placed else "",
            "back": paragraph_address(self.reader, self.place.paragraph),
            "other_kinds": kinds if self.place.paragraph and not self.own else [],
            "form_address": self.address(),
        }

    def parts(self, form: AmendmentForm) -> list[DiffSegment]:
        """Return what is changed in the text of the draft; nothing if it is not changed."""
        before = clean_text(self.text)
        after = form.typed_text if self.is_change else ""
        is_shown = self.place.kind in (AmendmentKind.CHANGE, AmendmentKind.DELETE)
        return diff_words(before, after) if is_shown and before != after else []
