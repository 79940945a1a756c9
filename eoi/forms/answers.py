"""A form with the answers of a member, validated like the public form."""

from collections.abc import Iterator
from typing import Any

from django.http import QueryDict

from eoi.forms.expression import TECHNICAL_FIELDS, ExpressionOfInterestForm
from eoi.forms.layout import ALTERNATE
from members.models import FocalPoint, Member
from members.services.question import Kind
from members.services.questions import (
    CORRECTABLE_QUESTIONS,
    PERSON_FIELDS,
    QUESTIONS,
    QUESTIONS_BY_NAME,
)

# Asked only when an EOI is sent.
SUBMISSION_ONLY_FIELDS = (
    "submission_key",
    *TECHNICAL_FIELDS,
    *(question.name for question in QUESTIONS if question not in CORRECTABLE_QUESTIONS),
)


class AnswersForm(ExpressionOfInterestForm):
    """The answers that can be corrected."""

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        member: Member,
        focal_points: list[FocalPoint],
        initial: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.people = {person.is_alternate: person for person in focal_points}
        facts = self.facts_in_form(member) | (initial or {})
        super().__init__(data, initial=facts, label_suffix="", **kwargs)
        self.member = member
        for name in SUBMISSION_ONLY_FIELDS:
            del self.fields[name]

    @property
    def has_alternate(self) -> bool:
        return True in self.people

    def facts_in_form(self, member: Member) -> dict[str, Any]:
        """Return the answers of a member by the field names of the form."""
        facts = {}
        for question in CORRECTABLE_QUESTIONS:
            answer = question.answer_of(member, self.people)
            facts[question.name] = str(answer or "") if question.kind is Kind.PHONE else answer
        return facts

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        if any(answers.get(name) for name in ALTERNATE.fields):
            for name in ("language", "time_zone"):
                answers[f"alternate_{name}"] = answers.get(f"alternate_{name}") or answers.get(name)
        return answers

    @property
    def facts(self) -> dict[str, Any]:
        """The values of the member's columns."""
        facts: dict[str, Any] = {}
        for question in CORRECTABLE_QUESTIONS:
            if not question.is_about_person:
                facts |= question.values_of(self.cleaned_data[question.name])
        return facts

    @property
    def facts_of_people(self) -> dict[int, dict[str, Any]]:
        """The values of each focal point's columns, by primary key."""
        return {
            person.pk: self.facts_of_person("alternate_" if is_alternate else "")
            for is_alternate, person in self.people.items()
        }

    def facts_of_person(self, prefix: str) -> dict[str, Any]:
        """Return the values of one person's columns."""
        return {
            name: self.cleaned_data[f"{prefix}{name}"]
            for name in PERSON_FIELDS
            if f"{prefix}{name}" in self.fields
        }

    def differences(self) -> Iterator[tuple[str, Any, Any]]:
        """Yield the name, the stored and the typed answer of each valid field where they differ."""
        stored, typed = self.facts_in_form(self.member), dict(self.cleaned_data)
        if "focus_area" in typed:
            typed["focus_area"] = typed["focus_area"].slug
        for name in self.fields:
            question = QUESTIONS_BY_NAME.get(name)
            if question is None or name not in typed:
                continue
            was, now = stored[name], typed[name]
            if question.columns:
                # The order in which choices are ticked has no meaning.
                now = [value for value in question.columns if value in now]
            if (was or "") != (now or ""):
                yield name, was, now


class StaffAnswersForm(AnswersForm):
    """The answers that staff correct: those that are required may not be emptied.

    Only the organisation can add an alternate.
    """

    def __init__(self, data: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if self.has_alternate:
            for name in ("alternate_family_name", "alternate_email"):
                self.fields[name].required = True
        else:
            for name in ALTERNATE.fields:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        if "country" in answers and not answers.get("time_zone"):
            self.refuse_without_time_zone()
        return answers
