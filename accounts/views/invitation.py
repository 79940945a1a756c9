"""The page on which an invited member of staff sets a password."""

from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import activate, get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.forms import NewPasswordForm
from accounts.models import Invitation
from accounts.services.invitations import InvalidInvitation, accept_invitation, invitation_of
from accounts.services.second_factor import record_password, restart_sign_in
from core.language_switch import remember_language
from core.languages import desk_language


@sensitive_post_parameters("new_password1", "new_password2")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Set the password of the invited person, and sign them in. A GET changes nothing.

    All links that do not work get the same answer.
    """
    try:
        found = invitation_of(token, at=now())
        _use_language_of(found, request)
        form = NewPasswordForm(found.user, request.POST if request.method == "POST" else None)
        if form.is_valid():
            return _accepted(request, found, form.cleaned_data["new_password1"])
    except InvalidInvitation:
        return _private(render(request, "accounts/invitation_invalid.html", status=404))
    page = {"form": form, "invited": found.user, "expires_at": found.expires_at}
    status = 422 if form.is_bound else 200
    return _private(render(request, "accounts/invitation.html", page, status=status))


def _accepted(request: HttpRequest, found: Invitation, password: str) -> HttpResponse:
    """Accept the invitation, and sign the person in with the new password."""
    user = accept_invitation(invitation=found, password=password, at=now())
    if request.user.is_authenticated:
        # Somebody else was signed in, who used this browser before.
        logout(request)
    restart_sign_in(request)
    messages.success(request, _("Your password is set."))
    response: HttpResponse = perform_login(request, user, redirect_url=reverse("admin:index"))
    if request.user.is_authenticated:
        record_password(request)
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        # The administration goes on in the language of the page.
        remember_language(response, get_language() or settings.LANGUAGE_CODE)
    return response


def _use_language_of(found: Invitation, request: HttpRequest) -> None:
    """Show the page in the language of the mail, unless the visitor has chosen one."""
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        activate(desk_language(found.user.language))
        request.LANGUAGE_CODE = get_language()


def _private(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
