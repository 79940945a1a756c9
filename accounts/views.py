"""Sign in and out."""

from datetime import datetime, timedelta
from math import ceil
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import SignInForm
from accounts.limits import TooManyAttempts, count_attempt, forget_attempts, network_of

WITHIN = timedelta(minutes=15)
# A mission's whole office may stand behind one address.
ATTEMPTS_OF_A_NETWORK = 50
ATTEMPTS_AT_AN_ACCOUNT = 10


def destination(request: HttpRequest) -> str:
    """Return where the person wanted to go, if that is another page of the portal."""
    wanted = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME, "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, {request.get_host()}, require_https=request.is_secure()
    )
    path = urlsplit(wanted).path if is_ours else ""
    # Without a slash, `redirect` would take it for the name of a page.
    if path.startswith("/") and path != request.path:
        return wanted
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def count_sign_in(*, network: str, email: str, at: datetime) -> None:
    """Count an attempt to sign in, by network and by account.

    Raises TooManyAttempts.
    """
    count_attempt("sign-in-network", network, limit=ATTEMPTS_OF_A_NETWORK, within=WITHIN, at=at)
    count_attempt("sign-in-account", email, limit=ATTEMPTS_AT_AN_ACCOUNT, within=WITHIN, at=at)


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign a person in by email and password, within the limits on attempts."""
    going_to = destination(request)
    if request.user.is_authenticated:
        return redirect(going_to)

    # Not bound while the limits are asked: a bound form would try the password.
    form = SignInForm(request)
    # As the form will read it, so that one account is counted as one however it is written.
    email = form.fields["username"].to_python(request.POST.get("username", "")) or ""
    form.initial["username"] = email
    page = {"form": form, "next": going_to}
    if request.method != "POST":
        return render(request, "accounts/sign_in.html", page)
    try:
        count_sign_in(network=network_of(request), email=email, at=now())
    except TooManyAttempts as refused:
        page["refusal"] = refused
        response = render(request, "accounts/sign_in.html", page, status=429)
        response["Retry-After"] = ceil(refused.wait.total_seconds())
        return response
    form = page["form"] = SignInForm(request, request.POST)
    if not form.is_valid():
        return render(request, "accounts/sign_in.html", page, status=422)
    forget_attempts("sign-in-account", email)
    login(request, form.get_user())
    return redirect(going_to)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign the person out, and say so on the home page."""
    logout(request)
    messages.success(request, _("You are signed out."))
    return redirect(settings.LOGOUT_REDIRECT_URL)
