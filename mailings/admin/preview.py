"""Previews of a mailing for each recipient, and test copies to oneself."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.admin.base import StaffRequest
from accounts.services.permissions import insist, needs
from core.conflicts import Refused
from core.numbers import whole_number
from mailings.admin.pages import CHANGE, VIEW, get_mailing_or_404, mailing_page
from mailings.models import Mailing, Recipient
from mailings.services.drafts import send_test_copy
from mailings.services.letters import MailingTexts
from outbox.admin.mail_preview import mail_frame, page_with_mail_frame
from outbox.services.rendering import as_html, as_text


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
