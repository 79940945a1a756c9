"""The forms to correct the facts of a member, and to reassign all members of a colleague."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from core.addresses import AddressFormField
from core.admin.conflicts import VersionForm
from core.numbers import whole_number
from eoi.forms.answers import AnswersForm
from eoi.forms.layout import ALTERNATE
from members.models import FocalPoint, Member
from members.services.bulk_assignment import MAX_REASON_LENGTH, MAX_REASSIGNED
from members.services.question import Section
from members.services.questions import names_in
from triage.decisions.forms.decisions import colleague_field


@dataclass(frozen=True)
class FieldSection:
    """The fields of the form under one heading."""

    heading: str
    fields: list[forms.BoundField]


class CorrectionForm(VersionForm, AnswersForm):
    """The facts of a member and its people, with a reason and the version they are based on."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy(
            "Reason for the correction and who asked for it. Shown on the timeline."
        ),
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        error_messages={"required": gettext_lazy("Give the reason for the correction.")},
    )

    def __init__(
        self, data: QueryDict | None, *, member: Member, focal_points: list[FocalPoint]
    ) -> None:
        super().__init__(data, member=member, focal_points=focal_points)
        if self.has_alternate:
            for name in ("alternate_family_name", "alternate_email"):
                self.fields[name].required = True
        else:
            for name in ALTERNATE.fields:
                del self.fields[name]

    def facts_in_form(self, member: Member) -> dict[str, Any]:
        return {**super().facts_in_form(member), "version": member.version}

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        if "country" in answers and not answers.get("time_zone"):
            self.refuse_without_time_zone()
        return answers

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


class ReassignAllForm(forms.Form):
    """The new assignee of all members of a colleague, or nobody, and the reason.

    It carries the keys of the members that the page showed.
    """

    NOBODY = "nobody"

    members = forms.CharField(error_messages={"required": gettext_lazy("Open this page again.")})
    to = forms.ChoiceField(
        label=gettext_lazy("New assignee"),
        error_messages={"required": gettext_lazy("Choose a colleague, or nobody.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy(
            "Shown on the timeline of each member, and in the email to both colleagues."
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
            (self.NOBODY, _("Nobody: the members will be unassigned")),
            *self.colleagues.items(),
        ]

    def clean_members(self) -> list[int]:
        keys = [whole_number(key) for key in self.cleaned_data["members"].split(",")]
        if len(keys) > MAX_REASSIGNED or None in keys:
            raise forms.ValidationError(_("Open this page again."))
        return [key for key in keys if key is not None]

    def clean_to(self) -> User | None:
        return self.colleagues.get(self.cleaned_data["to"])
