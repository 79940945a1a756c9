"""The base of a page whose form is kept as it is typed, and sent at the end.

A GET changes nothing. Every POST keeps what was typed, so nothing is lost with an error, and an
empty one keeps nothing. With `keep=1`, a script in the page saves while somebody types. Only the
button `send` sends: the Enter key in a field presses no button.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Final, Generic, NamedTuple, TypeVar
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core.autosave import (
    Difference,
    KeptRow,
    Page,
    ThirdVersion,
    differences,
    is_by_script,
    new_page,
    other_fields,
    other_version_response,
    refused_response,
    saved_response,
    typed_fields,
)
from core.conflicts import Conflict, NothingChanged, Refused
from core.language_switch import form_as_typed, switched_language
from core.numbers import whole_number
from core.rate_limits import HOUR, TooManyAttempts, count_attempt
from eoi.forms.autosaved import AutosavedForm, posted_fields
from eoi.views.error_summary import ErrorSummary, with_retry_after
from members.models import FocalPoint
from members.services.private_links import check_unrevoked

# The script of the page saves at most twenty times a minute.
MAX_SAVES_PER_HOUR: Final = 600


class Kept(NamedTuple):
    """What became of a posted form."""

    version: int
    saved_at: datetime
    is_other_version: bool = False


class NothingTyped(Refused):
    """The form was posted as it was shown, without anything to keep."""

    def __init__(self) -> None:
        super().__init__(_("Nothing is saved yet: you have not written anything."))


AnyForm = TypeVar("AnyForm", bound=AutosavedForm)


@dataclass
class AutosavedPage(Generic[AnyForm]):
    """One request of such a page, by a focal point.

    A page says which row it is about (`row`), how its form is made, kept and sent, and how it is
    shown; the rest is here.
    """

    request: HttpRequest
    person: FocalPoint
    at: datetime
    is_by_link: bool = field(default=False, kw_only=True)
    # What the saves of one person are counted as, and the parts of the query that stay.
    scope: ClassVar[str]
    opened_by: ClassVar[tuple[str, ...]] = ()

    # What each page has of its own

    @property
    def row(self) -> KeptRow | None:
        """The row that can be written now; version 0 is that of a row which is not stored."""
        raise NotImplementedError

    @property
    def subject(self) -> str:
        """What the page is about, among those with the same scope."""
        raise NotImplementedError

    def form(self, data: dict[str, Any] | None) -> AnyForm:
        """Return the form with some data, or as it is shown first."""
        raise NotImplementedError

    def keep(self, form: AnyForm, page: Page) -> Kept:
        """Keep what was typed, by a service."""
        raise NotImplementedError

    def send(self, form: AnyForm, version: int) -> None:
        """Send a valid form, by a service."""
        raise NotImplementedError

    def sent(self) -> HttpResponse:
        """Answer after the form was sent, also for the second time."""
        raise NotImplementedError

    def opened(self) -> HttpResponse:
        """Answer a GET."""
        raise NotImplementedError

    def page(
        self,
        form: AnyForm | None,
        refusal: ErrorSummary | None = None,
        *,
        differences: Sequence[Difference] = (),
        status: int = 200,
    ) -> HttpResponse:
        """Show the page with a form, or without one."""
        raise NotImplementedError

    def reload(self) -> None:
        """Forget what was read, because somebody changed it meanwhile."""
        raise NotImplementedError

    def refused(self, refused: Refused) -> HttpResponse:
        """Answer what a service refuses."""
        raise NotImplementedError

    def changed_meanwhile(self) -> str:
        """Return the heading that says that somebody else changed the row."""
        raise NotImplementedError

    # Requests

    @property
    def other(self) -> dict[str, str]:
        """What another page typed, if it is kept."""
        return other_fields(self.row) if self.row else {}

    @property
    def is_other(self) -> bool:
        """Whether the page shows what another page typed, and only if something is kept of it."""
        return self.request.GET.get("version") == "other" and bool(self.other)

    def address(self, **query: str) -> str:
        """Return the address of the page, as it is opened now."""
        query |= {
            name: self.request.GET[name] for name in self.opened_by if name in self.request.GET
        }
        return f"{self.request.path}?{urlencode(query)}" if query else self.request.path

    def respond(self) -> HttpResponse:
        if self.request.method != "POST":
            return self.other_page() if self.is_other else self.opened()
        by_script = is_by_script(self.request.POST)
        try:
            return self.post()
        except TooManyAttempts as refused:
            if by_script:
                return with_retry_after(refused_response(refused, status=429), refused)
            refusal = ErrorSummary(_("Not saved"), (str(refused),))
            return with_retry_after(self.page(self.posted_form(), refusal, status=429), refused)
        except Refused as refused:
            if by_script:
                return refused_response(refused)
            return self.answer(refused)

    def answer(self, refused: Refused) -> HttpResponse:
        """Answer a person what a service refuses."""
        if isinstance(refused, NothingTyped):
            refusal = ErrorSummary(_("Not saved"), (str(refused),))
            return self.page(form_as_typed(self.posted_form()), refusal, status=409)
        if isinstance(refused, NothingChanged):
            # A second click, or Back and the button again: the page shows what was sent.
            return self.sent()
        if isinstance(refused, Conflict | ThirdVersion):
            return self.conflict(refused)
        return self.refused(refused)

    def post(self) -> HttpResponse:
        form = self.posted_form()
        if switched_language(self.request):
            return self.page(form_as_typed(form))
        who = f"{self.person.pk} {self.subject}"
        count_attempt(self.scope, who, limit=MAX_SAVES_PER_HOUR, within=HOUR, at=self.at)
        if self.is_by_link:
            check_unrevoked(self.person)
        return self.posted(form)

    def posted(self, form: AnyForm) -> HttpResponse:
        """Answer a form that may be kept or sent now."""
        if is_by_script(self.request.POST) or "send" not in self.request.POST:
            return self.save(form)
        is_blank = self.is_blank(form)
        if not form.is_valid():
            if is_blank:
                return self.page(form, status=422)
            kept = self.keep_posted(form)
            if kept.is_other_version:
                return redirect(self.address(version="other"))
            return self.page(self.form(self.newer(kept.version)), status=422)
        try:
            self.send(form, self.version)
        except Conflict:
            kept = self.keep_posted(form)
            if kept.is_other_version:
                return redirect(self.address(version="other"))
            # The page saved it itself, before the Back button showed it again.
            self.send(form, kept.version)
        return self.sent()

    def save(self, form: AnyForm) -> HttpResponse:
        """Keep what was typed; answer the script of the page, or the person."""
        if self.is_blank(form):
            raise NothingTyped
        kept = self.keep_posted(form)
        if is_by_script(self.request.POST):
            if kept.is_other_version:
                return other_version_response()
            return saved_response(kept.version, kept.saved_at)
        if kept.is_other_version:
            return redirect(self.address(version="other"))
        return self.saved()

    def saved(self) -> HttpResponse:
        """Answer a person whose text is kept."""
        messages.success(self.request, _("Saved, and not sent yet. Open this page again to go on."))
        return redirect(self.address())

    def keep_posted(self, form: AnyForm) -> Kept:
        return self.keep(form, Page.that_posted(self.request.POST))

    def is_blank(self, form: AnyForm) -> bool:
        """Whether there is nothing to keep: no field, or nothing typed and nothing kept before."""
        is_stored = self.row is not None and self.row.version > 0
        return not form.typed() or (not is_stored and form.is_untouched)

    @property
    def version(self) -> int:
        """The version of the row that the page showed; -1, which no row has, without one."""
        version = whole_number(self.request.POST.get("draft_version"))
        return -1 if version is None else version

    def newer(self, version: int) -> dict[str, Any]:
        """Return what was posted, with the version that is stored now."""
        return {**posted_fields(self.request.POST), "draft_version": str(version)}

    # Two versions

    def conflict(self, conflict: Refused) -> HttpResponse:
        """Show what was typed and is not kept, and how it differs from what is stored.

        It was sent meanwhile, or two versions are kept already.
        """
        self.reload()
        if self.row is None:
            return self.page(None, ErrorSummary(_("Not sent"), (str(conflict),)), status=409)
        form = form_as_typed(self.form(self.newer(self.row.version)))
        refusal = ErrorSummary(
            self.changed_meanwhile(),
            (
                str(conflict),
                _("What you typed is shown below. If you save or send it, it replaces the other."),
            ),
        )
        return self.page(form, refusal, differences=self.differences(form), status=409)

    def other_page(self) -> HttpResponse:
        """Show what another page typed, and how it differs from what is stored."""
        if self.row is None:
            raise Http404
        form = self.typed_form({**self.other, "is_other": "1"})
        refusal = ErrorSummary(
            self.changed_meanwhile(),
            (
                _(
                    "What you typed here is kept too, and is shown below. If you save it, it "
                    "replaces the other version."
                ),
            ),
        )
        return self.page(form, refusal, differences=self.differences(form))

    def differences(self, form: AnyForm) -> list[Difference]:
        """Return the fields in which what is shown differs from what is stored."""
        return differences(self.stored_form().labelled_fields(), form.labelled_fields())

    def versions(self) -> dict[str, object]:
        """Return what `eoi/_other_version.html` shows."""
        return {
            "is_other": self.is_other,
            "kept_address": self.address(),
            "other_address": self.other and self.address(version="other"),
        }

    # Forms

    def posted_form(self) -> AnyForm:
        return self.form(posted_fields(self.request.POST))

    def stored_form(self) -> AnyForm:
        """Return the form with what was typed last, or with what was sent."""
        typed = typed_fields(self.row) if self.row else {}
        return self.typed_form(typed) if typed else self.form(None)

    def typed_form(self, typed: dict[str, str]) -> AnyForm:
        """Return the form as it was typed, on a new page that shows the present version."""
        version = self.row.version if self.row else 0
        page = {"draft_version": str(version), "page": new_page()}
        return form_as_typed(self.form({**typed, **page}))
