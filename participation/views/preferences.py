"""The page of a participant's preferences: mail, address shown to co-leads, language, zone."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.language_switch import form_as_typed, switched_language
from members.models import FocalPoint
from members.views.signed_in import MemberRequest, member_page
from participation.forms.preferences import PreferencesForm
from participation.services.email_consents import email_shown_since
from participation.services.preferences import mail_preferences_of, save_mail_preferences


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def my_preferences(
    request: MemberRequest, people: Sequence[FocalPoint], at: datetime
) -> HttpResponseBase:
    """Show a person's reminders, language and time zone; save changes on POST."""
    sent = request.POST if request.method == "POST" else None
    shown_since = email_shown_since(people)
    form = PreferencesForm(
        sent,
        preferences=mail_preferences_of(request.user),
        person=people[0],
        shown_since=shown_since,
    )
    if switched_language(request):
        form = form_as_typed(form)
    elif form.is_valid():
        save_mail_preferences(user=request.user, people=people, **form.cleaned_data, at=at)
        messages.success(request, _("Preferences saved."))
        return redirect("participation:my_preferences")
    status = 422 if form.errors else 200
    context = {"form": form, "shown_since": shown_since, "time_zone": people[0].time_zone}
    return render(request, "participation/my_preferences.html", context, status=status)
