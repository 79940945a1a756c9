"""A day and a time in Geneva, as staff enter them."""

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import GENEVA, InvalidLocalTime, to_utc
from meetings.forms.meetings import ClockInput, DayInput


class MomentForm(forms.Form):
    """A day and a time in Geneva. The cleaned data has the moment under the name in `moment`."""

    moment: ClassVar[str] = "moment"

    day = forms.DateField(label=gettext_lazy("Day"), widget=DayInput)
    time = forms.TimeField(label=gettext_lazy("Time in Geneva"), widget=ClockInput)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("day") and cleaned.get("time"):
            try:
                local = datetime.combine(cleaned["day"], cleaned["time"])
                cleaned[self.moment] = to_utc(local, GENEVA)
            except InvalidLocalTime as refused:
                self.add_error("time", str(refused))
            except OverflowError:
                self.add_error(
                    "day", _("This day is too far in the future. Choose an earlier day.")
                )
        return cleaned


def day_and_time(at: datetime) -> dict[str, Any]:
    """Return a moment as the values of the two fields."""
    local = localtime(at)
    return {"day": local.date(), "time": local.time()}
