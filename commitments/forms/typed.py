"""Content as the fields of the form, and typed numbers in another language."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from commitments.forms.part_form import PartForm, number_fields
from commitments.forms.parts import FORMS
from commitments.forms.rows import KEY, with_rows_added
from commitments.models import Commitment, CommitmentType
from commitments.services.completeness import FormPart
from commitments.services.content import Content
from commitments.services.drafts import Fields
from commitments.services.fields import fields_of
from commitments.services.typed_numbers import as_typed
from members.models import CorrespondenceLanguage

FIRST_ROW_KINDS = (FormPart.TARGETS, FormPart.PLACES)


def typed_from(content: Content, part: FormPart, language: str) -> Fields:
    """Return the fields of a part in which a person would have typed a content."""
    found = {each.name: getattr(content, each.name) for each in fields_of(part)}
    row_class = FORMS[part].row_class
    if row_class is not None:
        rows = getattr(content, row_class.content_name)
        for number, values in enumerate(row_class.values_of(rows)):
            found |= {f"{row_class.kind}-{number}-{name}": each for name, each in values.items()}
    typed = {name: _typed(value, language) for name, value in found.items()}
    return {name: values for name, values in typed.items() if values}


def first_fields(
    commitment: Commitment, part: FormPart, *, type_chosen: str, language: str
) -> Fields:
    """Return the fields of a part of a new draft in which nothing was typed."""
    if part is FormPart.WHAT:
        own = commitment.lead.focus_area_id
        known = language if language in CorrespondenceLanguage.values else "en"
        return {"language": [known], **({"focus_area": [str(own)]} if own else {})}
    return with_first_rows({}, part, type_chosen=type_chosen)


def with_first_rows(fields: Fields, part: FormPart, *, type_chosen: str) -> Fields:
    """Return fields with empty rows, if a part has none and needs some."""
    row_class = FORMS[part].row_class
    needs_row = part in FIRST_ROW_KINDS or (
        part is FormPart.MONEY and type_chosen == CommitmentType.FINANCIAL
    )
    has_row = row_class and any(
        name.startswith(f"{row_class.kind}-") and name.endswith(f"-{KEY}") for name in fields
    )
    if row_class is None or has_row or not needs_row:
        return fields
    added, _first = with_rows_added(fields, row_class.kind, FORMS[part].rows_added)
    return added


def in_other_language(form: PartForm, fields: Fields, language: str) -> Fields:
    """Return the fields of a form with its valid numbers as another language writes them.

    A point and a comma change their meaning with the language of the page.
    """
    if form.typed_in == language:
        return fields
    changed = dict(fields)
    for each in (form, *form.rows):
        valid = PartForm.valid(each)
        for name in number_fields(each):
            plain = name.removeprefix(f"{each.prefix}-") if each.prefix else name
            if isinstance(number := valid.get(plain), Decimal):
                changed[name] = [as_typed(number, language)]
        if portions := valid.get("portions"):
            changed[each.add_prefix("portions")] = [_portions(portions, language)]
    return changed


def _typed(value: Any, language: str) -> list[str]:
    """Return a value as a browser would post it, or nothing."""
    match value:
        case None | False | "":
            return []
        case True:
            return ["on"]
        case Decimal():
            return [as_typed(value, language)]
        case ((int(), Decimal()), *_):
            return [_portions(value, language)]
        case tuple():
            return [str(each) for each in value]
        case _:
            return [str(value)]


def _portions(portions: Iterable[tuple[int, Decimal]], language: str) -> str:
    return "\n".join(f"{year}: {as_typed(part, language)}" for year, part in portions)
