"""The pages on which co-leads write to their working group, and on which people unsubscribe."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from mailings.forms import GroupLetterForm
from mailings.models import GroupLetter
from mailings.services import subscriptions as process
from mailings.services.group_letters import LETTERS, submit_letter, whole_text
from mailings.services.unsubscribe_links import Subscriber, subscriber_of
from members.models import FocalPoint
from members.services.co_leads import area_of
from members.services.private_links import InvalidLink
from members.views.signed_in import MemberRequest, co_lead_page
from members.views.submissions import SubmissionView, submissions_of_group
from outbox.services.rendering import as_fragment

MAX_LETTERS = 50


@require_safe
@co_lead_page
def group_letters(request: MemberRequest, person: FocalPoint, at: datetime) -> HttpResponse:
    """List the letters of the co-leads to the working group, and what became of them."""
    found = submissions_of_group(GroupLetter, person)
    letters = found.order_by("-submitted_at", "-pk")[:MAX_LETTERS]
    context = {"area": area_of(person), "letters": letters, "time_zone": person.time_zone}
    return render(request, "mailings/group_letters.html", context)


class GroupLetterView(SubmissionView):
    """The form of a letter, and the page of one."""

    model = GroupLetter
    kind = LETTERS
    can_be_changed = True
    template = "mailings/group_letter.html"
    form_template = "mailings/write_letter.html"
    list_page = "mailings:group_letters"
    submitted = _("Submitted. The coordinators were told, and you get their answer by email.")
    withdrawn = _("The letter is withdrawn. It was not sent.")

    def make_form(self, data: Any, submission: GroupLetter | None) -> GroupLetterForm:
        initial: dict[str, object] = {"language": self.person.language}
        if submission:
            names = ("language", "subject", "body", "shows_address", "version")
            initial = {name: getattr(submission, name) for name in names}
        return GroupLetterForm(data, initial=initial)

    def submit(self, form: GroupLetterForm) -> None:
        submit_letter(person=self.person, by=self.request.user, at=self.at, **form.facts())

    def facts(self, form: GroupLetterForm) -> dict[str, Any]:
        return {**form.facts()}

    def context(self, submission: GroupLetter) -> dict[str, object]:
        return {"html": as_fragment(whole_text(submission), language=submission.language)}


group_letter = GroupLetterView.as_view()


# The token in the URL is the proof, and cookies are not used.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponseBase:
    """Unsubscribe by one click (RFC 8058); a GET redirects to the page in the reader's language."""
    try:
        subscriber = subscriber_of(token)
    except InvalidLink:
        return _refused(request)
    if request.method == "POST":
        _unsubscribe(subscriber)
        return _page(request, subscriber, token)
    with override(subscriber.language):
        address = reverse("mailings:subscription", args=[token])
    return _unindexed(redirect(address))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def bulletins(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show whether an address gets bulletins, with a button to unsubscribe or subscribe again."""
    try:
        subscriber = subscriber_of(token)
    except InvalidLink:
        return _refused(request)
    if request.method == "POST":
        if request.POST.get("wish") == "subscribe":
            process.resubscribe(address=subscriber.address)
        else:
            _unsubscribe(subscriber)
        return _unindexed(redirect("mailings:subscription", token))
    return _page(request, subscriber, token)


def _unsubscribe(subscriber: Subscriber) -> None:
    process.unsubscribe(
        address=subscriber.address, recipient=subscriber.recipient, at=timezone.now()
    )


def _page(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponseBase:
    page = render(
        request,
        "mailings/bulletins.html",
        {
            "address": subscriber.address,
            "token": token,
            "is_unsubscribed": process.is_unsubscribed(subscriber.address),
        },
    )
    return _unindexed(page)


def _refused(request: HttpRequest) -> HttpResponseBase:
    return _unindexed(render(request, "mailings/bulletins_refused.html", status=404))


def _unindexed(response: HttpResponse) -> HttpResponseBase:
    """Tell search engines not to index what a private link opens."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
