"""Reads the settings of single sign-on for staff, and makes those of allauth from them."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

# The provider's name in the portal's URLs. Accounts are linked with the issuer instead.
PROVIDER_ID: Final = "staff"
# The values of `accounts.services.staff_roles.StaffRole`, which settings cannot import.
ROLES: Final = ("administrator", "desk_manager", "officer", "coordinator", "observer")
SECOND_FACTORS: Final = ("amr", "always")
# For http, which is only for tries on one machine: the provider's answers are not signed there.
LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, kw_only=True)
class SingleSignOn:
    """The identity provider of staff, and what its groups mean. Without an issuer, it is off."""

    issuer: str = ""
    client_id: str = ""
    client_secret: str = ""
    # The name on the button of the sign-in page.
    name: str = ""
    # Roles by group, as the provider writes them.
    groups: tuple[tuple[str, str], ...] = ()
    groups_claim: str = "groups"
    # Whether the provider says how a person signed in (amr), or always asks for two factors.
    second_factor: str = "amr"
    # The domains whose addresses count as verified if the provider does not say whether they are.
    email_domains: tuple[str, ...] = ()
    emergency_accounts: tuple[str, ...] = ()

    @property
    def is_on(self) -> bool:
        return bool(self.issuer)

    @property
    def origin(self) -> str:
        """The origin of the provider, for the content security policy of the sign-in page."""
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def providers(self) -> dict[str, Any]:
        """The setting SOCIALACCOUNT_PROVIDERS of allauth."""
        if not self.is_on:
            return {}
        app = {
            "provider_id": PROVIDER_ID,
            "name": self.name,
            "client_id": self.client_id,
            "secret": self.client_secret,
            "settings": {"server_url": self.issuer.rstrip("/")},
        }
        return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}


def read_single_sign_on(env: environ.Env) -> SingleSignOn:
    """Read the settings of single sign-on.

    Raises ImproperlyConfigured if the provider is named, but its settings cannot be right.
    """
    try:
        groups = env.dict("SSO_GROUPS", default={})
    except ValueError as wrong:
        raise ImproperlyConfigured("SSO_GROUPS is a list of group=role.") from wrong
    read = SingleSignOn(
        issuer=env.str("SSO_ISSUER", default=""),
        client_id=env.str("SSO_CLIENT_ID", default=""),
        client_secret=env.str("SSO_CLIENT_SECRET", default=""),
        name=env.str("SSO_NAME", default=""),
        groups=tuple(groups.items()),
        groups_claim=env.str("SSO_GROUPS_CLAIM", default="groups"),
        second_factor=env.str("SSO_SECOND_FACTOR", default="amr"),
        email_domains=tuple(name.lower() for name in env.list("SSO_EMAIL_DOMAINS", default=[])),
        emergency_accounts=tuple(env.list("SSO_EMERGENCY_ACCOUNTS", default=[])),
    )
    if read.is_on:
        _check(read)
    return read


def _check(read: SingleSignOn) -> None:
    issuer = urlsplit(read.issuer)
    is_safe = issuer.scheme == "https" or (issuer.scheme == "http" and issuer.hostname in LOOPBACK)
    if not (is_safe and issuer.hostname):
        raise ImproperlyConfigured("SSO_ISSUER is the https address of the identity provider.")
    for name in ("client_id", "client_secret", "name", "groups", "groups_claim"):
        if not getattr(read, name):
            raise ImproperlyConfigured(f"SSO_ISSUER needs SSO_{name.upper()} as well.")
    if unknown := {role for _group, role in read.groups} - {*ROLES}:
        raise ImproperlyConfigured(
            f"SSO_GROUPS has no role {', '.join(sorted(unknown))}. Roles are {', '.join(ROLES)}."
        )
    if read.second_factor not in SECOND_FACTORS:
        raise ImproperlyConfigured(f"SSO_SECOND_FACTOR is {' or '.join(SECOND_FACTORS)}.")
