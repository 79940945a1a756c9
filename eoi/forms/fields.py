"""Form fields that clean pasted text, and reject invalid text with messages that name the field.

Only what nobody sees is removed. Other characters that a text must not have are rejected.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import NumberParseException

from core.addresses import INVALID, clean_field_address
from core.languages import language_shown
from core.typed_text import (
    HALF_WORD,
    SEPARATOR,
    clean_lines,
    clean_pasted_text,
    count_words,
    has_a_letter,
    is_printable,
)

# Scripts may send these for an unticked checkbox. A browser sends nothing.
FALSE_VALUES = {"", "0", "off", "no", "false"}


def validate_printable(text: str) -> None:
    """Reject control characters, surrogates and replacement characters."""
    if not is_printable(text):
        raise ValidationError(
            _(
                "“%(field)s” contains characters that could not be read. Type the text instead of "
                "pasting it."
            ),
            code="unreadable",
        )


def validate_has_a_letter(text: str) -> None:
    """Reject a text without a letter of any script."""
    if not has_a_letter(text):
        raise ValidationError(_("“%(field)s” must contain at least one letter."), code="no_letter")


def validate_is_no_address(text: str) -> None:
    """Reject a web or email address where the name of a person is asked for."""
    if "@" in text or "://" in text:
        raise ValidationError(
            _("Enter a name in “%(field)s”, not a web or email address."), code="address"
        )


class Text(forms.CharField):
    """Text of any script."""

    default_error_messages = {
        "max_length": ngettext_lazy(
            "Shorten “%(field)s” to %(limit_value)d character or fewer; it has %(show_value)d.",
            "Shorten “%(field)s” to %(limit_value)d characters or fewer; it has %(show_value)d.",
            "limit_value",
        ),
    }

    def clean(self, value: Any) -> str:
        try:
            return str(super().clean(value))
        except ValidationError as refused:
            for error in refused.error_list:
                error.params = {**(error.params or {}), "field": self.label}
            raise

    def validate(self, value: str) -> None:
        super().validate(value)
        validate_printable(value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        # No maxlength: a browser would cut pasted text without a message.
        return {"dir": "auto"}


class OneLine(Text):
    """One line of text; runs of spaces count as one."""

    def to_python(self, value: Any) -> str:
        text = clean_pasted_text(super().to_python(value) or "")
        return re.sub(r"\s+", " ", text).strip()


class Name(OneLine):
    """A name in any script, stored as typed."""

    default_validators = [validate_has_a_letter]


class PersonName(Name):
    """A person's name: one word or many, stored as typed."""

    default_validators = [validate_has_a_letter, validate_is_no_address]

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"spellcheck": "false", **super().widget_attrs(widget)}


class LongText(Text):
    """Text of several lines, with a maximum number of words."""

    widget = forms.Textarea

    def __init__(self, *, max_words: int, **kwargs: Any) -> None:
        self.max_words = max_words
        # No text has words of more than 15 letters on average.
        super().__init__(**{"max_length": max_words * 15, **kwargs})

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {
            "rows": max(4, self.max_words // 50),
            "data-word-limit": self.max_words,
            "data-half-word": HALF_WORD,
            "data-separator": SEPARATOR,
            "data-within": _("Words: {count} of {limit}"),
            "data-beyond": _("Words: {count} of {limit}. Shorten the text."),
        }

    def to_python(self, value: Any) -> str:
        return clean_lines(super().to_python(value) or "")

    def validate(self, value: str) -> None:
        super().validate(value)
        if not value:
            return
        validate_has_a_letter(value)
        words = count_words(value)
        if words > self.max_words:
            raise ValidationError(
                _("Shorten “%(field)s” to %(limit)d words or fewer; it has %(words)d."),
                code="max_words",
                params={"limit": self.max_words, "words": words},
            )


class Address(OneLine):
    """An address, for which phones show the right keyboard."""

    inputmode: str

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        # No input type: "email" would rewrite münchen into xn--mnchen-3ya, and "url" requires the
        # scheme.
        return {
            "inputmode": self.inputmode,
            "dir": "ltr",
            "spellcheck": "false",
            "autocapitalize": "none",
        }


class MailAddress(Address):
    """An email address, validated without the network."""

    inputmode = "email"

    default_error_messages = {"invalid": INVALID}

    def to_python(self, value: Any) -> str:
        address = super().to_python(value)
        return clean_field_address(self, address) if address else address


class HoneypotField(forms.Field):
    """A field for robots, hidden from people and unknown to autofill."""

    widget = forms.TextInput(
        attrs={
            "tabindex": "-1",
            "autocomplete": "off",
            # These keep password managers away.
            "data-1p-ignore": True,
            "data-bwignore": True,
            "data-lpignore": "true",
        }
    )

    def __init__(self) -> None:
        super().__init__(label=_("Leave this empty"), required=False)


class Website(Address):
    """A web address. The scheme may be left out."""

    inputmode = "url"

    default_error_messages = {
        "invalid": _("Enter a web address like www.example.org"),
        "scheme": _("Enter a web address that begins with https:// or http://"),
    }
    judge = URLValidator(schemes=["http", "https"])

    def to_python(self, value: Any) -> str:
        address = super().to_python(value)
        if not address or re.match(r"[a-z][a-z0-9+.-]*://", address, re.IGNORECASE):
            return address
        return f"https://{address}"

    def validate(self, value: str) -> None:
        super().validate(value)
        if not value:
            return
        if not value.lower().startswith(("https://", "http://")):
            raise ValidationError(self.error_messages["scheme"], code="scheme")
        try:
            self.judge(value)
            parts = urlsplit(value)
        except (ValueError, ValidationError) as refused:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from refused
        if "." not in (parts.hostname or "") or "@" in parts.netloc:
            raise ValidationError(self.error_messages["invalid"], code="invalid")


class Phone(OneLine):
    """A phone number as typed.

    `normalise_phone` validates it, because that requires the country.
    """

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "tel", "dir": "ltr"}


def normalise_phone(typed: str, country: str | None) -> str:
    """Return a number of any country in the form +41227305111 (E.164).

    A number without a country code is read as a number in `country`. Raises ValidationError.
    """
    # 00 is the international prefix of most countries; in the others it has no meaning.
    international = "+" + typed[2:] if typed.startswith("00") else typed
    try:
        number = PhoneNumber.from_string(international, region=country)
    except NumberParseException:
        number = None
    if number is None or not number.is_valid():
        raise ValidationError(
            _("Enter a phone number with its country code, like +41 22 730 5111"), code="invalid"
        )
    return str(number.as_e164)


class StrictCheckbox(forms.CheckboxInput):
    """A checkbox for which scripts may also send values that mean no."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> bool:
        return str(data.get(name) or "").strip().lower() not in FALSE_VALUES


class IdOnFirstOption:
    """Gives the first choice the ID of the field, so that links to the field lead to an input."""

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        if index is None:
            return ""
        return id_ if index == "0" else f"{id_}_{index}"


class AutofocusOnSelected:
    """Puts the autofocus of a group on its first selected choice, or else on its first choice."""

    def optgroups(self, *args: Any, **kwargs: Any) -> list[Any]:
        groups: list[Any] = super().optgroups(*args, **kwargs)  # type: ignore[misc]  # a mixin
        options = [option for _name, choices, _index in groups for option in choices]
        by_taken = sorted(options, key=lambda option: not option["selected"])
        for option in by_taken[1:]:
            option["attrs"].pop("autofocus", None)
        return groups


def with_hint(option: dict[str, Any], hint: object) -> dict[str, Any]:
    """Return an option with a hint, which describes the input but is no part of its name."""
    attrs = option["attrs"]
    if hint and "id" in attrs:
        own = {"aria-labelledby": f"{attrs['id']}_label", "aria-describedby": f"{attrs['id']}_hint"}
        attrs = attrs | own
    return {**option, "attrs": attrs, "hint": hint}


class AccessibleRadioSelect(AutofocusOnSelected, IdOnFirstOption, forms.RadioSelect):
    """Radio buttons, each with the hint of its value, if there is one."""

    def __init__(self, *args: Any, hints: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hints = hints or {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        return with_hint(option, self.hints.get(value, ""))


class FocusAreaSelect(AccessibleRadioSelect):
    """The focus areas, each with its sentence and the language in which staff wrote it."""

    def create_option(
        self, name: str, value: Any, label: Any, *args: Any, **kwargs: Any
    ) -> dict[str, Any]:
        option = super().create_option(name, value, label, *args, **kwargs)
        option["language"] = language_shown(label, "summary")
        return with_hint(option, label.summary)


class AccessibleCheckboxSelect(AutofocusOnSelected, IdOnFirstOption, forms.CheckboxSelectMultiple):
    """Checkboxes."""
