"""Edit conflicts in the admin: nobody overwrites what a colleague saved in the meantime."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from core.admin.history import HistoryAdmin, HistoryChange, changes_after
from core.conflicts import lock_rows


class VersionForm(forms.Form):
    """Carries the version that a page showed, and the later version that the person has read.

    The version is the row's own, or the number of the latest row of its history. If the row has
    changed, the version stays the same, and the person may confirm that they have read the changes.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)
    version_read = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @property
    def version_seen(self) -> int:
        """The version that the person's change is based on; 0 if none was sent. No row has 0."""
        # Validates the data. A form with errors still has its valid values in cleaned_data.
        self.is_valid()
        seen: int | None = self.cleaned_data.get("version_read") or self.cleaned_data.get("version")
        return seen or 0


class ConflictForm(forms.ModelForm):
    """A form that does not overwrite what a colleague saved after it was opened.

    It carries the number of the latest history row that the person saw. If there is a later one,
    the person may confirm that they have read it.
    """

    history_shown = forms.IntegerField(widget=forms.HiddenInput, required=False)
    history_read = forms.IntegerField(widget=forms.HiddenInput, required=False)
    history_to_read: int | None = None
    # The changes after the history row that the person saw.
    changes_to_read: Sequence[HistoryChange] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        latest = self._latest_change()
        self.initial["history_shown"] = latest.history_id if latest else None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk:
            # Locked, so that if two people save at the same time, the second sees the first
            # change. The admin saves in the same transaction.
            lock_rows(type(self.instance)._base_manager.filter(pk=self.instance.pk))
        latest = self._latest_change()
        seen = (cleaned.get("history_shown"), cleaned.get("history_read"))
        if latest and latest.history_id not in seen:
            self.history_to_read = latest.history_id
            self.changes_to_read = changes_after(self.instance, max(number or 0 for number in seen))
            self.add_error(
                None,
                _(
                    "%(name)s changed this on %(when)s, after you opened it. Your changes were not "
                    "saved."
                )
                % {
                    "name": latest.history_by_name or _("The portal"),
                    "when": date_format(localtime(latest.history_date), _("j F Y, H:i")),
                },
            )
        return cleaned

    def _latest_change(self) -> Any:
        if self.instance.pk is None:
            return None
        history: Any = self.instance
        # Ordered by number, because the clocks of servers may disagree.
        return history.history.order_by("history_id").last()


class ConflictAdmin(HistoryAdmin):
    """A history admin that uses a `ConflictForm`, and shows the changes to read."""

    form = ConflictForm
    change_form_template = "admin/conflict_form.html"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        # The form for a new row may be of another class, which has no conflicts.
        if getattr(context["adminform"].form, "history_to_read", None):
            response.status_code = 409
        return response
