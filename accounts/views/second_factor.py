"""A person's own second factor: set up, named, removed; and confirming who one is before that."""

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
    record_second_factor_change,
)
from accounts.services.sign_in_codes import may_be_staff
from accounts.views.decorators import View, allauth_view

# Where somebody wanted to go who is led to set up a second factor first.
GOING_TO = "second_factor_going_to"


def ask_for_second_factor(request: HttpRequest, going_to: str) -> HttpResponse:
    """Lead somebody who is signed in to prove a second factor or set one up, and then on."""
    if not has_second_factor(request.user):
        request.session[GOING_TO] = going_to
        return redirect("mfa_index")
    way = get_adapter().get_reauthentication_methods(request.user)[0]["url"]
    return redirect(f"{way}?{urlencode({REDIRECT_FIELD_NAME: going_to})}")


def going_to(request: HttpRequest) -> str:
    """Return where the person goes on to once their second factor is set up."""
    wanted: str = request.session.get(GOING_TO, "")
    return wanted if is_internal_url(wanted, request) else reverse("admin:index")


def account_page(view: View) -> View:
    """Open a page about somebody's own account, once they have proved what they have.

    With the password alone, somebody who has found it out could put a second factor of theirs
    beside it.
    """

    @login_required
    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if has_second_factor(request.user) and not has_proved_second_factor(request):
            return ask_for_second_factor(request, request.get_full_path())
        return view(request, *args, **kwargs)

    return allauth_view(opened)


def staff_account_page(view: View) -> View:
    """Open such a page to staff alone, who have not come by a code from a mail.

    Whoever becomes staff while such a code keeps them signed in would set up a second factor by
    it. Raises PermissionDenied.
    """

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_be_staff(request):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return account_page(opened)


class OverviewView(IndexView):  # type: ignore[misc]
    """What somebody has, and what they may add."""

    template_name = "mfa/index.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "has_second_factor": has_second_factor(self.request.user),
            "going_to": going_to(self.request),
        }


def record_change(request: HttpRequest, what: str) -> None:
    """Have the history of the person's account say what they did to their second factor."""
    record_second_factor_change(what, user=cast("User", request.user), by=request.user, at=now())


class SetUpAppView(ActivateTOTPView):  # type: ignore[misc]
    """An authenticator app is set up by its first code, which counts as proof."""

    def form_valid(self, form: forms.Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        app = Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP)
        record_second_factor(self.request, app)
        record_change(self.request, APP_SET_UP)
        return response


def _set_up_app(request: HttpRequest) -> HttpResponse:
    """Set up an authenticator app, unless there is one, as after a second click."""
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
    """An authenticator app is removed, and the history of the account says so."""

    @transaction.atomic
    def form_valid(self, form: forms.Form) -> HttpResponse:
        record_change(self.request, APP_REMOVED)
        response: HttpResponse = super().form_valid(form)
        return response


class AddPasskeyView(AddWebAuthnView):  # type: ignore[misc]
    """A passkey is added by using it, which counts as proof."""

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
    """A passkey is removed, and the history of the account says so."""

    success_url = reverse_lazy("mfa_index")

    @transaction.atomic
    def form_valid(self, form: forms.Form) -> HttpResponse:
        record_change(self.request, PASSKEY_REMOVED)
        response: HttpResponse = super().form_valid(form)
        return response


class NewRecoveryCodesView(GenerateRecoveryCodesView):  # type: ignore[misc]
    """New recovery codes take the place of the old ones."""

    @transaction.atomic
    def form_valid(self, form: forms.Form) -> HttpResponse:
        # The session stays open, so that the new codes are seen.
        response: HttpResponse = super().form_valid(form)
        record_second_factor(self.request, _recovery_codes_of(self.request))
        record_change(self.request, CODES_MADE)
        return response


class ConfirmPasskeyView(ReauthenticateWebAuthnView):  # type: ignore[misc]
    """Confirm who one is by a passkey."""

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        for error in form.errors.get("credential", []):
            messages.error(self.request, str(error))
        return redirect(self.request.get_full_path())


def _recovery_codes_of(request: HttpRequest) -> Authenticator:
    return get_object_or_404(
        Authenticator, user=request.user, type=Authenticator.Type.RECOVERY_CODES
    )


# Not allauth's own, which writes on a GET that the codes were seen.
@require_safe
@reauthentication_required(app="allauth.mfa")  # type: ignore[untyped-decorator]
def _recovery_codes(request: HttpRequest) -> HttpResponse:
    """Show the recovery codes that were not used yet."""
    codes = _recovery_codes_of(request).wrap().get_unused_codes()
    page = {"codes": codes, "going_to": going_to(request)}
    return render(request, "mfa/recovery_codes/index.html", page)


@require_safe
@reauthentication_required(app="allauth.mfa")  # type: ignore[untyped-decorator]
def _recovery_codes_file(request: HttpRequest) -> HttpResponse:
    """Hand the recovery codes out as a text file."""
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
