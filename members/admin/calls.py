"""Calls in the admin: a deadline is asked as its last day, and kept as the instant after it."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.timezone import localdate, make_aware
from django.utils.translation import gettext_lazy as _

from accounts.staleness import NotStaleAdmin, NotStaleForm
from members.models import Call, Member

TITLES = ("title_en", "title_fr", "title_es", "title_ru", "title_zh_hans", "title_ar")
ONE_DAY = timedelta(days=1)


class LastDayField(forms.DateField):
    """A deadline as people say it: its last day in Geneva.

    Its value is the exclusive instant, the midnight that ends the day.
    """

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def prepare_value(self, value: Any) -> Any:
        """Show the day before the midnight that the call closes at."""
        if isinstance(value, datetime):
            # The last instant before it, so that a deadline at noon shows its own day.
            return localdate(value - timedelta(microseconds=1))
        return value

    def clean(self, value: Any) -> datetime | None:
        """Return the midnight in Geneva that ends the day."""
        last_day: date | None = super().clean(value)
        if last_day is None:
            return None
        return make_aware(datetime.combine(last_day + ONE_DAY, time.min))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare days with days."""
        return bool(super().has_changed(self.prepare_value(initial), data))


class CallForm(NotStaleForm):
    """One call, in Geneva time throughout."""

    opens_at = forms.DateTimeField(
        label=_("Opens at"),
        help_text=_("Geneva time."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    closes_at = LastDayField(
        label=_("Last day"),
        help_text=_("In Geneva. The call closes when this day ends there."),
    )

    grace_ends_at = forms.DateTimeField(
        label=_("Grace ends at"),
        help_text=_(
            "Geneva time. Until then an expression of interest still counts as in time: choose "
            "an hour at which the last day is over everywhere, like 13:00 on the day after it."
        ),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    class Meta:
        model = Call
        fields = (
            *TITLES,
            "opens_at",
            "closes_at",
            "grace_ends_at",
            "reply_within_days",
            "contact_email",
        )


@admin.register(Call)
class CallAdmin(NotStaleAdmin):
    """Calls: made and changed freely, deleted only while nobody has answered them."""

    form = CallForm
    fieldsets = (
        (_("Title in each language"), {"fields": TITLES}),
        (
            _("Dates"),
            {"fields": ("opens_at", "closes_at", "grace_ends_at", "reply_within_days")},
        ),
        (None, {"fields": ("contact_email",)}),
    )
    list_display = ("title", "opens_at", "last_day", "grace_ends_at", "contact_email")
    ordering = ("-opens_at", "-pk")
    # Deleting several at once would be refused for those with members; one at a time says so.
    actions = None

    @admin.display(description=_("last day"), ordering="closes_at")
    def last_day(self, call: Call) -> date:
        """Show the last day on which the call is open in Geneva."""
        return localdate(call.closes_at - timedelta(microseconds=1))

    def has_delete_permission(self, request: HttpRequest, obj: Call | None = None) -> bool:
        """Keep a call that somebody has answered."""
        if obj and Member.objects.filter(call=obj).exists():
            return False
        return bool(super().has_delete_permission(request, obj))
