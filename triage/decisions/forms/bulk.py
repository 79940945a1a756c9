"""What is asked for a decision on several members at once, and samples of their letters."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import ClosingReason, FocalPoint, GrantedRole, Member, SoughtRole
from members.services.decisions import PROPOSED_ROLES
from members.services.letters.composing import whole_letter
from members.services.letters.decisions import draft_admission
from outbox.services.letters import RenderedLetter
from triage.decisions.forms.decisions import MissingInformationForm, colleague_field

# A co-lead answers for a working group: in bulk, an officer chooses it for each file by hand.
PRESET_ROLES: Final = {
    sought: granted for sought, granted in PROPOSED_ROLES.items() if granted != GrantedRole.CO_LEAD
}


class BulkForm(forms.Form):
    """Asks for nothing."""

    def __init__(self, data: Any, members: Sequence[Member]) -> None:
        super().__init__(data)
        self.members = members

    def facts_for(self, member: Member) -> dict[str, Any]:
        """Return what the service is told of one member besides the person and the time."""
        return self.cleaned_data


class BulkReassignForm(BulkForm):
    """Which colleague gets the files."""

    def __init__(self, data: Any, members: Sequence[Member]) -> None:
        super().__init__(data, members)
        self.fields["to"] = colleague_field()


class BulkRequestForm(MissingInformationForm, BulkForm):
    """What is missing of all of them."""


class CloseAsNotGenuineForm(BulkForm):
    """Asks for nothing: the reason is given."""

    def facts_for(self, member: Member) -> dict[str, Any]:
        return {"reason": ClosingReason.NOT_GENUINE}


class AdmissionsForm(BulkForm):
    """The role that each of several organisations is granted, which begins as the one sought.

    Nothing is asked of a file that was decided on: to admit it is refused.
    """

    def __init__(self, data: Any, members: Sequence[Member]) -> None:
        super().__init__(data, [member for member in members if member.is_undecided])
        for member in self.members:
            preset = PRESET_ROLES.get(SoughtRole(member.role))
            choose = [] if preset else [("", _("Choose a role"))]
            self.fields[name_of_role(member)] = forms.ChoiceField(
                label=gettext_lazy("Role granted"),
                choices=[*choose, *GrantedRole.choices],
                initial=preset,
                error_messages={"required": gettext_lazy("Choose a role.")},
            )

    def role_of(self, member: Member) -> str:
        """Return the role chosen for a file; none where it was decided on."""
        role: str = self.cleaned_data.get(name_of_role(member), "")
        return role

    def facts_for(self, member: Member) -> dict[str, Any]:
        return {"focus_area": member.first_choice, "role": self.role_of(member)}

    @property
    def recipients(self) -> dict[tuple[str, str], list[FocalPoint]]:
        """Who will be written to, by the language that they read and the role that is granted."""
        recipients = defaultdict(list)
        for member in self.members:
            for person in member.focal_points.all():
                recipients[person.language, self.role_of(member)].append(person)
        return recipients

    @property
    def letters_to_read(self) -> set[str]:
        """The languages and roles of the letters, each in a word."""
        return {f"{language}.{role}" for language, role in self.recipients}


@dataclass(frozen=True)
class Sample:
    """One letter of those to be sent in one language that grant one role."""

    focal_point: FocalPoint
    letter: RenderedLetter
    role: GrantedRole
    # How many people get one of these.
    number: int

    @property
    def member(self) -> Member:
        return self.focal_point.member


def name_of_role(member: Member) -> str:
    """Return the name of the field with the role that a file is granted."""
    return f"role-{member.pk}"


def samples_of(form: AdmissionsForm, *, at: datetime) -> list[Sample]:
    """Return one letter for each language and role, as the first of its recipients reads it."""
    samples = []
    for (_language, role), recipients in sorted(form.recipients.items()):
        person = recipients[0]
        draft = draft_admission(
            member=person.member,
            focus_area=person.member.first_choice,
            role=role,
            at=at,
            focal_point=person,
        )
        letter = whole_letter(person, draft)
        samples.append(Sample(person, letter, GrantedRole(role), len(recipients)))
    return samples
