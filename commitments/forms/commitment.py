"""The whole form of a commitment: its parts, what they state, and what they are filled in with."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import uuid5

from django.forms import BoundField
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from commitments.forms.part_form import FormError, PartForm, Situation, number_fields
from commitments.forms.partners import PartnersForm
from commitments.forms.parts import FORMS
from commitments.forms.rows import KEY, with_rows_added
from commitments.models import Commitment, CommitmentStatus, CommitmentType, PartnerRole
from commitments.services.completeness import FormPart
from commitments.services.content import AmountContent, Content, PartnerContent, content_of
from commitments.services.content_in_words import names_in
from commitments.services.drafts import Fields, Typed, typed_part
from commitments.services.fields import declared_fields
from commitments.services.partner_names import known_partners
from commitments.services.typed_numbers import as_typed
from core.autosave import Difference, differences, labelled_fields
from core.folding import fold
from core.numbers import whole_number
from framework.services.adopted_actions import AdoptedAction
from members.models import CorrespondenceLanguage

TITLES: Final = {
    FormPart.WHAT: _("What you commit to"),
    FormPart.TARGETS: _("How it will be measured"),
    FormPart.PLACES: _("Where and when"),
    FormPart.PARTNERS: _("Partners"),
    FormPart.MONEY: _("Money"),
    FormPart.MORE: _("More about it (optional)"),
}


class CommitmentForm:
    """The parts of the form with what was typed in each, read together.

    Each part is read as typed in the language of its page.
    """

    def __init__(
        self, commitment: Commitment, typed: Mapping[FormPart, tuple[Fields, str]], base: Content
    ) -> None:
        self.commitment, self.base = commitment, base
        self.parts: dict[FormPart, PartForm] = {}
        situation = Situation(
            lead=commitment.lead,
            known_partners=known_partners(commitment) if commitment.pk else {},
        )
        for part in (FormPart.WHAT, FormPart.PLACES, *FormPart):
            if part in self.parts:
                continue
            fields, language = typed[part]
            form = FORMS[part](fields, language=language, situation=situation)
            self.parts[part] = form
            if part is FormPart.WHAT:
                chosen = fields.get("type", [""])[-1]
                known = chosen if chosen in CommitmentType.values else ""
                language = fields.get("language", [""])[-1]
                area = whole_number(fields.get("focus_area", [""])[-1])
                situation = replace(situation, type=known, language=language, focus_area=area)
            elif part is FormPart.PLACES:
                situation = replace(situation, starts=PartForm.valid(form).get("starts"))
            elif isinstance(form, PartnersForm):
                situation = replace(situation, givers=form.givers())
        self.parts = {part: self.parts[part] for part in FormPart}

    @property
    def errors(self) -> dict[FormPart, list[FormError]]:
        """The errors of each part that has some."""
        return {part: form.all_errors for part, form in self.parts.items() if form.all_errors}

    def is_valid(self) -> bool:
        """Return whether all parts are valid."""
        return not self.errors

    def content(self) -> Content:
        """Return what the form states; what is not valid is left out."""
        facts = {
            name: value for form in self.parts.values() for name, value in form.facts().items()
        }
        facts = {name: value for name, value in facts.items() if value is not None}
        content = Content(**facts, publication_consent=self.base.publication_consent)
        members = {
            fold(partner.name): partner.member for partner in content.partners if partner.member
        }
        before = {amount.key: amount for amount in self.base.amounts}
        return replace(
            content,
            amounts=tuple(
                _with_contributor(amount, members, before.get(amount.key))
                for amount in content.amounts
            ),
        )


def form_for(commitment: Commitment) -> CommitmentForm:
    """Return the form of a commitment with what was typed, or else with what it states now."""
    is_draft = commitment.status == CommitmentStatus.DRAFT
    base = Content() if is_draft else content_of(commitment)
    typed = {part: fields_of(commitment, part, base=base) for part in FormPart}
    return CommitmentForm(commitment, typed, base)


def fields_of(
    commitment: Commitment, part: FormPart, *, base: Content, is_other: bool = False
) -> tuple[Fields, str]:
    """Return the fields of one part, and the language in which their numbers are typed."""
    language = get_language() or "en"
    kept = typed_part(commitment, part, is_other=is_other)
    if kept is not None:
        return kept.fields, kept.language
    if commitment.status == CommitmentStatus.DRAFT:
        what = typed_part(commitment, FormPart.WHAT)
        chosen = what.fields.get("type", [""])[-1] if what else ""
        return first_fields(commitment, part, type_chosen=chosen, language=language), language
    if part is FormPart.PARTNERS:
        base = replace(base, partners=(*base.partners, *_givers_without_partner(base)))
    return typed_from(base, part, language), language


def _givers_without_partner(content: Content) -> Iterator[PartnerContent]:
    """Yield a partner for each organisation that gives an amount and is not named as partner.

    Contents from before givers were chosen among the partners have such names.
    """
    seen = {partner.member or fold(partner.name) for partner in content.partners}
    names = names_in([content]).members if content.amounts else {}
    for amount in content.amounts:
        giver = amount.contributor or fold(amount.contributor_name)
        if giver and giver not in seen:
            seen.add(giver)
            yield PartnerContent(
                key=uuid5(amount.key, "contributor"),
                member=amount.contributor,
                name=names.get(amount.contributor or 0, amount.contributor_name),
                role=PartnerRole.CO_PLEDGER,
            )


def shown_part(form: CommitmentForm, part: FormPart) -> PartForm:
    """Return one part for the page in the active language, with rows to type in."""
    shown = form.parts[part]
    language = get_language() or "en"
    fields = {name: shown.data.getlist(name) for name in shown.data}
    fields = in_other_language(shown, fields, language)
    fields = with_first_rows(fields, part, type_chosen=shown.situation.type)
    return FORMS[part](fields, language=language, situation=shown.situation)


def _with_contributor(
    amount: AmountContent, members: Mapping[str, int | None], before: AmountContent | None
) -> AmountContent:
    """Return an amount with the member that it is from, and with what staff said about it."""
    member = members.get(fold(amount.contributor_name)) if amount.contributor_name else None
    return replace(
        amount,
        contributor=member,
        contributor_name="" if member else amount.contributor_name,
        not_counted=before.not_counted if before else "",
    )


FIRST_ROW_KINDS: Final = (FormPart.TARGETS, FormPart.PLACES)


def typed_from(content: Content, part: FormPart, language: str) -> Fields:
    """Return the fields of a part in which a person would have typed a content."""
    found = {each.name: getattr(content, each.name) for each in declared_fields(part)}
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


def typed_for_action(action: AdoptedAction) -> dict[str, Typed]:
    """Return what a draft for an action of the Action Framework is filled in with."""
    language = get_language() or "en"
    known = language if language in CorrespondenceLanguage.values else "en"
    what = {"language": [known], "focus_area": [str(action.focus_area.pk)]}
    return {
        FormPart.WHAT: Typed(what, known),
        FormPart.MORE: Typed({"actions": [action.key]}, known),
    }


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
        for name in ("portions", "milestones"):
            if pairs := valid.get(name):
                changed[each.add_prefix(name)] = [_pairs(pairs, language)]
    return changed


def compared_parts(kept: PartForm, shown: PartForm) -> list[Difference]:
    """Return the fields in which the part that is shown differs from the one that is kept."""
    return differences(_labelled(kept), _labelled(shown))


def _labelled(part: PartForm) -> Iterator[tuple[str, BoundField]]:
    """Yield the fields that somebody sees, with their labels; those of rows with a number."""
    yield from labelled_fields(part)
    for number, row in enumerate(part.rows, start=1):
        for label, field in labelled_fields(row):
            yield f"{label} ({number})", field


def _typed(value: Any, language: str) -> list[str]:
    """Return a value as a browser would post it, or nothing."""
    match value:
        case None | False | "":
            return []
        case True:
            return ["on"]
        case Decimal():
            return [as_typed(value, language)]
        case ((int() | date(), Decimal()), *_):
            return [_pairs(value, language)]
        case tuple():
            return [str(each) for each in value]
        case _:
            return [str(value)]


def _pairs(pairs: Iterable[tuple[int | date, Decimal]], language: str) -> str:
    return "\n".join(f"{when}: {as_typed(number, language)}" for when, number in pairs)
