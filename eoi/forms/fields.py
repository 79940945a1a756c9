"""Fields that take what people really type, and say in words what is wrong with the rest."""

import re
import unicodedata
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from email_validator import EmailNotValidError, validate_email
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import NumberParseException

from eoi.forms.word_count import HALF_WORD, SEPARATOR, count_words

# What programs leave behind when text is copied: marks of direction, joins of width nought.
# The joiners that Persian and Indian scripts are written with are not among them.
INVISIBLE = re.compile("[\u00ad\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
# Quotation marks and dashes of Windows, read by an old program as control codes.
WINDOWS_MARKS = {
    code: mark
    for code in range(0x80, 0xA0)
    if (mark := bytes([code]).decode("cp1252", errors="ignore"))
}
# What scripts send for a box that is not ticked; a browser sends nothing at all.
FALSE_VALUES = {"", "0", "off", "no", "false"}
# Word's own line break within a paragraph is a vertical tab, and its page break a form feed.
LINE_BREAKS = re.compile("\r\n?|[\v\f\u2028\u2029]")


def clean_pasted_text(text: str) -> str:
    """Return a text without what copying from other programs leaves in it."""
    return INVISIBLE.sub("", text.translate(WINDOWS_MARKS))


def validate_printable(text: str) -> None:
    """Refuse characters that nobody types: control codes, halves of characters, lost ones."""
    if any(
        letter == "\ufffd"
        or (unicodedata.category(letter) in {"Cc", "Cs"} and letter not in "\n\t")
        for letter in text
    ):
        raise ValidationError(
            _("“%(field)s” has characters that could not be read: type it instead of pasting."),
            code="unreadable",
        )


def validate_has_a_letter(text: str) -> None:
    """Refuse what has no letter of any script."""
    if not any(letter.isalpha() for letter in text):
        raise ValidationError(_("Write “%(field)s” in words, with letters."), code="no_letter")


def validate_is_no_address(text: str) -> None:
    """Refuse a web or email address where the name of a person is asked for."""
    if "@" in text or "://" in text:
        raise ValidationError(_("Enter a name in “%(field)s”, not an address."), code="address")


class Text(forms.CharField):
    """Text of any script, whose length is judged with a clear sentence, never cut off."""

    default_error_messages = {
        "max_length": ngettext_lazy(
            "Shorten “%(field)s” to %(limit_value)d character or fewer; it has %(show_value)d.",
            "Shorten “%(field)s” to %(limit_value)d characters or fewer; it has %(show_value)d.",
            "limit_value",
        ),
    }

    def clean(self, value: Any) -> str:
        """Return the cleaned text, or raise sentences that name the field."""
        try:
            return str(super().clean(value))
        except ValidationError as refused:
            for error in refused.error_list:
                error.params = {**(error.params or {}), "field": self.label}
            raise

    def validate(self, value: str) -> None:
        """Refuse what is missing or unreadable, of which nothing more can be said."""
        super().validate(value)
        validate_printable(value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Leave out maxlength: a browser would cut what is pasted without a word."""
        return {"dir": "auto"}


class OneLine(Text):
    """One line of text; runs of spaces count as one."""

    def to_python(self, value: Any) -> str:
        """Return the text without invisible marks and doubled spaces."""
        text = clean_pasted_text(super().to_python(value) or "")
        return re.sub(r"\s+", " ", text).strip()


class Name(OneLine):
    """A name in any script, kept as it is written."""

    default_validators = [validate_has_a_letter]


class PersonName(Name):
    """A person's name: one word or many, never corrected."""

    default_validators = [validate_has_a_letter, validate_is_no_address]

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Leave out the spelling check."""
        return {"spellcheck": "false", **super().widget_attrs(widget)}


class LongText(Text):
    """Text of several lines, up to a number of words."""

    widget = forms.Textarea

    def __init__(self, *, max_words: int, **kwargs: Any) -> None:
        self.max_words = max_words
        # Nobody's words are longer than 15 letters on average.
        super().__init__(**{"max_length": max_words * 15, **kwargs})

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Give the script that counts words what it counts by, and the words to say it in."""
        return super().widget_attrs(widget) | {
            "rows": max(4, self.max_words // 50),
            "data-word-limit": self.max_words,
            "data-half-word": HALF_WORD,
            "data-separator": SEPARATOR,
            "data-within": _("Words: {count} of {limit}"),
            "data-beyond": _("Words: {count} of {limit}. Shorten the text."),
        }

    def to_python(self, value: Any) -> str:
        """Return the text with one kind of line break and without invisible marks."""
        text = clean_pasted_text(super().to_python(value) or "")
        return LINE_BREAKS.sub("\n", text).strip()

    def validate(self, value: str) -> None:
        """Refuse a text without letters, and one of too many words."""
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


class MailAddress(OneLine):
    """An email address, judged without asking the network."""

    default_error_messages = {
        "invalid": _("Enter an email address that you read, like name@example.org"),
        "not_latin": _("Before the @ sign, use letters a to z, digits, dots and dashes only."),
    }

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Bring up the right keyboard; type=email would rewrite münchen into xn--mnchen-3ya."""
        return {
            "inputmode": "email",
            "dir": "ltr",
            "spellcheck": "false",
            "autocapitalize": "none",
        }

    def to_python(self, value: Any) -> str:
        """Return the address in its usual spelling, the domain in the letters of its script."""
        address = super().to_python(value)
        if not address:
            return address
        local = address.rpartition("@")[0]
        if local and not local.isascii():
            raise ValidationError(self.error_messages["not_latin"], code="not_latin")
        try:
            checked = validate_email(
                address, check_deliverability=False, allow_smtputf8=False, strict=True
            )
        except EmailNotValidError as refused:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from refused
        return checked.normalized


class Website(OneLine):
    """A web address; the scheme may be left out."""

    default_error_messages = {
        "invalid": _("Enter a web address like www.example.org"),
        "scheme": _("Enter a web address that begins with https:// or http://"),
    }
    judge = URLValidator(schemes=["http", "https"])

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Bring up the right keyboard; type=url would insist on the scheme."""
        return {
            "inputmode": "url",
            "dir": "ltr",
            "spellcheck": "false",
            "autocapitalize": "none",
        }

    def to_python(self, value: Any) -> str:
        """Return the address with a scheme."""
        address = super().to_python(value)
        if not address or re.match(r"[a-z][a-z0-9+.-]*://", address, re.IGNORECASE):
            return address
        return f"https://{address}"

    def validate(self, value: str) -> None:
        """Refuse other schemes, what has no domain, and what hides where it leads."""
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
    """A phone number as typed; `normalise_phone` judges it, since that takes the country."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Bring up the right keyboard."""
        return {"inputmode": "tel", "dir": "ltr"}


def normalise_phone(typed: str, country: str | None) -> str:
    """Return a number of any country in the form +41227305111 (E.164).

    A number without a country code is read as one of `country`. Raises ValidationError.
    """
    # 00 is how most of the world dials abroad; where it is 011, it means nothing else.
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
    """One box to tick, for which scripts may also send words that mean no."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> bool:
        """Return whether what was sent means yes; nothing sent means no."""
        return str(data.get(name) or "").strip().lower() not in FALSE_VALUES


class IdOnFirstOption:
    """Gives the first choice the id of its field, so that a link to the field finds an input."""

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """Return the id of one choice, or nothing for the group as a whole."""
        if index is None:
            return ""
        return id_ if index == "0" else f"{id_}_{index}"


class AutofocusOnSelected:
    """Leaves the focus that a group is to have to one choice: one that is taken, else the first."""

    def optgroups(self, *args: Any, **kwargs: Any) -> list[Any]:
        """Return the choices, of which at most one asks for the focus."""
        groups: list[Any] = super().optgroups(*args, **kwargs)  # type: ignore[misc]  # a mixin
        options = [option for _name, choices, _index in groups for option in choices]
        by_taken = sorted(options, key=lambda option: not option["selected"])
        for option in by_taken[1:]:
            option["attrs"].pop("autofocus", None)
        return groups


class AccessibleRadioSelect(AutofocusOnSelected, IdOnFirstOption, forms.RadioSelect):
    """Up to six choices, one of them taken."""


class AccessibleCheckboxSelect(AutofocusOnSelected, IdOnFirstOption, forms.CheckboxSelectMultiple):
    """Choices of which several may be taken."""
