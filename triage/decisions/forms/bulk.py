"""Forms for decisions on several members: one choice for all, and exceptions by row."""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from core.conflicts import Refused
from core.dates import format_date
from eoi.forms.selects import LongSelect
from members.models import Member, Reason, ReasonPurpose
from members.services.response_times import day_in_geneva
from triage.decisions.forms.decisions import (
    AskOpinionForm,
    InternalNoteForm,
    MissingInformationForm,
    colleague_field,
)
from triage.decisions.forms.holds import HoldFields
from triage.holds.models import WaitsFor
from triage.holds.services import check_day

SKIP = "skip"


class RowChoiceField(forms.ChoiceField):
    """What one row has instead of the choice for all. Its value is one of `options`, or None."""

    # Hundreds of rows have a menu each.
    widget = LongSelect

    def __init__(
        self,
        label: str,
        options: Mapping[str, Any],
        labels: Mapping[str, Any] | None = None,
        *,
        blank: str = "",
        required: bool = False,
        missing: str = "",
    ) -> None:
        self.options = options
        self.labels = {key: str(text) for key, text in (labels or options).items()}
        super().__init__(
            label=label,
            choices=[("", blank or _("As for all")), *self.labels.items()],
            required=required,
            error_messages={"required": missing},
        )

    def clean(self, value: Any) -> Any:
        return self.options.get(super().clean(value))

    def in_words(self, chosen: Any) -> str:
        """Return the label of what was chosen."""
        return next(self.labels[key] for key, option in self.options.items() if option == chosen)


class RowDayField(forms.DateField):
    """The day of one row."""

    def __init__(self, label: str) -> None:
        super().__init__(
            label=label,
            required=False,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            error_messages={"invalid": gettext_lazy("Enter a valid date.")},
        )

    def in_words(self, chosen: date) -> str:
        """Return the day in words."""
        return format_date(chosen)


@dataclass(frozen=True)
class RowError:
    """An error of a form: of a row if it has a member."""

    text: str
    field: str
    member: Member | None = None


class BulkForm(forms.Form):
    """What a person chooses for all selected members, and in a row what is different there.

    Each row can be skipped. What else may be different there is in `row_fields()`.
    """

    # The names of the fields of a row.
    row_names: ClassVar[tuple[str, ...]] = ()

    def __init__(self, data: Any, members: Sequence[Member], by: User) -> None:
        super().__init__(data, label_suffix="")
        self.members, self.by = members, by
        self.add_common_fields()
        self.common_names = list(self.fields)
        for member in members:
            self.fields[f"{SKIP}-{member.pk}"] = forms.BooleanField(
                label=gettext_lazy("Skip this one"), required=False
            )
            for name, field in self.row_fields(member).items():
                self.fields[f"{name}-{member.pk}"] = field

    def add_common_fields(self) -> None:
        """Add the fields for all members that are not declared."""

    def row_fields(self, _member: Member) -> dict[str, forms.Field]:
        """Return the fields with which one member is an exception, by `row_names`."""
        return {}

    @property
    def common_fields(self) -> list[forms.BoundField]:
        """The fields for all members."""
        return [self[name] for name in self.common_names if not self[name].is_hidden]

    def skip_field(self, member: Member) -> forms.BoundField:
        """Return the field that leaves out one member."""
        return self[f"{SKIP}-{member.pk}"]

    def fields_of(self, member: Member) -> dict[str, forms.BoundField]:
        """Return the fields with which one member is an exception, by name."""
        names = {name: f"{name}-{member.pk}" for name in self.row_names}
        return {name: self[key] for name, key in names.items() if key in self.fields}

    def is_skipped(self, member: Member) -> bool:
        """Return whether the person leaves out a member."""
        cleaned = getattr(self, "cleaned_data", {})
        return bool(cleaned.get(f"{SKIP}-{member.pk}"))

    @property
    def kept(self) -> list[Member]:
        """The members that are not skipped."""
        return [member for member in self.members if not self.is_skipped(member)]

    def own(self, name: str, member: Member) -> Any:
        """Return what one row has instead of the choice for all, or None."""
        return self.cleaned_data.get(f"{name}-{member.pk}") or None

    def differences(self, member: Member) -> list[tuple[str, str]]:
        """Return what one row has instead of the choice for all: the label and the choice."""
        if not self.is_bound or self.is_skipped(member):
            return []
        found = []
        for name, bound in self.fields_of(member).items():
            chosen, field = self.own(name, member), bound.field
            if chosen is not None and isinstance(field, RowChoiceField | RowDayField):
                found.append((str(field.label), field.in_words(chosen)))
        return found

    @property
    def facts(self) -> dict[str, Any]:
        """What the person chose for all members, as a bulk run stores it."""
        return {name: self.cleaned_data[name] for name in self.common_names}

    def facts_of(self, member: Member) -> dict[str, Any]:
        """Return what was chosen for one member, as a bulk run stores it."""
        chosen = {name: self.own(name, member) for name in self.row_names}
        return {name: value for name, value in chosen.items() if value is not None}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for member in self.members:
            if self.is_skipped(member):
                # What is wrong in a row that is left out does not matter.
                for name in self.row_names:
                    self.errors.pop(f"{name}-{member.pk}", None)
            else:
                self.clean_row(member)
        if not self.kept:
            self.add_error(
                f"{SKIP}-{self.members[0].pk}", _("You skip all of them. Keep at least one.")
            )
        return cleaned

    def clean_row(self, member: Member) -> None:
        """Check what was chosen for one member, and add what is wrong."""

    @property
    def errors_in_order(self) -> list[RowError]:
        """The errors in the order of the page: those for all, then row by row."""
        rows: Iterable[tuple[str, Member]] = (
            (f"{name}-{member.pk}", member)
            for member in self.members
            for name in (*self.row_names, SKIP)
        )
        places = {**dict.fromkeys(self.common_names), **dict(rows)}
        return [
            RowError(str(text), self[name].auto_id, member)
            for name, member in places.items()
            for text in self.errors.get(name, [])
        ]


def colleagues_by_key(colleagues: Iterable[User]) -> dict[str, User]:
    """Return colleagues by the value that a menu has for each."""
    return {str(colleague.pk): colleague for colleague in colleagues}


def reasons_by_key(purpose: ReasonPurpose) -> dict[str, Reason]:
    """Return the reasons that are offered, by the value that a menu has for each."""
    return {str(reason.pk): reason for reason in Reason.objects.offered_for(purpose)}


class BulkReassignForm(BulkForm):
    """The colleague to assign the members to."""

    row_names = ("to",)

    def add_common_fields(self) -> None:
        field: Any = colleague_field()
        self.fields["to"] = field
        self.colleagues = colleagues_by_key(field.queryset)

    def row_fields(self, _member: Member) -> dict[str, forms.Field]:
        return {"to": RowChoiceField(_("Assignee"), self.colleagues)}


class BulkRequestForm(MissingInformationForm, BulkForm):
    """The information that is missing for all selected members, or another reason in a row."""

    row_names = ("reason",)

    def add_common_fields(self) -> None:
        self.reasons_offered = reasons_by_key(ReasonPurpose.REQUEST_INFORMATION)

    def row_fields(self, _member: Member) -> dict[str, forms.Field]:
        return {"reason": RowChoiceField(_("Another reason"), self.reasons_offered)}


class BulkNoteForm(BulkForm):
    """The same internal note for all selected members."""

    text = deepcopy(InternalNoteForm.base_fields["text"])


class BulkHoldForm(HoldFields, BulkForm):
    """Whom or which day all selected members wait for, and why. A row may wait for another."""

    row_names = ("waits_for", "ends_on")

    def row_fields(self, _member: Member) -> dict[str, forms.Field]:
        waits_for = {value: WaitsFor(value) for value in WaitsFor.values}
        return {
            "waits_for": RowChoiceField(_("Wait for"), waits_for, dict(WaitsFor.choices)),
            "ends_on": RowDayField(_("Another day")),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        # Said once here, and not for each member.
        self.check_day("ends_on")
        return cleaned

    def clean_row(self, member: Member) -> None:
        """Check the day of a row. Who types a day there waits for it."""
        name, day = f"ends_on-{member.pk}", self.own("ends_on", member)
        waits_for = self.own("waits_for", member)
        if waits_for not in (None, WaitsFor.DAY) and day:
            self.add_error(name, _("Choose a day, or whom to wait for, but not both."))
        elif waits_for == WaitsFor.DAY and not day and name not in self.errors:
            self.add_error(name, _("Choose a day."))
        elif day:
            self.cleaned_data[f"waits_for-{member.pk}"] = WaitsFor.DAY
            self.check_day(name)

    def check_day(self, name: str) -> None:
        """Add an error if no member can be on hold until the day in a field."""
        if day := self.cleaned_data.get(name):
            try:
                check_day(day, today=day_in_geneva(now()))
            except Refused as refused:
                self.add_error(name, str(refused))

    @property
    def facts(self) -> dict[str, Any]:
        chosen = self.cleaned_data
        return {
            "waits_for": chosen["waits_for"],
            "ends_on": chosen["ends_on"],
            "text": chosen["reason"],
        }


class BulkOpinionForm(BulkForm):
    """The colleague to ask for an opinion on each member, and the question."""

    row_names = ("to",)

    def add_common_fields(self) -> None:
        colleagues: Any = deepcopy(AskOpinionForm.base_fields["asked_of"])
        colleagues.queryset = colleagues.queryset.exclude(pk=self.by.pk)
        self.fields["to"] = colleagues
        self.fields["text"] = deepcopy(AskOpinionForm.base_fields["question"])
        self.colleagues = colleagues_by_key(colleagues.queryset)

    def row_fields(self, _member: Member) -> dict[str, forms.Field]:
        return {"to": RowChoiceField(_("Ask"), self.colleagues)}
