"""The definition of one question of the Expression of Interest (EOI)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from typing import Any, Final

from django.conf import settings
from django.utils.functional import Promise

from focus_areas.models import FocusArea
from members.models import (
    CONTRIBUTION_COLUMNS,
    FURTHER_AREA_COLUMNS,
    Contribution,
    FocalPoint,
    Member,
)


class Section(StrEnum):
    """The sections of the page of an EOI and of its correction form."""

    ORGANISATION = "organisation"
    INTEREST = "interest"
    FOCAL_POINT = "focal-point"
    ALTERNATE = "alternate"
    AGREEMENT = "agreement"


class Kind(Enum):
    """The type of an answer: it defines the form field, the display and the spreadsheet cell."""

    TEXT = auto()
    # A text that contains letters.
    NAME = auto()
    PERSON_NAME = auto()
    LONG_TEXT = auto()
    # One of the choices of its model field.
    CHOICE = auto()
    COUNTRY = auto()
    FOCUS_AREA = auto()
    # Several values of a list, each with its own model field.
    FOCUS_AREAS = auto()
    CONTRIBUTIONS = auto()
    EMAIL = auto()
    WEBSITE = auto()
    PHONE = auto()
    TIME_ZONE = auto()
    CHECKBOX = auto()
    # A checkbox, stored as the version of the privacy notice.
    PRIVACY_NOTICE = auto()


COLUMNS_OF_VALUES: Final[Mapping[Kind, Mapping[Any, str]]] = {
    Kind.FOCUS_AREAS: FURTHER_AREA_COLUMNS,
    Kind.CONTRIBUTIONS: CONTRIBUTION_COLUMNS,
}


class CorrectableBy(Enum):
    """Who may correct an answer."""

    APPLICANT_AND_STAFF = auto()
    # An applicant can only enter it for a new alternate.
    STAFF = auto()
    NOBODY = auto()


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question.

    `name` is the name of the form field, of the spreadsheet column and of the argument of
    `receive_expression_of_interest`. The maximum length of a text is that of its model field.
    """

    section: Section
    name: str
    kind: Kind = Kind.TEXT
    # The model field, if it has another name.
    column: str = ""
    label: str | Promise
    # The heading above the answer and in spreadsheets, if it is not the label.
    short_label: str | Promise = ""
    hint: str | Promise = ""
    # The values that are allowed in the spreadsheet column.
    cell_hint: str | Promise = ""
    # The error message for a missing answer; empty if the answer is optional.
    required: str | Promise = ""
    # The error message for an invalid choice, if it differs from `required`.
    invalid_choice: str | Promise = ""
    # What a choice means, by its value, where its label does not say it.
    choice_hints: Mapping[str, str | Promise] = field(default_factory=dict)
    # The label of the empty choice.
    empty_label: str | Promise = ""
    max_words: int = 0
    # Whether the form shows it in the collapsed optional part.
    is_folded: bool = False
    correctable_by: CorrectableBy = CorrectableBy.APPLICANT_AND_STAFF
    # The `autocomplete` attribute and the width of the input: short, medium, or the full width.
    autocomplete: str = ""
    width: str = ""

    @property
    def heading(self) -> str | Promise:
        """The heading above the answer and in spreadsheets."""
        return self.short_label or self.label

    @property
    def is_about_person(self) -> bool:
        """Whether the answer belongs to a focal point and not to the member."""
        return self.section in (Section.FOCAL_POINT, Section.ALTERNATE)

    @property
    def column_name(self) -> str:
        """The name of the model field, if the answer has a single one."""
        return self.column or self.name.removeprefix("alternate_")

    @property
    def columns(self) -> Mapping[Any, str]:
        """The model field of each value, if each value has its own."""
        return COLUMNS_OF_VALUES.get(self.kind, {})

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of all model fields of the answer."""
        return tuple(self.columns.values()) or (self.column_name,)

    @property
    def model_field(self) -> Any:
        """The model field, if the answer has a single one."""
        model = FocalPoint if self.is_about_person else Member
        return model._meta.get_field(self.column_name)

    @property
    def choices(self) -> list[tuple[Any, Any]]:
        """The choices with their labels, if they are the same for all readers."""
        if self.kind is Kind.CONTRIBUTIONS:
            return Contribution.choices
        return list(self.model_field.choices) if self.kind is Kind.CHOICE else []

    def answer_of(self, member: Member, people: Mapping[bool, FocalPoint]) -> Any:
        """Return the answer as a form value, or None if there is no such focal point.

        `people` maps `is_alternate` to the focal point.
        """
        row: Any = people.get(self.section is Section.ALTERNATE) if self.is_about_person else member
        if self.columns:
            return [value for value, column in self.columns.items() if getattr(row, column)]
        answer = getattr(row, self.column_name, None)
        return answer.slug if isinstance(answer, FocusArea) else answer

    def values_of(self, answer: Any) -> dict[str, Any]:
        """Return the values of the model fields for a form value; None means no answer.

        Raises ValueError for a choice that does not exist.
        """
        if self.columns:
            chosen = set(answer or ())
            if unknown := chosen - self.columns.keys():
                raise ValueError(f"{self.name} has no choice {sorted(unknown)}")
            return {column: value in chosen for value, column in self.columns.items()}
        if self.kind is Kind.PRIVACY_NOTICE:
            return {self.column_name: settings.PRIVACY_NOTICE_VERSION if answer else ""}
        if self.kind is Kind.CHECKBOX:
            return {self.column_name: bool(answer)}
        return {self.column_name: answer or ""}
