"""The form of the money of a commitment."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from commitments.forms.fields import CurrencyField, DayField, NumberField, PortionsField
from commitments.forms.part_form import PartForm
from commitments.forms.rows import RowForm
from commitments.models import CommitmentType, Instrument, Stage
from commitments.services.completeness import FormPart
from commitments.services.content import AmountContent
from commitments.services.partner_names import is_name_of
from commitments.services.typed_numbers import (
    currency_decimals,
    currency_name,
    decimals_of,
    in_language,
)
from core.folding import fold
from eoi.forms.fields import AccessibleRadioSelect, OneLine
from members.models import Member

THREE_DECIMALS: Final = 3


class AmountRow(RowForm):
    """An amount at one stage."""

    kind, content_name = "amount", "amounts"
    folded = ("label", "decided_on", "portions")

    original = NumberField(
        label=gettext_lazy("Amount"),
        error_messages={"required": gettext_lazy("Enter the amount.")},
    )
    currency = CurrencyField(
        datalist="currencies",
        label=gettext_lazy("Currency"),
        help_text=gettext_lazy("Its code, like USD or XOF."),
        max_length=60,
        error_messages={"required": gettext_lazy("Enter the currency.")},
    )
    contributor = forms.ChoiceField(
        label=gettext_lazy("Whose money is it?"),
        help_text=gettext_lazy(
            "We ask a partner to confirm this sum. It is shown and counts once it has confirmed."
        ),
        required=False,
    )
    stage = forms.ChoiceField(
        label=gettext_lazy("How firm is it?"),
        choices=Stage,
        widget=AccessibleRadioSelect(
            hints={
                Stage.PLEDGED: gettext_lazy("Announced, and not binding yet"),
                Stage.FIRM: gettext_lazy("Binding: in a budget, a law or a contract"),
                Stage.PAID: gettext_lazy("Paid already"),
            }
        ),
        error_messages={"required": gettext_lazy("Choose how firm the amount is.")},
    )
    instrument = forms.ChoiceField(
        label=gettext_lazy("Form"),
        choices=[("", "–"), *Instrument.choices],
        required=False,
        help_text=gettext_lazy("For something in kind, enter its value as the amount."),
    )
    label = OneLine(label=gettext_lazy("What is it for?"), max_length=200, required=False)
    decided_on = DayField(label=gettext_lazy("Day of the decision"), required=False)
    portions = PortionsField(
        label=gettext_lazy("By year"),
        help_text=gettext_lazy("On each line a year and an amount, like 2027: 500000."),
        required=False,
    )
    # Who gives the amount, empty if it is the lead, and whether that is one of the partners.
    giver = ""
    is_giver_known = True

    @classmethod
    def values_of(cls, rows: Sequence[AmountContent]) -> list[dict[str, object]]:
        contributors = {row.contributor for row in rows if row.contributor}
        names: dict[int | None, str] = dict(
            Member.objects.filter(pk__in=contributors).values_list("pk", "organisation_name")
        )
        return [
            {
                **values,
                "contributor": names.get(row.contributor, row.contributor_name),
                "portions": tuple((year, Decimal(part)) for year, part in row.portions),
            }
            for row, values in zip(rows, super().values_of(rows), strict=True)
        ]

    def offer_givers(self, lead: Member, givers: Mapping[str, str]) -> None:
        """Let the lead choose its own organisation or a partner.

        Another name, typed before givers were chosen, stays as it is, and is an error.
        """
        name = self.add_prefix("contributor")
        typed = " ".join(self.data.get(name, "").split())
        self.giver = "" if is_name_of(typed, lead) else givers.get(fold(typed), typed)
        self.is_giver_known = not self.giver or self.giver in givers.values()
        names = dict.fromkeys([*givers.values(), *filter(None, [self.giver])])
        if not names:
            del self.fields["contributor"]
            return
        self.data = self.data.copy()
        self.data[name] = self.giver
        self.fields["contributor"].choices = [  # type: ignore[attr-defined]
            ("", lead.organisation_name),
            *((each, each) for each in names),
        ]

    def clean_contributor(self) -> str:
        if not self.is_giver_known:
            raise forms.ValidationError(
                _("“%(name)s” is not among the partners. Choose a partner, or name it there first.")
                % {"name": self.giver}
            )
        return self.giver

    def full_clean(self) -> None:
        # Three decimals are usual in the currencies that have them.
        field = self.fields["currency"]
        typed = self.data.get(self.add_prefix("currency"), "")
        try:
            has_three = currency_decimals(field.clean(typed)) == THREE_DECIMALS
        except forms.ValidationError:
            has_three = False
        for name in ("original", "portions"):
            self.fields[name].has_three_decimals = has_three  # type: ignore[attr-defined]
        super().full_clean()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        original, currency = cleaned.get("original"), cleaned.get("currency")
        portions = cleaned.get("portions") or ()
        if original is not None and original <= 0:
            self.add_error("original", _("Enter an amount above zero."))
        elif original is not None and currency:
            self._check_decimals(currency, [original, *(part for _year, part in portions)])
            if portions and sum(part for _year, part in portions) != original:
                self.add_error("portions", self._wrong_sum(original, portions))
        return cleaned

    def _check_decimals(self, currency: str, amounts: Sequence[Any]) -> None:
        limit = currency_decimals(currency)
        if max(map(decimals_of, amounts)) <= limit:
            return
        if limit == 0:
            message = _("%(currency)s has no decimals. Enter a whole number.")
        else:
            message = ngettext(
                "%(currency)s has %(limit)d decimal.", "%(currency)s has %(limit)d decimals.", limit
            )
        name = currency_name(currency, self.fields["currency"].language)  # type: ignore[attr-defined]
        self.add_error("original", message % {"currency": name, "limit": limit})

    def _wrong_sum(self, original: Any, portions: Sequence[tuple[int, Any]]) -> str:
        language = self.fields["original"].language  # type: ignore[attr-defined]
        total = sum(part for _year, part in portions)
        return _("The years add up to %(sum)s, and the amount is %(amount)s.") % {
            "sum": in_language(total, language),
            "amount": in_language(original, language),
        }


class MoneyForm(PartForm):
    """The money, where there is any."""

    part = FormPart.MONEY
    row_class = AmountRow

    def prepare_row(self, row: RowForm) -> None:
        row.offer_givers(self.situation.lead, self.situation.givers)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        is_needed = self.situation.type == CommitmentType.FINANCIAL
        if is_needed and not cleaned.get("amount_not_disclosed") and not self.typed_rows:
            message = _("Enter an amount, or tick that it is not disclosed.")
            self.add_error("amount_not_disclosed", message)
        return cleaned

    def facts(self) -> dict[str, Any]:
        taken: set[UUID] = set()
        amounts = []
        for row in self.typed_rows:
            facts = self.valid(row)
            portions = tuple((year, str(part)) for year, part in facts.pop("portions", None) or ())
            facts.pop("contributor", None)
            facts |= {
                "key": row.row_key(taken),
                "portions": portions,
                "contributor_name": row.giver,  # type: ignore[attr-defined]  # an AmountRow
            }
            amounts.append(AmountContent(**facts))
        return {**self.valid(self), "amounts": tuple(amounts)}
