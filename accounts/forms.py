"""Forms for signing in and for setting up a second factor."""

import json
import struct
import unicodedata
from collections.abc import Callable
from typing import Any

from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import validate_totp_code
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
)
from allauth.mfa.webauthn.internal import auth
from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.core.exceptions import ValidationError
from django.utils.timezone import now
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from accounts.models import SignInMethod, User
from accounts.services.allauth_adapters import NOT_THIS_PASSKEY, SecondFactorAdapter
from accounts.services.events import failures_recorded, method_of_second_step
from accounts.services.known_browsers import known_browser
from accounts.services.login_throttling import (
    CODE_LASTS,
    count_second_factor,
    count_sign_in,
    forget_second_factors,
    is_first_use,
    reset_sign_ins,
)
from accounts.services.single_sign_on import must_use_single_sign_on
from core.addresses import AddressFormField
from core.rate_limits import network_of
from core.time_zones import zone_choices

# The errors that fido2 raises for data that no browser would send.
WEBAUTHN_PARSE_ERRORS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
)
NAME_LENGTH = 60
NO_PASSKEY = _(
    "Your browser did not send a passkey. Passkeys need JavaScript and a device that supports them."
)
NOT_ADDED = _("The passkey was not added. Try again.")
WRONG_PASSWORD = _("The password is incorrect. Passwords are case-sensitive.")


def _who_tries(user: User) -> dict[str, str]:
    """Return where an attempt to sign in to this account comes from: the network, the browser."""
    return {
        "network": network_of(context.request),
        "browser": known_browser(context.request, email=user.email),
    }


class SignInForm(AuthenticationForm):
    """Email and password. The error is the same for an unknown account and a wrong password."""

    error_messages = {
        "invalid_login": _(
            "The email address or the password is incorrect. Passwords are case-sensitive."
        ),
        "inactive": _(
            "The email address or the password is incorrect. Passwords are case-sensitive."
        ),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("Email")
        self.fields["username"].error_messages["required"] = _("Enter your email address.")
        # Not type=email: browsers would rewrite an address with letters beyond ASCII.
        self.fields["username"].widget = forms.TextInput(
            attrs={
                "autocomplete": "username",
                "autocapitalize": "none",
                "inputmode": "email",
                "maxlength": 254,
                "spellcheck": "false",
            }
        )
        self.fields["password"].error_messages["required"] = _("Enter your password.")

    def confirm_login_allowed(self, user: User) -> None:
        super().confirm_login_allowed(user)
        # The same error, so that nobody learns here that a stolen password is right.
        if must_use_single_sign_on(user):
            raise self.get_invalid_login_error()


class AskForCodeForm(forms.Form):
    """The address to send a code to."""

    email = AddressFormField(
        label=_("Email address"),
        help_text=_("The address where you receive our emails."),
        widget=forms.TextInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Enter your email address."),
            "invalid": _("Enter a valid email address, like name@example.org."),
        },
    )


class TypeCodeForm(forms.Form):
    """A code from an e-mail, typed in any spelling."""

    code = forms.CharField(
        label=_("Code"),
        help_text=_("Eight letters and digits. Spaces, dashes and small letters do not matter."),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "characters",
                "class": "medium",
                "dir": "ltr",
                "spellcheck": "false",
            }
        ),
        error_messages={"required": _("Enter the code.")},
    )
    is_kept = forms.BooleanField(
        label=_("Stay signed in on this device for 30 days"),
        help_text=_("Only on a device that nobody else uses."),
        required=False,
    )


class PreferencesForm(forms.Form):
    """The language and time zone of a member of staff, and whether they get the daily digest."""

    language = forms.ChoiceField(
        label=_("Email language"),
        error_messages={
            "required": _("Choose a language from the list."),
            "invalid_choice": _("Choose a language from the list."),
        },
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        error_messages={
            "required": _("Choose a time zone from the list."),
            "invalid_choice": _("Choose a time zone from the list."),
        },
    )
    languages = forms.MultipleChoiceField(
        label=_("Other languages that you read"),
        help_text=_("You are given expressions of interest in English and in these first."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    wants_digest = forms.BooleanField(
        label=_("Send me a daily summary"),
        help_text=_(
            "Sent at 07:00 in the time zone above, Monday to Friday, if there is something to do."
        ),
        required=False,
    )

    away_until = forms.DateField(
        label=_("Away until"),
        help_text=_("The last day of an absence. Until then, nothing is shared out to you."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        required=False,
        error_messages={"invalid": _("Enter a valid date.")},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["language"].choices = [
            (code, get_language_info(code)["name_local"]) for code in settings.DESK_LANGUAGES
        ]
        fields["time_zone"].choices = zone_choices(user.time_zone)
        fields["languages"].choices = [
            (code, get_language_info(code)["name_local"])
            for code, _name in settings.LANGUAGES
            if code != "en"
        ]
        self.initial = {
            **{name: getattr(user, name) for name in self.fields if name != "languages"},
            "languages": [read.language for read in user.read_languages.all()],
        }


class ConfirmPasswordForm(forms.Form):
    """Asks the signed-in user for their password again."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Enter your password.")},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        """Check that the password is correct.

        Raises TooManyAttempts.
        """
        tried = _who_tries(self.user)
        password: str = self.cleaned_data["password"]
        at = now()
        with failures_recorded(
            context.request, method=SignInMethod.CONFIRMATION, user=self.user, at=at
        ):
            count_sign_in(**tried, email=self.user.email, at=at)
            if not self.user.check_password(password):
                raise ValidationError(WRONG_PASSWORD)
        reset_sign_ins(**tried, email=self.user.email)
        return password


class NewPasswordForm(SetPasswordForm):
    """The first password of an invited member of staff, typed twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first, second = self.fields["new_password1"], self.fields["new_password2"]
        first.label, second.label = _("Password"), _("Password, again")
        first.error_messages["required"] = _("Enter a password.")
        second.error_messages["required"] = _("Enter the password again.")
        second.help_text = ""


class CodeField(forms.CharField):
    """Digits in any script and any grouping, converted to ASCII digits.

    A code that was used is then recognised in any spelling.
    """

    def __init__(self, *, help_text: Any) -> None:
        super().__init__(
            label=_("Code"),
            max_length=40,
            help_text=help_text,
            widget=forms.TextInput(
                attrs={
                    "autocomplete": "one-time-code",
                    "class": "medium",
                    "inputmode": "numeric",
                    "spellcheck": "false",
                }
            ),
            error_messages={"required": _("Enter the code.")},
        )

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value) or ""
        return "".join(str(unicodedata.decimal(sign)) for sign in typed if sign.isdecimal())


class CodeForm(AuthenticateForm):  # type: ignore[misc]
    """A code from an authenticator app, or a recovery code."""

    code = CodeField(
        help_text=_("Six digits from your authenticator app, or one of your recovery codes.")
    )

    def clean_code(self) -> str:
        """Find the authenticator that the code belongs to. Each code works once.

        Raises TooManyAttempts.
        """
        tried = _who_tries(self.user)
        code: str = self.cleaned_data["code"]
        method, at = method_of_second_step(context.request), now()
        with failures_recorded(context.request, method=method, user=self.user, at=at):
            count_second_factor(**tried, user=self.user, at=at)
            for authenticator in Authenticator.objects.filter(user=self.user).order_by("pk"):
                if self._is_of(authenticator, code):
                    authenticator.user = self.user
                    self.authenticator = authenticator
                    forget_second_factors(**tried, user=self.user)
                    return code
            raise ValidationError(SecondFactorAdapter.error_messages["incorrect_code"])

    def save(self) -> None:
        post_authentication(context.request, self.authenticator, reauthenticated=True)

    def _is_of(self, authenticator: Authenticator, code: str) -> bool:
        """Return whether a code belongs to an authenticator, and mark the code as used.

        allauth looks up used app codes in the cache, and lets nobody in if the cache is down.
        """
        if authenticator.type == Authenticator.Type.TOTP:
            is_right = validate_totp_code(decrypt(authenticator.data["secret"]), code)
            account = str(self.user.pk)
            return is_right and is_first_use(code=code, account=account, lasts=CODE_LASTS, at=now())
        if authenticator.type == Authenticator.Type.RECOVERY_CODES:
            return bool(authenticator.wrap().validate_code(code))
        return False


class SetUpAppForm(ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new authenticator app, which proves that the app has the secret."""

    code = CodeField(
        help_text=_("The six digits that the app currently shows for Partner2Connect.")
    )


def read_new_passkey(answer: Any) -> Any:
    """Parse a device's response for a new passkey.

    Raises one of NO_ANSWER, or ValidationError.
    """
    said = auth.parse_registration_response(answer)
    if said.response.attestation_object.auth_data.credential_data is None:
        raise ValueError("There is no key in it")
    return said


class PasskeyAnswerField(forms.CharField):
    """A device's response about a passkey, as the browser serialises it."""

    def __init__(self, *, read: Callable[[Any], Any]) -> None:
        super().__init__(
            max_length=50_000,
            widget=forms.HiddenInput,
            error_messages={"required": NO_PASSKEY, "max_length": NOT_THIS_PASSKEY},
        )
        self.read = read

    def clean(self, value: Any) -> Any:
        # fido2 fails on data that no device sends.
        text = super().clean(value)
        try:
            answer = json.loads(text)
            if self.read(answer) is None:
                raise TypeError("Nothing was said")
        except WEBAUTHN_PARSE_ERRORS as refused:
            raise ValidationError(NOT_THIS_PASSKEY) from refused
        return answer

    def bound_data(self, data: Any, initial: Any) -> Any:
        return initial


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey, its name, and whether it can be used without a password."""

    name = forms.CharField(
        label=_("Passkey name"),
        max_length=NAME_LENGTH,
        required=False,
        help_text=_(
            "Helps you recognise the passkey. Use the name of the device where it is stored."
        ),
    )
    passwordless = forms.BooleanField(
        label=_("Sign in with this passkey only, without a password"),
        required=False,
        initial=True,
        help_text=_(
            "The device then asks for your fingerprint, your face or its PIN. Untick this for a "
            "security key that does not support it."
        ),
    )
    credential = PasskeyAnswerField(read=read_new_passkey)

    def clean(self) -> dict[str, Any]:
        try:
            cleaned: dict[str, Any] = super().clean()
        except ValidationError as refused:
            raise ValidationError(NOT_ADDED) from refused
        return cleaned


class RenamePasskeyForm(EditWebAuthnForm):  # type: ignore[misc]
    """A new name for a passkey."""

    name = forms.CharField(
        label=_("Passkey name"),
        max_length=NAME_LENGTH,
        error_messages={"required": _("Enter a name.")},
    )


class PasskeyForm(AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey of a user who is already known from their password or session."""

    credential = PasskeyAnswerField(read=auth.parse_authentication_response)
    # A second factor that is used at sign-in needs no further confirmation.
    reauthenticated = True

    def clean_credential(self) -> Authenticator:
        """Find the passkey that was used.

        Raises TooManyAttempts.
        """
        tried = _who_tries(self.user)
        method, at = method_of_second_step(context.request), now()
        with failures_recorded(context.request, method=method, user=self.user, at=at):
            count_second_factor(**tried, user=self.user, at=at)
            try:
                authenticator = super().clean_credential()
            except ValidationError as refused:
                raise ValidationError(NOT_THIS_PASSKEY) from refused
        forget_second_factors(**tried, user=self.user)
        return authenticator


class SignInByPasskeyForm(LoginWebAuthnForm):  # type: ignore[misc]
    """A passkey of a user who is not yet known, and who needs nothing else to sign in."""

    credential = PasskeyAnswerField(read=auth.parse_authentication_response)

    def clean_credential(self) -> Authenticator:
        """Find the passkey that was used, and its owner.

        Raises TooManyAttempts.
        """
        network, at = network_of(context.request), now()
        with failures_recorded(context.request, method=SignInMethod.PASSKEY, at=at):
            count_second_factor(network=network, browser="", user=None, at=at)
            try:
                authenticator = super().clean_credential()
            except ValidationError as refused:
                raise ValidationError(NOT_THIS_PASSKEY) from refused
            if must_use_single_sign_on(authenticator.user):
                raise ValidationError(NOT_THIS_PASSKEY)
        return authenticator
