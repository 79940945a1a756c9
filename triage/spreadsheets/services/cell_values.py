"""Converts values to the text of cells and back.

Text that is not recognised is returned unchanged, so that the form refuses it.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, Final

from django.conf import settings
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext, override
from import_export.widgets import Widget

from core.dates import GENEVA, InvalidLocalTime, to_utc
from focus_areas.models import FOCUS_AREA_NAMES
from members.models import FURTHER_AREA_COLUMNS
from members.services import countries

# Between several values in one cell.
VALUE_SEPARATOR: Final = "; "
# Between the number of a focus area and its name.
NUMBER_SEPARATOR: Final = " · "
# The explanation of a column lists its choices if there are not more than this.
MAX_LISTED_CHOICES: Final = 12
YES: Final = ("yes", "true", "1", "x", "on")
NO: Final = ("no", "false", "0", "off", "")
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100
ROUNDING: Final = timedelta(seconds=1)


def normalise_label(written: str) -> str:
    """Return a label in lower case, with single spaces."""
    return " ".join(written.split()).casefold()


def in_every_language(word: Callable[[], object]) -> Iterable[str]:
    """Yield a text in each language of the desk, starting with the reader's."""
    for language in (get_language() or settings.LANGUAGE_CODE, *settings.DESK_LANGUAGES):
        with override(language):
            yield str(word())


class TextCell(Widget):  # type: ignore[misc]  # without types
    """A text, which is not converted."""

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else str(value)

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        return value.strip()

    def is_same(self, written: str, exported: str) -> bool:
        """Return whether two cells mean the same. Raises ValueError if one means nothing."""
        return bool(
            self.clean(_with_one_newline(written)) == self.clean(_with_one_newline(exported))
        )

    def offered(self) -> str:
        """Return the choices in words, or an empty string if there are too many or none."""
        return ""


class ChoiceCell(TextCell):
    """A choice, by its label in any language of the desk or by its code."""

    def __init__(self, choices: Iterable[tuple[str, Any]]) -> None:
        super().__init__()
        self.choices = tuple(choices)

    @cached_property
    def names(self) -> dict[str, str]:
        return {code: str(name) for code, name in self.choices}

    @cached_property
    def codes(self) -> dict[str, str]:
        known: dict[str, str] = {}
        for code, name in self.choices:
            for written in (code, *in_every_language(lambda name=name: name)):  # type: ignore[misc]
                known.setdefault(normalise_label(written), code)
        return known

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return self.names.get(value, value) if value else ""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        return self.codes.get(normalise_label(value), value.strip())

    def offered(self) -> str:
        return (
            VALUE_SEPARATOR.join(self.names.values())
            if len(self.names) <= MAX_LISTED_CHOICES
            else ""
        )


class CountryCell(ChoiceCell):
    """A country by its name in any of the six languages, by a former name or by its code."""

    def __init__(self) -> None:
        super().__init__(())

    @cached_property
    def names(self) -> dict[str, str]:
        return dict(countries.sorted_names(get_language() or settings.LANGUAGE_CODE))

    @cached_property
    def codes(self) -> dict[str, str]:
        known = {normalise_label(code): code for code in self.names}
        in_all = (
            name for each in map(countries.sorted_names, countries.NAME_COLUMNS) for name in each
        )
        for code, name in (*self.names.items(), *in_all):
            known.setdefault(normalise_label(name), code)
        for code in self.names:
            for name in countries.former_names_of(code):
                known.setdefault(normalise_label(name), code)
        return known


class FocusAreaCell(ChoiceCell):
    """A focus area, by its number, its name in any language of the desk, or both."""

    def __init__(self) -> None:
        super().__init__(zip(FURTHER_AREA_COLUMNS, FOCUS_AREA_NAMES.values(), strict=True))

    @cached_property
    def names(self) -> dict[str, str]:
        return {
            slug: f"{number}{NUMBER_SEPARATOR}{name}"
            for number, (slug, name) in enumerate(self.choices, start=1)
        }

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        number, _between, name = value.partition(NUMBER_SEPARATOR)
        known = super().clean(name or value)
        by_number = dict(zip("1234", FURTHER_AREA_COLUMNS, strict=True)).get(number.strip(), known)
        # If the number and the name do not match, the form refuses the text.
        return by_number if known in (by_number, value.strip()) else value.strip()


class MultipleChoiceCell(TextCell):
    """Several choices, separated by semicolons or line breaks."""

    def __init__(self, one: ChoiceCell) -> None:
        super().__init__()
        self.one = one

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return VALUE_SEPARATOR.join(self.one.render(each) for each in value)

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        named = value.replace("\n", VALUE_SEPARATOR).split(VALUE_SEPARATOR.strip())
        return [self.one.clean(each) for each in named if each.strip()]

    def is_same(self, written: str, exported: str) -> bool:
        # The order of the choices has no meaning.
        return set(self.clean(written)) == set(self.clean(exported))

    def offered(self) -> str:
        return self.one.offered()


class BooleanCell(TextCell):
    """Yes or no, for a checkbox."""

    @cached_property
    def answers(self) -> dict[str, bool]:
        yes = (*YES, *in_every_language(lambda: gettext("Yes")))
        no = (*NO, *in_every_language(lambda: gettext("No")))
        return dict.fromkeys(map(normalise_label, no), False) | dict.fromkeys(
            map(normalise_label, yes), True
        )

    @cached_property
    def words(self) -> tuple[str, str]:
        return gettext("No"), gettext("Yes")

    def offered(self) -> str:
        return VALUE_SEPARATOR.join(reversed(self.words))

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return self.words[bool(value)]

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        """Return "on" for yes and an empty string for no, as a browser submits a checkbox.

        Raises ValueError for any other word, because consent must not be guessed.
        """
        try:
            return "on" if self.answers[normalise_label(value)] else ""
        except KeyError:
            raise ValueError(gettext("Enter yes or no.")) from None


class PhoneCell(TextCell):
    """A phone number with spaces between its parts, so that no program treats it as a formula."""

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        written = getattr(value, "as_international", None) if value else ""
        return str(value or "") if written is None else str(written).replace("-", " ")


class NumberCell(TextCell):
    """A number, which is only exported."""

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return "" if value is None else value


class DateTimeCell(TextCell):
    """A date and time in Geneva."""

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return localtime(value) if value else ""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> datetime | None:
        """Return the time: noon in Geneva if only a day is given, None if the cell is empty.

        Raises ValueError.
        """
        written = value.strip()
        if not written:
            return None
        try:
            moment = _moment(written)
        except ValueError:
            moment = None
        if moment is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise ValueError(
                gettext("Enter the date like 2021-10-25, or 2021-10-25 14:30 in Geneva time.")
            )
        if moment.tzinfo:
            return moment
        try:
            return to_utc(moment, GENEVA)
        except InvalidLocalTime as refused:
            raise ValueError(str(refused)) from refused

    def is_same(self, written: str, exported: str) -> bool:
        if not (written.strip() and exported):
            return written.strip() == exported
        # A workbook has clock times, and office programs round them.
        one, other = (_clock_time(_moment(cell.strip())) for cell in (written, exported))
        return abs(one - other) <= ROUNDING


def _moment(written: str) -> datetime:
    """Return the time as written, with its UTC offset if it has one."""
    try:
        return datetime.combine(date.fromisoformat(written), time(12))
    except ValueError:
        return datetime.fromisoformat(written)


def _clock_time(moment: datetime) -> datetime:
    """Return a time as a clock in Geneva shows it, without its UTC offset."""
    return (localtime(moment) if moment.tzinfo else moment).replace(tzinfo=None)


def _with_one_newline(text: str) -> str:
    """Return a text with the line breaks of Unix, because office programs change them."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
