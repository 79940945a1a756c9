"""The form of the partners of a commitment."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID, uuid5

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commitments.forms.part_form import PartForm
from commitments.forms.rows import RowForm
from commitments.models import PartnerRole
from commitments.services.completeness import FormPart
from commitments.services.content import PartnerContent
from commitments.services.partner_names import is_name_of, members_named
from core.folding import fold
from eoi.forms.fields import AccessibleRadioSelect, MailAddress, Name
from members.models import Member
from members.services.countries import name_of

# The value of a partner that is no member, although its name is similar to that of one.
NO_MEMBER: Final = "none"


class PartnerRow(RowForm):
    """A member or another organisation that takes part."""

    kind, content_name = "partner", "partners"

    name = Name(
        label=gettext_lazy("Organisation"),
        help_text=gettext_lazy("If it is a member of the coalition, we find it by its name."),
        max_length=200,
        error_messages={"required": gettext_lazy("Enter the name of the organisation.")},
    )
    member = forms.ChoiceField(
        label=gettext_lazy("Is it one of these members?"),
        required=False,
        widget=AccessibleRadioSelect,
    )
    role = forms.ChoiceField(
        label=gettext_lazy("What does it do?"),
        choices=PartnerRole,
        widget=AccessibleRadioSelect,
        error_messages={"required": gettext_lazy("Choose what the partner does.")},
    )
    contact_email = MailAddress(
        label=gettext_lazy("Email address of a contact there"),
        help_text=gettext_lazy(
            "We ask the contact to confirm. We never show the address to anybody else. Members of "
            "the coalition need none."
        ),
        max_length=254,
        required=False,
    )
    # What the name means, once the rows are read: a member, or several that it may be.
    found: Member | None = None
    candidates: Sequence[Member] = ()

    @classmethod
    def values_of(cls, rows: Sequence[PartnerContent]) -> list[dict[str, object]]:
        return [
            {
                **values,
                "member": row.member or NO_MEMBER,
                "role": row.role or PartnerRole.IMPLEMENTER,
            }
            for row, values in zip(rows, super().values_of(rows), strict=True)
        ]

    def resolve(self, candidates: Sequence[Member]) -> None:
        """Find out which of some members the row means, and offer the others."""
        name = " ".join(self.data.get(self.add_prefix("name"), "").split())
        chosen = self.data.get(self.add_prefix("member"), "")
        by_key = {str(member.pk): member for member in candidates}
        if len(candidates) == 1 and is_name_of(name, candidates[0]):
            self.found = candidates[0]
        else:
            self.found = by_key.get(chosen)
            self.candidates = candidates
        if not self.candidates:
            del self.fields["member"]
            return
        options = [
            (key, f"{member.organisation_name} ({name_of(member.country)})")
            for key, member in by_key.items()
        ]
        self.fields["member"].choices = [  # type: ignore[attr-defined]
            *options,
            (NO_MEMBER, _("No, another organisation")),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.candidates and not cleaned.get("member"):
            self.errors.pop("member", None)
            self.add_error("member", _("Choose the member, or “No, another organisation”."))
        return cleaned


class PartnersForm(PartForm):
    """With whom."""

    part = FormPart.PARTNERS
    row_class = PartnerRow

    @cached_property
    def rows(self) -> list[RowForm]:
        rows = super().rows
        names = [" ".join(row.data.get(row.add_prefix("name"), "").split()) for row in rows]
        known = {each.member for each in self.situation.known_partners.values() if each.member}
        members = members_named((name for name in names if name), known=known)
        for row, name in zip(rows, names, strict=True):
            row.resolve(members.get(name, ()))  # type: ignore[attr-defined]  # a PartnerRow
        return rows

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        seen: set[str | int] = set()
        for row in self.typed_rows:
            facts = self.valid(row)
            name = facts.get("name", "")
            if not name:
                continue
            found = row.found  # type: ignore[attr-defined]  # a PartnerRow
            same = found.pk if found else fold(name)
            if (found and found.pk == self.situation.lead.pk) or (
                not found and is_name_of(name, self.situation.lead)
            ):
                row.add_error("name", _("The organisation that leads it is no partner of itself."))
            elif same in seen:
                row.add_error("name", _("This partner is named twice."))
            seen.add(same)
        return cleaned

    def facts(self) -> dict[str, Any]:
        taken: set[UUID] = set()
        partners = []
        for row in self.typed_rows:
            facts = self.valid(row)
            found = row.found  # type: ignore[attr-defined]  # a PartnerRow
            name = found.organisation_name if found else facts.get("name", "")
            partners.append(
                PartnerContent(
                    key=self.key_of(row, found, name, taken),
                    member=found.pk if found else None,
                    name=name,
                    contact_email="" if found else facts.get("contact_email", ""),
                    role=facts.get("role", ""),
                )
            )
        return {"partners": tuple(partners)}

    def givers(self) -> Mapping[str, str]:
        """Return the names of the partners, by their folded names and acronyms."""
        names: dict[str, str] = {}
        for row in self.typed_rows:
            found = row.found  # type: ignore[attr-defined]  # a PartnerRow
            name = found.organisation_name if found else self.valid(row).get("name", "")
            for each in (name, found.acronym if found else ""):
                if fold(each):
                    names.setdefault(fold(each), name)
        return names

    def key_of(self, row: RowForm, found: Member | None, name: str, taken: set[UUID]) -> UUID:
        """Return the key of a partner: another one if the row names another organisation now.

        Otherwise the new partner would have the answer of the old one.
        """
        key = row.row_key(taken)
        known = self.situation.known_partners.get(key)
        if known is None:
            return key
        is_same = known.member == found.pk if found else fold(known.name) == fold(name)
        return key if is_same else uuid5(key, fold(name))
