"""Forms for decisions on several members, and samples of their letters."""

from collections import defaultdict
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from django import forms
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from core.conflicts import Refused
from focus_areas.models import FocusArea
from members.models import FocalPoint, GrantedRole, Member, ReasonPurpose, SoughtRole
from members.services.decisions import PROPOSED_ROLES
from members.services.letters.composing import whole_letter
from members.services.letters.decisions import draft_admission, draft_decline
from members.services.response_times import day_in_geneva
from outbox.services.letters import EditableLetter, RenderedLetter
from triage.decisions.forms.decisions import (
    AskOpinionForm,
    InternalNoteForm,
    MissingInformationForm,
    ReasonsField,
    colleague_field,
)
from triage.decisions.forms.holds import HoldFields
from triage.holds.services import check_day


class BulkForm(forms.Form):
    """What a person chooses for all selected members. The base has no fields."""

    def __init__(self, data: Any, members: Sequence[Member], by: User) -> None:
        super().__init__(data, label_suffix="")
        self.members, self.by = members, by

    @property
    def facts(self) -> dict[str, Any]:
        """What the person chose for all members, as a bulk run stores it."""
        return self.cleaned_data

    @property
    def common_fields(self) -> list[forms.BoundField]:
        """The fields for all members."""
        return self.visible_fields()

    def fields_of(self, _member: Member) -> dict[str, forms.BoundField]:
        """Return the fields with which one member is an exception."""
        return {}

    def facts_of(self, _member: Member) -> dict[str, Any]:
        """Return what was chosen for one member, as a bulk run stores it."""
        return {}


class BulkReassignForm(BulkForm):
    """The colleague to assign the members to."""

    def __init__(self, data: Any, members: Sequence[Member], by: User) -> None:
        super().__init__(data, members, by)
        self.fields["to"] = colleague_field()


class BulkRequestForm(MissingInformationForm, BulkForm):
    """The information that is missing for all selected members."""


class BulkNoteForm(BulkForm):
    """The same internal note for all selected members."""

    text = deepcopy(InternalNoteForm.base_fields["text"])


class BulkHoldForm(HoldFields, BulkForm):
    """Whom or which day all selected members wait for, and why."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("ends_on"):
            try:
                # Said once here, and not for each member.
                check_day(cleaned["ends_on"], today=day_in_geneva(now()))
            except Refused as refused:
                self.add_error("ends_on", str(refused))
        return cleaned

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

    def __init__(self, data: Any, members: Sequence[Member], by: User) -> None:
        super().__init__(data, members, by)
        self.fields["to"] = deepcopy(AskOpinionForm.base_fields["asked_of"])
        colleagues: Any = self.fields["to"]
        colleagues.queryset = colleagues.queryset.exclude(pk=by.pk)
        self.fields["text"] = deepcopy(AskOpinionForm.base_fields["question"])


class BulkLetterForm(BulkForm):
    """A decision whose letters the person reads first: one for each language and choice."""

    def choice_of(self, member: Member) -> str:
        """Return what a member's letter depends on besides its language."""
        raise NotImplementedError

    def words_of(self, member: Member) -> str:
        """Return that choice in words; empty if it is the same for all."""
        return ""

    def draft(self, person: FocalPoint, at: datetime) -> EditableLetter:
        """Draft the letter to a focal point."""
        raise NotImplementedError

    @property
    def recipients(self) -> dict[tuple[str, str], list[FocalPoint]]:
        """The recipients, by their language and the choice."""
        recipients = defaultdict(list)
        for member in self.members:
            for person in member.focal_points.all():
                recipients[person.language, self.choice_of(member)].append(person)
        return recipients

    @property
    def letters_to_read(self) -> set[str]:
        """The languages and choices of the letters, each as one string."""
        return {f"{language}.{choice}" for language, choice in self.recipients}


class BulkDeclineForm(BulkLetterForm):
    """The reasons to decline all selected members."""

    reasons = ReasonsField(ReasonPurpose.DECLINE)

    def choice_of(self, member: Member) -> str:
        return "-".join(str(reason.pk) for reason in self.cleaned_data["reasons"])

    def draft(self, person: FocalPoint, at: datetime) -> EditableLetter:
        reasons = self.cleaned_data["reasons"]
        return draft_decline(member=person.member, reasons=reasons, focal_point=person)


class AdmissionsForm(BulkLetterForm):
    """Where and as what to admit the organisations: one choice for all, and exceptions by row.

    Without a choice, each gets its first choice and the role that it asked for. For all, nobody
    becomes a co-lead: an organisation that is willing to lead has a choice of its own.

    There is no field for a member that was already decided on, because it cannot be admitted.
    """

    def __init__(self, data: Any, members: Sequence[Member], by: User) -> None:
        super().__init__(data, [member for member in members if member.is_undecided], by)
        self.areas = {str(area.pk): area for area in FocusArea.objects.order_by("number")}
        areas = [(key, f"{area.number} · {area}") for key, area in self.areas.items()]
        for_all = [each for each in GrantedRole.choices if each[0] != GrantedRole.CO_LEAD]
        self.add_choice("focus_area", _("Focus area"), _("The first choice of each"), areas)
        self.add_choice("role", _("Role granted"), _("As each asked"), for_all)
        for member in self.members:
            self.add_choice(f"focus_area-{member.pk}", _("Focus area"), _("As for all"), areas)
            is_for_all, name = SoughtRole(member.role) in PROPOSED_ROLES, f"role-{member.pk}"
            blank = _("As for all") if is_for_all else _("Choose a role")
            self.add_choice(name, _("Role granted"), blank, GrantedRole.choices)
            self.fields[name].required = not is_for_all

    def add_choice(self, name: str, label: str, blank: str, choices: list[Any]) -> None:
        """Add a field whose first choice is none."""
        self.fields[name] = forms.ChoiceField(
            label=label,
            choices=[("", blank), *choices],
            required=False,
            error_messages={"required": gettext_lazy("Choose a role.")},
        )

    @property
    def facts(self) -> dict[str, Any]:
        return {}

    @property
    def common_fields(self) -> list[forms.BoundField]:
        return [self["focus_area"], self["role"]]

    def fields_of(self, member: Member) -> dict[str, forms.BoundField]:
        if member not in self.members:
            return {}
        return {name: self[f"{name}-{member.pk}"] for name in ("focus_area", "role")}

    def facts_of(self, member: Member) -> dict[str, Any]:
        if member not in self.members:
            return {}
        return {"role": self.choice_of(member), "focus_area": self.area_of(member)}

    def area_of(self, member: Member) -> FocusArea:
        """Return the working group that a member is admitted to."""
        chosen = self.cleaned_data
        key = chosen.get(f"focus_area-{member.pk}") or chosen["focus_area"]
        return self.areas.get(key, member.first_choice)

    def choice_of(self, member: Member) -> str:
        """Return the role that a member is granted."""
        own: str = self.cleaned_data.get(f"role-{member.pk}", "")
        preset = PROPOSED_ROLES.get(SoughtRole(member.role), "")
        return own or (preset and self.cleaned_data["role"]) or preset

    def words_of(self, member: Member) -> str:
        return str(GrantedRole(self.choice_of(member)).label)

    def draft(self, person: FocalPoint, at: datetime) -> EditableLetter:
        return draft_admission(
            member=person.member,
            focus_area=self.area_of(person.member),
            role=GrantedRole(self.choice_of(person.member)),
            at=at,
            focal_point=person,
        )


@dataclass(frozen=True)
class Sample:
    """A sample of the letters in one language about one choice."""

    focal_point: FocalPoint
    letter: RenderedLetter
    words: str
    # The number of people who get such a letter.
    number: int

    @property
    def member(self) -> Member:
        return self.focal_point.member


def samples_of(form: BulkLetterForm, *, at: datetime) -> list[Sample]:
    """Return one letter for each language and choice, as its first recipient reads it."""
    return [
        Sample(
            first,
            whole_letter(first, form.draft(first, at)),
            form.words_of(first.member),
            1 + len(others),
        )
        for _key, [first, *others] in sorted(form.recipients.items(), key=itemgetter(0))
    ]
