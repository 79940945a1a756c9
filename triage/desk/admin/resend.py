"""The page for sending a message again, to its focal point's current address."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.admin.base import StaffRequest, int_or_invalid
from accounts.services.permissions import needs
from core.conflicts import Refused
from members.services.letters import resend
from outbox.admin.again import add_who_sent_again
from outbox.models import Message
from outbox.models.delivery_event import SuppressedAddress
from triage.staff_pages.pages import get_member_or_404, member_page, member_url


@require_http_methods(["GET", "HEAD", "POST"])
@needs("outbox.resend_message")
def resend_letter(request: StaffRequest, pk: int, message: int) -> HttpResponse:
    """Send a message again to its focal point's current address, after confirmation."""
    member = get_member_or_404(request, pk)
    first = get_object_or_404(Message, pk=message, reference=member.reference)
    refused: Exception | None = None
    if request.method == "POST":
        try:
            written = resend.resend(
                message=first,
                times=int_or_invalid(request.POST, "times"),
                by=request.user,
                at=now(),
            )
        except (resend.CannotResend, Refused) as refusal:
            refused = refusal
        else:
            sentence = _("Email resent to %(address)s.")
            messages.success(request, sentence % {"address": written.recipient})
            return redirect(member_url(request, pk))
    person = resend.focal_point_of_message(first)
    add_who_sent_again([first])
    return member_page(
        request,
        "resend",
        {
            "message": first,
            "person": person,
            "suppressed": SuppressedAddress.objects.in_force().of(person.email).first()
            if person
            else None,
            "times": first.resent_as.count(),
            "refused": refused,
        },
        title=_("Resend"),
        member=member,
        status=409 if refused else 200,
    )
