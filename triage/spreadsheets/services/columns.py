"""The columns of Expressions of Interest: what each is called, and what stands in it.

A column that answers a field of the form has its name. The others go out and are not read.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import Resource

from core.spreadsheets import Cell
from members.models import (
    CONTRIBUTION_COLUMNS,
    FURTHER_AREA_COLUMNS,
    Category,
    Contribution,
    CorrespondenceLanguage,
    FocalPoint,
    GrantedRole,
    Member,
    MemberQuerySet,
    MemberStatus,
    SoughtRole,
    Title,
)
from triage.spreadsheets.services.cell_values import (
    BooleanCell,
    ChoiceCell,
    CountryCell,
    DateTimeCell,
    FocusAreaCell,
    MultipleChoiceCell,
    PhoneCell,
    TextCell,
    in_every_language,
    normalise_label,
)
from triage.spreadsheets.services.parsing import Table, Unreadable

# So many files are asked for at once, with their people.
CHUNK = 1000
# What may be left out of a sheet as a whole, besides what may be empty.
RECEIVED = "submitted_at"
# What a row of an export is recognised by, and no answer.
REFERENCE = "reference"


class Column(Field):  # type: ignore[misc]  # without types
    """One column: its heading, where its value is, and how that is put into words."""

    def __init__(
        self,
        heading: str | Promise,
        value: str | Callable[[Member], Any],
        words: TextCell | None = None,
        *,
        hint: str | Promise = "",
        readonly: bool = False,
    ) -> None:
        super().__init__(column_name=heading, widget=words or TextCell(), readonly=readonly)
        self.hint = hint
        self.find = value if callable(value) else None
        self.attribute = None if callable(value) else value

    def get_value(self, instance: Member) -> Any:
        """Return the value of one file."""
        return self.find(instance) if self.find else super().get_value(instance)

    def explained(self) -> str:
        """Return what may stand in the column, in the reader's language."""
        words: TextCell = self.widget
        return " ".join(part for part in (str(self.hint), words.offered()) if part)


def _out(heading: str | Promise, value: str | Callable[[Member], Any], words: Any = None) -> Column:
    """Return a column that goes out and is not read."""
    return Column(heading, value, words, readonly=True)


def _further(member: Member) -> list[str]:
    return [slug for slug, column in FURTHER_AREA_COLUMNS.items() if getattr(member, column)]


def _contributions(member: Member) -> list[Contribution]:
    return [kind for kind, column in CONTRIBUTION_COLUMNS.items() if getattr(member, column)]


MULTIPLE_VALUES_HINT = _("MultipleChoiceCell with a semicolon between them.")
ALTERNATE_HINT = _("Leave all of the alternate empty, or give at least family name and email.")


class MemberSheet(Resource):  # type: ignore[misc]  # without types
    """A file as a row, in the reader's language."""

    reference = _out(_("Reference"), "reference")
    call = _out(_("Call"), "call__title")
    status = _out(_("Status"), "status", ChoiceCell(MemberStatus.choices))
    submitted_at = Column(
        _("Received on"),
        "submitted_at",
        DateTimeCell(),
        hint=_("The day, like 2021-10-25, or with a time in Geneva. Empty: today."),
    )
    decided_at = _out(_("Decided on"), "decided_at", DateTimeCell())
    admitted_to = _out(_("Focus area admitted to"), "focus_area__slug", FocusAreaCell())
    granted_role = _out(_("Role granted"), "granted_role", ChoiceCell(GrantedRole.choices))
    assignee = _out(_("Taken by"), "assignee")
    suspected = _out(_("Suspected"), "is_suspect", BooleanCell())

    organisation_name = Column(_("Organisation"), "organisation_name")
    acronym = Column(_("Acronym"), "acronym")
    category = Column(_("Category"), "category", ChoiceCell(Category.choices))
    country = Column(
        _("CountryCell"), "country", CountryCell(), hint=_("The name, or the code of two letters.")
    )
    website = Column(_("Website"), "website")
    about = Column(_("About the organisation"), "about", hint=_("Up to 150 words."))
    focus_area = Column(
        _("First choice"), "first_choice__slug", FocusAreaCell(), hint=_("The name, or the number.")
    )
    further_focus_areas = Column(
        _("Also interested in"),
        _further,
        MultipleChoiceCell(FocusAreaCell()),
        hint=MULTIPLE_VALUES_HINT,
    )
    role = Column(_("Role sought"), "role", ChoiceCell(SoughtRole.choices))
    contributions = Column(
        _("Contribution"),
        _contributions,
        MultipleChoiceCell(ChoiceCell(Contribution.choices)),
        hint=MULTIPLE_VALUES_HINT,
    )
    motivation = Column(_("Motivation"), "motivation", hint=_("Up to 300 words."))

    title = Column(_("Title"), "primary__title", ChoiceCell(Title.choices))
    given_name = Column(_("Given name"), "primary__given_name")
    family_name = Column(
        _("Family name"),
        "primary__family_name",
        hint=_("If the person has one name only, enter it here."),
    )
    position = Column(_("Position"), "primary__position")
    email = Column(_("Email"), "primary__email")
    phone = Column(
        _("Phone"),
        "primary__phone",
        PhoneCell(),
        hint=_("With the country code, like +41 22 730 5111"),
    )
    language = Column(
        _("Language of correspondence"),
        "primary__language",
        ChoiceCell(CorrespondenceLanguage.choices),
    )
    time_zone = Column(
        _("Time zone"),
        "primary__time_zone",
        hint=_("Like America/New_York. May be empty where the country has only one."),
    )

    alternate_title = Column(
        _("Title of the alternate"),
        "alternate__title",
        ChoiceCell(Title.choices),
        hint=ALTERNATE_HINT,
    )
    alternate_given_name = Column(_("Given name of the alternate"), "alternate__given_name")
    alternate_family_name = Column(_("Family name of the alternate"), "alternate__family_name")
    alternate_position = Column(_("Position of the alternate"), "alternate__position")
    alternate_email = Column(_("Email address of the alternate"), "alternate__email")
    alternate_phone = Column(_("Phone of the alternate"), "alternate__phone", PhoneCell())
    alternate_language = Column(
        _("Language of correspondence of the alternate"),
        "alternate__language",
        ChoiceCell(CorrespondenceLanguage.choices),
        hint=_("Empty: the same as the focal point’s."),
    )
    alternate_time_zone = Column(
        _("Time zone of the alternate"),
        "alternate__time_zone",
        hint=_("Empty: the same as the focal point’s."),
    )

    is_authorised = Column(
        _("Authorised to express the interest"),
        "is_authorised",
        BooleanCell(),
        hint=_("Yes, or the row is refused."),
    )
    privacy_consent = Column(
        _("Agreed to the privacy notice"),
        "privacy_version",
        BooleanCell(),
        hint=_("Yes, or the row is refused."),
    )
    publication_consent = Column(_("May be listed publicly"), "publication_consent", BooleanCell())
    newsletter = Column(_("Wants the newsletter"), "newsletter", BooleanCell())

    def lines(self, members: MemberQuerySet) -> Iterator[list[Cell]]:
        """Yield the heading and a row for each file, with few of them in memory at a time."""
        columns = self.get_export_fields()
        yield [str(column.column_name) for column in columns]
        people = Prefetch("focal_points", FocalPoint.objects.order_by("is_alternate"))
        with_all = members.select_related(
            "call", "first_choice", "focus_area", "assignee"
        ).prefetch_related(people)
        for member in map(_with_people, with_all.iterator(chunk_size=CHUNK)):
            yield [column.export(member) for column in columns]

    def to_fill_in(self) -> dict[str, Column]:
        """Return the columns that are read, by the name of their field."""
        return {name: column for name, column in self.fields.items() if not column.readonly}

    def names_of(self, heading: Iterable[str], required: Iterable[str]) -> list[str]:
        """Return the name of the column under each heading.

        A heading is in words in any language that is whole, or the name itself. Raises
        Unreadable where one is unknown or stands twice, or one that is required is missing.
        """
        known = {name: name for name in self.fields}
        for name, column in self.fields.items():
            for words in in_every_language(lambda column=column: column.column_name):  # type: ignore[misc]
                known.setdefault(normalise_label(words), name)
        found = [known.get(normalise_label(words), "") for words in heading]
        unknown = [words for words, name in zip(heading, found, strict=True) if not name]
        if unknown:
            raise Unreadable(
                gettext("No column of ours has this heading: %(headings)s.")
                % {"headings": _listed(unknown)}
            )
        twice = {name for name in found if found.count(name) > 1}
        if twice:
            raise Unreadable(
                gettext("Two columns have this heading: %(headings)s.")
                % {"headings": _listed(self._headings(twice))}
            )
        missing = [name for name in required if name not in found]
        if missing:
            raise Unreadable(
                gettext("These columns are missing: %(headings)s.")
                % {"headings": _listed(self._headings(missing))}
            )
        return found

    def _headings(self, names: Iterable[str]) -> list[str]:
        return [str(column.column_name) for name, column in self.fields.items() if name in names]

    def read_rows(self, table: Table, required: Iterable[str]) -> "list[SheetRow]":
        """Return the rows of a table, with what is read of them under the names of their columns.

        Raises Unreadable.
        """
        names = self.names_of(table.heading, required)
        read = {REFERENCE, *self.to_fill_in()}
        return [
            SheetRow(
                number,
                {name: cell for name, cell in zip(names, cells, strict=True) if name in read},
            )
            for number, cells in table.rows
        ]


@dataclass(frozen=True)
class SheetRow:
    """One row of a spreadsheet: its reference, and what is written in the columns that are read."""

    number: int
    cells: dict[str, str]


def _with_people(member: Member) -> Member:
    """Return a file that has its people at hand."""
    primary, alternate, *_none = [*member.focal_points.all(), None, None]
    member.primary, member.alternate = primary, alternate  # type: ignore[attr-defined]
    return member


def _listed(headings: Iterable[str]) -> str:
    return ", ".join(f"“{heading}”" for heading in headings)
