"""Forms for decisions on several members with letters to read first, and samples of these."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from focus_areas.models import FocusArea
from members.models import FocalPoint, GrantedRole, Member, Reason, ReasonPurpose, SoughtRole
from members.services.decisions import PROPOSED_ROLES
from members.services.letters.composing import whole_letter
from members.services.letters.decisions import draft_admission, draft_decline
from outbox.services.letters import EditableLetter, RenderedLetter
from triage.decisions.forms.bulk import BulkForm, RowChoiceField, reasons_by_key
from triage.decisions.forms.decisions import ReasonsField

# The choices for all that are what each organisation asked for.
FIRST_CHOICE, AS_ASKED = "first_choice", "as_asked"


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
    def recipient_members(self) -> list[Member]:
        """The members that get a letter. A member that was decided on is refused, and gets none."""
        return [member for member in self.kept if member.is_undecided]

    @property
    def recipients(self) -> dict[tuple[str, str], list[FocalPoint]]:
        """The recipients, by their language and the choice."""
        recipients = defaultdict(list)
        for member in self.recipient_members:
            for person in member.focal_points.all():
                recipients[person.language, self.choice_of(member)].append(person)
        return recipients

    @property
    def letters_to_read(self) -> set[str]:
        """The languages and choices of the letters, each as one string."""
        return {f"{language}.{choice}" for language, choice in self.recipients}


class BulkDeclineForm(BulkLetterForm):
    """The reasons to decline all selected members, or another reason in a row."""

    row_names = ("reason",)
    reasons = ReasonsField(ReasonPurpose.DECLINE)

    def add_common_fields(self) -> None:
        self.reasons_offered = reasons_by_key(ReasonPurpose.DECLINE)

    def row_fields(self, _member: Member) -> dict[str, forms.Field]:
        return {"reason": RowChoiceField(_("Another reason"), self.reasons_offered)}

    def reasons_of(self, member: Member) -> list[Reason]:
        """Return the reasons for one member."""
        own = self.own("reason", member)
        return [own] if own else self.cleaned_data["reasons"]

    def choice_of(self, member: Member) -> str:
        return "-".join(str(reason.pk) for reason in self.reasons_of(member))

    def words_of(self, member: Member) -> str:
        return str(self.own("reason", member) or "")

    def draft(self, person: FocalPoint, at: datetime) -> EditableLetter:
        reasons = self.reasons_of(person.member)
        return draft_decline(member=person.member, reasons=reasons, focal_point=person)


class AdmissionsForm(BulkLetterForm):
    """Where and as what to admit the organisations: one choice for all, and exceptions by row.

    At first, each gets its first choice and the role that it asked for. For all, nobody becomes a
    co-lead: an organisation that is willing to lead has a choice of its own.

    A member that was already decided on can only be skipped, because it cannot be admitted.
    """

    row_names = ("focus_area", "role")

    def add_common_fields(self) -> None:
        self.areas = {str(area.pk): area for area in FocusArea.objects.order_by("number")}
        self.area_labels = {key: f"{area.number} · {area}" for key, area in self.areas.items()}
        for_all = [each for each in GrantedRole.choices if each[0] != GrantedRole.CO_LEAD]
        self.fields["focus_area"] = forms.ChoiceField(
            label=_("Focus area"),
            choices=[(FIRST_CHOICE, _("The first choice of each")), *self.area_labels.items()],
            error_messages={"required": gettext_lazy("Choose a focus area.")},
        )
        self.fields["role"] = forms.ChoiceField(
            label=_("Role granted"),
            choices=[(AS_ASKED, _("As each asked")), *for_all],
            error_messages={"required": gettext_lazy("Choose a role.")},
        )

    def row_fields(self, member: Member) -> dict[str, forms.Field]:
        if not member.is_undecided:
            return {}
        is_for_all = SoughtRole(member.role) in PROPOSED_ROLES
        return {
            "focus_area": RowChoiceField(_("Focus area"), self.areas, self.area_labels),
            "role": RowChoiceField(
                _("Role granted"),
                {value: GrantedRole(value) for value in GrantedRole.values},
                dict(GrantedRole.choices),
                blank=_("As for all") if is_for_all else _("Choose a role"),
                required=not is_for_all,
                missing=_("Choose a role."),
            ),
        }

    @property
    def facts(self) -> dict[str, Any]:
        return {}

    def facts_of(self, member: Member) -> dict[str, Any]:
        if not member.is_undecided:
            return {}
        return {"role": self.choice_of(member), "focus_area": self.area_of(member)}

    def area_of(self, member: Member) -> FocusArea:
        """Return the working group that a member is admitted to."""
        for_all = self.areas.get(self.cleaned_data["focus_area"], member.first_choice)
        return self.own("focus_area", member) or for_all

    def choice_of(self, member: Member) -> str:
        """Return the role that a member is granted."""
        for_all = self.cleaned_data["role"]
        if for_all == AS_ASKED:
            for_all = PROPOSED_ROLES.get(SoughtRole(member.role), "")
        return str(self.own("role", member) or for_all)

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
