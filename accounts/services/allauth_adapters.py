"""Adapters that make allauth, which handles signing in, follow the portal's rules."""

from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import SignInMethod, SignInOutcome, User
from accounts.services.events import record_failure, record_sign_in
from accounts.services.known_browsers import remember_browser
from accounts.services.safe_redirects import is_internal_url
from accounts.services.second_factor import AUTHENTICATION_METHODS_KEY, has_second_factor
from accounts.services.sessions import record_beginning
from accounts.services.single_sign_on import must_use_single_sign_on

# For an unknown passkey, a removed passkey, and a passkey of a deactivated account.
NOT_THIS_PASSKEY = gettext_lazy(
    "You cannot sign in with this passkey. Try again, or sign in another way."
)
# allauth's step of a sign-in that asks for the second factor.
SECOND_STAGE: Final = "allauth.mfa.stages.AuthenticateStage"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Signing in, and confirming one's identity before a sensitive action."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str) -> bool:
        return is_internal_url(url, context.request)

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        """Return the ways to confirm one's identity; the first one is offered by default.

        A user with a second factor confirms with it. Otherwise somebody who found out the password
        could remove the second factor.
        """
        ways: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if must_use_single_sign_on(user):
            ways = [way for way in ways if way["id"] != "reauthenticate"]
        by_second_factor = [way for way in ways if way["id"] != "reauthenticate"]
        if not by_second_factor:
            return ways
        apps = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP)
        # Codes come first only for users with an app. Others would be asked for a recovery code.
        return by_second_factor if apps.exists() else by_second_factor[::-1]

    def is_reauthentication_required(self, *, app: str, **given: Any) -> bool:
        # The provider has asked who it is, and there is no password to ask for.
        user = self.request.user
        if must_use_single_sign_on(user) and not has_second_factor(user):
            return False
        return bool(super().is_reauthentication_required(app=app, **given))

    def get_login_stages(self) -> list[str]:
        # Nobody is asked for a second factor here who has just used one at the provider.
        stages: list[str] = super().get_login_stages()
        return [stage for stage in stages if not (stage == SECOND_STAGE and self._has_used_two())]

    def _has_used_two(self) -> bool:
        records = self.request.session.get(AUTHENTICATION_METHODS_KEY, [])
        return any(record.get("has_second_factor") for record in records)

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        at = now()
        record_beginning(request, user, at=at)
        record_sign_in(request, user, at=at)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        remember_browser(request, response, email=user.email)
        return response

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        record_failure(
            request,
            method=SignInMethod.PASSKEY,
            outcome=SignInOutcome.INACTIVE,
            user=user,
            at=now(),
        )
        messages.error(request, str(NOT_THIS_PASSKEY))
        return redirect("accounts:sign_in")


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Names and messages for second factors."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy(
            "This code is incorrect or has already been used. Enter the code that the app shows "
            "now."
        ),
        "cannot_generate_recovery_codes": gettext_lazy(
            "Set up an authenticator app or a passkey first. Recovery codes are only a backup."
        ),
    }

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Passkey %(number)s") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": settings.MFA_TOTP_ISSUER}
