"""One question of the Expression of Interest, and what follows from its row."""

from collections.abc import Mapping
from dataclasses import dataclass
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
    """The sections of the record and of its corrections."""

    ORGANISATION = "organisation"
    INTEREST = "interest"
    FOCAL_POINT = "focal-point"
    ALTERNATE = "alternate"
    AGREEMENT = "agreement"


class Kind(Enum):
    """What an answer is: how it is asked for, shown, written into a cell and read from one."""

    TEXT = auto()
    # A text with letters.
    NAME = auto()
    PERSON_NAME = auto()
    LONG_TEXT = auto()
    # One of the choices of its column.
    CHOICE = auto()
    COUNTRY = auto()
    FOCUS_AREA = auto()
    # Several of a list, each with a column of its own.
    FOCUS_AREAS = auto()
    CONTRIBUTIONS = auto()
    EMAIL = auto()
    WEBSITE = auto()
    PHONE = auto()
    TIME_ZONE = auto()
    CHECKBOX = auto()
    # A ticked box, kept as the version of the privacy notice.
    PRIVACY_NOTICE = auto()


COLUMNS_OF_VALUES: Final[Mapping[Kind, Mapping[Any, str]]] = {
    Kind.FOCUS_AREAS: FURTHER_AREA_COLUMNS,
    Kind.CONTRIBUTIONS: CONTRIBUTION_COLUMNS,
}


class CorrectableBy(Enum):
    """Who may correct an answer."""

    APPLICANT_AND_STAFF = auto()
    # An applicant only gives it for an alternate whom they add.
    STAFF = auto()
    NOBODY = auto()


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question.

    `name` is that of the form's field, of the spreadsheet's column and of the keyword of
    `receive_expression_of_interest`. The most that a text may have is the length of its column.
    """

    section: Section
    name: str
    kind: Kind = Kind.TEXT
    # The column of the model, where it has another name.
    column: str = ""
    label: str | Promise
    # What stands above the answer in the record and in spreadsheets, where it is not the label.
    short_label: str | Promise = ""
    hint: str | Promise = ""
    # What may stand in the spreadsheet's column.
    cell_hint: str | Promise = ""
    # What is said where there is no answer; empty where there may be none.
    required: str | Promise = ""
    # What is said of a choice that is not offered, where it is not the same.
    invalid_choice: str | Promise = ""
    # What a list offers for no answer.
    empty_label: str | Promise = ""
    max_words: int = 0
    # Whether the form asks it among what may be added.
    is_folded: bool = False
    correctable_by: CorrectableBy = CorrectableBy.APPLICANT_AND_STAFF
    # The place on the public list of members; 0 where the answer is not public.
    public_position: int = 0
    # The attribute of the input, and how wide it is: short, medium, or as wide as the form.
    autocomplete: str = ""
    width: str = ""

    @property
    def heading(self) -> str | Promise:
        """What stands above the answer in the record and in spreadsheets."""
        return self.short_label or self.label

    @property
    def is_about_person(self) -> bool:
        """Whether a focal point has the answer, and not the member."""
        return self.section in (Section.FOCAL_POINT, Section.ALTERNATE)

    @property
    def column_name(self) -> str:
        """The column that has the answer, if one has all of it."""
        return self.column or self.name.removeprefix("alternate_")

    @property
    def columns(self) -> Mapping[Any, str]:
        """The column of each value, where each has one."""
        return COLUMNS_OF_VALUES.get(self.kind, {})

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns that have the answer."""
        return tuple(self.columns.values()) or (self.column_name,)

    @property
    def model_field(self) -> Any:
        """The field of the model that has the answer, if one has all of it."""
        model = FocalPoint if self.is_about_person else Member
        return model._meta.get_field(self.column_name)

    @property
    def choices(self) -> list[tuple[Any, Any]]:
        """The values that are offered, with their labels, where these do not differ by reader."""
        if self.kind is Kind.CONTRIBUTIONS:
            return Contribution.choices
        return list(self.model_field.choices) if self.kind is Kind.CHOICE else []

    def answer_of(self, member: Member, people: Mapping[bool, FocalPoint]) -> Any:
        """Return the answer as the form takes it, or None of somebody who is not there.

        `people` are the focal points by whether each is the alternate.
        """
        row: Any = people.get(self.section is Section.ALTERNATE) if self.is_about_person else member
        if self.columns:
            return [value for value, column in self.columns.items() if getattr(row, column)]
        answer = getattr(row, self.column_name, None)
        return answer.slug if isinstance(answer, FocusArea) else answer

    def values_of(self, answer: Any) -> dict[str, Any]:
        """Return the values of the columns for an answer of the form; None is no answer.

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
