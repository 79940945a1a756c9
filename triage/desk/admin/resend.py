"""The page for sending a message again, to its focal point's current or corrected address."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.admin.base import StaffRequest, int_or_invalid, post_data
from accounts.services.permissions import needs
from core.conflicts import Refused
from members.services.letters import resend
from outbox.admin.again import add_who_sent_again
from outbox.models import Message
from outbox.models.delivery_event import SuppressedAddress
from triage.desk.forms import ResendForm
from triage.staff_pages.pages import get_member_or_404, member_page, member_url


@require_http_methods(["GET", "HEAD", "POST"])
@needs("outbox.resend_message")
def resend_letter(request: StaffRequest, pk: int, message: int) -> HttpResponse:
    """Send a message again to its focal point, whose address can be corrected in the same step.

    The page is for confirmation, but the form is on the member's page too.
    """
    member = get_member_or_404(request, pk)
    first = get_object_or_404(Message, pk=message, reference=member.reference)
    person = resend.focal_point_of_message(first)
    form = ResendForm(
        post_data(request),
        member=member,
        person=person,
        times=first.resent_as.count(),
        may_correct=request.user.has_perm("members.correct_member"),
    )
    refused: Exception | None = None
    is_wrong = request.method == "POST" and not form.is_valid()
    if request.method == "POST" and not is_wrong:
        facts: dict[str, Any] = {
            "message": first,
            "times": int_or_invalid(request.POST, "times"),
            "by": request.user,
            "at": now(),
        }
        try:
            if form.corrected_email:
                written = resend.correct_and_resend(
                    **facts,
                    email=form.corrected_email,
                    version=int_or_invalid(request.POST, "version"),
                )
            else:
                written = resend.resend(**facts)
        except (resend.CannotResend, Refused) as refusal:
            refused = refusal
        else:
            sentence = _("Email resent to %(address)s.")
            messages.success(request, sentence % {"address": written.recipient})
            return redirect(member_url(request, pk))
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
            "form": form,
            "is_wrong": is_wrong,
            "refused": refused,
        },
        title=_("Resend"),
        member=member,
        status=409 if refused else 422 if is_wrong else 200,
    )
