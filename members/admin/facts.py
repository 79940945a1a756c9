"""The facts of a file as a form, with the same judgement of what is typed as the public one."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.forms.eoi import ExpressionOfInterestForm
from members.forms.layout import ALTERNATE
from members.models import ALSO, CONTRIBUTES, OF_A_PERSON, FocalPoint, Member

OF_THE_ORGANISATION = (
    "organisation_name",
    "acronym",
    "category",
    "country",
    "website",
    "about",
)
OF_THE_INTEREST = (
    "focus_area",
    "further_focus_areas",
    "role",
    "contributions",
    "motivation",
    "publication_consent",
    "newsletter",
)
# These go by the same name in the form and in the file.
SAME_IN_THE_FILE = (*OF_THE_ORGANISATION, "role", "motivation", "publication_consent", "newsletter")
# What only the sender's own form has.
OF_THE_SENDER = (
    "submission_key",
    "started",
    "leave_empty",
    "is_authorised",
    "privacy_consent",
)


@dataclass(frozen=True)
class Section:
    """Fields of the form that stand under one heading."""

    heading: str
    fields: list[forms.BoundField]


class FactsForm(ExpressionOfInterestForm):
    """What an EOI says, without what only its sender can say; with a reason and a version."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Why, and on whose word. It stays on the timeline."),
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        error_messages={"required": gettext_lazy("Say why the facts are corrected.")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: QueryDict | None, *, member: Member, focal_points: list[FocalPoint]
    ) -> None:
        """Start from the facts as they are; the alternate is asked about where there is one."""
        self.people = {person.is_alternate: person for person in focal_points}
        super().__init__(data, initial=self.facts_in_form(member), label_suffix="")
        for name in OF_THE_SENDER:
            del self.fields[name]
        if True in self.people:
            for name in ("alternate_family_name", "alternate_email"):
                self.fields[name].required = True
        else:
            for name in ALTERNATE.fields:
                del self.fields[name]

    def facts_in_form(self, member: Member) -> dict[str, Any]:
        """Return the facts of a file by the form's names."""
        facts: dict[str, Any] = {name: getattr(member, name) for name in SAME_IN_THE_FILE}
        facts["version"] = member.version
        facts["focus_area"] = member.first_choice.slug
        facts["contributions"] = [
            kind.value for kind, column in CONTRIBUTES.items() if getattr(member, column)
        ]
        facts["further_focus_areas"] = [
            slug for slug, column in ALSO.items() if getattr(member, column)
        ]
        for is_alternate, person in self.people.items():
            prefix = "alternate_" if is_alternate else ""
            facts |= {f"{prefix}{name}": getattr(person, name) for name in OF_A_PERSON}
            facts[f"{prefix}phone"] = str(person.phone)
        return facts

    def clean(self) -> dict[str, Any]:
        """Judge as the public form does; a country with several time zones needs one chosen."""
        answers = super().clean()
        if "country" in answers and not answers.get("time_zone"):
            self.refuse_without_time_zone()
        return answers

    @property
    def facts(self) -> dict[str, Any]:
        """The facts of the organisation as the file keeps them."""
        answers = self.cleaned_data
        further = answers["further_focus_areas"]
        return {
            **{name: answers[name] for name in SAME_IN_THE_FILE},
            "first_choice": answers["focus_area"],
            **{column: slug in further for slug, column in ALSO.items()},
            **{column: kind in answers["contributions"] for kind, column in CONTRIBUTES.items()},
        }

    @property
    def facts_of_people(self) -> dict[int, dict[str, Any]]:
        """The facts of each focal point, by its primary key."""
        answers = self.cleaned_data
        people = {}
        for is_alternate, person in self.people.items():
            prefix = "alternate_" if is_alternate else ""
            facts = {name: answers[f"{prefix}{name}"] for name in OF_A_PERSON}
            # Left out, the alternate's are the focal point's.
            facts["language"] = facts["language"] or answers["language"]
            facts["time_zone"] = facts["time_zone"] or answers["time_zone"]
            people[person.pk] = facts
        return people

    @property
    def version_seen(self) -> int | None:
        """The version that the person corrects, if the page sent one."""
        seen: int | None = self.cleaned_data.get("seen_version") or self.cleaned_data.get("version")
        return seen

    def differences_from(self, member: Member) -> list[tuple[str, str, str]]:
        """Return label, what the file says now, and what stands here, where the two differ.

        What was typed wrongly is left out: it says so itself.
        """
        in_file, here = self.facts_in_form(member), dict(self.cleaned_data)
        if "focus_area" in here:
            here["focus_area"] = here["focus_area"].slug
        return [
            (str(self[name].label), self.in_words(name, in_file[name]), self.in_words(name, typed))
            for name, typed in here.items()
            if name in in_file and name != "version" and in_file[name] != typed
        ]

    def in_words(self, name: str, value: Any) -> str:
        """Return a value of a field as the field's choices call it."""
        if isinstance(value, list):
            return ", ".join(self.in_words(name, one) for one in value)
        flat = getattr(self.fields[name], "choices", ())
        return str(dict(choice for choice in flat if isinstance(choice[1], str)).get(value, value))

    @property
    def sections(self) -> list[Section]:
        """The fields under their headings."""
        headings = [
            (_("Organisation"), OF_THE_ORGANISATION),
            (_("Interest"), OF_THE_INTEREST),
            (_("Focal point"), OF_A_PERSON),
            (_("Alternate focal point"), ALTERNATE.fields),
            (_("Why"), ("reason",)),
        ]
        return [
            Section(heading, [self[name] for name in names if name in self.fields])
            for heading, names in headings
            if names[0] in self.fields
        ]
