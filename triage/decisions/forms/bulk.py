"""Forms for decisions on several members, and samples of their letters."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import FocalPoint, GrantedRole, Member, SoughtRole
from members.services.decisions import PROPOSED_ROLES
from members.services.letters.composing import whole_letter
from members.services.letters.decisions import draft_admission
from outbox.services.letters import RenderedLetter
from triage.decisions.forms.decisions import MissingInformationForm, colleague_field


class BulkForm(forms.Form):
    """A form without fields."""

    def __init__(self, data: Any, members: Sequence[Member]) -> None:
        super().__init__(data)
        self.members = members

    @property
    def facts(self) -> dict[str, Any]:
        """What the person chose for all members."""
        return self.cleaned_data

    def role_of(self, member: Member) -> str:
        """Return the role that a member is granted; empty if the action grants none."""
        return ""


class BulkReassignForm(BulkForm):
    """The colleague to assign the members to."""

    def __init__(self, data: Any, members: Sequence[Member]) -> None:
        super().__init__(data, members)
        self.fields["to"] = colleague_field()


class BulkRequestForm(MissingInformationForm, BulkForm):
    """The information that is missing for all selected members."""


class AdmissionsForm(BulkForm):
    """The role to grant to each organisation. The initial value is the one that it asked for.

    There is none for an organisation that is willing to lead.

    There is no field for a member that was already decided on, because it cannot be admitted.
    """

    def __init__(self, data: Any, members: Sequence[Member]) -> None:
        super().__init__(data, [member for member in members if member.is_undecided])
        for member in self.members:
            preset = PROPOSED_ROLES.get(SoughtRole(member.role))
            choose = [] if preset else [("", _("Choose a role"))]
            self.fields[name_of_role(member)] = forms.ChoiceField(
                label=gettext_lazy("Role granted"),
                choices=[*choose, *GrantedRole.choices],
                initial=preset,
                error_messages={"required": gettext_lazy("Choose a role.")},
            )

    @property
    def facts(self) -> dict[str, Any]:
        return {}

    def role_of(self, member: Member) -> str:
        role: str = self.cleaned_data.get(name_of_role(member), "")
        return role

    @property
    def recipients(self) -> dict[tuple[str, str], list[FocalPoint]]:
        """The recipients, by their language and the role that is granted."""
        recipients = defaultdict(list)
        for member in self.members:
            for person in member.focal_points.all():
                recipients[person.language, self.role_of(member)].append(person)
        return recipients

    @property
    def letters_to_read(self) -> set[str]:
        """The languages and roles of the letters, each as one string."""
        return {f"{language}.{role}" for language, role in self.recipients}


@dataclass(frozen=True)
class Sample:
    """A sample of the letters in one language that grant one role."""

    focal_point: FocalPoint
    letter: RenderedLetter
    role: GrantedRole
    # The number of people who get such a letter.
    number: int

    @property
    def member(self) -> Member:
        return self.focal_point.member


def name_of_role(member: Member) -> str:
    """Return the name of the form field for a member's role."""
    return f"role-{member.pk}"


def samples_of(form: AdmissionsForm, *, at: datetime) -> list[Sample]:
    """Return one letter for each language and role, as its first recipient reads it."""
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
