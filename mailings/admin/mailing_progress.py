"""The progress of a mailing: what its page shows, and what the page asks for while it is sent."""

from datetime import datetime
from typing import Any

from django.http import JsonResponse
from django.template.loader import render_to_string
from django.utils.timezone import now
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.admin.base import StaffRequest
from accounts.services.permissions import needs
from inbox.models import IncomingMail, IncomingMailQuerySet
from mailings.admin.pages import (
    VIEW,
    Progress,
    get_mailing_or_404,
    progress_of,
    reactions_of,
    subject_of,
)
from mailings.models import Mailing, MailingStatus
from mailings.services.exceptions import STATUS_SENTENCES
from mailings.services.letters import topic_of
from mailings.services.second_person import request_to_show


@never_cache
@require_safe
@needs(VIEW)
def progress(request: StaffRequest, pk: int) -> JsonResponse:
    """Return the progress of a mailing, for the page that is open: see static/js/progress.js."""
    mailing, at = get_mailing_or_404(request, pk), now()
    context = progress_context(request, mailing, at=at)
    shown = {
        **context,
        "mailing": mailing,
        "subject": subject_of(mailing),
        "is_its_own_page": True,
    }
    return JsonResponse(
        {
            "html": render_to_string("admin/mailings/mailing/_progress.html", shown, request),
            "words": in_words(mailing, context["progress"]),
            "is_finished": not is_followed(mailing, at=at),
        }
    )


def is_followed(mailing: Mailing, *, at: datetime) -> bool:
    """Return whether the numbers of a mailing change now: it is being sent, or about to be."""
    if mailing.status == MailingStatus.SCHEDULED:
        return mailing.scheduled_for is not None and mailing.scheduled_for <= at
    return mailing.status == MailingStatus.SENDING


def progress_context(request: StaffRequest, mailing: Mailing, *, at: datetime) -> dict[str, Any]:
    """Return what `_progress.html` shows of a mailing, besides the mailing and its subject."""
    return {
        "progress": progress_of(mailing),
        "reactions": reactions_of(mailing),
        "send_request": request_to_show(mailing),
        "as_of": at,
        "may_read_replies": request.user.has_perm("inbox.view_incomingmail"),
        "number_of_replies": replies_to(request, mailing).count(),
        "cause": topic_of(mailing),
    }


def replies_to(request: StaffRequest, mailing: Mailing) -> IncomingMailQuerySet:
    """Return the replies to a mailing that its reader may see, the latest first."""
    if not request.user.has_perm("inbox.view_incomingmail"):
        return IncomingMail.objects.none()
    replies = IncomingMail.objects.visible_to(request.user).replies_to(topic_of(mailing))
    return replies.order_by("-received_at", "-pk")


def in_words(mailing: Mailing, progress: Progress) -> str:
    """Return how far a mailing is, in one sentence."""
    if mailing.status != MailingStatus.SENDING:
        return str(STATUS_SENTENCES[MailingStatus(mailing.status)])
    return ngettext(
        "%(accepted)d of %(total)d email sent.",
        "%(accepted)d of %(total)d emails sent.",
        progress.written_to,
    ) % {"accepted": progress.accepted, "total": progress.written_to}
