"""How a participant subscribes to the calendar feed of their meetings."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.dates import format_date
from core.language_switch import form_as_typed, switched_language
from eoi.forms.status import VersionField
from meetings.services.ical import name_of_feed
from meetings.services.subscription_links import subscription_links
from members.models import FocalPoint
from members.services.focal_points import AlreadyRenewed
from members.services.private_links import feed_url
from members.views.signed_in import MemberRequest, member_page
from participation.forms.preferences import FeedForm
from participation.services.feeds import choose_feed, feed_of, renew_address, role_with_address


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def my_feed(request: MemberRequest, people: Sequence[FocalPoint], at: datetime) -> HttpResponseBase:
    """Show how to subscribe to the calendar feed; POST saves what it shows."""
    feed = feed_of(request.user)
    form = FeedForm(request.POST if request.method == "POST" else None, feed=feed)
    if switched_language(request):
        form = form_as_typed(form)
    elif form.is_valid():
        choose_feed(user=request.user, **form.cleaned_data, at=at)
        messages.success(
            request, _("Saved. Your calendar app shows it when it next fetches your meetings.")
        )
        return redirect("participation:my_feed")
    role = role_with_address(people)
    context = {
        "form": form,
        "people": people,
        "role": role,
        "fetched_on": format_date(feed.fetched_on) if feed.fetched_on else "",
        **subscription_links(feed_url(role), name=name_of_feed(None)),
    }
    status = 422 if form.errors else 200
    return render(request, "participation/my_feed.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def renew_feed(
    request: MemberRequest, people: Sequence[FocalPoint], at: datetime
) -> HttpResponseBase:
    """Ask whether the feed is to get a new address; POST gives it one."""
    if request.method != "POST":
        context = {"feed_version": role_with_address(people).feed_version}
        return render(request, "participation/renew_feed.html", context)
    version = VersionField(required=False).clean(request.POST.get("feed_version"))
    try:
        renew_address(people=people, feed_version=-1 if version is None else version, at=at)
        messages.success(request, _("Your calendar link was reset. The old link no longer works."))
    except AlreadyRenewed as refused:
        messages.warning(request, str(refused))
    return redirect("participation:my_feed")
