"""The time zone of the person's device becomes theirs."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.dates import zone_in_words
from members.models import FocalPoint
from members.views.signed_in import MemberRequest, member_page
from participation.services.preferences import save_time_zone


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def use_time_zone(
    request: MemberRequest, people: Sequence[FocalPoint], at: datetime
) -> HttpResponse:
    """Save the zone that the script found, and say so where the person was.

    After signing in again, a GET leads to the page that asks.
    """
    if request.method != "POST":
        return redirect("participation:my_page")
    zone = request.POST.get("time_zone", "")
    try:
        save_time_zone(user=request.user, people=people, time_zone=zone, at=at)
    except ValidationError:
        # An old name of a zone, or a new one, that this server does not know.
        messages.warning(request, _("Choose a time zone from the list."))
        return redirect("participation:my_preferences")
    messages.success(
        request, _("Times are now in your time zone, %(zone)s.") % {"zone": zone_in_words(zone)}
    )
    is_calendar = request.POST.get("back") == "calendar"
    return redirect("participation:my_calendar" if is_calendar else "participation:my_page")
