"""The user's own preferences, and the list of browsers in which they are signed in."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.forms import PreferencesForm
from accounts.models import User
from accounts.services.accounts import save_staff_preferences
from accounts.services.sessions import end_other_sessions, end_session, sessions_of
from accounts.views.second_factor import account_page, staff_account_page


@staff_account_page
def preferences(request: HttpRequest) -> HttpResponse:
    """Show the preferences of a member of staff, and save their changes."""
    user = cast("User", request.user)
    form = PreferencesForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        save_staff_preferences(user=user, **form.cleaned_data, by=user, at=now())
        messages.success(request, _("Preferences saved."))
        return redirect("accounts:preferences")
    return render(request, "accounts/preferences.html", {"form": form})


@account_page
def sessions(request: HttpRequest) -> HttpResponse:
    """List the browsers in which the user is signed in; sign them out of one or of all others."""
    user, this = cast("User", request.user), request.session.session_key
    if request.method != "POST":
        places = sessions_of(user, this=this, at=now())
        return render(request, "accounts/sessions.html", {"places": places})
    if "others" in request.POST:
        ended = end_other_sessions(user=user, this=this)
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
        else _("That session was already signed out."),
    )
    return redirect("accounts:sessions")
