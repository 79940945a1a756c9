"""The forms of exports, erasures, retention periods and records that are kept longer."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.addresses import AddressFormField, normalise_address
from core.admin.conflicts import ConflictForm
from core.dates import GENEVA, start_of_day
from members.models import Member
from privacy.models import (
    MAX_DAYS,
    DataExport,
    DataExportFormat,
    DataRequest,
    DataRequestKind,
    DataRequestOutcome,
    ErasureRequest,
    ErasureStatus,
    RetentionPeriod,
)

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
            raise forms.ValidationError(_("No organisation has this reference."))
        return member

    def clean(self) -> dict[str, Any]:
        facts = self.cleaned_data
        if not self.errors and bool(facts.get("address")) == bool(facts.get("reference")):
            self.add_error("address", _("Enter either an address or a reference."))
        if self.needs_reason and not facts.get("reason"):
            self.add_error("reason", _("Enter a reason."))
        return facts


class ExportForm(forms.Form):
    """Asks in which format a file is wanted."""

    format = forms.ChoiceField(
        label=gettext_lazy("Format"),
        choices=DataExportFormat.choices,
        initial=DataExportFormat.HTML,
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")

    def clean_format(self) -> DataExportFormat:
        return DataExportFormat(self.cleaned_data["format"])


class PersonForm(forms.Form):
    """Asks by which address a person is searched."""

    address = AddressFormField(
        label=gettext_lazy("Email address"),
        help_text=gettext_lazy("All rows with this address are found, in upper or lower case."),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")

    def clean_address(self) -> str:
        return normalise_address(self.cleaned_data["address"])


class RetentionPeriodForm(ConflictForm):
    """The number of days of one kind, with its bounds."""

    class Meta:
        model = RetentionPeriod
        fields = ("days",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "days" in self.fields:
            bounds = {"lowest": self.instance.rule.min_days, "highest": MAX_DAYS}
            self.fields["days"].help_text = _(
                "From %(lowest)d to %(highest)d. Fewer days take effect after seven days."
            ) % {**bounds}

    def clean_days(self) -> int:
        """Compare with the bounds, so that the error is beside the field."""
        days: int = self.cleaned_data["days"]
        if not self.instance.rule.min_days <= days <= MAX_DAYS:
            raise forms.ValidationError(
                _("Enter a number of days from %(lowest)d to %(highest)d."),
                code="out_of_bounds",
                params={"lowest": self.instance.rule.min_days, "highest": MAX_DAYS},
            )
        return days


class HoldForm(forms.Form):
    """Until when a record is kept, and why."""

    last_day = forms.DateField(
        label=gettext_lazy("Keep until"),
        help_text=gettext_lazy("The last day, at least seven days from today."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Colleagues and observers read it. Do not name people."),
    )


class DataRequestForm(forms.Form):
    """What a person asked about their data, and when it came."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is asked for"), choices=DataRequestKind.choices
    )
    name = forms.CharField(label=gettext_lazy("Name of the person"), max_length=250)
    address = AddressFormField(
        label=gettext_lazy("Email address"),
        help_text=gettext_lazy("Leave it empty if the request came in another way."),
        required=False,
    )
    received_on = forms.DateField(
        label=gettext_lazy("Received on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    details = forms.CharField(
        label=gettext_lazy("What they wrote"),
        help_text=gettext_lazy("In a few words. Do not name other people."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def clean_kind(self) -> DataRequestKind:
        return DataRequestKind(self.cleaned_data["kind"])


class AnswerDataRequestForm(forms.Form):
    """How a request was answered, and which erasure or export did it."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        choices=DataRequestOutcome.choices,
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label=gettext_lazy("What was done and answered"),
        help_text=gettext_lazy("If it was refused or done in part, give the reason."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )
    erasure = forms.ModelChoiceField(
        label=gettext_lazy("The erasure that answers it"),
        queryset=ErasureRequest.objects.none(),
        required=False,
    )
    export = forms.ModelChoiceField(
        label=gettext_lazy("The export that answers it"),
        queryset=DataExport.objects.none(),
        required=False,
    )

    def __init__(self, data: Any, *, request: DataRequest) -> None:
        super().__init__(data, label_suffix="")
        since = start_of_day(request.received_on, GENEVA)
        done = ErasureRequest.objects.filter(status=ErasureStatus.DONE, decided_at__gte=since)
        exports = DataExport.objects.filter(address__iexact=request.address, at__gte=since)
        fields: Any = self.fields
        fields["erasure"].queryset = done.order_by("-pk")
        fields["export"].queryset = exports.order_by("-pk")

    def clean_outcome(self) -> DataRequestOutcome:
        return DataRequestOutcome(self.cleaned_data["outcome"])
