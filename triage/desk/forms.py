"""The forms to correct the facts of a member, and to assign many members at once."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from core.addresses import AddressFormField
from core.admin.conflicts import VersionForm
from core.numbers import whole_number
from eoi.forms.answers import StaffAnswersForm
from members.models import FocalPoint, Member
from members.services.bulk_assignment import MAX_REASON_LENGTH, MAX_REASSIGNED
from members.services.question import Section
from members.services.questions import names_in
from triage.decisions.forms.decisions import colleague_field
from triage.desk.services.shares import ShareOutBy


@dataclass(frozen=True)
class FieldSection:
    """The fields of the form under one heading."""

    heading: str
    fields: list[forms.BoundField]


class CorrectionForm(VersionForm, StaffAnswersForm):
    """The facts of a member and its people, with a reason and the version they are based on."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy(
            "Reason for the correction and who asked for it. Shown on the timeline."
        ),
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        error_messages={"required": gettext_lazy("Give the reason for the correction.")},
    )

    def facts_in_form(self, member: Member) -> dict[str, Any]:
        return {**super().facts_in_form(member), "version": member.version}

    @property
    def differences_in_words(self) -> list[tuple[str, str, str]]:
        """The label, the stored value and the form's value of each field where they differ."""
        return [
            (str(self[name].label), self.in_words(name, in_file), self.in_words(name, here))
            for name, in_file, here in self.differences()
        ]

    def in_words(self, name: str, value: Any) -> str:
        """Return the label of a field's value among its choices."""
        if isinstance(value, list):
            return ", ".join(self.in_words(name, one) for one in value)
        flat = getattr(self.fields[name], "choices", ())
        return str(dict(choice for choice in flat if isinstance(choice[1], str)).get(value, value))

    @property
    def sections(self) -> list[FieldSection]:
        headings = {
            _("Organisation"): names_in(Section.ORGANISATION),
            _("Interest"): names_in(Section.INTEREST, Section.AGREEMENT),
            _("Focal point"): names_in(Section.FOCAL_POINT),
            _("Alternate focal point"): names_in(Section.ALTERNATE),
            _("Why"): ["reason"],
        }
        return [
            FieldSection(heading, fields)
            for heading, names in headings.items()
            if (fields := [self[name] for name in names if name in self.fields])
        ]


class ResendForm(forms.Form):
    """The address to which a message is sent again: the current one, or a correction of it.

    It carries the version of the member, and how often the message had been resent.
    """

    email = AddressFormField(
        required=False,
        label=gettext_lazy("Send to"),
        help_text=gettext_lazy(
            "If you change this address, it is corrected for the focal point, and private links "
            "that were sent to the earlier one stop working."
        ),
    )
    times = forms.IntegerField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        member: Member,
        person: FocalPoint | None,
        times: int,
        may_correct: bool,
        auto_id: str = "id_%s",
    ) -> None:
        self.current = person.email if person else ""
        initial = {"email": self.current, "times": times, "version": member.version}
        super().__init__(data, initial=initial, auto_id=auto_id, label_suffix="")
        if not (person and may_correct):
            del self.fields["email"]

    @property
    def corrected_email(self) -> str:
        """The address that is to replace the current one; empty if that one stays."""
        email = str(self.cleaned_data.get("email", ""))
        return "" if email == self.current else email


class ShownMembersField(forms.CharField):
    """The keys of the members that the page showed, which it sends back in a hidden field."""

    default_error_messages = {"required": gettext_lazy("Open this page again.")}

    def clean(self, value: Any) -> list[int]:
        keys = [whole_number(key) for key in super().clean(value).split(",")]
        if len(keys) > MAX_REASSIGNED or None in keys:
            raise forms.ValidationError(self.error_messages["required"])
        return [key for key in keys if key is not None]


class ShareOutForm(forms.Form):
    """Among whom the unassigned members are shared out, and what one share has in common."""

    members = ShownMembersField()
    colleagues: forms.ModelMultipleChoiceField = forms.ModelMultipleChoiceField(
        None,
        label=gettext_lazy("Among"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose a colleague.")},
    )
    by = forms.ChoiceField(
        label=gettext_lazy("How"),
        choices=ShareOutBy.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how to share out.")},
    )

    def __init__(self, data: QueryDict | None, *, colleagues: QuerySet[User]) -> None:
        initial = {"colleagues": colleagues, "by": ShareOutBy.NOTHING}
        super().__init__(data, initial=initial, label_suffix="")
        field: Any = self.fields["colleagues"]
        field.queryset = colleagues


class ReassignAllForm(forms.Form):
    """The new assignee of all members of a colleague, or nobody, and the reason.

    It carries the keys of the members that the page showed.
    """

    NOBODY = "nobody"

    members = ShownMembersField()
    to = forms.ChoiceField(
        label=gettext_lazy("New assignee"),
        error_messages={"required": gettext_lazy("Choose a colleague, or nobody.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy(
            "Shown on the timeline of each applicant, and in the email to both colleagues."
        ),
        max_length=MAX_REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        error_messages={"required": gettext_lazy("Give the reason.")},
    )

    def __init__(self, data: QueryDict | None, *, assignee: User) -> None:
        super().__init__(data)
        self.label_suffix = ""
        able: Any = colleague_field(but=assignee)
        self.colleagues = {str(colleague.pk): colleague for colleague in able.queryset}
        field: Any = self.fields["to"]
        field.choices = [
            ("", "---------"),
            (self.NOBODY, _("Nobody: the applicants will be unassigned")),
            *self.colleagues.items(),
        ]

    def clean_to(self) -> User | None:
        return self.colleagues.get(self.cleaned_data["to"])
