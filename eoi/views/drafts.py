"""The pages to save, open and delete a draft with an address."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.autosave import TooLong
from core.dates import GENEVA, format_datetime
from core.language_switch import switched_language
from core.rate_limits import TooManyAttempts, network_of, retry_message
from eoi.forms.drafts import SendDraftLinkForm, is_blank, storable_data
from eoi.forms.expression import ExpressionOfInterestForm
from eoi.models import EoiDraft
from eoi.models.draft import LINK_TO
from eoi.services import drafts as drafting
from eoi.services.autosave import kept_form
from eoi.services.draft_links import draft_of
from eoi.services.spam_check import count_draft
from eoi.views.error_summary import ErrorSummary, with_retry_after
from eoi.views.form_view import COOKIE, PAGE_FIELDS, FormView, form_address
from eoi.views.refusals import link_refusal
from eoi.views.sign_off import confirmation_of
from eoi.views.token_auth import no_index
from members.models import Member
from members.services.private_links import InvalidLink
from outbox.models import Message, MessageStatus


class DraftCreateView(FormView):
    """Ask for the address of the link, then give it to the kept form.

    The first POST has the fields of the form, the second the key and `link_to`. If the form cannot
    be kept, the page has its fields too.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        draft = self.kept
        if draft is None:
            return redirect("eoi:create")
        self.show(draft, draft.answers)
        if "errors" in request.GET:
            typed = self.typed.copy()
            if "unanswered" in request.GET:
                typed["asked"] = typed.get(LINK_TO, "")
            form = SendDraftLinkForm(typed)
            form.is_valid()
        else:
            form = self.proposed()
        refusal = link_refusal(str(request.GET.get("wait", "")))
        return self.link_page(form, refusal=refusal, draft=draft)

    def post(self, request: HttpRequest) -> HttpResponse:
        key = str(self.typed["submission_key"])
        draft = kept_form(key, at=self.at)
        if LINK_TO not in self.typed:
            if is_blank(self.typed):
                return redirect(form_address(draft, refusal="nothing"))
            return self.keep_and_go_on(self.typed)
        if draft is None:
            return self.save_unkept()
        if not is_blank(self.typed):
            # A page that was opened before the form was kept has all its fields.
            return self.keep_and_go_on(self.typed)
        form = SendDraftLinkForm(self.typed)
        is_final = self.has_token and not switched_language(request) and not self.is_by_script
        if not is_final or not (form.is_valid() and form.is_settled):
            # The address is kept with the form until it is settled.
            typed = draft.answers.copy()
            typed["submission_key"] = key
            typed[LINK_TO] = str(self.typed[LINK_TO])
            return self.keep_and_go_on(typed)
        email = form.cleaned_data[LINK_TO]
        try:
            if draft.email != email:
                count_draft(email=email, network=network_of(request), at=self.at)
            draft = drafting.add_address(
                submission_key=key, email=email, language=get_language() or "en", at=self.at
            )
        except TooManyAttempts as refused:
            wait = str(int(refused.wait.total_seconds()))
            return redirect(f"{reverse('eoi:save_draft')}?wait={wait}")
        except drafting.AlreadySubmitted:
            return redirect(form_address(None, refusal="sent"))
        except drafting.DraftNotFound:
            return redirect(form_address(None, refusal="gone"))
        response = redirect(form_address(draft))
        # The link opens the draft from now on, so this computer need not.
        response.delete_cookie(COOKIE, samesite="Lax")
        return response

    def own_address(self, draft: EoiDraft | None) -> str:
        return reverse("eoi:save_draft")

    def address_after(self, draft: EoiDraft | None) -> str:
        posted = self.request.POST
        errors = "?errors=1" if LINK_TO in posted else ""
        if posted.get("asked") and not posted.get("meant"):
            errors = "?errors=1&unanswered=1"
        return f"{self.own_address(draft)}{errors}"

    def answer_unkept(self) -> HttpResponse:
        return self.not_open_refusal() if self.call is None else self.link_page(self.proposed())

    def save_unkept(self) -> HttpResponse:
        """Save the posted form as a draft, if it could not be kept before."""
        if is_blank(self.typed):
            return redirect(form_address(None, refusal="gone"))
        if self.call is None:
            return self.not_open_refusal()
        form = SendDraftLinkForm(self.typed)
        if not form.is_valid():
            return self.link_page(form, status=422)
        if not form.is_settled:
            return self.link_page(form, status=422 if form.is_unanswered else 200)
        try:
            email = form.cleaned_data[LINK_TO]
            count_draft(email=email, network=network_of(self.request), at=self.at)
            draft = drafting.save_draft(
                submission_key=str(self.typed["submission_key"]),
                call=self.call,
                email=email,
                language=get_language() or "en",
                form_data=storable_data(self.typed),
                at=self.at,
                in_place_of=self.version,
            )
        except TooManyAttempts as refused:
            refusal = ErrorSummary(
                _("Not saved yet: too many links were requested"),
                (
                    retry_message(refused.wait),
                    _("Until then, keep this page open, or go back to the form and send it."),
                ),
            )
            return with_retry_after(self.link_page(form, refusal=refusal, status=429), refused)
        except (drafting.AlreadySubmitted, TooLong) as refused:
            return self.not_kept(self.typed, refused)
        except drafting.DraftConflict:
            return self.keep_and_go_on(self.typed)
        return redirect(form_address(draft))

    def proposed(self) -> SendDraftLinkForm:
        """Return the form with the focal point's address, which asks if it looks mistyped."""
        proposed = {LINK_TO: str(self.typed.get(LINK_TO) or self.typed.get("email", "")).strip()}
        form = SendDraftLinkForm(proposed)
        return form if form.is_valid() else SendDraftLinkForm(initial=proposed)

    def link_page(
        self,
        form: SendDraftLinkForm,
        *,
        refusal: ErrorSummary | None = None,
        draft: EoiDraft | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """Ask for the address, with the form data in hidden fields if it is not kept."""
        if refusal is None and form.is_bound and not form.errors and form.is_unanswered:
            sentence = _("Choose which email address is right")
            refusal = ErrorSummary(_("Not saved yet: one answer is missing"), (sentence,))
        names = ["submission_key", *PAGE_FIELDS]
        if draft is None:
            names = [*ExpressionOfInterestForm.base_fields, *PAGE_FIELDS]
        context = {
            "form": form,
            "likely": form.is_bound and not form.errors and not form.is_settled and form.likely,
            "carried": [(name, value) for name in names for value in self.typed.getlist(name)],
            "refusal": refusal,
            "has_errors": form.is_bound and not form.errors and form.is_unanswered,
            "form_address": draft and form_address(draft),
            "switch_form": "eoi-form" if draft else "",
        }
        return render(self.request, "eoi/draft_create.html", context, status=status)


class DraftView(FormView):
    """Show a draft, and save it on POST. Opening it changes nothing.

    Every invalid link gets the same response.
    """

    draft: EoiDraft | None
    token: str

    def dispatch(self, request: HttpRequest, token: str) -> HttpResponseBase:
        self.token, self.draft = token, _draft_of(token, self.at)
        return no_index(super().dispatch(request))

    def get(self, request: HttpRequest) -> HttpResponseBase:
        draft = self.draft
        if draft is None:
            return _draft_not_found_page(request)
        if member := drafting.member_of_submission(draft.submission_key):
            return _sent_page(request, member)
        letter = Message.objects.filter(topic=f"{draft.reference}/saved").first()
        return self.kept_page(
            draft,
            template="eoi/draft.html",
            save_address=request.path,
            draft_token=self.token,
            **confirmation_of(draft),
            draft_email=draft.email,
            is_written_to=draft.is_written_to,
            link_status=letter and (MessageStatus.FAILED if letter.bounced_at else letter.status),
            link_sent=MessageStatus.SENT,
            link_failed=(MessageStatus.FAILED, MessageStatus.CANCELLED),
        )

    def post(self, request: HttpRequest) -> HttpResponseBase:
        if self.draft is not None:
            self.typed["submission_key"] = self.draft.submission_key
        if is_blank(self.typed):
            if self.draft is None:
                return _draft_not_found_page(request)
            return redirect(form_address(self.draft, refusal="nothing"))
        return self.keep_and_go_on(self.typed)

    def address_after(self, draft: EoiDraft | None) -> str:
        if self.draft is None:
            return form_address(draft, refusal="deleted")
        return form_address(draft)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def eoi_draft_delete(request: HttpRequest, token: str) -> HttpResponseBase:
    """Say what will be deleted, and delete it on POST."""
    at = timezone.now()
    draft = _draft_of(token, at)
    if draft is None:
        return _draft_not_found_page(request)
    if member := drafting.member_of_submission(draft.submission_key):
        return _sent_page(request, member)
    if "delete" not in request.POST:
        saved_at = format_datetime(draft.saved_at, draft.time_zone or GENEVA)
        context = {"draft": draft, "token": token, "saved_at": saved_at}
        status = 422 if request.method == "POST" else 200
        return no_index(render(request, "eoi/draft_delete.html", context, status=status))
    try:
        drafting.delete_draft(draft=draft, at=at)
    except drafting.DraftNotFound:
        return _draft_not_found_page(request)
    messages.success(request, _("Your draft is deleted. Its link no longer works."))
    response = redirect("eoi:create")
    if COOKIE in request.COOKIES:
        response.delete_cookie(COOKIE, samesite="Lax")
    return response


def _draft_of(token: str, at: datetime) -> EoiDraft | None:
    """Return the draft of a token, if there is one."""
    try:
        return draft_of(token, at=at)
    except InvalidLink:
        return None


def _draft_not_found_page(request: HttpRequest) -> HttpResponseBase:
    """Say that a link opens no draft, in the same way for every reason."""
    response = render(request, "eoi/draft_gone.html", status=404)
    add_never_cache_headers(response)
    return no_index(response)


def _sent_page(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Say that a draft was sent."""
    sent_at = format_datetime(member.submitted_at, GENEVA)
    context = {"member": member, "moment": member.submitted_at, "moment_in_words": sent_at}
    response = render(request, "eoi/draft_sent.html", context)
    add_never_cache_headers(response)
    return no_index(response)
