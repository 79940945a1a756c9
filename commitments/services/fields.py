"""The fields of a commitment: one row for each, with all its texts.

The form and what it is filled in with, the words of every page, the comparison of two contents,
open data and personal data are derived from these rows
(docs/how-to/add-a-field-of-a-commitment.md).
The fields of targets, places, amounts and partners belong to the rows of the form.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from commitments.models import STATEMENT_WORDS, Commitment, CommitmentType, Novelty, Topic
from commitments.services.completeness import FormPart

MORE_TEXT_WORDS: Final = 150
MAX_GOALS: Final = 3
MAX_ACTIONS: Final = 3
# The Sustainable Development Goals, with their short names.
GOALS: Final[dict[int, Promise]] = {
    1: _("No poverty"),
    2: _("Zero hunger"),
    3: _("Good health and well-being"),
    4: _("Quality education"),
    5: _("Gender equality"),
    6: _("Clean water and sanitation"),
    7: _("Affordable and clean energy"),
    8: _("Decent work and economic growth"),
    9: _("Industry, innovation and infrastructure"),
    10: _("Reduced inequalities"),
    11: _("Sustainable cities and communities"),
    12: _("Responsible consumption and production"),
    13: _("Climate action"),
    14: _("Life below water"),
    15: _("Life on land"),
    16: _("Peace, justice and strong institutions"),
    17: _("Partnerships for the goals"),
}


class FieldKind(Enum):
    """The type of a value: it defines the form field, the words and the column of open data."""

    TEXT = auto()
    # A text that contains letters.
    NAME = auto()
    LONG_TEXT = auto()
    CHOICE = auto()
    CHOICES = auto()
    LANGUAGE = auto()
    FOCUS_AREA = auto()
    PILLAR = auto()
    DAY = auto()
    CHECKBOX = auto()
    GOALS = auto()
    ACTIONS = auto()


TYPED_TEXTS: Final = (FieldKind.TEXT, FieldKind.NAME, FieldKind.LONG_TEXT)


@dataclass(frozen=True, kw_only=True)
class CommitmentField:
    """One field. `name` is that of the form field, of `Content` and of the model field.

    The maximum length of a text is that of its model field.
    """

    part: FormPart
    name: str
    kind: FieldKind
    label: str | Promise
    # What pages and comparisons call it, if it is not the label.
    short_label: str | Promise = ""
    hint: str | Promise = ""
    # The error message for a missing value; empty if the field is optional.
    required: str | Promise = ""
    choices: type[TextChoices] | None = None
    # What a choice means, by its value, where its label does not say it.
    choice_hints: Mapping[str, str | Promise] = field(default_factory=dict)
    max_words: int = 0
    # What pages say if a checkbox is ticked.
    ticked: str | Promise = ""
    # Whether it is in English, and asked only for a commitment in another language.
    is_english: bool = False
    # Whether the form shows it only when somebody opens it.
    is_folded: bool = False
    # What the column of the open data means.
    description: str | Promise

    @property
    def heading(self) -> str | Promise:
        """What pages and comparisons call it."""
        return self.short_label or self.label

    @property
    def model_field(self) -> Any:
        """The column of the commitment."""
        return Commitment._meta.get_field(self.name)

    @property
    def is_typed(self) -> bool:
        """Whether it is a text in the lead's own words."""
        return self.kind in TYPED_TEXTS


FIELDS: Final = (
    CommitmentField(
        part=FormPart.WHAT,
        name="type",
        kind=FieldKind.CHOICE,
        choices=CommitmentType,
        label=_("What kind of commitment is it?"),
        short_label=_("Type"),
        required=_("Choose what kind of commitment it is."),
        choice_hints={
            CommitmentType.FINANCIAL: _("Money, also a loan or an own investment"),
            CommitmentType.PROGRAMMATIC: _("A project, a programme or a service"),
            CommitmentType.POLICY: _("A law, a rule or a strategy"),
            CommitmentType.ADVOCACY: _("Speaking up, and convincing others"),
        },
        description=_("The type."),
    ),
    CommitmentField(
        part=FormPart.WHAT,
        name="title",
        kind=FieldKind.NAME,
        label=_("Title"),
        hint=_("One line that says what will be done, and where."),
        required=_("Enter a title."),
        description=_("The title, as the lead wrote it."),
    ),
    CommitmentField(
        part=FormPart.WHAT,
        name="statement",
        kind=FieldKind.LONG_TEXT,
        label=_("Statement"),
        hint=_("Who does what, for whom, by when. At most 150 words; everybody will read them."),
        required=_("Enter the statement."),
        max_words=STATEMENT_WORDS,
        description=_("What the lead promises."),
    ),
    CommitmentField(
        part=FormPart.WHAT,
        name="language",
        kind=FieldKind.LANGUAGE,
        label=_("Language of your texts"),
        short_label=_("Language of the texts"),
        required=_("Choose the language of your texts."),
        description=_("The language of the title, the statement and all other texts of the lead."),
    ),
    CommitmentField(
        part=FormPart.WHAT,
        name="focus_area",
        kind=FieldKind.FOCUS_AREA,
        label=_("Focus area"),
        required=_("Choose a focus area."),
        description=_("The number of the focus area."),
    ),
    CommitmentField(
        part=FormPart.WHAT,
        name="pillar",
        kind=FieldKind.PILLAR,
        label=_("Pillar"),
        hint=_("It may be one of another focus area."),
        description=_("The pillar, in English."),
    ),
    CommitmentField(
        part=FormPart.WHAT,
        name="novelty",
        kind=FieldKind.CHOICE,
        choices=Novelty,
        label=_("Is it new?"),
        short_label=_("New or not"),
        required=_("Choose whether it is new."),
        choice_hints={
            Novelty.EXPANDS: _("Count only what is added below."),
            Novelty.ANNOUNCED: _("Before it was made in the coalition"),
        },
        description=_("Whether it is new, expands what exists, or was announced before."),
    ),
    CommitmentField(
        part=FormPart.WHAT,
        name="announced_before",
        kind=FieldKind.TEXT,
        label=_("If it is not new: what exists, or where and when was it announced?"),
        short_label=_("What exists or was announced"),
        description=_("Where and when it was announced before."),
    ),
    CommitmentField(
        part=FormPart.PLACES,
        name="starts",
        kind=FieldKind.DAY,
        label=_("It starts on"),
        short_label=_("Starts"),
        description=_("The first day, if the lead stated one."),
    ),
    CommitmentField(
        part=FormPart.PLACES,
        name="ends",
        kind=FieldKind.DAY,
        label=_("It ends on"),
        short_label=_("Ends"),
        required=_("Enter the day on which it ends."),
        description=_("The last day."),
    ),
    CommitmentField(
        part=FormPart.MONEY,
        name="amount_not_disclosed",
        kind=FieldKind.CHECKBOX,
        label=_("There is money, and its amount is not disclosed"),
        short_label=_("Not disclosed"),
        ticked=_("There is money whose amount is not disclosed."),
        description=_("Whether the lead does not disclose an amount."),
    ),
    CommitmentField(
        part=FormPart.MORE,
        name="actions",
        kind=FieldKind.ACTIONS,
        label=_("Which actions of the Action Framework does it serve?"),
        short_label=_("Serves the actions"),
        hint=_("At most three. They are those that the working group of its focus area adopted."),
        description=_("The keys of the actions of the Action Framework that it serves."),
    ),
    CommitmentField(
        part=FormPart.MORE,
        name="title_en",
        kind=FieldKind.TEXT,
        label=_("Title in English"),
        hint=_("So that more people can read what you promise. Our team can also write it."),
        is_english=True,
        description=_("The title in English, if the commitment is in another language."),
    ),
    CommitmentField(
        part=FormPart.MORE,
        name="summary_en",
        kind=FieldKind.TEXT,
        label=_("The commitment in one sentence, in English"),
        short_label=_("Sentence in English"),
        is_english=True,
        description=_("One sentence in English, if the commitment is in another language."),
    ),
    CommitmentField(
        part=FormPart.MORE,
        name="conditions",
        kind=FieldKind.LONG_TEXT,
        label=_("What does it depend on?"),
        short_label=_("Depends on"),
        hint=_("For example on the budget of another organisation."),
        max_words=MORE_TEXT_WORDS,
        description=_("What it depends on."),
    ),
    CommitmentField(
        part=FormPart.MORE,
        name="beneficiaries",
        kind=FieldKind.LONG_TEXT,
        label=_("Who benefits?"),
        short_label=_("Who benefits"),
        max_words=MORE_TEXT_WORDS,
        description=_("Who benefits."),
    ),
    CommitmentField(
        part=FormPart.MORE,
        name="topics",
        kind=FieldKind.CHOICES,
        choices=Topic,
        label=_("Topics"),
        description=_("The topics of Universal and Meaningful Connectivity, as codes."),
    ),
    CommitmentField(
        part=FormPart.MORE,
        name="sdgs",
        kind=FieldKind.GOALS,
        label=_("Sustainable Development Goals"),
        hint=_("At most three."),
        is_folded=True,
        description=_("The numbers of the Sustainable Development Goals."),
    ),
)


def declared_fields(part: FormPart) -> list[CommitmentField]:
    """Return the fields of one part of the form, in their order."""
    return [each for each in FIELDS if each.part is part]
