"""The forms with which a lead sends, answers, changes and withdraws, and a partner answers."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from core.history import MAX_NAME_LENGTH
from eoi.forms.fields import LongText, PersonName, StrictCheckbox

MAX_WORDS: Final = 300
REASON_WORDS: Final = 100


class SeenForm(forms.Form):
    """The base of forms that send what a person read: the versions that the page showed."""

    use_required_attribute = False

    version = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


class SubmitForm(SeenForm):
    """The consent, without which no commitment is sent: everybody will read it."""

    publication_consent = forms.BooleanField(
        label=_("We agree that this commitment is published, once it is approved"),
        help_text=_(
            "Anyone can read the register, and reuse its data. Addresses of contacts are never "
            "published."
        ),
        widget=StrictCheckbox,
        error_messages={"required": _("Tick that the commitment may be published.")},
    )


class AnswerForm(SeenForm):
    """The answer to a question of staff."""

    text = LongText(
        label=_("Your answer"),
        max_words=MAX_WORDS,
        error_messages={"required": _("Enter your answer.")},
    )


class ReasonForm(SeenForm):
    """The public reason of a change."""

    text = LongText(
        label=_("Why does it change?"),
        help_text=_("Everybody can read the reason in the register."),
        max_words=REASON_WORDS,
        error_messages={"required": _("Enter the reason of the change.")},
    )


class WithdrawForm(SeenForm):
    """The public reason of a withdrawal."""

    text = LongText(
        label=_("Why is it withdrawn?"),
        help_text=_("If the commitment was published, everybody can read the reason."),
        max_words=REASON_WORDS,
        error_messages={"required": _("Enter the reason of the withdrawal.")},
    )


class PartnerAnswerForm(forms.Form):
    """The name of the person who answers for a partner."""

    use_required_attribute = False

    name = PersonName(
        label=_("Your name"),
        help_text=_("Only the organisation that invites you and our team read it."),
        max_length=MAX_NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Enter your name.")},
    )


class BeginForm(forms.Form):
    """Which member begins a commitment, and the key by which a second click finds the draft.

    `action` is the key of an action of an adopted framework that it shall serve.
    """

    member = forms.CharField()
    submission_key = forms.UUIDField()
    action = forms.UUIDField(required=False)
