"""Single sign-on of staff: to the identity provider, and back from it."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import jwt
from allauth.account.utils import perform_login
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal.statekit import unstash_state
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import SignInMethod, SignInOutcome, User
from accounts.services.events import record_failure
from accounts.services.safe_redirects import safe_redirect_url
from accounts.services.second_factor import restart_sign_in
from accounts.services.sessions import end_other_sessions
from accounts.services.single_sign_on import (
    Identity,
    identity_of,
    must_use_single_sign_on,
    record_single_sign_on,
)
from accounts.views.decorators import allauth_view
from core.conflicts import Refused
from core.rate_limits import count_attempt, network_of
from p2c_portal.single_sign_on import PROVIDER_ID
from triage.staff_accounts.services.single_sign_on import (
    NoRole,
    account_of,
    admit_by_single_sign_on,
)

logger = logging.getLogger(__name__)

# Each one makes the portal ask the provider.
STARTS_OF_A_NETWORK: Final = 60
WINDOW: Final = timedelta(minutes=15)
# No answer, not the expected one, or none for the portal. Those of requests are an OSError.
FAILURES: Final = (OSError, OAuth2Error, jwt.PyJWTError, KeyError, TypeError, ValueError)


@require_POST
@allauth_view
def start(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Redirect to the identity provider. Only a POST does, so that no link signs anybody in."""
    _check_is_on()
    count_attempt(
        "single-sign-on", network_of(request), limit=STARTS_OF_A_NETWORK, within=WINDOW, at=now()
    )
    going_to = safe_redirect_url(request, otherwise=settings.LOGIN_REDIRECT_URL)
    provider = get_adapter().get_provider(request, provider_id)
    try:
        response: HttpResponse = provider.redirect(request, "login", next_url=going_to)
    except FAILURES as trouble:
        return _out_of_order(request, trouble)
    return response


@require_GET
@allauth_view
def finish(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Sign in the person whom the identity provider sends back."""
    _check_is_on()
    state = unstash_state(request, provider_id=provider_id, state_id=request.GET.get("state", ""))
    if state is None:
        return _failed(request, _("This sign-in has expired. Start again."), status=400)
    if "code" not in request.GET:
        said = _("%(provider)s did not sign you in.") % {"provider": settings.SINGLE_SIGN_ON.name}
        return _failed(request, said, status=403)
    try:
        identity = identity_of(_claims(request, state))
    except FAILURES as trouble:
        return _out_of_order(request, trouble)
    at = now()
    try:
        user = admit_by_single_sign_on(identity, at=at)
    except Refused as refused:
        return _refused(request, identity, refused)
    return _signed_in(request, user, identity, state["next"])


def _check_is_on() -> None:
    if not settings.SINGLE_SIGN_ON.is_on:
        raise Http404


def _claims(request: HttpRequest, state: Mapping[str, Any]) -> Mapping[str, Any]:
    """Fetch the ID token for the code in a request, and return its claims.

    Its signature is not checked, because it comes from the provider itself, by https (OpenID
    Connect Core, section 3.1.3.7). Nothing else is asked, and no token is kept.
    """
    adapter = OpenIDConnectOAuth2Adapter(request, PROVIDER_ID)
    app = adapter.get_provider().app
    answer = adapter.get_access_token_data(
        request,
        app,
        adapter.get_client(request, app),
        pkce_code_verifier=state["pkce_code_verifier"],
    )
    claims: Mapping[str, Any] = jwt.decode(
        answer["id_token"],
        options={
            "require": ["sub", "iss", "aud", "exp"],
            "verify_signature": False,
            # Without a signature, they would be off.
            "verify_iss": True,
            "verify_aud": True,
            "verify_exp": True,
        },
        issuer=settings.SINGLE_SIGN_ON.issuer,
        audience=app.client_id,
    )
    return claims


def _signed_in(request: HttpRequest, user: User, identity: Identity, going_to: str) -> HttpResponse:
    if request.user.is_authenticated:
        # Somebody else may have been signed in, who used this browser before.
        logout(request)
    restart_sign_in(request)
    record_single_sign_on(request, user, has_second_factor=identity.has_second_factor)
    response: HttpResponse = perform_login(request, user, redirect_url=going_to)
    return response


def _refused(request: HttpRequest, identity: Identity, refused: Refused) -> HttpResponse:
    """Record that a person was not let in, and end the sessions of one without a role."""
    user = account_of(identity)
    is_inactive = user is not None and not user.is_active
    attempt: dict[str, Any] = {"user": user} if user else {}
    record_failure(
        request,
        method=SignInMethod.SINGLE_SIGN_ON,
        outcome=SignInOutcome.INACTIVE if is_inactive else SignInOutcome.NO_ROLE,
        at=now(),
        **attempt,
    )
    if user and isinstance(refused, NoRole) and must_use_single_sign_on(user):
        end_other_sessions(user=user, this=None)
    return _failed(request, str(refused), status=403)


def _out_of_order(request: HttpRequest, trouble: Exception) -> HttpResponse:
    # Without its text, in which the answer of the provider may be.
    logger.warning("The identity provider failed: %s", type(trouble).__name__)
    said = _("%(provider)s cannot be reached at the moment. Try again in some minutes.")
    return _failed(request, said % {"provider": settings.SINGLE_SIGN_ON.name}, status=503)


def _failed(request: HttpRequest, refusal: str, *, status: int) -> HttpResponse:
    return render(
        request, "accounts/single_sign_on_failed.html", {"refusal": refusal}, status=status
    )
