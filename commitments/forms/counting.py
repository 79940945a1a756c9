"""What staff say about counting an amount, or two that may be the same money."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from commitments.models import COUNTED_ELSEWHERE, PUBLIC, STORED_REASONS, Commitment
from core.admin.conflicts import VersionForm


def counting_choices() -> list[tuple[str, str]]:
    """Return the choices: it counts, or does not for one of the reasons."""
    return [
        ("", gettext("Yes")),
        *(
            (reason.value, gettext("No: %(reason)s") % {"reason": reason.label})
            for reason in STORED_REASONS
        ),
    ]


class CountingForm(VersionForm):
    """Whether an amount counts, and if not, why and where instead."""

    use_required_attribute = False

    not_counted = forms.ChoiceField(
        label=_("Does this amount count?"),
        choices=counting_choices,
        widget=forms.RadioSelect,
        required=False,
    )
    counted_in = forms.CharField(
        label=_("Counted in"),
        help_text=_(
            "Only for money that counts in another commitment: the reference of that one, for "
            "example C-4K7QWM."
        ),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    note = forms.CharField(
        label=_("Note"),
        help_text=_("Optional. For colleagues."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    def clean_counted_in(self) -> Commitment | None:
        reference = self.cleaned_data["counted_in"].strip().upper()
        if not reference:
            return None
        found = Commitment.objects.filter(reference=reference, status__in=PUBLIC).first()
        if found is None:
            raise ValidationError(_("There is no published commitment with this reference."))
        return found

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        needs_place = cleaned.get("not_counted") in COUNTED_ELSEWHERE
        if needs_place and "counted_in" in cleaned and cleaned["counted_in"] is None:
            self.add_error("counted_in", gettext("Enter the reference of the other commitment"))
        return cleaned


class Keep(TextChoices):
    """Which of two amounts that may be the same money count."""

    BOTH = "both", pgettext_lazy("amounts", "Count both")
    FIRST = "first", _("Count only the first one")
    SECOND = "second", _("Count only the second one")


class PairForm(forms.Form):
    """Two amounts with the versions of their commitments, and which of them count."""

    first = forms.IntegerField()
    second = forms.IntegerField()
    first_version = forms.IntegerField()
    second_version = forms.IntegerField()
    keep = forms.ChoiceField(choices=Keep.choices)


class CountHere(TextChoices):
    """Where the money of an amount counts that its other commitment no longer has."""

    HERE = "here", _("Count it here")
    SUCCESSOR = "successor", _("It counts in the commitment that replaced the other one")


class LostAmountForm(forms.Form):
    """An amount with the version of its commitment, and where it counts."""

    amount = forms.IntegerField()
    version = forms.IntegerField()
    where = forms.ChoiceField(choices=CountHere.choices)
