"""Save and finish later: the draft of an expression of interest, from its saving to its end."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, patch_cache_control
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
from eoi.views.expression import (
    DRAFT_FIELDS,
    form_page,
    new_submission_key,
    next_call_in_words,
    not_open_refusal,
    with_submission_key,
)
from eoi.views.token_auth import no_index
from members.models import Call, Member
from members.services.private_links import InvalidLink, token_for_object
from outbox.models import Message, MessageStatus


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def eoi_draft_create(request: HttpRequest) -> HttpResponseBase:
    """Ask which address the link to a draft goes to; once that is known, save the draft.

    The first POST is the form as far as it is typed, the second the same with `link_to`.
    """
    at = timezone.now()
    if request.method != "POST":
        return redirect("eoi:create")
    typed = with_submission_key(request.POST)
    call = Call.objects.open_at(at).first() or _call_of_draft(typed, at)
    if call is None:
        return not_open_refusal(request, typed, at)
    if is_blank(typed):
        return _refused(request, typed, at, call, _nothing_typed(), status=422)
    if "link_to" not in typed:
        return _link_page(request, _proposed(typed), typed)
    form = SendDraftLinkForm(typed)
    if not form.is_valid():
        return _link_page(request, form, typed, status=422)
    if not form.is_settled:
        return _link_page(request, form, typed)
    return _save(request, form, typed, call, at)


@require_http_methods(["GET", "HEAD", "POST"])
def eoi_draft(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show a draft as it was saved, and on POST save it as it is now typed.

    Opening it changes nothing. Whatever is wrong with the link, the answer is the same page.
    """
    at = timezone.now()
    draft = _draft_of(token, at)
    if request.method == "POST":
        response = _save_again(request, draft, token, at)
        add_never_cache_headers(response)
        return no_index(response)
    if draft is None:
        return _draft_not_found_page(request)
    if member := drafting.member_of_submission(draft.submission_key):
        return _sent_page(request, member)
    response = _draft_page(request, draft, token, at)
    # Kept by the browser alone, so that its Back button brings back what was typed.
    patch_cache_control(response, private=True, no_cache=True)
    return no_index(response)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def eoi_draft_delete(request: HttpRequest, token: str) -> HttpResponseBase:
    """Name what is deleted for good, and on POST delete it."""
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
    messages.success(request, _("Your draft is deleted, and the link to it opens nothing more."))
    return redirect("eoi:create")


def _draft_of(token: str, at: datetime) -> EoiDraft | None:
    """Return the draft that a link opens, if it is kept still."""
    try:
        return draft_of(token, at=at)
    except InvalidLink:
        return None


def _call_of_draft(typed: QueryDict, at: datetime) -> Call | None:
    """Return the call of a form that was saved before: no other is begun without an open one."""
    drafts = EoiDraft.objects.kept_at(at).select_related("call")
    draft = drafts.filter(submission_key=typed["submission_key"]).first()
    return draft.call if draft else None


def _proposed(typed: QueryDict) -> SendDraftLinkForm:
    """Return the form with the focal point's address in it; it asks where it looks mistyped."""
    proposed = {"link_to": str(typed.get("email", "")).strip()}
    form = SendDraftLinkForm(proposed)
    return form if form.is_valid() else SendDraftLinkForm(initial=proposed)


def _save(
    request: HttpRequest, form: SendDraftLinkForm, typed: QueryDict, call: Call, at: datetime
) -> HttpResponseBase:
    """Save a draft, and show its own page."""
    key, email = str(typed["submission_key"]), form.cleaned_data["link_to"]
    try:
        # The same form to the same address writes no second mail.
        if not EoiDraft.objects.filter(submission_key=key, email=email).exists():
            count_draft(email=email, network=network_of(request), at=at)
        draft = drafting.save_draft(
            submission_key=key,
            call=call,
            email=email,
            language=get_language() or "en",
            form_data=storable_data(typed),
            at=at,
            in_place_of=_version_in(typed),
        )
    except TooManyAttempts as refused:
        refusal = ErrorSummary(
            _("Not saved yet: too many links were asked for"),
            (
                retry_message(refused.wait),
                _("Until then, keep this page open; or go back to the form and send it."),
            ),
        )
        page = _link_page(request, form, typed, refusal=refusal, status=429)
        return with_retry_after(page, refused)
    except drafting.DraftConflict as refused:
        typed["draft_version"] = str(refused.draft.version)
        return _link_page(request, form, typed, refusal=_saved_meanwhile(refused), status=409)
    except drafting.AlreadySubmitted as refused:
        return _sent_refusal(request, typed, at, refused)
    except drafting.TooLong as refused:
        return _refused(request, typed, at, call, _too_long(refused), status=422)
    return redirect("eoi:draft", token_for_object(draft))


def _save_again(
    request: HttpRequest, draft: EoiDraft | None, token: str, at: datetime
) -> HttpResponse:
    """Save a draft in its place; what is refused comes back with the form as typed."""
    typed = with_submission_key(request.POST)
    call = Call.objects.open_at(at).first()
    if draft is None:
        return _gone_refusal(request, typed, at, call)
    typed["submission_key"] = draft.submission_key
    typed["draft"] = token
    if is_blank(typed):
        return _refused(request, typed, at, call, _nothing_typed(), status=422)
    try:
        drafting.update_draft(
            draft=draft,
            call=call,
            language=get_language() or "en",
            form_data=storable_data(typed),
            version=_version_in(typed),
            at=at,
        )
    except drafting.DraftConflict as refused:
        typed["draft_version"] = str(refused.draft.version)
        refusal = _saved_meanwhile(refused)
        return _refused(request, typed, at, call, refusal, status=409, is_older=True)
    except drafting.AlreadySubmitted as refused:
        return _sent_refusal(request, typed, at, refused)
    except drafting.DraftNotFound:
        return _gone_refusal(request, typed, at, call)
    except drafting.TooLong as refused:
        return _refused(request, typed, at, call, _too_long(refused), status=422)
    return redirect("eoi:draft", token)


def _version_in(typed: QueryDict) -> int:
    """Return the version of the draft that a page sent back; 0 is none."""
    version = str(typed.get("draft_version", ""))
    is_number = version.isascii() and version.isdigit() and len(version) < 10
    return int(version) if is_number else 0


# What a person reads


def _draft_page(request: HttpRequest, draft: EoiDraft, token: str, at: datetime) -> HttpResponse:
    typed = draft.answers.copy()
    typed["submission_key"] = draft.submission_key
    typed["draft"], typed["draft_version"] = token, str(draft.version)
    call = Call.objects.open_at(at).first()
    zone = draft.time_zone
    letter = Message.objects.filter(topic=f"{draft.reference}/saved").first()
    return form_page(
        request,
        ExpressionOfInterestForm.as_typed(typed),
        typed=typed,
        call=call,
        at=at,
        time_zone=zone,
        template="eoi/draft.html",
        saved=_moment(draft.saved_at, zone),
        expires=_moment(draft.expires_at, zone),
        draft_token=token,
        draft_email=draft.email,
        is_written_to=draft.is_written_to,
        link_status=letter and (MessageStatus.FAILED if letter.bounced_at else letter.status),
        link_sent=MessageStatus.SENT,
        link_failed=(MessageStatus.FAILED, MessageStatus.CANCELLED),
        next_call=None if call else next_call_in_words(at),
    )


def _moment(at: datetime, zone: str) -> dict[str, object]:
    """Return an instant as `_moment.html` shows it."""
    return {
        "moment": at,
        "in_words": format_datetime(at, GENEVA),
        "there": format_datetime(at, zone) if zone not in ("", GENEVA) else "",
    }


def _link_page(
    request: HttpRequest,
    form: SendDraftLinkForm,
    typed: QueryDict,
    *,
    refusal: ErrorSummary | None = None,
    status: int = 200,
) -> HttpResponse:
    """Ask for the address, with the whole form carried along unseen."""
    names = [*ExpressionOfInterestForm.base_fields, *DRAFT_FIELDS]
    context = {
        "form": form,
        "likely": form.is_bound and not form.errors and not form.is_settled and form.likely,
        "carried": [(name, value) for name in names for value in typed.getlist(name)],
        "refusal": refusal,
        "is_older": status == 409,
    }
    return render(request, "eoi/draft_create.html", context, status=status)


def _draft_not_found_page(request: HttpRequest) -> HttpResponseBase:
    """Say that a link opens no draft: the same whether it was altered, used up, or too late."""
    response = render(request, "eoi/draft_gone.html", status=404)
    add_never_cache_headers(response)
    return no_index(response)


def _sent_page(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Say what became of a draft that was sent."""
    sent_at = format_datetime(member.submitted_at, GENEVA)
    context = {"member": member, "moment": member.submitted_at, "moment_in_words": sent_at}
    response = render(request, "eoi/draft_sent.html", context)
    add_never_cache_headers(response)
    return no_index(response)


def _refused(
    request: HttpRequest,
    typed: QueryDict,
    at: datetime,
    call: Call | None,
    refusal: ErrorSummary,
    *,
    status: int,
    is_older: bool = False,
) -> HttpResponse:
    """Show the form as typed, under what kept it from being saved."""
    return form_page(
        request,
        ExpressionOfInterestForm.as_typed(typed),
        typed=typed,
        call=call,
        at=at,
        status=status,
        refusal=refusal,
        is_older=is_older,
    )


def _gone_refusal(
    request: HttpRequest, typed: QueryDict, at: datetime, call: Call | None
) -> HttpResponse:
    """Keep what was typed into a draft that is there no more, as a form that was never saved."""
    if is_blank(typed):
        return render(request, "eoi/draft_gone.html", status=404)
    for name in DRAFT_FIELDS:
        typed.pop(name, None)
    sentences = [_("It was deleted, or the link is not complete.")]
    if call:
        sentences.append(_("What you typed is below: send it, or save it once more."))
    else:
        sentences.append(_("What you typed is below, as you typed it: keep a copy."))
    refusal = ErrorSummary(_("Not saved: this draft is not there any more"), tuple(sentences))
    return _refused(request, typed, at, call, refusal, status=404)


def _sent_refusal(
    request: HttpRequest, typed: QueryDict, at: datetime, refused: drafting.AlreadySubmitted
) -> HttpResponse:
    """Keep what was typed into a form after it was sent, as a new one."""
    for name in DRAFT_FIELDS:
        typed.pop(name, None)
    typed["submission_key"] = new_submission_key()
    refusal = ErrorSummary(
        _("Not saved: this was sent before"),
        (
            str(refused),
            _(
                "To correct what was sent, use the private link in our acknowledgement. What you "
                "typed is below: check it and send it only if it is a new expression."
            ),
        ),
    )
    call = Call.objects.open_at(at).first()
    return _refused(request, typed, at, call, refusal, status=409)


def _saved_meanwhile(refused: drafting.DraftConflict) -> ErrorSummary:
    return ErrorSummary(
        _("Not saved yet: something else was saved meanwhile"),
        (
            str(refused),
            _(
                "What you typed here is kept on this page. If you save it, it takes the place of "
                "the other one."
            ),
        ),
    )


def _nothing_typed() -> ErrorSummary:
    return ErrorSummary(
        _("There is nothing to save yet"),
        (_("Type or choose something first, then save it."),),
    )


def _too_long(refused: drafting.TooLong) -> ErrorSummary:
    return ErrorSummary(_("Not saved: it is too long"), (str(refused),))
