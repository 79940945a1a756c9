"""Users with a second factor, and the codes of their apps."""

import json
import secrets
import time
from hashlib import sha256

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

from tests.factories import UserFactory

SIGN_IN = "/accounts/sign-in/"
SECOND_FACTOR = "/accounts/sign-in/second-factor/"
PASSKEY_URL = "/accounts/sign-in/passkey/"
OVERVIEW = "/accounts/second-factor/"
APP = "/accounts/second-factor/app/"
CODES = "/accounts/second-factor/recovery-codes/"
ADD = "/accounts/second-factor/passkeys/add/"
PASSWORD = "correct horse battery staple"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOT_RIGHT = "This code is incorrect or has already been used."


def code_of(secret=SECRET, steps=0):
    """Return the code that an app shows now, or some 30-second steps later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def within_one_half_minute(deed):
    """Repeat a call until no 30-second step ended during it, and return its result."""
    while True:
        begun = int(time.time()) // 30
        outcome = deed()
        if int(time.time()) // 30 == begun:
            return outcome


def wrong_code():
    """Return a code that no app with the secret shows at about this time."""
    shown = {code_of(steps=steps) for steps in range(-3, 4)}
    return next(code for code in ("111111", "222222") if code not in shown)


def with_password(**facts):
    user = UserFactory.build(**facts)
    user.set_password(PASSWORD)
    user.save()
    return user


def give_app(user):
    return Authenticator.objects.create(
        user=user, type=Authenticator.Type.TOTP, data={"secret": SECRET}
    )


def a_passkey_of(user, name="A passkey"):
    """Give a user a passkey of which only the name can be used."""
    return Authenticator.objects.create(
        user=user, type=Authenticator.Type.WEBAUTHN, data={"name": name, "credential": {}}
    )


def give_recovery_codes(user):
    return RecoveryCodes.activate(user).get_unused_codes()


def sign_in(client, user, **more):
    """Sign in with the password only."""
    return client.post(SIGN_IN, {"username": user.email, "password": PASSWORD, **more})


def send_code(client, code, **more):
    return client.post(SECOND_FACTOR, {"code": code}, **more)


class SoftKey:
    """A software passkey: what a browser and a device would send."""

    def __init__(self, user, *, origin="https://testserver"):
        self.user, self.origin = user, origin
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)

    def new(self, options):
        """Answer the options of a page that adds a passkey."""
        public = ES256.from_cryptography_key(self.key.public_key())
        kept = AttestedCredentialData.create(Aaguid.NONE, self.id, public)
        flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT
        said = AuthenticatorData.create(self._site(options["rp"]["id"]), flags, 0, bytes(kept))
        return self._answer(
            options,
            "webauthn.create",
            {"attestationObject": websafe_encode(AttestationObject.create("none", said, {}))},
        )

    def use(self, options):
        """Answer the options of a page that asks for a passkey."""
        flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV
        said = AuthenticatorData.create(self._site(options["rpId"]), flags, 0)
        client = self._client_data(options, "webauthn.get")
        signature = self.key.sign(said + sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        owner = user_pk_to_url_str(self.user).encode()
        return self._answer(
            options,
            "webauthn.get",
            {
                "authenticatorData": websafe_encode(said),
                "signature": websafe_encode(signature),
                "userHandle": websafe_encode(owner),
            },
        )

    def _site(self, name):
        return sha256(name.encode()).digest()

    def _client_data(self, options, kind):
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(said).encode()

    def _answer(self, options, kind, response):
        client = websafe_encode(self._client_data(options, kind))
        key = websafe_encode(self.id)
        return json.dumps(
            {
                "id": key,
                "rawId": key,
                "type": "public-key",
                "response": {"clientDataJSON": client, **response},
                "clientExtensionResults": {"credProps": {"rk": True}},
            }
        )


def options_of(response, name):
    """Return the options for the device in a page or a JSON response."""
    data = response.context["js_data"] if response.context else response.json()
    return json.loads(json.dumps(data[name]["publicKey"]))


def passkey_of(user):
    client, key = Client(), SoftKey(user)
    client.force_login(user)
    client.post("/accounts/confirm/password/", {"password": PASSWORD}, secure=True)
    options = options_of(client.get(ADD, secure=True), "creation_options")
    said = {"name": "The laptop", "passwordless": "on", "credential": key.new(options)}
    assert client.post(ADD, said, secure=True).status_code == 302
    return key


def come_by_passkey(client, key, **more):
    """Sign in with only a passkey."""
    script = {"accept": "application/json"}
    options = options_of(client.get(PASSKEY_URL, headers=script, secure=True), "request_options")
    return client.post(PASSKEY_URL, {"credential": key.use(options), **more}, secure=True)


def send_passkey(client, key):
    """Use a passkey after the password."""
    options = options_of(client.get(SECOND_FACTOR, secure=True), "request_options")
    return client.post(SECOND_FACTOR, {"credential": key.use(options)}, secure=True)


def is_in(client):
    return client.get("/admin/", secure=True).status_code == 200


def types_of(user):
    return sorted(Authenticator.objects.filter(user=user).values_list("type", flat=True))


def set_up_app(client):
    client.get(APP)
    return client.post(APP, {"code": code_of(client.session["mfa.totp.secret"])})
