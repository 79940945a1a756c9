"""The texts in the lead's own words that a commitment has now, one by one, and changes of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from commitments.models import Commitment
from commitments.services.fields import FIELDS, CommitmentField
from core.text_diff import DiffSegment, diff_words

# The declared texts in the lead's own words. Staff write the English ones as a translation.
DECLARED: Final = tuple(each for each in FIELDS if each.is_typed and not each.is_english)
# The texts of the parts: the rows, and their columns.
PARTS: Final[Mapping[str, Sequence[str]]] = {
    "targets": ("indicator", "unit"),
    "amounts": ("label",),
}


@dataclass(frozen=True)
class OwnText:
    """One text of a commitment: a declared field, or a column of a target or an amount.

    `number` is that of the target or amount on the page.
    """

    name: str
    value: str
    declared: CommitmentField | None = None
    column: str = ""
    number: int = 0

    @property
    def label(self) -> str:
        """What the reader calls it."""
        if self.declared:
            return str(self.declared.heading)
        words = {
            "indicator": _("Target %(number)d: what is measured"),
            "unit": _("Target %(number)d: unit"),
            "label": _("Amount %(number)d: what it is for"),
        }
        return words[self.column] % {"number": self.number}


@dataclass(frozen=True)
class TextChange:
    """A text, and what it is corrected to."""

    text: OwnText
    now: str

    @property
    def label(self) -> str:
        """What the reader calls the text."""
        return self.text.label

    @property
    def segments(self) -> list[DiffSegment]:
        """The parts that stay, are removed or are added."""
        return diff_words(self.text.value, self.now)


def texts_of(commitment: Commitment) -> list[OwnText]:
    """Return the texts of a commitment that are not empty, in the order of the form."""
    found = [
        OwnText(each.name, value, each)
        for each in DECLARED
        if (value := getattr(commitment, each.name))
    ]
    for part, columns in PARTS.items():
        rows = getattr(commitment, part).filter(is_current=True).order_by("position", "pk")
        if part == "amounts":
            rows = rows.filter(report=None)
        found += [
            OwnText(f"{part}-{row.key}-{column}", value, None, column, number)
            for number, row in enumerate(rows, start=1)
            for column in columns
            if (value := getattr(row, column))
        ]
    return found


def changed_texts(commitment: Commitment, texts: Mapping[str, str]) -> list[TextChange]:
    """Return what is different in some texts, which are given by name."""
    return [
        TextChange(each, texts[each.name])
        for each in texts_of(commitment)
        if each.name in texts and texts[each.name] != each.value
    ]
