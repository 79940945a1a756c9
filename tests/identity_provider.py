"""A real identity provider, oidc-provider-mock, in a process of its own."""

import contextlib
import json
import os
import re
import sys
from dataclasses import replace
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener, urlopen

import requests

from p2c_portal.single_sign_on import SingleSignOn
from tests.mail_server import free_port
from tests.processes import Process

TEN_DAYS = 10 * 24 * 60 * 60
START = "/accounts/sign-in/provider/"
FINISH = "/accounts/sign-in/provider/callback/"
NAME = "ITU account"
SIGN_IN = "/accounts/sign-in/"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
ADA = {"email": "ada@example.org", "email_verified": True, "name": "Ada", "amr": ["mfa"]}


class NoRedirect(HTTPRedirectHandler):
    """Leaves a redirect to the caller."""

    def redirect_request(self, *_):
        return None


class IdentityProvider(Process):
    """A provider with the people whom a test gives it."""

    def __init__(self, folder):
        self.port = free_port()
        # Tokens last as long as a portal may be whose clock is ahead.
        command = ["-m", "oidc_provider_mock", "--port", str(self.port)]
        command += ["--token-max-age", str(TEN_DAYS)]
        environment = {"PATH": os.environ["PATH"], "NO_COLOR": "1"}
        super().__init__(
            "provider", [sys.executable, *command], environment=environment, folder=folder
        )

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def answers(self):
        with contextlib.suppress(URLError, OSError), urlopen(self.url) as answer:  # noqa: S310
            return answer.status == 200
        return False

    def have(self, subject, **claims):
        """Create a person, or change what the provider says about them."""
        request = Request(  # noqa: S310
            f"{self.url}/users/{subject}",
            data=json.dumps(claims).encode(),
            headers={"Content-Type": "application/json"},
            method="PUT",
        )
        urlopen(request).close()  # noqa: S310

    def agree(self, address, subject):
        """Sign in at the address that the portal sent somebody to; return where it leads back."""
        try:
            build_opener(NoRedirect).open(address, data=urlencode({"sub": subject}).encode())
        except HTTPError as redirect:
            return redirect.headers["Location"]
        raise AssertionError("The provider did not redirect.")

    def settings(self, **more):
        """Return the setting SINGLE_SIGN_ON for this provider."""
        return replace(SETTINGS, issuer=self.url, **more)

    def environment_of_portal(self):
        """Return the same as variables of the environment."""
        return {
            "SSO_ISSUER": self.url,
            "SSO_CLIENT_ID": SETTINGS.client_id,
            "SSO_CLIENT_SECRET": SETTINGS.client_secret,
            "SSO_NAME": NAME,
            "SSO_GROUPS": ",".join(f"{group}={role}" for group, role in SETTINGS.groups),
            "SSO_EMERGENCY_ACCOUNTS": ",".join(SETTINGS.emergency_accounts),
        }


SETTINGS = SingleSignOn(
    issuer="https://login.example",
    client_id="p2c",
    client_secret="a-secret-of-the-client",
    name=NAME,
    groups=(
        ("p2c-observers", "observer"),
        ("p2c-managers", "desk_manager"),
        ("p2c-coordinators", "coordinator"),
        ("p2c-admins", "administrator"),
    ),
    emergency_accounts=("Emergency@example.org",),
)


def come(client, provider, subject, **typed):
    """Sign in as a person would: press the button, agree at the provider, and come back."""
    there = client.post(START, typed)
    return client.get(provider.agree(there["Location"], subject))


class Visitor(requests.Session):
    """A browser, as far as cookies and forms go."""

    def __init__(self, site, *, certificate=None):
        super().__init__()
        self.site = site
        self.certificate = certificate
        self.headers["Referer"] = f"{site}/"

    def request(self, method, url, **more):
        more |= {"allow_redirects": False, "verify": self.certificate}
        return super().request(method, url, **more)

    def open(self, path):
        return self.get(self.site + path)

    def fill_in(self, path, form_on=SIGN_IN, **typed):
        token = TOKEN.search(self.open(form_on).text)[1]
        return self.post(self.site + path, data={"csrfmiddlewaretoken": token, **typed})

    def sign_in_at(self, provider, subject):
        back = provider.agree(self.fill_in(START).headers["Location"], subject)
        return self.get(back)

    def is_in(self):
        return self.open("/admin/").status_code == 200
