"""Pages to set up, rename and remove one's second factor, after confirming one's identity."""

from functools import wraps
from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.account.views import ReauthenticateView as ConfirmPasswordView
from allauth.mfa.base.views import IndexView
from allauth.mfa.base.views import ReauthenticateView as ConfirmCodeView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    EditWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django import forms
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.http import urlencode
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.services.accounts import record_account_change
from accounts.services.safe_redirects import is_internal_url
from accounts.services.second_factor import (
    APP_REMOVED,
    APP_SET_UP,
    CODES_MADE,
    PASSKEY_ADDED,
    PASSKEY_REMOVED,
    has_proved_second_factor,
    has_second_factor,
    record_second_factor,
)
from accounts.services.sign_in_codes import may_be_staff
from accounts.views.decorators import View, allauth_view

# The session key for the page to open after setting up a second factor.
GOING_TO = "second_factor_going_to"


def ask_for_second_factor(request: HttpRequest, going_to: str) -> HttpResponse:
    """Redirect a signed-in user to use or set up a second factor, and then to `going_to`."""
    if not has_second_factor(request.user):
        request.session[GOING_TO] = going_to
        return redirect("mfa_index")
    way = get_adapter().get_reauthentication_methods(request.user)[0]["url"]
    return redirect(f"{way}?{urlencode({REDIRECT_FIELD_NAME: going_to})}")


def going_to(request: HttpRequest) -> str:
    """Return the page to open after the second factor is set up."""
    wanted: str = request.session.get(GOING_TO, "")
    return wanted if is_internal_url(wanted, request) else reverse("admin:index")


def account_page(view: View) -> View:
    """Require the user's second factor for a page about their own account, if they have one.

    Otherwise somebody who found out the password could add a second factor of their own.
    """

    @login_required
    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if has_second_factor(request.user) and not has_proved_second_factor(request):
            return ask_for_second_factor(request, request.get_full_path())
        return view(request, *args, **kwargs)

    return allauth_view(opened)


def staff_account_page(view: View) -> View:
    """Allow such a page only for staff who did not sign in with a code from an e-mail.

    Otherwise a person who signed in with a code and then becomes staff could set up a second factor
    without a password. Raises PermissionDenied.
    """

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_be_staff(request):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return account_page(opened)


class OverviewView(IndexView):  # type: ignore[misc]
    """Shows the user's second factors, and those that they can add."""

    template_name = "mfa/index.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "has_second_factor": has_second_factor(self.request.user),
            "going_to": going_to(self.request),
        }


def record_change(request: HttpRequest, what: str) -> None:
    """Record in the history of the user's account how they changed their second factor."""
    record_account_change(what, user=cast("User", request.user), by=request.user, at=now())


class SetUpAppView(ActivateTOTPView):  # type: ignore[misc]
    """Sets up an authenticator app with its first code, which also confirms the user's identity."""

    def form_valid(self, form: forms.Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        app = Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP)
        record_second_factor(self.request, app)
        record_change(self.request, APP_SET_UP)
        return response


def _set_up_app(request: HttpRequest) -> HttpResponse:
    """Set up an authenticator app, unless the user has one, as after a double click."""
    apps = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.TOTP)
    if apps.exists():
        return redirect("mfa_index")
    try:
        with transaction.atomic():
            response: HttpResponse = SetUpAppView.as_view()(request)
            return response
    except IntegrityError:
        return redirect("mfa_index")


class RemoveAppView(DeactivateTOTPView):  # type: ignore[misc]
    """Removes an authenticator app, and records this in the history of the account."""

    @transaction.atomic
    def form_valid(self, form: forms.Form) -> HttpResponse:
        record_change(self.request, APP_REMOVED)
        response: HttpResponse = super().form_valid(form)
        return response


class AddPasskeyView(AddWebAuthnView):  # type: ignore[misc]
    """Adds a passkey by using it, which also confirms the user's identity."""

    @transaction.atomic
    def form_valid(self, form: AddWebAuthnForm) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        passkeys = Authenticator.objects.filter(
            user=self.request.user, type=Authenticator.Type.WEBAUTHN
        )
        record_second_factor(self.request, passkeys.latest("pk"))
        record_change(self.request, PASSKEY_ADDED)
        return response


class RemovePasskeyView(RemoveWebAuthnView):  # type: ignore[misc]
    """Removes a passkey, and records this in the history of the account."""

    success_url = reverse_lazy("mfa_index")

    @transaction.atomic
    def form_valid(self, form: forms.Form) -> HttpResponse:
        record_change(self.request, PASSKEY_REMOVED)
        response: HttpResponse = super().form_valid(form)
        return response


class NewRecoveryCodesView(GenerateRecoveryCodesView):  # type: ignore[misc]
    """Replaces the recovery codes with new ones."""

    @transaction.atomic
    def form_valid(self, form: forms.Form) -> HttpResponse:
        # The user stays signed in, so that they can see the new codes.
        response: HttpResponse = super().form_valid(form)
        record_second_factor(self.request, _recovery_codes_of(self.request))
        record_change(self.request, CODES_MADE)
        return response


class ConfirmPasskeyView(ReauthenticateWebAuthnView):  # type: ignore[misc]
    """Confirms the user's identity with a passkey."""

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        for error in form.errors.get("credential", []):
            messages.error(self.request, str(error))
        return redirect(self.request.get_full_path())


def _recovery_codes_of(request: HttpRequest) -> Authenticator:
    return get_object_or_404(
        Authenticator, user=request.user, type=Authenticator.Type.RECOVERY_CODES
    )


# Replaces allauth's view, which writes to the database on a GET that the codes were seen.
@require_safe
@reauthentication_required(app="allauth.mfa")  # type: ignore[untyped-decorator]
def _recovery_codes(request: HttpRequest) -> HttpResponse:
    codes = _recovery_codes_of(request).wrap().get_unused_codes()
    page = {"codes": codes, "going_to": going_to(request)}
    return render(request, "mfa/recovery_codes/index.html", page)


@require_safe
@reauthentication_required(app="allauth.mfa")  # type: ignore[untyped-decorator]
def _recovery_codes_file(request: HttpRequest) -> HttpResponse:
    codes = _recovery_codes_of(request).wrap().get_unused_codes()
    file = HttpResponse("".join(f"{code}\n" for code in codes), content_type="text/plain")
    file["Content-Disposition"] = 'attachment; filename="partner2connect-recovery-codes.txt"'
    return file


overview = staff_account_page(OverviewView.as_view())
set_up_app = staff_account_page(_set_up_app)
remove_app = staff_account_page(RemoveAppView.as_view())
add_passkey = staff_account_page(AddPasskeyView.as_view())
rename_passkey = staff_account_page(EditWebAuthnView.as_view(success_url=reverse_lazy("mfa_index")))
remove_passkey = staff_account_page(RemovePasskeyView.as_view())
recovery_codes = staff_account_page(_recovery_codes)
recovery_codes_file = staff_account_page(_recovery_codes_file)
new_recovery_codes = staff_account_page(NewRecoveryCodesView.as_view())
confirm_password = allauth_view(ConfirmPasswordView.as_view())
confirm_code = allauth_view(ConfirmCodeView.as_view())
confirm_passkey = allauth_view(ConfirmPasskeyView.as_view())
