"""Signing in and out."""

from allauth.account.utils import perform_login
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import activate, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import SignInForm
from accounts.models import SignInMethod, SignInOutcome
from accounts.services.known_browsers import known_browser
from accounts.services.login_throttling import (
    count_asking_for_passkey,
    count_sign_in,
    reset_sign_ins,
)
from accounts.services.safe_redirects import home_of, language_from_next_url, safe_redirect_url
from accounts.services.second_factor import record_password, restart_sign_in
from accounts.services.sign_in_events import (
    SignInAttempt,
    failures_recorded,
    record_failure,
)
from accounts.views.decorators import allauth_view, too_many_attempts
from core.addresses import normalise_address
from core.language_switch import switched_language
from core.rate_limits import TooManyAttempts, network_of

# The page for the second factor, after the password, for users who have one.
sign_in_second_factor = allauth_view(AuthenticateView.as_view())


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign a user in with email and password, within the limits on attempts.

    Users with a second factor are asked for it on the next page.
    """
    going_to = safe_redirect_url(request, otherwise=home_of(request))
    if request.user.is_authenticated:
        return redirect(going_to)

    # Not bound before the rate limits are checked: a bound form would check the password.
    form = SignInForm(request)
    # Normalised by the form field, so that different spellings count for the same account.
    email = form.fields["username"].to_python(request.POST.get("username", "")) or ""
    form.initial["username"] = email
    page = {"form": form, "next": going_to}
    restart_sign_in(request)
    if language := switched_language(request):
        # It stays active, because the response says which language it is in.
        activate(language)
        return render(request, "accounts/sign_in.html", page)
    if request.method != "POST":
        return render(request, "accounts/sign_in.html", page)
    tried = {
        "network": network_of(request),
        "email": normalise_address(email),
        "browser": known_browser(request, email=normalise_address(email)),
    }
    at = now()
    attempt: SignInAttempt = {
        "method": SignInMethod.PASSWORD,
        "email": tried["email"],
        "at": at,
    }
    try:
        with failures_recorded(request, **attempt):
            count_sign_in(**tried, at=at)
    except TooManyAttempts as refused:
        page["refusal"] = refused
        return too_many_attempts(render(request, "accounts/sign_in.html", page), refused)
    form = page["form"] = SignInForm(request, request.POST)
    if not form.is_valid():
        # Otherwise the address or the password was left empty.
        if form.non_field_errors():
            record_failure(request, **attempt, outcome=SignInOutcome.WRONG)
        return render(request, "accounts/sign_in.html", page, status=422)
    reset_sign_ins(**tried)
    response: HttpResponse = perform_login(request, form.get_user(), redirect_url=going_to)
    if request.user.is_authenticated:
        record_password(request)
    return response


@allauth_view
def sign_in_passkey(request: HttpRequest) -> HttpResponse:
    """Sign a user in with only a passkey. A script first requests the challenge with a GET."""
    if request.method != "POST":
        count_asking_for_passkey(network=network_of(request), at=now())
    response: HttpResponse = LoginWebAuthnView.as_view()(request)
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign the user out, and confirm it on the home page, in the language of the last page."""
    logout(request)
    with override(language_from_next_url(request, request.POST.get(REDIRECT_FIELD_NAME, ""))):
        messages.success(request, _("You are signed out."))
        return redirect(settings.LOGOUT_REDIRECT_URL)
