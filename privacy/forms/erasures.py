"""What the pages of erasures ask."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.addresses import AddressFormField
from members.models import Member

MAX_REASON_LENGTH = 1000


class ErasureForm(forms.Form):
    """Whom to erase: a person by an address, or an organisation by its reference; and why."""

    address = AddressFormField(
        label=gettext_lazy("Address of the person"),
        help_text=gettext_lazy("An address that the person has or had."),
        required=False,
    )
    reference = forms.CharField(
        label=gettext_lazy("Reference of the organisation"),
        help_text=gettext_lazy("For example P2C-7K3MQ9. Its people are erased with it."),
        required=False,
        max_length=10,
        widget=forms.TextInput(attrs={"dir": "ltr", "spellcheck": "false"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy(
            "It is kept. Say who asked and when, without a name, an address or a number."
        ),
        required=False,
        max_length=MAX_REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    def __init__(self, *args: Any, needs_reason: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.needs_reason = needs_reason

    def clean_reference(self) -> Member | None:
        typed = self.cleaned_data["reference"].strip().upper()
        if not typed:
            return None
        member = Member.objects.filter(reference=typed).first()
        if member is None:
            raise forms.ValidationError(_("No member has this reference."))
        return member

    def clean(self) -> dict[str, Any]:
        facts = self.cleaned_data
        if not self.errors and bool(facts.get("address")) == bool(facts.get("reference")):
            self.add_error("address", _("Enter either an address or a reference."))
        if self.needs_reason and not facts.get("reason"):
            self.add_error("reason", _("Enter a reason."))
        return facts
