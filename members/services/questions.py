"""The questions of the Expression of Interest: one row for each, with all that is said of it.

The form, the check page, the corrections, intake, the record and the spreadsheets are derived from
these rows (docs/how-to/add-a-question.md).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final, NotRequired, TypedDict

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from focus_areas.models import FocusArea
from members.models import Category, SoughtRole
from members.services.question import CorrectableBy, Kind, Question, Section


class Answers(TypedDict):
    """The answers to the questions, by their names.

    `further_focus_areas` are slugs, `contributions` are values of Contribution.
    """

    organisation_name: str
    acronym: NotRequired[str]
    category: str
    country: str
    website: NotRequired[str]
    about: NotRequired[str]
    focus_area: FocusArea
    further_focus_areas: NotRequired[Iterable[str]]
    role: str
    contributions: NotRequired[Iterable[str]]
    motivation: str
    title: NotRequired[str]
    given_name: NotRequired[str]
    family_name: str
    position: NotRequired[str]
    email: str
    phone: NotRequired[str]
    language: str
    time_zone: NotRequired[str]
    alternate_title: NotRequired[str]
    alternate_given_name: NotRequired[str]
    alternate_family_name: NotRequired[str]
    alternate_position: NotRequired[str]
    alternate_email: NotRequired[str]
    alternate_phone: NotRequired[str]
    alternate_language: NotRequired[str]
    alternate_time_zone: NotRequired[str]
    is_authorised: bool
    privacy_consent: bool
    publication_consent: NotRequired[bool]
    newsletter: NotRequired[bool]


_ALL_OR_NOTHING = _(
    "Leave all answers about the alternate empty, or enter at least the family name and the email."
)
_SAME = _("If empty: the same as the focal point’s.")

MEMBER_QUESTIONS: Final = (
    Question(
        section=Section.ORGANISATION,
        name="organisation_name",
        kind=Kind.NAME,
        label=_("Name of the organisation"),
        short_label=_("Organisation"),
        hint=_("The official name, in your own script if you like."),
        required=_("Enter the name of the organisation"),
        autocomplete="organization",
    ),
    Question(
        section=Section.ORGANISATION,
        name="acronym",
        label=_("Acronym"),
        is_folded=True,
        autocomplete="off",
        width="short",
    ),
    Question(
        section=Section.ORGANISATION,
        name="category",
        kind=Kind.CHOICE,
        label=_("What kind of organisation is it?"),
        short_label=_("Category"),
        hint=_("Choose “Other” if you are not sure."),
        choice_hints={
            Category.MEMBER_STATE: _("Including ministries, regulators and other public bodies."),
            Category.SECTOR_MEMBER: _("A member of ITU’s Development Sector."),
            Category.OTHER: _("For example a company or a foundation."),
        },
        required=_("Choose the kind of organisation"),
    ),
    Question(
        section=Section.ORGANISATION,
        name="country",
        kind=Kind.COUNTRY,
        label=_("Country of the headquarters"),
        short_label=_("Country"),
        cell_hint=_("The name or the two-letter code."),
        required=_("Choose the country of the headquarters"),
        invalid_choice=_("Choose the country of the headquarters from the list"),
        empty_label=_("Choose a country"),
        autocomplete="country",
    ),
    Question(
        section=Section.ORGANISATION,
        name="website",
        kind=Kind.WEBSITE,
        label=_("Website"),
        hint=_("For example www.example.org"),
        is_folded=True,
        autocomplete="url",
    ),
    Question(
        section=Section.ORGANISATION,
        name="about",
        kind=Kind.LONG_TEXT,
        label=_("About the organisation"),
        hint=_("Up to 150 words."),
        cell_hint=_("Up to 150 words."),
        max_words=150,
        is_folded=True,
    ),
    Question(
        section=Section.INTEREST,
        name="focus_area",
        kind=Kind.FOCUS_AREA,
        column="first_choice",
        label=_("Which focus area is your first choice?"),
        short_label=_("First choice"),
        cell_hint=_("The name, or the number."),
        required=_("Choose one of the four focus areas"),
    ),
    Question(
        section=Section.INTEREST,
        name="further_focus_areas",
        kind=Kind.FOCUS_AREAS,
        label=_("Further focus areas that interest you"),
        short_label=_("Also interested in"),
        cell_hint=_("Separate several values with semicolons."),
        invalid_choice=_("Choose from the four focus areas"),
        is_folded=True,
    ),
    Question(
        section=Section.INTEREST,
        name="role",
        kind=Kind.CHOICE,
        label=_("What role would you like in its working group?"),
        short_label=_("Role sought"),
        choice_hints={
            SoughtRole.PARTICIPANT: _(
                "Joins the online meetings, and writes the area’s Action Framework with the others."
            ),
            SoughtRole.LEAD: _(
                "Does the same, and prepares and chairs the meetings with the other co-leads."
            ),
            SoughtRole.OBSERVER: _("Follows the meetings and reads the papers."),
        },
        required=_("Choose the role that you would like"),
    ),
    Question(
        section=Section.INTEREST,
        name="contributions",
        kind=Kind.CONTRIBUTIONS,
        label=_("What kind of contribution do you plan to make?"),
        short_label=_("Contribution"),
        cell_hint=_("Separate several values with semicolons."),
        invalid_choice=_("Choose contributions from the list"),
        is_folded=True,
    ),
    Question(
        section=Section.INTEREST,
        name="motivation",
        kind=Kind.LONG_TEXT,
        label=_("What do you want to bring or achieve?"),
        short_label=_("Motivation"),
        hint=_("Up to 300 words; a few sentences are enough. Write in any language."),
        cell_hint=_("Up to 300 words."),
        required=_("Say in a sentence or two what you want to bring or achieve"),
        max_words=300,
    ),
)
PERSON_QUESTIONS: Final = (
    Question(
        section=Section.FOCAL_POINT,
        name="title",
        kind=Kind.CHOICE,
        label=pgettext_lazy("form of address", "Title"),
        invalid_choice=_("Choose a title from the list"),
        empty_label=_("None"),
        is_folded=True,
        autocomplete="honorific-prefix",
        width="short",
    ),
    Question(
        section=Section.FOCAL_POINT,
        name="given_name",
        kind=Kind.PERSON_NAME,
        label=_("Given name"),
        autocomplete="given-name",
    ),
    Question(
        section=Section.FOCAL_POINT,
        name="family_name",
        kind=Kind.PERSON_NAME,
        label=_("Family name"),
        hint=_("If the person has one name only, enter it here."),
        cell_hint=_("If the person has one name only, enter it here."),
        required=_("Enter the family name, or the only name"),
        autocomplete="family-name",
    ),
    Question(
        section=Section.FOCAL_POINT,
        name="position",
        kind=Kind.NAME,
        label=_("Position"),
        hint=_("For example: Director of International Affairs"),
        required=_("Enter the position in the organisation"),
        autocomplete="organization-title",
    ),
    Question(
        section=Section.FOCAL_POINT,
        name="email",
        kind=Kind.EMAIL,
        label=_("Email address"),
        short_label=_("Email"),
        hint=_("An address that the person reads. We send all our messages to it."),
        required=_("Enter a valid email address, like name@example.org"),
        correctable_by=CorrectableBy.STAFF,
        autocomplete="email",
    ),
    Question(
        section=Section.FOCAL_POINT,
        name="phone",
        kind=Kind.PHONE,
        label=_("Phone"),
        hint=_("With the country code, like +41 22 730 5111"),
        cell_hint=_("With the country code, like +41 22 730 5111"),
        is_folded=True,
        autocomplete="tel",
        width="medium",
    ),
    Question(
        section=Section.FOCAL_POINT,
        name="language",
        kind=Kind.CHOICE,
        label=_("Language of correspondence"),
        hint=_("Our messages are in this language."),
        required=_("Choose the language of correspondence"),
    ),
    Question(
        section=Section.FOCAL_POINT,
        name="time_zone",
        kind=Kind.TIME_ZONE,
        label=_("Time zone"),
        hint=_(
            "If you leave this empty, we use the time zone of the country of the headquarters. If "
            "that country has several, we ask you."
        ),
        cell_hint=_(
            "For example America/New_York. May be empty if the country has only one time zone."
        ),
        invalid_choice=_("Choose a time zone from the list"),
        empty_label=_("The country’s time zone"),
        is_folded=True,
        width="medium",
    ),
)


def _about_alternate(name: str, label: str | Promise, **changes: Any) -> Question:
    """Return a copy for the alternate of the question `name` about the focal point."""
    [question] = [question for question in PERSON_QUESTIONS if question.name == name]
    as_asked = {
        "section": Section.ALTERNATE,
        "name": f"alternate_{name}",
        "label": label,
        "short_label": "",
        "hint": "",
        "cell_hint": "",
        "required": "",
        "is_folded": False,
        "autocomplete": question.autocomplete and "off",
    }
    return replace(question, **{**as_asked, **changes})


ALTERNATE_QUESTIONS: Final = (
    _about_alternate("title", _("Title of the alternate"), cell_hint=_ALL_OR_NOTHING),
    _about_alternate("given_name", _("Given name of the alternate")),
    _about_alternate("family_name", _("Family name of the alternate")),
    _about_alternate("position", _("Position of the alternate")),
    _about_alternate("email", _("Email address of the alternate")),
    _about_alternate("phone", _("Phone of the alternate")),
    _about_alternate(
        "language",
        _("Language of correspondence of the alternate"),
        cell_hint=_SAME,
        invalid_choice=_("Choose a language from the list"),
        empty_label=_("The same as the focal point’s"),
        width="medium",
    ),
    _about_alternate(
        "time_zone",
        _("Time zone of the alternate"),
        cell_hint=_SAME,
        empty_label=_("The same as the focal point’s"),
    ),
)
AGREEMENT_QUESTIONS: Final = (
    Question(
        section=Section.AGREEMENT,
        name="is_authorised",
        kind=Kind.CHECKBOX,
        label=_("I am authorised to express this interest on behalf of the organisation"),
        short_label=_("Authorised to express the interest"),
        cell_hint=_("Must be yes, otherwise the row is refused."),
        required=_("Confirm that you are authorised, or tick that somebody else signs"),
        correctable_by=CorrectableBy.NOBODY,
    ),
    Question(
        section=Section.AGREEMENT,
        name="privacy_consent",
        kind=Kind.PRIVACY_NOTICE,
        column="privacy_version",
        label=_("I have read and agree to the privacy notice"),
        short_label=_("Agreed to the privacy notice"),
        cell_hint=_("Must be yes, otherwise the row is refused."),
        required=_("We can only accept your answers if you agree to the privacy notice"),
        correctable_by=CorrectableBy.NOBODY,
    ),
    Question(
        section=Section.AGREEMENT,
        name="publication_consent",
        kind=Kind.CHECKBOX,
        label=_(
            "Once admitted, the organisation’s name, acronym, country, category and focus area "
            "may be listed on the public site"
        ),
        short_label=_("May be listed publicly"),
    ),
    Question(
        section=Section.AGREEMENT,
        name="newsletter",
        kind=Kind.CHECKBOX,
        label=_("Send the coalition’s newsletter to the focal point"),
        short_label=_("Wants the newsletter"),
        is_folded=True,
    ),
)

# In the order in which the page of an EOI shows them.
QUESTIONS: Final = (
    *MEMBER_QUESTIONS,
    *PERSON_QUESTIONS,
    *ALTERNATE_QUESTIONS,
    *AGREEMENT_QUESTIONS,
)
QUESTIONS_BY_NAME: Final = {question.name: question for question in QUESTIONS}
CORRECTABLE_QUESTIONS: Final = tuple(
    question for question in QUESTIONS if question.correctable_by is not CorrectableBy.NOBODY
)
# The model fields of a person.
PERSON_FIELDS: Final = tuple(question.column_name for question in PERSON_QUESTIONS)


def columns_of(answers: Answers, *sections: Section) -> dict[str, Any]:
    """Return the values of the model fields for the answers in some sections.

    Raises TypeError for a missing or an unknown answer, as for the arguments of a function.
    """
    missing = Answers.__required_keys__ - answers.keys()
    unknown = answers.keys() - QUESTIONS_BY_NAME.keys()
    if missing or unknown:
        raise TypeError(f"missing answers: {sorted(missing)}, unknown: {sorted(unknown)}")
    given: Mapping[str, object] = answers
    values: dict[str, Any] = {}
    for question in QUESTIONS:
        if question.section in sections:
            values |= question.values_of(given.get(question.name))
    return values


def names_in(*sections: Section) -> list[str]:
    """Return the names of the questions in some sections, in the order of QUESTIONS."""
    return [question.name for question in QUESTIONS if question.section in sections]
