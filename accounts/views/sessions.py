"""Where somebody is signed in, and ending it there."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.services.sessions import end_others, end_session, places_of
from accounts.views.second_factor import signed_in


@signed_in
def sessions(request: HttpRequest) -> HttpResponse:
    """Show in which browsers somebody is signed in, and sign them out of one or of all others."""
    user, this = cast("User", request.user), request.session.session_key
    if request.method != "POST":
        places = places_of(user, this=this, at=now())
        return render(request, "accounts/sessions.html", {"places": places})
    if "others" in request.POST:
        ended = end_others(user=user, this=this)
    else:
        ended = end_session(user=user, handle=request.POST.get("end", ""))
    messages.success(
        request,
        ngettext(
            "You are signed out of %(number)s browser.",
            "You are signed out of %(number)s browsers.",
            ended,
        )
        % {"number": ended}
        if ended
        else _("You were signed out there already."),
    )
    return redirect("accounts:sessions")
