"""Email addresses of any script: how typed ones are validated, compared and sent to.

An address is stored with its domain in Unicode, as people write it (info@bücher.example). Mail
servers get the domain in ASCII (IDNA 2008). Letters beyond ASCII before the @ sign need a mail
server with SMTPUTF8 (RFC 6531), which the setting MAIL_SMTPUTF8 announces.
"""

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from email_validator import EmailNotValidError, ValidatedEmail, validate_email

if TYPE_CHECKING:
    TextColumn = models.CharField[str, str]
else:
    TextColumn = models.CharField

INVALID = _("Enter a valid email address, like name@example.org")
NEEDS_SMTPUTF8 = _(
    "Our mail server cannot send to this address because of “%(character)s” before the @ sign. "
    "Enter an address with the letters a to z there. After the @ sign, every script is accepted."
)

# What keyboards of East Asia type for “@” and “.”.
WIDE_SIGNS: Final = str.maketrans({"＠": "@", "﹫": "@", "．": ".", "。": "."})
# The address in “Name <name@example.org>”, as mail programs copy it.
BRACKETED_ADDRESS: Final = re.compile(r"<([^<>\s]+)>\W*$")

# Exchange sends no absence note, automatic reply or read receipt (MS-OXCMAIL). Reports of
# non-delivery (NDR) are wanted, so the value is not "All".
AUTOMATIC_MAIL_HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply, RN, NRN",
    }
)


def clean_address(typed: str) -> str:
    """Return a typed address as it is stored. It is validated without the network.

    Raises ValidationError with the code `invalid`, or `needs_smtputf8` if the mail server cannot
    send to it.
    """
    try:
        checked = _validated(typed)
    except EmailNotValidError as refused:
        raise ValidationError(INVALID, code="invalid") from refused
    if not checked.smtputf8:
        return checked.normalized
    if not settings.MAIL_SMTPUTF8:
        character = next(each for each in checked.local_part if not each.isascii())
        raise ValidationError(
            NEEDS_SMTPUTF8, code="needs_smtputf8", params={"character": character}
        )
    # Not every database compares letters beyond ASCII in any case, so they are stored in lower
    # case.
    return checked.normalized.lower()


def mask_address(address: str) -> str:
    """Return an address of which only the first letter and the domain can be read."""
    local, _at, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"


def validate_address(address: str) -> None:
    """Raise ValidationError as `clean_address` does."""
    clean_address(address)


def normalise_address(address: str) -> str:
    """Return the form in which addresses are compared: in lower case, with a Unicode domain.

    Mail servers that distinguish upper and lower case are rare.
    """
    local, at, domain = unicodedata.normalize("NFC", address.strip()).rpartition("@")
    if not domain.isascii() or "xn--" in domain.lower():
        domain = _domain(domain).domain
    return f"{local}{at}{domain}".lower()


def deliverable_address(address: str) -> str:
    """Return an address as a mail server gets it: with its domain in ASCII."""
    local, at, domain = address.rpartition("@")
    return address if domain.isascii() else f"{local}{at}{_domain(domain).ascii_domain}"


def needs_smtputf8(address: str) -> bool:
    """Return whether only a mail server with SMTPUTF8 can send to an address."""
    return not address.rpartition("@")[0].isascii()


def _validated(address: str) -> ValidatedEmail:
    return validate_email(address, check_deliverability=False, allow_smtputf8=True, strict=True)


def _domain(domain: str) -> ValidatedEmail:
    """Return a domain in both forms, unchanged if it is not valid."""
    try:
        return _validated(f"name@{domain}")
    except EmailNotValidError:
        checked = ValidatedEmail()
        checked.domain = checked.ascii_domain = domain
        return checked


class AddressFormField(forms.CharField):
    """An email address of any script."""

    # Not type=email: browsers would rewrite an address with letters beyond ASCII.
    widget = forms.TextInput
    default_error_messages = {"invalid": INVALID}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 254, **kwargs})

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value) or ""
        return clean_field_address(self, typed) if typed else typed

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {
            "autocapitalize": "none",
            "dir": "ltr",
            "inputmode": "email",
            "spellcheck": "false",
        }


def unwrap_address(typed: str) -> str:
    """Return the address in what a person copied or typed around it.

    From “Name <a@example.org>”, “mailto:a@example.org?subject=…”, “a＠example．org” and
    “a@example.org.” it is a@example.org. Everything else is returned as it is.
    """
    address = typed.translate(WIDE_SIGNS).strip()
    if found := BRACKETED_ADDRESS.search(address):
        address = found[1]
    if address.lower().startswith("mailto:"):
        address = address[len("mailto:") :].partition("?")[0]
    return address.rstrip(".,;")


def clean_field_address(field: forms.Field, typed: str) -> str:
    """Clean what a person typed into a form field, with the error messages of the field."""
    try:
        return clean_address(unwrap_address(typed))
    except ValidationError as refused:
        if refused.code == "invalid":
            raise ValidationError(field.error_messages["invalid"], code="invalid") from refused
        raise


class AddressField(TextColumn):
    """A column with an email address of any script."""

    description = _("Email address")
    default_validators = [validate_address]  # as in Django

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": 254, **kwargs})

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": AddressFormField, **kwargs})
