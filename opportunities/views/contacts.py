"""Writing to another member, and the answer. A GET changes nothing."""

from typing import Any, Final

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core.conflicts import Refused
from core.language_switch import form_as_typed, switched_language
from core.rate_limits import TooManyAttempts
from opportunities.forms.contacts import ContactForm
from opportunities.models import Contact, ContactStatus, Opportunity
from opportunities.services.committing import begun_from
from opportunities.services.contacts import (
    WroteBefore,
    accept,
    addresses_of,
    check_may_write,
    decline,
    may_read_message,
    send_contact,
    withdraw,
)
from opportunities.services.matching import own_matches
from opportunities.services.reader import Reader
from opportunities.views.pages import check_step, member_page, page_with

# What each button of the page does, the status that the contact then has, and what is said.
STEPS: Final = {
    "accept": (
        accept,
        ContactStatus.ACCEPTED,
        gettext_lazy("Accepted. Both sides get the addresses of the other by email."),
    ),
    "decline": (decline, ContactStatus.DECLINED, gettext_lazy("Declined. The sender is told.")),
    "withdraw": (
        withdraw,
        ContactStatus.WITHDRAWN,
        gettext_lazy("Withdrawn. The other side can no longer read your message."),
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def contact(request: HttpRequest, reader: Reader, reference: str) -> HttpResponseBase:
    """Show a form that writes to the member of a need or an offer; POST sends it."""
    public = Opportunity.objects.public().select_related("member", "focus_area")
    about = get_object_or_404(public, reference=reference)
    others = [each for each in reader.people if each.member_id != about.member_id]
    form = ContactForm(
        request.POST if request.method == "POST" else None,
        people=others or reader.people,
        own=[each.opportunity for each in own_matches(reader, about)],
        is_need=about.is_need,
    )
    page = {"reader": reader, "opportunity": about, "form": form, "former": None}
    refused: Exception | None = None
    try:
        if request.method != "POST":
            check_may_write(about, next(iter(form.people.values())))
        elif switched_language(request):
            page["form"] = form_as_typed(form)
        elif form.is_valid():
            check_step(reader, form.sender)
            sent = send_contact(opportunity=about, by=form.sender, at=reader.at, **form.content())
            name = about.member.organisation_name
            messages.success(request, _("Your message was sent to %(name)s.") % {"name": name})
            return redirect(reader.address("answer", sent.pk))
    except WroteBefore as before:
        # After a second click, the page shows what was sent.
        if form.is_bound and before.contact.message == form.cleaned_data["message"]:
            return redirect(reader.address("answer", before.contact.pk))
        page["former"], refused = before.contact, before
    except (Refused, TooManyAttempts) as refusal:
        refused = refusal
    return page_with(request, "opportunities/contact.html", page, refused)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def answer(request: HttpRequest, reader: Reader, pk: int) -> HttpResponseBase:
    """Show a contact to its two members: the one that is asked answers, the sender withdraws."""
    rows = Contact.objects.select_related(
        "member", "own", "opportunity__member", "commitment__lead"
    )
    is_theirs = Q(member__in=reader.members) | Q(opportunity__member__in=reader.members)
    found = get_object_or_404(rows.filter(is_theirs), pk=pk)
    asked = reader.person_of(found.opportunity)
    sender = next((each for each in reader.people if each.member_id == found.member_id), None)
    refused: Exception | None = None
    if chosen := STEPS.get(request.POST.get("step", "")):
        step, status, said = chosen
        here = redirect(reader.address("answer", found.pk))
        by = (sender if step is withdraw else asked) or reader.people[0]
        try:
            check_step(reader, by)
            step(contact=found, by=by, at=reader.at)
            messages.success(request, said)
            return here
        except TooManyAttempts as refusal:
            refused = refusal
        except Refused as refusal:
            # After a second click, the page shows what was done.
            if refusal.code == status:
                return here
            refused = refusal
    other = found.member if asked else found.opportunity.member
    page: dict[str, Any] = {
        "reader": reader,
        "contact": found,
        "opportunity": found.opportunity,
        "title": _("Contact with %(name)s") % {"name": other.organisation_name},
        "asked": asked,
        "sender": sender,
        "is_waiting": found.status == ContactStatus.SENT,
        "is_readable": may_read_message(found, reader),
        "sides": addresses_of(found, reader),
        "begun": begun_from(found),
    }
    return page_with(request, "opportunities/answer.html", page, refused)
