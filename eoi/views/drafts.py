"""The pages to save, open and delete a draft."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, patch_cache_control
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.dates import GENEVA, format_datetime
from core.rate_limits import TooManyAttempts, network_of, retry_message
from eoi.forms.drafts import SendDraftLinkForm, is_blank, storable_data
from eoi.forms.expression import ExpressionOfInterestForm
from eoi.models import EoiDraft
from eoi.services import drafts as drafting
from eoi.services.draft_links import draft_of
from eoi.services.spam_check import count_draft
from eoi.views.error_summary import ErrorSummary, with_retry_after
from eoi.views.expression import DRAFT_FIELDS, FormView, format_elsewhere, next_call_in_words
from eoi.views.sign_off import confirmation_of
from eoi.views.token_auth import no_index
from members.models import Call, Member
from members.services.private_links import InvalidLink, token_for_object
from outbox.models import Message, MessageStatus


class DraftFormView(FormView):
    """Base class of the pages that save a draft."""

    @property
    def version(self) -> int:
        """The submitted version of the draft, or 0."""
        version = str(self.typed.get("draft_version", ""))
        is_number = version.isascii() and version.isdigit() and len(version) < 10
        return int(version) if is_number else 0

    def nothing_typed_refusal(self) -> HttpResponse:
        refusal = ErrorSummary(
            _("There is nothing to save yet"),
            (_("Fill in at least one field, then save."),),
        )
        return self.form_page(status=422, refusal=refusal)

    def too_long_refusal(self, refused: drafting.TooLong) -> HttpResponse:
        refusal = ErrorSummary(_("Not saved: the form is too long"), (str(refused),))
        return self.form_page(status=422, refusal=refusal)

    def sent_refusal(self, refused: drafting.AlreadySubmitted) -> HttpResponse:
        """Show a form that was already sent as a new one."""
        self.renew_form()
        # The call of the draft may be closed.
        self.call = Call.objects.open_at(self.at).first()
        refusal = ErrorSummary(
            _("Not saved: this form has already been sent"),
            (
                str(refused),
                _(
                    "To correct what you sent, use the private link in our acknowledgement. What "
                    "you typed is shown below. Check it, and send it only if it is a new "
                    "expression of interest."
                ),
            ),
        )
        return self.form_page(status=409, refusal=refusal)


@method_decorator(never_cache, name="dispatch")
class DraftCreateView(DraftFormView):
    """Ask for the address of the link, then save a new draft.

    The first POST has the fields of the form, the second `link_to` as well.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        return redirect("eoi:create")

    def post(self, request: HttpRequest) -> HttpResponse:
        self.call = call = self.call or self.call_of_draft()
        if call is None:
            return self.not_open_refusal()
        if is_blank(self.typed):
            return self.nothing_typed_refusal()
        if "link_to" not in self.typed:
            return self.link_page(_proposed(self.typed))
        form = SendDraftLinkForm(self.typed)
        if not form.is_valid():
            return self.link_page(form, status=422)
        return self.save(form, call) if form.is_settled else self.link_page(form)

    def call_of_draft(self) -> Call | None:
        """Return the call of a draft with the same key, which can be saved after the call."""
        drafts = EoiDraft.objects.kept_at(self.at).select_related("call")
        draft = drafts.filter(submission_key=self.typed["submission_key"]).first()
        return draft.call if draft else None

    def save(self, form: SendDraftLinkForm, call: Call) -> HttpResponse:
        key, email = str(self.typed["submission_key"]), form.cleaned_data["link_to"]
        try:
            # The same form and address send no second message.
            if not EoiDraft.objects.filter(submission_key=key, email=email).exists():
                count_draft(email=email, network=network_of(self.request), at=self.at)
            draft = drafting.save_draft(
                submission_key=key,
                call=call,
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
        except drafting.DraftConflict as refused:
            self.typed["draft_version"] = str(refused.draft.version)
            return self.link_page(form, refusal=_saved_meanwhile(refused), status=409)
        except drafting.AlreadySubmitted as refused:
            return self.sent_refusal(refused)
        except drafting.TooLong as refused:
            return self.too_long_refusal(refused)
        return redirect("eoi:draft", token_for_object(draft))

    def link_page(
        self, form: SendDraftLinkForm, *, refusal: ErrorSummary | None = None, status: int = 200
    ) -> HttpResponse:
        """Ask for the address, with the form data in hidden fields."""
        names = [*ExpressionOfInterestForm.base_fields, *DRAFT_FIELDS]
        context = {
            "form": form,
            "likely": form.is_bound and not form.errors and not form.is_settled and form.likely,
            "carried": [(name, value) for name in names for value in self.typed.getlist(name)],
            "refusal": refusal,
            "is_older": status == 409,
        }
        return render(self.request, "eoi/draft_create.html", context, status=status)


class DraftView(DraftFormView):
    """Show a draft, and save it on POST. Opening it changes nothing.

    Every invalid link gets the same response.
    """

    def get(self, request: HttpRequest, token: str) -> HttpResponseBase:
        draft = _draft_of(token, self.at)
        if draft is None:
            return _draft_not_found_page(request)
        if member := drafting.member_of_submission(draft.submission_key):
            return _sent_page(request, member)
        self.typed = draft.answers.copy()
        self.typed["submission_key"] = draft.submission_key
        self.typed["draft"], self.typed["draft_version"] = token, str(draft.version)
        letter = Message.objects.filter(topic=f"{draft.reference}/saved").first()
        response = self.form_page(
            time_zone=draft.time_zone,
            template="eoi/draft.html",
            saved=_moment(draft.saved_at, draft.time_zone),
            expires=_moment(draft.expires_at, draft.time_zone),
            draft_token=token,
            **confirmation_of(draft),
            draft_email=draft.email,
            is_written_to=draft.is_written_to,
            link_status=letter and (MessageStatus.FAILED if letter.bounced_at else letter.status),
            link_sent=MessageStatus.SENT,
            link_failed=(MessageStatus.FAILED, MessageStatus.CANCELLED),
            next_call=None if self.call else next_call_in_words(self.at),
        )
        # The browser may store the page, so that its Back button restores what was typed.
        patch_cache_control(response, private=True, no_cache=True)
        return no_index(response)

    @method_decorator(never_cache)
    def post(self, request: HttpRequest, token: str) -> HttpResponseBase:
        draft = _draft_of(token, self.at)
        return no_index(self.save(draft, token) if draft else self.gone_refusal())

    def save(self, draft: EoiDraft, token: str) -> HttpResponse:
        """Save the next version of a draft, or show the form as typed with the refusal."""
        self.typed["submission_key"] = draft.submission_key
        self.typed["draft"] = token
        if is_blank(self.typed):
            return self.nothing_typed_refusal()
        try:
            drafting.update_draft(
                draft=draft,
                call=self.call,
                language=get_language() or "en",
                form_data=storable_data(self.typed),
                version=self.version,
                at=self.at,
            )
        except drafting.DraftConflict as refused:
            self.typed["draft_version"] = str(refused.draft.version)
            refusal = _saved_meanwhile(refused)
            return self.form_page(status=409, refusal=refusal, is_older=True)
        except drafting.AlreadySubmitted as refused:
            return self.sent_refusal(refused)
        except drafting.DraftNotFound:
            return self.gone_refusal()
        except drafting.TooLong as refused:
            return self.too_long_refusal(refused)
        return redirect("eoi:draft", token)

    def gone_refusal(self) -> HttpResponse:
        """Show the form of a deleted draft as a form that was never saved."""
        if is_blank(self.typed):
            return render(self.request, "eoi/draft_gone.html", status=404)
        self.forget_draft()
        sentences = [_("It was deleted, or the link is incomplete.")]
        if self.call:
            sentences.append(_("What you typed is shown below. Send it, or save it again."))
        else:
            sentences.append(_("What you typed is shown below. Keep a copy."))
        title = _("Not saved: this draft no longer exists")
        return self.form_page(status=404, refusal=ErrorSummary(title, tuple(sentences)))


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
    return redirect("eoi:create")


def _draft_of(token: str, at: datetime) -> EoiDraft | None:
    """Return the draft of a token, if there is one."""
    try:
        return draft_of(token, at=at)
    except InvalidLink:
        return None


def _proposed(typed: QueryDict) -> SendDraftLinkForm:
    """Return the form with the focal point's address, which asks if it looks mistyped."""
    proposed = {"link_to": str(typed.get("email", "")).strip()}
    form = SendDraftLinkForm(proposed)
    return form if form.is_valid() else SendDraftLinkForm(initial=proposed)


def _moment(at: datetime, zone: str) -> dict[str, object]:
    """Return the context of `_moment.html`."""
    return {
        "moment": at,
        "in_words": format_datetime(at, GENEVA),
        "there": format_elsewhere(at, zone),
    }


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


def _saved_meanwhile(refused: drafting.DraftConflict) -> ErrorSummary:
    return ErrorSummary(
        _("Not saved: the draft was changed elsewhere"),
        (
            str(refused),
            _(
                "What you typed is still on this page. If you save it, it replaces the other "
                "version."
            ),
        ),
    )
