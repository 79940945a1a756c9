"""What people type to sign in."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _


class SignInForm(AuthenticationForm):
    """Email and password. The answer is the same for an unknown account and a wrong password."""

    error_messages = {
        "invalid_login": _(
            "The email or the password is not right. Passwords tell capitals from small letters."
        ),
        "inactive": _(
            "The email or the password is not right. Passwords tell capitals from small letters."
        ),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("Email")
        self.fields["username"].error_messages["required"] = _("Enter your email.")
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
