"""The user's own preferences page: language, time zone and daily digest."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.forms import PreferencesForm
from accounts.models import User
from accounts.services.preferences import save_preferences
from accounts.views.second_factor import staff_account_page


@staff_account_page
def preferences(request: HttpRequest) -> HttpResponse:
    """Show the preferences of a member of staff, and save their changes."""
    user = cast("User", request.user)
    form = PreferencesForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        save_preferences(user=user, **form.cleaned_data, by=user, at=now())
        messages.success(request, _("Preferences saved."))
        return redirect("accounts:preferences")
    return render(request, "accounts/preferences.html", {"form": form})
