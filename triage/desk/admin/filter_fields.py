"""The filters of the queue as the fields of a form."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from django.contrib.admin import ListFilter
from django.contrib.admin.views.main import ChangeList

from triage.desk.admin.day_filters import DaysFilter
from triage.desk.admin.filters import ViewFilter

# The parameters of the filters beside the search box. The others are under "More filters".
FIRST_ROW_FILTERS = ("language", "role__exact", "country", "first_choice", "decided_by")


@dataclass(frozen=True)
class FilterOption:
    """One option of a filter."""

    value: str
    label: str
    is_selected: bool


@dataclass(frozen=True)
class FilterField:
    """One filter of a list as a form field: its parameter, its title and its options.

    `without` is the URL of the list without this filter. A filter by days has `days`: the first and
    the last one as fields of a form write them, or empty texts.
    """

    name: str
    title: str
    options: list[FilterOption]
    without: str
    days: tuple[str, str] | None = None

    @property
    def chosen(self) -> str:
        """The label of the chosen option; empty if there is none."""
        return "".join(option.label for option in self.options if option.is_selected)


def filter_fields(files: ChangeList) -> list[FilterField]:
    """Return the filters of a list as form fields, without the view."""
    return [_field(each, files) for each in files.filter_specs if not isinstance(each, ViewFilter)]


def _field(offered: ListFilter, files: ChangeList) -> FilterField:
    # Of the filters of Django, the first parameter is the value; others are for empty values.
    parameters = [each for each in offered.expected_parameters() if each]
    name = parameters[0]
    _any, *choices = offered.choices(files)
    days = None
    if isinstance(offered, DaysFilter):
        first, last = offered.days or (None, None)
        days = (first.isoformat() if first else "", last.isoformat() if last else "")
    return FilterField(
        name,
        str(offered.title),
        [
            FilterOption(
                dict(parse_qsl(str(choice["query_string"]).removeprefix("?"))).get(name, ""),
                str(choice["display"]),
                bool(choice["selected"]),
            )
            for choice in choices
        ],
        files.get_query_string(remove=parameters),
        days,
    )
