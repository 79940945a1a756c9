"""Forms for mailings, and for the letters of co-leads."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import User
from core.admin.conflicts import VersionForm
from focus_areas.models import FocusArea
from mailings.models import Mailing, MailingKind
from mailings.services.drafts import DraftText, possible_readers
from mailings.services.group_letters import LetterFacts
from mailings.services.letters import (
    MAX_BODY_LENGTH,
    MAX_SUBJECT_LENGTH,
    validate_mailing_text,
)
from meetings.forms.moments import MomentForm
from members.models import CorrespondenceLanguage, Member

# The code of errors that prevent sending, but not saving.
INVALID = "unfit"
MAX_SELECTED = 100


class NewMailingForm(forms.Form):
    """The kind of a mailing, and its first language."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=MailingKind.choices,
        initial=MailingKind.LETTER,
        widget=forms.RadioSelect,
    )
    language = forms.ChoiceField(
        label=gettext_lazy("First language"),
        choices=CorrespondenceLanguage.choices,
        initial=CorrespondenceLanguage.ENGLISH,
        help_text=gettext_lazy(
            "Sent to all recipients whose own language has no text. You can also write texts in "
            "other languages."
        ),
    )


class RecipientsForm(NewMailingForm):
    """A new mailing with its recipients: a focus area, or organisations by their references."""

    focus_area: forms.ModelChoiceField = forms.ModelChoiceField(
        FocusArea.objects.none(),
        label=gettext_lazy("Members of a focus area"),
        required=False,
        empty_label=gettext_lazy("None"),
    )
    references = forms.CharField(
        label=gettext_lazy("Or organisations, by reference"),
        help_text=gettext_lazy(
            "For example, P2C-7K3MQ9. Separate several references with spaces or commas."
        ),
        required=False,
        max_length=2000,
    )

    def __init__(self, data: Any, *, user: User, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, label_suffix="", initial=initial)
        self.user = user
        areas: Any = self.fields["focus_area"]
        areas.queryset = FocusArea.objects.visible_to(user).order_by("number")

    def clean_references(self) -> list[str]:
        """Return the references. Refuses those that belong to no member that the user can see."""
        typed = self.cleaned_data["references"].replace(",", " ").replace(";", " ").split()
        references = list(dict.fromkeys(each.upper() for each in typed))
        if len(references) > MAX_SELECTED:
            raise forms.ValidationError(
                _("Enter at most %(number)d references.") % {"number": MAX_SELECTED}
            )
        members = Member.objects.visible_to(self.user).filter(reference__in=references)
        there = set(members.values_list("reference", flat=True))
        if unknown := [each for each in references if each not in there]:
            raise forms.ValidationError(
                _("No organisation found: %(references)s.") % {"references": ", ".join(unknown)}
            )
        return references

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and bool(cleaned["focus_area"]) == bool(cleaned["references"]):
            self.add_error(
                "focus_area",
                _("Choose a focus area, or enter references of organisations below."),
            )
        return cleaned


@dataclass(frozen=True)
class TextFields:
    """The two fields of one language."""

    name: str
    is_first: bool
    is_begun: bool
    subject: BoundField
    body: BoundField


class TextsForm(NewMailingForm, VersionForm):
    """A draft: its kind, and subject and text in each language; saved even if not ready to send."""

    def __init__(self, data: Any, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, label_suffix="")
        for code in CorrespondenceLanguage.values:
            info = get_language_info(code)
            attributes = {"lang": code, "dir": "rtl" if info["bidi"] else "ltr"}
            self.fields[f"subject_{code}"] = forms.CharField(
                label=_("Subject"),
                required=False,
                strip=False,
                widget=forms.TextInput(attrs=attributes),
            )
            self.fields[f"body_{code}"] = forms.CharField(
                label=_("Text"),
                required=False,
                strip=False,
                widget=forms.Textarea(attrs={**attributes, "rows": 14, "class": "letter"}),
            )

    @property
    def texts(self) -> Iterator[TextFields]:
        """The fields of each language, starting with the first language of the mailing."""
        first = self["language"].value()
        codes = sorted(CorrespondenceLanguage.values, key=lambda code: code != first)
        for code in codes:
            subject, body = self[f"subject_{code}"], self[f"body_{code}"]
            if code == first:
                subject.help_text = _("It also names the mailing in lists and titles.")
            yield TextFields(
                name=str(CorrespondenceLanguage(code).label),
                is_first=code == first,
                is_begun=bool(subject.value() or body.value()),
                subject=subject,
                body=body,
            )

    @property
    def is_storable(self) -> bool:
        """Whether the input can be saved, even if it cannot be sent."""
        self.full_clean()
        return all(
            error.code == INVALID for errors in self.errors.as_data().values() for error in errors
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.written = {
            code: DraftText(
                " ".join(cleaned.get(f"subject_{code}", "").split()),
                "\n".join(cleaned.get(f"body_{code}", "").splitlines()),
            )
            for code in CorrespondenceLanguage.values
        }
        self.typed = dict(cleaned)
        for code, text in self.written.items():
            if text.subject or text.body or code == cleaned.get("language"):
                for field, sentences in validate_mailing_text(text.subject, text.body).items():
                    for sentence in sentences:
                        self.add_error(
                            f"{field}_{code}", forms.ValidationError(sentence, code=INVALID)
                        )
        return cleaned


def initial_data(mailing: Mailing) -> dict[str, Any]:
    """Return a draft as initial data of its form."""
    kept: dict[str, Any] = {
        "kind": mailing.kind,
        "language": mailing.language,
        "version": mailing.version,
    }
    for text in mailing.texts.all():
        kept[f"subject_{text.language}"] = text.subject
        kept[f"body_{text.language}"] = text.body
    return kept


class ScheduleForm(MomentForm, VersionForm):
    """The time at which a mailing goes out: a date and a time in Geneva's time zone."""

    moment = "scheduled_for"

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, label_suffix="")

    def clean(self) -> dict[str, Any]:
        return {"scheduled_for": None, **super().clean()}


class SendForm(ScheduleForm):
    """The confirmation of a mailing: the number of recipients, and now or at a given time."""

    NOW, LATER = "now", "later"

    number = forms.IntegerField(widget=forms.HiddenInput)
    when = forms.ChoiceField(
        label=gettext_lazy("When"),
        choices=[
            (NOW, gettext_lazy("Now")),
            (LATER, gettext_lazy("At the day and time below")),
        ],
        initial=NOW,
        widget=forms.RadioSelect,
    )
    field_order = ("when", "day", "time", "number", "version")

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        for name in ("day", "time"):
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("when") != self.LATER:
            return {**self.cleaned_data, "scheduled_for": None}
        cleaned = super().clean()
        for name in ("day", "time"):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("Enter when the mailing is to be sent."))
        return cleaned


class SecondPersonForm(VersionForm):
    """The decision on a request to send: confirmed for a number of recipients, or returned."""

    use_required_attribute = False

    number = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("The page of the mailing shows it to your colleagues."),
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, label_suffix="")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "return" in self.data and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Enter a reason: your colleagues read it."))
        return cleaned


class RecipientListForm(forms.Form):
    """The recipients to remove from the list, or to restore."""

    recipient: forms.ModelMultipleChoiceField = forms.ModelMultipleChoiceField(
        None,
        error_messages=dict.fromkeys(
            ("required", "invalid_list", "invalid_choice", "invalid_pk_value"),
            gettext_lazy("Choose at least one recipient."),
        ),
    )

    def __init__(self, data: Any, *, mailing: Mailing) -> None:
        super().__init__(data)
        recipients: Any = self.fields["recipient"]
        recipients.queryset = mailing.recipients.order_by("pk")


class CopiesForm(forms.Form):
    """The colleagues who get a test copy, and the languages: one email for each of both."""

    use_required_attribute = False

    colleagues: forms.ModelMultipleChoiceField = forms.ModelMultipleChoiceField(
        None,
        label=gettext_lazy("Colleagues"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one colleague.")},
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Each colleague gets one email in each language."),
        error_messages={"required": gettext_lazy("Choose at least one language.")},
    )

    def __init__(self, data: Any, *, languages: list[str], user: User) -> None:
        initial = {"colleagues": [user.pk], "languages": languages}
        super().__init__(data, initial=initial, label_suffix="")
        fields: dict[str, Any] = self.fields
        fields["colleagues"].queryset = possible_readers()
        fields["languages"].choices = [
            (code, label) for code, label in CorrespondenceLanguage.choices if code in languages
        ]


class UnsubscribeForm(forms.Form):
    """The address to unsubscribe from bulletins, and who asked for it."""

    use_required_attribute = False

    address = forms.CharField(
        label=gettext_lazy("Email address"),
        max_length=254,
        help_text=gettext_lazy("The address that gets the bulletins."),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Enter the address.")},
    )
    asked_by = forms.CharField(
        label=gettext_lazy("Who asked, and how"),
        max_length=1000,
        help_text=gettext_lazy(
            "For example: Ada Lovelace, by email on 3 May. It is kept as an internal note of the "
            "member."
        ),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        error_messages={"required": gettext_lazy("Enter who asked.")},
    )


class GroupLetterForm(forms.Form):
    """A letter of a co-lead: its language, subject and text. The same rules as for mailings."""

    use_required_attribute = False

    language = forms.ChoiceField(label=gettext_lazy("Language"))
    subject = forms.CharField(
        label=gettext_lazy("Subject"),
        max_length=MAX_SUBJECT_LENGTH,
        error_messages={"required": gettext_lazy("Enter a subject.")},
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    body = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=MAX_BODY_LENGTH,
        error_messages={"required": gettext_lazy("Enter a text.")},
        help_text=gettext_lazy(
            "Leave a blank line between paragraphs. Stars make **bold**. {name} becomes the name "
            "of each recipient. The greeting, and who wrote the letter, are added."
        ),
        widget=forms.Textarea(attrs={"rows": 12, "dir": "auto"}),
    )
    shows_address = forms.BooleanField(
        label=gettext_lazy("Show my email address in the letter, so that people can answer me"),
        required=False,
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["language"].choices = [
            (code, get_language_info(code)["name_local"]) for code in CorrespondenceLanguage.values
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        cleaned["subject"] = " ".join(cleaned.get("subject", "").split())
        cleaned["body"] = "\n".join(cleaned.get("body", "").splitlines())
        for field, sentences in validate_mailing_text(cleaned["subject"], cleaned["body"]).items():
            if field not in self.errors:
                self.add_error(field, forms.ValidationError(sentences))
        return cleaned

    def facts(self) -> LetterFacts:
        """Return the arguments for the service function, from a valid form."""
        sent = self.cleaned_data
        return {
            "language": sent["language"],
            "subject": sent["subject"],
            "body": sent["body"],
            "shows_address": sent["shows_address"],
        }
