"""The pages on which a mailing is created, written, and previewed for each recipient."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import get_language, get_language_info, ngettext, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django.views.generic import View

from accounts.admin.base import StaffRequest, post_data
from accounts.services.permissions import insist, needs
from core.conflicts import Refused
from core.numbers import whole_number
from mailings.admin.mailing_progress import is_followed, progress_context, replies_to
from mailings.admin.pages import (
    CHANGE,
    SEND,
    VIEW,
    address_of,
    get_mailing_or_404,
    mailing_page,
    progress_of,
    texts_in_order,
)
from mailings.forms import NewMailingForm, RecipientsForm, TextsForm, initial_data
from mailings.models import Mailing, MailingKind, MailingStatus, MailingText, Recipient, Selection
from mailings.services.drafts import save_draft, send_test_copy
from mailings.services.exceptions import MailingConflict
from mailings.services.letters import MailingTexts
from mailings.services.recipients import create_mailing, recheck_recipients
from mailings.services.second_person import request_to_show
from mailings.services.template_types import MAILING
from members.models import NOTE_LANGUAGE, FocalPoint, Member, MemberQuerySet
from outbox.admin.mail_preview import mail_frame, page_with_mail_frame
from outbox.services.rendering import as_html, as_text
from outbox.services.template_states import language_of, placeholders_of
from triage.spreadsheets.admin import filters_in_words, filters_of, members_in_list

MAX_REPLIES_SHOWN = 10
# The pages that a button can open after it saves the draft.
PAGES_AFTER_SAVE = ("preview", "recipients", "test_copies")


class MailingView(View):
    """The page of a mailing: a form for people who may edit the draft, otherwise its state."""

    http_method_names = ("get", "head", "post")
    request: StaffRequest

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        insist(request.user, VIEW)
        self.mailing = get_mailing_or_404(self.request, self.kwargs["pk"])
        self.may_write = request.user.has_perm(CHANGE)

    def get(self, request: StaffRequest, **kwargs: int) -> HttpResponse:
        if not self.may_write or self.mailing.status != MailingStatus.DRAFT:
            return self.show_state()
        kept = initial_data(self.mailing)
        # Errors in a draft are shown immediately, but not on a page where nothing was entered yet.
        is_begun = len(kept) > len(("kind", "language", "version"))
        return self.show_draft(TextsForm(kept if is_begun else None, initial=kept))

    def post(self, request: StaffRequest, **kwargs: int) -> HttpResponse:
        """Save the draft, even if it is not ready to be sent."""
        if not self.may_write:
            return self.show_state()
        form = TextsForm(request.POST)
        if not form.is_storable:
            return self.show_draft(form, status=422)
        try:
            save_draft(
                mailing=self.mailing,
                kind=MailingKind(form.typed["kind"]),
                language=form.typed["language"],
                texts=form.written,
                version=form.typed["version"],
                by=request.user,
                at=now(),
            )
        except MailingConflict as refused:
            # If it is saved again, it replaces the version that the page shows now.
            again = request.POST.copy()
            again["version"] = str(refused.mailing.version)
            theirs = list(refused.mailing.texts.order_by("pk"))
            return self.show_draft(
                TextsForm(again), status=409, refusal=str(refused), theirs=theirs
            )
        except Refused as refused:
            # It is no longer a draft. The page still shows the input, so that it can be copied.
            return self.show_draft(form, status=409, refusal=str(refused))
        messages.success(request, _("The draft is saved. Nothing was sent."))
        then = request.POST.get("then")
        if then == "send" and request.user.has_perm(SEND):
            return self.recheck_and_send()
        return redirect(address_of(self.mailing, then if then in PAGES_AFTER_SAVE else "change"))

    def recheck_and_send(self) -> HttpResponse:
        """Check again who gets the draft, and redirect to the page that sends it."""
        try:
            recheck_recipients(mailing=self.mailing, by=self.request.user, at=now())
        except Refused as refused:
            messages.error(self.request, str(refused))
            return redirect(address_of(self.mailing))
        return redirect(address_of(self.mailing, "send"))

    def show_draft(
        self,
        form: TextsForm,
        *,
        status: int = 200,
        refusal: str = "",
        theirs: Sequence[MailingText] = (),
    ) -> HttpResponse:
        """Show the draft, with the refusal and a colleague's version if it was not saved."""
        return mailing_page(
            self.request,
            "draft",
            {
                "is_its_own_page": True,
                "form": form,
                "progress": progress_of(self.mailing),
                "send_request": request_to_show(self.mailing),
                "refusal": refusal,
                "theirs": theirs,
                "placeholders": placeholders_of(MAILING, self.mailing.language),
                "language": language_of(self.mailing.language),
            },
            mailing=self.mailing,
            status=status,
        )

    def show_state(self) -> HttpResponse:
        """Show the texts of the mailing, and its progress."""
        at = now()
        return mailing_page(
            self.request,
            "mailing_status",
            {
                "is_its_own_page": True,
                "texts": texts_in_order(self.mailing),
                "is_followed": is_followed(self.mailing, at=at),
                "replies": replies_to(self.request, self.mailing)[:MAX_REPLIES_SHOWN],
                **progress_context(self.request, self.mailing, at=at),
            },
            mailing=self.mailing,
        )


ADD = ("mailings.add_mailing", "members.view_member")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(*ADD)
def new_mailing(request: StaffRequest) -> HttpResponse:
    """Ask for kind and recipients, and create a draft; the query string may name members."""
    named = " ".join(request.GET.getlist("reference"))
    form = RecipientsForm(post_data(request), user=request.user, initial={"references": named})
    refusal = ""
    if form.is_valid():
        area, references = form.cleaned_data["focus_area"], form.cleaned_data["references"]
        members = Member.objects.filter(reference__in=references)
        chosen: dict[str, Any] = {
            "members": members,
            "selection": Selection.CHOSEN,
            "selection_in_words": ", ".join(references),
        }
        if area:
            with override(NOTE_LANGUAGE):
                chosen = {
                    "members": Member.objects.of_working_group(area),
                    "selection": Selection.AREA,
                    "selection_in_words": area.name,
                }
        refusal, answer = _begun(request, form, chosen)
        if answer:
            return answer
    return mailing_page(
        request,
        "begin",
        {"form": form, "refusal": refusal},
        title=_("New mailing"),
        status=200 if request.method != "POST" else 422,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(*ADD)
def new_mailing_from_list(request: StaffRequest) -> HttpResponse:
    """Show how many members a list of the queue has, and create a draft to all of them."""
    queue = admin.site.get_model_admin(Member)
    form, refusal = NewMailingForm(post_data(request), label_suffix=""), ""
    try:
        # Some filters translate their choices when they are created.
        with override(NOTE_LANGUAGE if form.is_valid() else get_language()):
            changelist = queue.get_changelist_instance(request)
    except IncorrectLookupParameters:
        return redirect("admin:members_member_changelist")
    members = members_in_list(changelist)
    if form.is_valid():
        with override(NOTE_LANGUAGE):
            words = filters_in_words(changelist)
        chosen = {
            "members": members,
            "selection": Selection.FILTERED,
            "selection_in_words": words,
            "query": request.GET.urlencode(),
        }
        refusal, answer = _begun(request, form, chosen)
        if answer:
            return answer
    return mailing_page(
        request,
        "new_from_list",
        {
            "form": form,
            "refusal": refusal,
            "files": members.count(),
            "people": _people_of(members, request).count(),
            "filters": filters_of(changelist),
            "query": request.GET.urlencode(),
            "searched_for": changelist.query,
        },
        title=_("New mailing to this list"),
        status=200 if request.method != "POST" else 422,
    )


def _people_of(members: MemberQuerySet, request: StaffRequest) -> Any:
    """Return the focal points of these members, as far as the user may see them."""
    reached = members.visible_to(request.user)
    return FocalPoint.objects.filter(member__in=reached.order_by().values("pk"))


def _begun(
    request: StaffRequest, form: NewMailingForm, chosen: dict[str, Any]
) -> tuple[str, HttpResponse | None]:
    """Create a mailing; return an error message, or a redirect to its draft."""
    try:
        mailing = create_mailing(
            kind=MailingKind(form.cleaned_data["kind"]),
            language=form.cleaned_data["language"],
            by=request.user,
            at=now(),
            **chosen,
        )
    except Refused as refused:
        return str(refused), None
    number = mailing.recipients.count()
    sentence = ngettext(
        "Draft created for %(number)d recipient. Nothing sent.",
        "Draft created for %(number)d recipients. Nothing sent.",
        number,
    )
    messages.success(request, sentence % {"number": number})
    return "", redirect("admin:mailings_mailing_change", mailing.pk)


@page_with_mail_frame
@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW)
def preview(request: StaffRequest, pk: int) -> HttpResponse:
    """Preview the mailing for one recipient, with a link to the next; POST sends a test copy."""
    mailing = get_mailing_or_404(request, pk)
    recipient = _recipient(mailing, request.GET.get("recipient", ""))
    if request.method == "POST":
        return _test_copy(request, mailing, recipient)
    texts = MailingTexts(mailing)
    letter = texts.letter_to(recipient.focal_point) if recipient and texts.can_go else None
    written_to = mailing.recipients.included()
    own = recipient.pk if recipient else 0
    return mailing_page(
        request,
        "preview",
        {
            "recipient": recipient,
            "letter": letter,
            "text": as_text(letter.body) if letter else "",
            "direction": "rtl" if letter and get_language_info(letter.language)["bidi"] else "ltr",
            "before": written_to.filter(pk__lt=own).order_by("-pk").first(),
            "after": written_to.filter(pk__gt=own).order_by("pk").first(),
        },
        title=_("Preview"),
        mailing=mailing,
    )


@mail_frame
@needs(VIEW)
@require_safe
def mail(request: StaffRequest, pk: int) -> HttpResponse:
    """Render the mailing to one recipient as a mail program shows it.

    Raises Http404 if there is no recipient, or no text that can be sent.
    """
    mailing = get_mailing_or_404(request, pk)
    recipient, texts = _recipient(mailing, request.GET.get("recipient", "")), MailingTexts(mailing)
    if recipient is None or not texts.can_go:
        raise Http404
    letter = texts.letter_to(recipient.focal_point)
    return HttpResponse(as_html(letter.subject, letter.body, language=letter.language))


def _test_copy(
    request: StaffRequest, mailing: Mailing, recipient: Recipient | None
) -> HttpResponse:
    """Send a test copy for one recipient to the user, and redirect to the preview."""
    address = request.get_full_path()
    insist(request.user, CHANGE)
    if recipient is None:
        raise Http404
    try:
        message = send_test_copy(mailing=mailing, recipient=recipient, by=request.user, at=now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        sentence = _("A test copy is being sent to %(address)s only.")
        messages.success(request, sentence % {"address": message.recipient})
    return redirect(address)


def _recipient(mailing: Mailing, wanted: str) -> Recipient | None:
    """Return the requested recipient, or else the first one who gets the mailing."""
    people = mailing.recipients.included().with_people()
    if (key := whole_number(wanted)) is not None:
        return people.filter(pk=key).first()
    return people.order_by("pk").first()
