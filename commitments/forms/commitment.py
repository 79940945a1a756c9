"""The whole form of a commitment: all of its parts, and the content that it states."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from commitments.forms.part_form import FormError, PartForm, Situation
from commitments.forms.parts import FORMS
from commitments.forms.typed import first_fields, in_other_language, typed_from, with_first_rows
from commitments.models import Commitment, CommitmentStatus, CommitmentType
from commitments.services.completeness import FormPart
from commitments.services.content import AmountContent, Content, content_of
from commitments.services.drafts import Fields, typed_part
from commitments.services.partner_names import known_partners
from core.folding import fold

TITLES: Final = {
    FormPart.WHAT: _("What you commit to"),
    FormPart.TARGETS: _("How it will be measured"),
    FormPart.PLACES: _("Where and when"),
    FormPart.MONEY: _("Money"),
    FormPart.PARTNERS: _("Partners"),
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
                situation = replace(situation, type=known)
            elif part is FormPart.PLACES:
                situation = replace(situation, starts=PartForm.valid(form).get("starts"))
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
    return typed_from(base, part, language), language


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
