"""Signing in and out."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.utils import perform_login
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now
from django.utils.translation import activate, get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import AskForCodeForm, NewPasswordForm, SignInForm, TypeCodeForm
from accounts.models import Invitation, SignInMethod, SignInOutcome, User
from accounts.services.events import (
    SignInAttempt,
    failures_recorded,
    record_failure,
)
from accounts.services.invitations import InvalidInvitation, accept_invitation, invitation_of
from accounts.services.known_browsers import known_browser
from accounts.services.login_throttling import (
    count_asking_for_passkey,
    count_sign_in,
    reset_sign_ins,
)
from accounts.services.safe_redirects import home_of, language_from_next_url, safe_redirect_url
from accounts.services.second_factor import record_password, restart_sign_in
from accounts.services.sessions import stay_signed_in
from accounts.services.sign_in_codes import (
    METHOD,
    CodeExpired,
    CodeNotSent,
    WrongCode,
    ask_for_code,
    pending_code_request,
    record_email,
    user_for_code,
)
from accounts.services.single_sign_on import must_use_single_sign_on
from accounts.views.decorators import allauth_view, sends_to_provider, too_many_attempts
from core.addresses import normalise_address
from core.language_switch import form_as_typed, remember_language, switched_language
from core.languages import desk_language
from core.rate_limits import TooManyAttempts, network_of

# The page for the second factor, after the password, for users who have one.
sign_in_second_factor = allauth_view(AuthenticateView.as_view())
Step = Callable[[HttpRequest, str], HttpResponse]


@sends_to_provider
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
    page = {"form": form, "next": going_to, "single_sign_on": settings.SINGLE_SIGN_ON}
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


def step(view: Step) -> Callable[[HttpRequest], HttpResponse]:
    """Wrap a step of the sign-in, and pass it the address to open after signing in.

    If the person has not chosen a language, the step uses the language of that address.
    """

    @sensitive_post_parameters()
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def opened(request: HttpRequest) -> HttpResponse:
        otherwise = (
            home_of(request)
            if request.user.is_authenticated
            else settings.MEMBER_LOGIN_REDIRECT_URL
        )
        going_to = safe_redirect_url(request, otherwise=otherwise)
        language = switched_language(request) or language_from_next_url(request, going_to)
        with override(language):
            response = view(request, going_to)
        response["Content-Language"] = language
        return response

    return opened


@step
def sign_in_code(request: HttpRequest, going_to: str) -> HttpResponse:
    """Request a code for the address that a person types, whether or not it has an account."""
    if request.user.is_authenticated:
        return redirect(going_to)
    form = AskForCodeForm(request.POST if request.method == "POST" else None)
    page = {"form": form, "next": going_to}
    if switched_language(request):
        page["form"] = form_as_typed(form)
        return render(request, "accounts/sign_in_code.html", page)
    if request.method != "POST":
        return render(request, "accounts/sign_in_code.html", page)
    if not form.is_valid():
        return render(request, "accounts/sign_in_code.html", page, status=422)
    restart_sign_in(request)
    email = form.cleaned_data["email"]
    at = now()
    try:
        with failures_recorded(request, method=SignInMethod.CODE, email=email, at=at):
            ask_for_code(request, email=email, shown=email, at=at)
    except (TooManyAttempts, CodeNotSent) as refused:
        return refused_page(request, "accounts/sign_in_code.html", page, refused)
    return redirect(page_to_type_on(going_to))


@step
def sign_in_code_enter(request: HttpRequest, going_to: str) -> HttpResponse:
    """Sign a user in with the code that they type, or send another code."""
    at = now()
    begin_anew = f"{reverse('accounts:sign_in_code')}?{urlencode({REDIRECT_FIELD_NAME: going_to})}"
    try:
        asked = pending_code_request(request, at=at)
    except CodeExpired:
        return redirect(begin_anew)
    is_another = request.method == "POST" and "another" in request.POST
    is_typed = request.method == "POST" and not is_another
    form = TypeCodeForm(request.POST if is_typed else None)
    page = {"form": form, "next": going_to, "shown": asked["shown"], "begin_anew": begin_anew}
    if switched_language(request):
        page["form"] = form_as_typed(form)
        return render(request, "accounts/sign_in_code_enter.html", page)
    try:
        if is_another:
            ask_for_code(request, email=asked["email"], shown=asked["shown"], at=at)
            messages.success(
                request,
                _(
                    "If we know this address, it has a code: the one of our latest email. We send "
                    "one code within twenty minutes at most."
                ),
            )
            return redirect(page_to_type_on(going_to))
        if is_typed and form.is_valid():
            with failures_recorded(request, method=SignInMethod.CODE, email=asked["email"], at=at):
                return _signed_in(request, form.cleaned_data, going_to)
    except (TooManyAttempts, CodeNotSent) as refused:
        return refused_page(request, "accounts/sign_in_code_enter.html", page, refused)
    except WrongCode as refused:
        form.add_error("code", str(refused))
    except CodeExpired as refused:
        messages.error(request, str(refused))
        return redirect(begin_anew)
    status = 422 if is_typed else 200
    return render(request, "accounts/sign_in_code_enter.html", page, status=status)


def page_to_type_on(going_to: str) -> str:
    """Return the URL of the page for typing the code, which then opens `going_to`."""
    query = urlencode({REDIRECT_FIELD_NAME: going_to})
    return f"{reverse('accounts:sign_in_code_enter')}?{query}"


def refused_page(
    request: HttpRequest,
    template: str,
    page: dict[str, object],
    refused: TooManyAttempts | CodeNotSent,
) -> HttpResponse:
    """Return a page that says why a code was not sent or checked, and when to try again."""
    page = {**page, "refusal": refused}
    if isinstance(refused, TooManyAttempts):
        return too_many_attempts(render(request, template, page), refused)
    return render(request, template, page, status=503)


def _signed_in(request: HttpRequest, typed: dict[str, Any], going_to: str) -> HttpResponse:
    """Sign in the user whose code was typed, and redirect them."""
    at = now()
    user = user_for_code(request, typed=typed["code"], at=at)
    response = sign_in_by_email(request, user, method=METHOD, going_to=going_to)
    if typed["is_kept"]:
        stay_signed_in(request, at=at)
    return response


def sign_in_by_email(
    request: HttpRequest, user: User, *, method: str, going_to: str
) -> HttpResponse:
    """Sign in the user who has proved that they read our e-mails, and redirect them."""
    if request.user.is_authenticated:
        # Somebody else was signed in, who used this browser before.
        logout(request)
    restart_sign_in(request)
    record_email(request, user, method=method)
    response: HttpResponse = perform_login(request, user, redirect_url=going_to)
    return response


@sensitive_post_parameters("new_password1", "new_password2")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Set the password of the invited person, and sign them in. A GET changes nothing.

    With single sign-on, it only says how to sign in. All links that do not work get the same
    answer.
    """
    try:
        found = invitation_of(token, at=now())
        _use_language_of(found, request)
        if must_use_single_sign_on(found.user):
            page = {"invited": found.user, "single_sign_on": settings.SINGLE_SIGN_ON}
            return _private(render(request, "accounts/invitation.html", page))
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
