"""Content as the fields of the form, and typed numbers in another language."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from commitments.forms.part_form import PartForm, number_fields
from commitments.forms.partners import NO_MEMBER
from commitments.forms.parts import FORMS
from commitments.forms.rows import KEY, with_rows_added
from commitments.models import Commitment, CommitmentType, PartnerRole
from commitments.services.completeness import FormPart
from commitments.services.content import Content
from commitments.services.drafts import Fields
from commitments.services.typed_numbers import as_typed
from commitments.services.typed_places import place_name
from members.models import CorrespondenceLanguage, Member

FIRST_ROW_KINDS = (FormPart.TARGETS, FormPart.PLACES)


def typed_from(content: Content, part: FormPart, language: str) -> Fields:
    """Return the fields of a part in which a person would have typed a content."""
    writers = {
        FormPart.WHAT: _what,
        FormPart.TARGETS: _targets,
        FormPart.PLACES: _places,
        FormPart.MONEY: _money,
        FormPart.PARTNERS: _partners,
        FormPart.MORE: _more,
    }
    return writers[part](content, language)


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


def _what(content: Content, _language: str) -> Fields:
    return _fields(
        type=content.type,
        title=content.title,
        statement=content.statement,
        language=content.language,
        focus_area=content.focus_area,
        pillar=content.pillar,
        novelty=content.novelty,
        announced_before=content.announced_before,
    )


def _targets(content: Content, language: str) -> Fields:
    found: Fields = {}
    for number, target in enumerate(content.targets):
        found |= _row(
            "target",
            number,
            key=target.key,
            indicator=target.indicator,
            is_yes_no="on" if target.is_yes_no else "",
            value=_number(target.value, language),
            unit=target.unit,
            by=target.by,
            baseline=_number(target.baseline, language),
            baseline_on=target.baseline_on,
        )
    return found


def _places(content: Content, language: str) -> Fields:
    found = _fields(starts=content.starts, ends=content.ends)
    for number, place in enumerate(content.places):
        found |= _row(
            "place",
            number,
            key=f"{place.country}{place.region}" or "world",
            place=place_name(place.country, place.region),
            share=_number(place.share, language),
        )
    return found


def _money(content: Content, language: str) -> Fields:
    found = _fields(amount_not_disclosed="on" if content.amount_not_disclosed else "")
    contributors = {amount.contributor for amount in content.amounts if amount.contributor}
    names: dict[int | None, str] = dict(
        Member.objects.filter(pk__in=contributors).values_list("pk", "organisation_name")
    )
    for number, amount in enumerate(content.amounts):
        portions = [(year, Decimal(part)) for year, part in amount.portions]
        found |= _row(
            "amount",
            number,
            key=amount.key,
            original=_number(amount.original, language),
            currency=amount.currency,
            stage=amount.stage,
            instrument=amount.instrument,
            label=amount.label,
            contributor=names.get(amount.contributor, amount.contributor_name),
            decided_on=amount.decided_on,
            portions=_portions(portions, language),
        )
    return found


def _partners(content: Content, _language: str) -> Fields:
    found: Fields = {}
    for number, partner in enumerate(content.partners):
        found |= _row(
            "partner",
            number,
            key=partner.key,
            name=partner.name,
            member=partner.member or NO_MEMBER,
            role=partner.role or PartnerRole.IMPLEMENTER,
            contact_email=partner.contact_email,
        )
    return found


def _more(content: Content, _language: str) -> Fields:
    return {
        **_fields(conditions=content.conditions, beneficiaries=content.beneficiaries),
        "topics": list(content.topics),
        "sdgs": [str(number) for number in content.sdgs],
    }


def _number(number: Decimal | None, language: str) -> str:
    return "" if number is None else as_typed(number, language)


def _portions(portions: Sequence[tuple[int, Decimal]], language: str) -> str:
    return "\n".join(f"{year}: {as_typed(part, language)}" for year, part in portions)


def _fields(**values: object) -> Fields:
    return {
        name: [value.isoformat() if isinstance(value, date) else str(value)]
        for name, value in values.items()
        if value not in (None, "")
    }


def _row(kind: str, number: int, **values: object) -> Fields:
    return {f"{kind}-{number}-{name}": value for name, value in _fields(**values).items()}
