"""The questions of the Expression of Interest: one row for each, from which the pages follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from functools import partial
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from focus_areas.models import FocusArea
from members.models import CONTRIBUTION_COLUMNS, FURTHER_AREA_COLUMNS, FocalPoint, Member


class Section(StrEnum):
    """The sections of the record and of its corrections."""

    ORGANISATION = "organisation"
    INTEREST = "interest"
    FOCAL_POINT = "focal-point"
    ALTERNATE = "alternate"
    AGREEMENT = "agreement"


class Kind(Enum):
    """What an answer is, and so how it is shown, written into a cell and read from one."""

    TEXT = auto()
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


@dataclass(frozen=True)
class Question:
    """One question.

    `name` is that of the form's field, of the spreadsheet's column and of the parameter of
    `receive_expression_of_interest`; `heading` stands above the answer in the record and in
    spreadsheets. `is_folded` is what the form asks among what may be added. `hint` says what may
    stand in the spreadsheet's column.
    """

    section: Section
    name: str
    heading: str | Promise
    kind: Kind = Kind.TEXT
    # Where the column has another name.
    column: str = ""
    is_folded: bool = False
    correctable_by: CorrectableBy = CorrectableBy.APPLICANT_AND_STAFF
    hint: str | Promise = ""

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
        """Return what an answer of the form makes of the columns."""
        if self.columns:
            return {column: value in answer for value, column in self.columns.items()}
        return {self.column_name: answer}


_organisation, _interest, _focal_point, _alternate, _agreement = (
    partial(Question, section) for section in Section
)
_COUNTRY = _("The name, or the code of two letters.")
_ABOUT = _("Up to 150 words.")
_AREA = _("The name, or the number.")
_SEVERAL = _("Several with a semicolon between them.")
_ONE_NAME = _("If the person has one name only, enter it here.")
_PHONE = _("With the country code, like +41 22 730 5111")
_ZONE = _("Like America/New_York. May be empty where the country has only one.")
_ALL_OR_NOTHING = _("Leave all of the alternate empty, or give at least family name and email.")
_SAME = _("Empty: the same as the focal point’s.")
_CONSENT = _("Yes, or the row is refused.")

QUESTIONS: Final = (
    _organisation("organisation_name", _("Organisation")),
    _organisation("acronym", _("Acronym"), is_folded=True),
    _organisation("category", _("Category"), Kind.CHOICE),
    _organisation("country", _("Country"), Kind.COUNTRY, hint=_COUNTRY),
    _organisation("website", _("Website"), Kind.WEBSITE, is_folded=True),
    _organisation(
        "about", _("About the organisation"), Kind.LONG_TEXT, is_folded=True, hint=_ABOUT
    ),
    _interest("focus_area", _("First choice"), Kind.FOCUS_AREA, column="first_choice", hint=_AREA),
    _interest(
        "further_focus_areas",
        _("Also interested in"),
        Kind.FOCUS_AREAS,
        is_folded=True,
        hint=_SEVERAL,
    ),
    _interest("role", _("Role sought"), Kind.CHOICE),
    _interest(
        "contributions", _("Contribution"), Kind.CONTRIBUTIONS, is_folded=True, hint=_SEVERAL
    ),
    _interest("motivation", _("Motivation"), Kind.LONG_TEXT, hint=_("Up to 300 words.")),
    _focal_point("title", _("Title"), Kind.CHOICE, is_folded=True),
    _focal_point("given_name", _("Given name")),
    _focal_point("family_name", _("Family name"), hint=_ONE_NAME),
    _focal_point("position", _("Position")),
    _focal_point("email", _("Email"), Kind.EMAIL, correctable_by=CorrectableBy.STAFF),
    _focal_point("phone", _("Phone"), Kind.PHONE, is_folded=True, hint=_PHONE),
    _focal_point("language", _("Language of correspondence"), Kind.CHOICE),
    _focal_point("time_zone", _("Time zone"), Kind.TIME_ZONE, is_folded=True, hint=_ZONE),
    _alternate("alternate_title", _("Title of the alternate"), Kind.CHOICE, hint=_ALL_OR_NOTHING),
    _alternate("alternate_given_name", _("Given name of the alternate")),
    _alternate("alternate_family_name", _("Family name of the alternate")),
    _alternate("alternate_position", _("Position of the alternate")),
    _alternate(
        "alternate_email",
        _("Email address of the alternate"),
        Kind.EMAIL,
        correctable_by=CorrectableBy.STAFF,
    ),
    _alternate("alternate_phone", _("Phone of the alternate"), Kind.PHONE),
    _alternate(
        "alternate_language",
        _("Language of correspondence of the alternate"),
        Kind.CHOICE,
        hint=_SAME,
    ),
    _alternate("alternate_time_zone", _("Time zone of the alternate"), Kind.TIME_ZONE, hint=_SAME),
    _agreement(
        "is_authorised",
        _("Authorised to express the interest"),
        Kind.CHECKBOX,
        correctable_by=CorrectableBy.NOBODY,
        hint=_CONSENT,
    ),
    _agreement(
        "privacy_consent",
        _("Agreed to the privacy notice"),
        Kind.PRIVACY_NOTICE,
        column="privacy_version",
        correctable_by=CorrectableBy.NOBODY,
        hint=_CONSENT,
    ),
    _agreement("publication_consent", _("May be listed publicly"), Kind.CHECKBOX),
    _agreement("newsletter", _("Wants the newsletter"), Kind.CHECKBOX, is_folded=True),
)
QUESTIONS_BY_NAME: Final = {question.name: question for question in QUESTIONS}
CORRECTABLE_QUESTIONS: Final = tuple(
    question for question in QUESTIONS if question.correctable_by is not CorrectableBy.NOBODY
)
# The columns of a person.
PERSON_FIELDS: Final = tuple(
    question.column_name for question in QUESTIONS if question.section is Section.FOCAL_POINT
)


def names_in(*sections: Section) -> list[str]:
    """Return the names of the questions of some sections, in the order of the record."""
    return [question.name for question in QUESTIONS if question.section in sections]
