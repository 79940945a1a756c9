"""The page after an EOI was sent, for the browser that sent it.

A signed cookie with the reference recognises the browser. Nobody else learns anything from it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View
from django.views.decorators.cache import cache_control

from core.addresses import mask_address
from core.conflicts import NothingChanged
from core.language_switch import form_as_typed, switched_language
from core.rate_limits import TooManyAttempts, network_of, retry_message
from eoi.forms.received import AddressCorrectionForm
from eoi.services.spam_check import count_address_correction
from eoi.views.error_summary import ErrorSummary, with_retry_after
from members.models import FocalPoint, Member
from members.services.corrections import (
    AddressSettled,
    WrongFamilyName,
    correct_unconfirmed_address,
)
from members.services.letters.acknowledgement_rate import waiting_acknowledgements

COOKIE: Final = "eoi_reference"
COOKIE_SALT: Final = "eoi.views.received"
COOKIE_AGE: Final = timedelta(days=1)
# Others may use the same browser later, so addresses are corrected only for this long. They are
# never shown whole.
ADDRESS_SHOWN_FOR: Final = timedelta(hours=2)


def remember_submission(response: HttpResponse, member: Member) -> None:
    """Let the browser show the reference of an EOI that it has just sent."""
    response.set_signed_cookie(
        COOKIE,
        member.reference,
        salt=COOKIE_SALT,
        max_age=COOKIE_AGE,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def forget_submission(request: HttpRequest) -> HttpResponse:
    """Let the browser forget the EOI that it has sent."""
    messages.success(
        request,
        _("This device has forgotten what you sent. Our email has the link to its page."),
    )
    response = redirect("home")
    response.delete_cookie(COOKIE, samesite="Lax")
    return response


def member_sent_by(request: HttpRequest, *, at: datetime) -> Member | None:
    """Return the member that this browser sent last, if it was a short time ago.

    It also has `is_acknowledgement_waiting`.
    """
    reference = request.get_signed_cookie(COOKIE, default="", salt=COOKIE_SALT, max_age=COOKIE_AGE)
    if not reference:
        return None
    waiting = waiting_acknowledgements(at=at).filter(reference=OuterRef("reference"))
    members = Member.objects.select_related("call").filter(reference=reference)
    return members.annotate(is_acknowledgement_waiting=Exists(waiting)).first()


def sent_before(request: HttpRequest, at: datetime) -> str:
    """Return the sentence about what this browser sent last; empty if nothing waits for an answer.

    It has only the reference, because others may use the same browser.
    """
    member = member_sent_by(request, at=at)
    if member is None or not member.is_undecided:
        return ""
    minutes = int((at - member.submitted_at) / timedelta(minutes=1))
    if minutes < 1:
        return _("You have just sent %(reference)s.") % {"reference": member.reference}
    hours = minutes // 60
    if hours:
        sentence = ngettext(
            "You sent %(reference)s %(hours)d hour ago.",
            "You sent %(reference)s %(hours)d hours ago.",
            hours,
        )
        return sentence % {"reference": member.reference, "hours": hours}
    sentence = ngettext(
        "You sent %(reference)s %(minutes)d minute ago.",
        "You sent %(reference)s %(minutes)d minutes ago.",
        minutes,
    )
    return sentence % {"reference": member.reference, "minutes": minutes}


# The browser may store the page, so that its Back button restores what was typed.
@method_decorator(cache_control(private=True, no_cache=True), name="dispatch")
class ReceivedView(View):
    """Confirm the receipt of an EOI, and correct an address that nobody has confirmed."""

    http_method_names = ["get", "head", "post"]
    at: datetime
    member: Member | None
    people: list[FocalPoint]

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.at = timezone.now()
        self.member = member_sent_by(request, at=self.at)
        self.people = []
        if self.member and self.at < self.member.submitted_at + ADDRESS_SHOWN_FOR:
            self.people = list(self.member.focal_points.order_by("is_alternate"))
            for person in self.people:
                person.member = self.member

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page()

    def post(self, request: HttpRequest) -> HttpResponse:
        if "forget" in request.POST:
            return forget_submission(request)
        sent = [AddressCorrectionForm(request.POST, person=person) for person in self.people]
        form, typed = chosen_form(sent, request.POST), [each for each in sent if each.has_changed()]
        if switched_language(request):
            return self.page([form_as_typed(each) for each in typed])
        if self.member is None or form is None:
            return self.page(status=404)
        if not form.is_valid():
            return self.page([*typed, form], status=422)
        email = form.cleaned_data["email"]
        try:
            count_address_correction(
                reference=self.member.reference,
                email=email,
                network=network_of(request),
                at=self.at,
            )
            correct_unconfirmed_address(
                focal_point=form.person,
                family_name=form.cleaned_data["family_name"],
                email=email,
                link_version=form.cleaned_data["seen"],
                at=self.at,
            )
        except TooManyAttempts as refused:
            refusal = ErrorSummary(_("Not corrected yet"), (str(retry_message(refused.wait)),))
            return with_retry_after(self.page(typed, refusal=refusal, status=429), refused)
        except WrongFamilyName as refused:
            form.add_error("family_name", str(refused))
            return self.page([*typed, form], status=422)
        except NothingChanged:
            form.add_error("email", _("This is the address that we already have."))
            return self.page([*typed, form], status=422)
        except AddressSettled as refused:
            refusal = ErrorSummary(_("The address was not corrected"), (str(refused),))
            return self.page(refusal=refusal, status=409)
        messages.success(
            request,
            _("The address is corrected. The link in our earlier email no longer works."),
        )
        return redirect("eoi:received")

    def page(
        self,
        typed: Sequence[AddressCorrectionForm] = (),
        *,
        refusal: ErrorSummary | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """Show the receipt, with a form for each address that may be corrected, as typed."""
        typed_for = {form.person: form for form in typed}
        forms = [
            typed_for.get(person) or AddressCorrectionForm(person=person)
            for person in self.people
            if self.member and self.member.is_undecided and not person.confirmed_at
        ]
        context = {
            "member": self.member,
            "people": [(person, mask_address(person.email)) for person in self.people],
            "forms": forms,
            "form": next((form for form in forms if form.errors), None),
            "refusal": refusal,
            "contact": self.member.call.contact_email if self.member else settings.MAIL_REPLY_TO,
        }
        return render(self.request, "eoi/received.html", context, status=status)


def chosen_form(
    forms: Sequence[AddressCorrectionForm], sent: QueryDict
) -> AddressCorrectionForm | None:
    """Return the form whose button was pressed, or that was changed before pressing Enter."""
    if "focal_point" in sent:
        number = sent["focal_point"]
        return next((form for form in forms if str(form.person.pk) == number), None)
    shown = [form for form in forms if form.add_prefix("email") in sent]
    return next((form for form in shown if form.has_changed()), shown[0] if shown else None)
