"""What the forms of all parts of a commitment have in common."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.functional import cached_property

from commitments.forms.fields import CurrencyField, DatedNumbersField, NumberField, form_field
from commitments.forms.rows import RowForm, row_numbers
from commitments.services.completeness import FormPart
from commitments.services.drafts import Fields
from commitments.services.fields import declared_fields
from commitments.services.partner_names import KnownPartner
from members.models import Member


@dataclass(frozen=True)
class Situation:
    """What a part needs to know of the rest of the commitment."""

    lead: Member
    type: str = ""
    language: str = ""
    # The key of the focus area that is chosen.
    focus_area: int | None = None
    starts: date | None = None
    known_partners: Mapping[UUID, KnownPartner] = field(default_factory=dict)
    # The partners that are typed now, who can give an amount: names by folded name or acronym.
    givers: Mapping[str, str] = field(default_factory=dict)


class FormError(NamedTuple):
    """An error, and the ID of the input that it is about."""

    field_id: str
    sentence: str


class PartForm(forms.Form):
    """One part of the form: its declared fields, with its rows if it has some.

    `fields` are what was typed, and `language` is the language in which its numbers were typed.
    """

    use_required_attribute = False
    part: ClassVar[FormPart]
    data: QueryDict
    row_class: ClassVar[type[RowForm] | None] = None
    # How many rows the page adds at a time, and shows at first.
    rows_added: ClassVar[int] = 1

    def __init__(self, fields: Fields, *, language: str, situation: Situation) -> None:
        super().__init__(as_data(fields), label_suffix="")
        self.typed_in, self.situation = language, situation
        self.declared = [
            each
            for each in declared_fields(self.part)
            if not each.is_english or situation.language != "en"
        ]
        self.fields = {each.name: form_field(each) for each in self.declared}
        self.numbers = row_numbers(fields, self.row_class.kind) if self.row_class else []
        self.prepare(self)

    def prepare(self, form: forms.Form) -> None:
        """Tell the fields of a form in which language their numbers were typed."""
        for each in form.fields.values():
            if isinstance(each, (NumberField, DatedNumbersField, CurrencyField)):
                each.language = self.typed_in

    def main_fields(self) -> list[forms.BoundField]:
        """Return the fields that are always shown."""
        return [self[each.name] for each in self.declared if not each.is_folded]

    def folded_fields(self) -> list[forms.BoundField]:
        """Return the fields that the page shows when somebody opens them."""
        return [self[each.name] for each in self.declared if each.is_folded]

    @cached_property
    def rows(self) -> list[RowForm]:
        """The rows, in their order."""
        if self.row_class is None:
            return []
        rows = [
            self.row_class(self.data, number=number, is_required=False) for number in self.numbers
        ]
        if rows and self.is_row_required() and all(row.is_blank for row in rows):
            rows[0].is_required = True
        for row in rows:
            self.prepare(row)
            self.prepare_row(row)
        return rows

    def is_row_required(self) -> bool:
        """Return whether there must be a row in which something is typed."""
        return False

    def prepare_row(self, row: RowForm) -> None:
        """Adapt a row to the rest of the commitment."""

    @property
    def typed_rows(self) -> list[RowForm]:
        """The rows that count."""
        return [row for row in self.rows if not row.is_left_out]

    @property
    def has_several_rows(self) -> bool:
        """Whether one of the rows can be removed, and there is still one."""
        return len(self.rows) > 1

    @cached_property
    def all_errors(self) -> list[FormError]:
        """The errors of the part and its rows, in the order of the page."""
        return [
            FormError(str(form[name].auto_id) if name in form.fields else "", str(error))
            for form in (self, *self.rows)
            for name, errors in form.errors.items()
            for error in errors
        ]

    def without_errors(self) -> "PartForm":
        """Return the form as it was typed."""
        for form in (self, *self.rows):
            # Django validates a bound form when its errors are first read.
            form._errors = ErrorDict()  # type: ignore[attr-defined]
        return self

    def facts(self) -> dict[str, Any]:
        """Return what is valid, by the names of the fields of `Content`."""
        return {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in self.valid(self).items()
        }

    @staticmethod
    def valid(form: forms.Form) -> dict[str, Any]:
        """Return the valid values of a form by name."""
        return dict(form.cleaned_data) if form.errors is not None else {}


def as_data(fields: Fields) -> QueryDict:
    """Return fields as Django's forms read them."""
    data = QueryDict(mutable=True)
    for name, values in fields.items():
        data.setlist(name, values)
    return data


def number_fields(form: forms.Form) -> Iterator[str]:
    """Yield the names in the data of the fields of a form that hold one number."""
    for name, each in form.fields.items():
        if isinstance(each, NumberField):
            yield form.add_prefix(name)
