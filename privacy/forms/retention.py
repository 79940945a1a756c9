"""The forms of retention periods and of records that are kept longer."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.admin.conflicts import ConflictForm
from privacy.models import MAX_DAYS, RetentionPeriod


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
