"""The base of the pages with the form: what is posted is kept, and each step has an address."""

import hashlib
import re
import secrets
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.functional import cached_property
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views import View

from core.autosave import (
    Page,
    ThirdVersion,
    TooLong,
    differences,
    is_by_script,
    labelled_fields,
    new_page,
    other_version_response,
    refused_response,
    saved_response,
)
from core.conflicts import Refused
from core.language_switch import HAS_ERRORS, switched_language
from core.rate_limits import TooManyAttempts, network_of
from eoi.forms.drafts import is_blank, storable_data
from eoi.forms.expression import ExpressionOfInterestForm
from eoi.forms.layout import REQUIRED_SECTIONS
from eoi.models import EoiDraft
from eoi.services.autosave import SavedForm, autosave_form, kept_form
from eoi.services.drafts import KEPT_FORM_LIFETIME, AlreadySubmitted, time_zone_in
from eoi.services.late_requests import late_acceptance_of
from eoi.services.spam_check import signed_start_time
from eoi.views.error_summary import ErrorSummary
from eoi.views.page_context import (
    contact_of,
    deadline_context,
    late_context,
    moment_context,
    next_call_context,
)
from eoi.views.refusals import here_and_there, refusal_of
from members.models import Call
from members.services.private_links import token_for_object

COOKIE: Final = "eoi_form"
COOKIE_SALT: Final = "eoi.views.form_view"
# Fits in the column. A longer key is replaced by its digest.
PLAIN_KEY: Final = re.compile(r"[\w.:~-]{1,64}", re.ASCII)
# Hidden fields that say which version a page showed, and which page it was.
PAGE_FIELDS: Final = ("draft_version", "page", "is_other")


class FormView(View):
    """Base class of the pages with the form.

    A POST keeps what was typed in a draft, and redirects. The draft is found by the hidden key of
    the page; a GET finds it only by the cookie. The button `switch` keeps the form and opens the
    same page in another language. With `keep=1`, a script in the page saves while somebody types;
    with `newer=1`, it asks for what the last page saved after this one was requested.
    """

    http_method_names = ["get", "head", "post"]
    # Whether the page's CSRF token was valid. If not, the POST keeps the form and nothing else.
    has_token = True
    at: datetime
    # The submitted data, with a key that the database can store.
    typed: QueryDict

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.at = timezone.now()
        self.typed = with_submission_key(request.POST)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and "newer" in request.POST:
            response: HttpResponseBase = self.newer_answers()
        else:
            response = super().dispatch(request, *args, **kwargs)
        # The browser may store each page, so that Back restores what was typed.
        patch_cache_control(response, private=True, no_cache=True)
        return response

    @cached_property
    def call(self) -> Call | None:
        """The call that is open, if any."""
        call: Call | None = Call.objects.open_at(self.at).first()
        return call

    def can_send(self, draft: EoiDraft) -> bool:
        """Return whether a draft can be sent: to the open call, or late."""
        return self.call is not None or late_acceptance_of(draft, at=self.at) is not None

    @cached_property
    def cookie_key(self) -> str:
        """The key of the form that this browser posted last, or opened."""
        value = self.request.get_signed_cookie(
            COOKIE, default="", salt=COOKIE_SALT, max_age=KEPT_FORM_LIFETIME
        )
        return (value or "").partition("!")[0]

    @cached_property
    def kept(self) -> EoiDraft | None:
        """The draft of this browser, for a GET."""
        return kept_form(self.cookie_key, at=self.at) if self.cookie_key else None

    @property
    def version(self) -> int:
        """The version of the draft that the page showed, or 0."""
        return Page.that_posted(self.request.POST).version

    @property
    def is_by_script(self) -> bool:
        """Whether the script of the page saves while somebody types."""
        return is_by_script(self.request.POST)

    # Keeping

    def newer_answers(self) -> JsonResponse:
        """Tell the script of a page what is kept, if it is newer than what the page showed."""
        draft = kept_form(str(self.typed["submission_key"]), at=self.at)
        if draft is None or draft.version <= self.version:
            return JsonResponse({})
        return saved_response(draft.version, draft.saved_at, answers=draft.form_data)

    def keep(self, typed: QueryDict) -> SavedForm:
        """Keep a form. Raises TooLong, TooManyAttempts and AlreadySubmitted."""
        call = self.call or Call.objects.closed(self.at).first()
        if call is None:
            raise NoCall
        return autosave_form(
            submission_key=str(typed["submission_key"]),
            call=call,
            language=get_language() or "en",
            form_data=storable_data(typed),
            page=Page.that_posted(self.request.POST),
            network=network_of(self.request),
            at=self.at,
        )

    def keep_and_go_on(self, typed: QueryDict) -> HttpResponse:
        """Keep a form and redirect, or say why it cannot be kept."""
        key = str(typed["submission_key"])
        if is_blank(typed) and not kept_form(key, at=self.at):
            return JsonResponse({}) if self.is_by_script else self.answer_blank()
        try:
            kept = self.keep(typed)
        except (Refused, TooManyAttempts, NoCall) as refused:
            if self.is_by_script:
                return not_saved_by_script(refused)
            return self.not_kept(typed, refused)
        if self.is_by_script:
            response: HttpResponse = saved_by_script(kept)
        elif kept.is_other_version:
            response = redirect(form_address(kept.draft, version="other"))
        else:
            response = redirect(self.next_address(kept.draft))
        return self.remember(response, key, kept.draft.version)

    def answer_blank(self) -> HttpResponse:
        """Answer an empty form, of which there is nothing to keep."""
        return self.not_open_refusal() if self.call is None else redirect(self.next_address(None))

    def not_kept(self, typed: QueryDict, refused: Exception) -> HttpResponse:
        """Answer a form that cannot be kept, with what was typed."""
        self.typed = typed
        if isinstance(refused, AlreadySubmitted):
            return self.keep_as_new(typed, code="sent")
        if isinstance(refused, ThirdVersion):
            return self.keep_as_new(typed, code="several")
        if isinstance(refused, TooLong):
            refusal = ErrorSummary(_("Not saved: the form is too long"), (str(refused),))
            return self.form_page(status=422, refusal=refusal)
        return self.answer_unkept()

    def keep_as_new(self, typed: QueryDict, *, code: str) -> HttpResponse:
        """Keep a form whose key cannot have this text as a new form, and say why."""
        self.typed = typed = with_new_key(typed, at=self.at)
        key = str(typed["submission_key"])
        try:
            kept = self.keep(typed)
        except (TooManyAttempts, NoCall):
            return self.form_page(status=409, refusal=refusal_of(code, self.request))
        return self.remember(
            redirect(form_address(kept.draft, refusal=code)), key, kept.draft.version
        )

    def answer_unkept(self) -> HttpResponse:
        """Show a form that is not kept as it was typed."""
        return self.not_open_refusal() if self.call is None else self.form_page()

    def remember(self, response: HttpResponse, key: str, version: int = 0) -> HttpResponse:
        """Let this browser find the form again.

        The cookie differs for each version. As pages vary with it, the Back button then shows what
        was saved last, and not what the browser stored before.
        """
        response.set_signed_cookie(
            COOKIE,
            f"{key}!{version}",
            salt=COOKIE_SALT,
            max_age=KEPT_FORM_LIFETIME,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
        return response

    # Addresses

    def next_address(self, draft: EoiDraft | None) -> str:
        """Return the address after a form was kept."""
        language = switched_language(self.request)
        if not language:
            return self.address_after(draft)
        with override(language):
            errors = "?errors=1" if HAS_ERRORS in self.request.POST else ""
            return f"{self.own_address(draft)}{errors}"

    def address_after(self, draft: EoiDraft | None) -> str:
        """Return the address of the next step."""
        return self.own_address(draft)

    def own_address(self, draft: EoiDraft | None) -> str:
        """Return the address of this page in the active language."""
        return form_address(draft)

    # Showing

    def show(self, draft: EoiDraft, answers: QueryDict) -> None:
        """Make some answers of a draft the data that the page shows."""
        self.typed = answers.copy()
        self.typed["submission_key"] = draft.submission_key
        if not self.typed.get("started"):
            # Only one section was posted.
            self.typed["started"] = signed_start_time(draft.submission_key, at=self.at)
        self.typed["draft_version"] = str(draft.version)
        self.typed["page"] = new_page()

    def kept_page(self, draft: EoiDraft, *, template: str, **more: Any) -> HttpResponse:
        """Show the form with what a draft keeps.

        `?errors=1` says what is wrong, `?field=<name>` sets the focus on a field, and
        `?version=other` shows the other version.
        """
        query = self.request.GET
        refusal = refusal_of(str(query.get("refusal", "")), self.request)
        is_other = query.get("version") == "other" and bool(draft.other_data)
        self.show(draft, draft.other_answers if is_other else draft.answers)
        if is_other:
            self.typed["is_other"] = "1"
            refusal = refusal_of("other", self.request, draft=draft)
            saved = ExpressionOfInterestForm.as_typed(draft.answers)
            other = ExpressionOfInterestForm.as_typed(draft.other_answers)
            more["differences"] = differences(labelled_fields(saved), labelled_fields(other))
        if "errors" in query and not refusal:
            form = ExpressionOfInterestForm(self.typed)
        else:
            field = str(query.get("field", ""))
            form = ExpressionOfInterestForm.as_typed(self.typed, focus_on=field)
        return self.form_page(
            form,
            time_zone=draft.time_zone,
            template=template,
            refusal=refusal,
            kept=draft,
            kept_address=form_address(draft),
            other_address=form_address(draft, version="other") if draft.other_data else "",
            is_other=is_other,
            # What replaces the kept version is no newer text of the other one.
            is_reopened=not is_other,
            saved=moment_context(draft.saved_at, draft.time_zone),
            expires=moment_context(draft.expires_at, draft.time_zone),
            next_call=None if self.call else next_call_context(self.at),
            **({} if self.call else late_context(draft, self.at)),
            **more,
        )

    def form_page(
        self,
        form: ExpressionOfInterestForm | None = None,
        *,
        time_zone: str = "",
        status: int = 200,
        template: str = "eoi/create.html",
        **more: object,
    ) -> HttpResponse:
        """Show a form, by default the submitted one, without validation.

        `time_zone` is that of the person, if it is known.
        """
        context = {
            "form": form or ExpressionOfInterestForm.as_typed(self.typed),
            "call": self.call,
            "parts": REQUIRED_SECTIONS,
            "page_fields": self.page_fields(),
            "switch_form": "eoi-form",
            **deadline_context(self.call, self.at, time_zone),
            "contact": contact_of(self.call or Call.objects.closed(self.at).first()),
            **more,
        }
        return render(self.request, template, context, status=status)

    def page_fields(self) -> list[tuple[str, str]]:
        """Return the hidden fields that identify the page."""
        return [(name, str(self.typed[name])) for name in PAGE_FIELDS if name in self.typed]

    def not_open_refusal(self) -> HttpResponse:
        """Show the form as typed if no call is open, and say when one is."""
        zone = time_zone_in(self.typed)
        sentences = [_("What you typed was not sent. It is shown below. Keep a copy.")]
        if last_call := Call.objects.closed(self.at).first():
            closed_at = here_and_there(last_call.last_moment, zone)
            sentences.insert(0, _("The last call closed on %(moment)s.") % {"moment": closed_at})
        if next_call := Call.objects.upcoming(self.at).first():
            opens_at = here_and_there(next_call.opens_at, zone)
            sentences.insert(0, _("The next call opens on %(moment)s.") % {"moment": opens_at})
        self.call = None
        title = _("No call for expressions of interest is open at the moment")
        return self.form_page(status=409, refusal=ErrorSummary(title, tuple(sentences)))


class NoCall(Exception):
    """There never was a call, so that nothing can be kept for one."""


def saved_by_script(kept: SavedForm) -> JsonResponse:
    """Tell the script of a page which version it saved, or that another page saved another."""
    if kept.is_other_version:
        return other_version_response()
    return saved_response(kept.draft.version, kept.draft.saved_at)


def not_saved_by_script(refused: Exception) -> JsonResponse:
    """Tell the script of a page why nothing is saved."""
    if isinstance(refused, Refused):
        return refused_response(refused)
    return refused_response(_("Not saved: keep this page open until you send the form."))


def kept_without_token(request: HttpRequest) -> HttpResponseBase | None:
    """Keep a form whose page lost its CSRF token, if the browser says that it is our own page.

    A page of another site cannot send our origin. Nothing else is done than keeping the form.
    """
    match = request.resolver_match
    view = getattr(match.func, "view_class", None) if match else None
    own_origin = f"{request.scheme}://{request.get_host()}"
    if not match or request.headers.get("Origin") != own_origin:
        return None
    if not isinstance(view, type) or not issubclass(view, FormView):
        return None
    return view.as_view(has_token=False)(request, *match.args, **match.kwargs)


def form_address(draft: EoiDraft | None, **query: str) -> str:
    """Return the address of the form: the page of the draft if it has an address."""
    if draft is not None and draft.email:
        address = reverse("eoi:draft", args=[token_for_object(draft)])
    else:
        address = reverse("eoi:create")
    return f"{address}?{urlencode(query)}" if query else address


def new_submission_key() -> str:
    """Generate the key of a form. A form creates one member, however often it is sent."""
    return secrets.token_urlsafe(24)


def with_new_key(typed: QueryDict, *, at: datetime) -> QueryDict:
    """Return a copy of typed answers, with the key of a new form that is opened now."""
    answers = typed.copy()
    answers["submission_key"] = key = new_submission_key()
    answers["started"] = signed_start_time(key, at=at)
    return answers


def with_submission_key(posted: QueryDict) -> QueryDict:
    """Return a copy of the submitted data, with a key that the database can store."""
    typed = posted.copy()
    key = typed.get("submission_key") or new_submission_key()
    if not PLAIN_KEY.fullmatch(key):
        key = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    typed["submission_key"] = key
    return typed
