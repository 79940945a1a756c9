"""The forms of the parts of a commitment. They validate, and never save."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Final, NamedTuple
from uuid import UUID, uuid5

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from commitments.forms.fields import (
    CurrencyField,
    DayField,
    NumberField,
    PlaceField,
    PortionsField,
    ProposingField,
)
from commitments.forms.rows import RowForm, row_numbers
from commitments.models import (
    STATEMENT_WORDS,
    CommitmentType,
    Instrument,
    Novelty,
    PartnerRole,
    Stage,
    Topic,
)
from commitments.services.completeness import FormPart
from commitments.services.content import (
    AmountContent,
    PartnerContent,
    PlaceContent,
    TargetContent,
)
from commitments.services.drafts import Fields
from commitments.services.goals import GOALS, MAX_GOALS
from commitments.services.indicators import unit_of
from commitments.services.partner_names import KnownPartner, is_name_of, members_named
from commitments.services.typed_numbers import (
    currency_decimals,
    currency_name,
    decimals_of,
    in_language,
)
from core.folding import fold
from core.languages import language_name
from eoi.forms.fields import (
    AccessibleCheckboxSelect,
    AccessibleRadioSelect,
    LongText,
    MailAddress,
    Name,
    OneLine,
    StrictCheckbox,
)
from focus_areas.models import FocusArea, Pillar
from members.models import CorrespondenceLanguage, Member
from members.services.countries import name_of

MORE_TEXT_WORDS: Final = 150
# The value of a partner that is no member, although its name is similar to that of one.
NO_MEMBER: Final = "none"
PER_CENT: Final = 100
SHARE_DECIMALS: Final = 2
THREE_DECIMALS: Final = 3


@dataclass(frozen=True)
class Situation:
    """What a part needs to know of the rest of the commitment."""

    lead: Member
    type: str = ""
    starts: date | None = None
    known_partners: Mapping[UUID, KnownPartner] = field(default_factory=dict)


class FormError(NamedTuple):
    """An error, and the ID of the input that it is about."""

    field_id: str
    sentence: str


class PartForm(forms.Form):
    """One part of the form, with its rows if it has some.

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
        self.numbers = row_numbers(fields, self.row_class.kind) if self.row_class else []
        self.prepare(self)

    def prepare(self, form: forms.Form) -> None:
        """Tell the fields of a form in which language their numbers were typed."""
        for each in form.fields.values():
            if isinstance(each, (NumberField, PortionsField, CurrencyField)):
                each.language = self.typed_in

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
        return self.valid(self)

    @staticmethod
    def valid(form: forms.Form) -> dict[str, Any]:
        """Return the valid values of a form by name."""
        return dict(form.cleaned_data) if form.errors is not None else {}


class WhatForm(PartForm):
    """What is promised."""

    part = FormPart.WHAT

    type = forms.ChoiceField(
        label=gettext_lazy("What kind of commitment is it?"),
        choices=CommitmentType,
        widget=AccessibleRadioSelect(
            hints={
                CommitmentType.FINANCIAL: gettext_lazy("Money, also a loan or an own investment"),
                CommitmentType.PROGRAMMATIC: gettext_lazy("A project, a programme or a service"),
                CommitmentType.POLICY: gettext_lazy("A law, a rule or a strategy"),
                CommitmentType.ADVOCACY: gettext_lazy("Speaking up, and convincing others"),
            }
        ),
        error_messages={"required": gettext_lazy("Choose what kind of commitment it is.")},
    )
    title = Name(
        label=gettext_lazy("Title"),
        help_text=gettext_lazy("One line that says what will be done, and where."),
        max_length=200,
        error_messages={"required": gettext_lazy("Enter a title.")},
    )
    statement = LongText(
        label=gettext_lazy("Statement"),
        help_text=gettext_lazy(
            "Who does what, for whom, by when. At most 150 words; everybody will read them."
        ),
        max_words=STATEMENT_WORDS,
        error_messages={"required": gettext_lazy("Enter the statement.")},
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of your texts"),
        choices=CorrespondenceLanguage,
        error_messages={"required": gettext_lazy("Choose the language of your texts.")},
    )
    focus_area = forms.TypedChoiceField(
        label=gettext_lazy("Focus area"),
        coerce=int,
        widget=AccessibleRadioSelect,
        error_messages={"required": gettext_lazy("Choose a focus area.")},
    )
    pillar = forms.TypedChoiceField(
        label=gettext_lazy("Pillar"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=gettext_lazy("It may be one of another focus area."),
    )
    novelty = forms.ChoiceField(
        label=gettext_lazy("Is it new?"),
        choices=Novelty,
        widget=AccessibleRadioSelect(
            hints={
                Novelty.EXPANDS: gettext_lazy("Count only what is added below."),
                Novelty.ANNOUNCED: gettext_lazy("Before it was made in the coalition"),
            }
        ),
        error_messages={"required": gettext_lazy("Choose whether it is new.")},
    )
    announced_before = OneLine(
        label=gettext_lazy("If it is not new: what exists, or where and when was it announced?"),
        max_length=300,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        areas = list(FocusArea.objects.order_by("number"))
        pillars = Pillar.objects.filter(is_published=True).order_by("position", "pk")
        chosen = self.data.get("pillar") or ""
        by_area: dict[int, list[tuple[int, str]]] = {area.pk: [] for area in areas}
        for pillar in pillars:
            by_area[pillar.focus_area_id].append((pillar.pk, pillar.name))
        if chosen.isascii() and chosen.isdigit() and len(chosen) < 10:
            # One that staff no longer offer stays with a commitment that names it.
            for pillar in Pillar.objects.filter(pk=chosen, is_published=False):
                by_area[pillar.focus_area_id].append((pillar.pk, pillar.name))
        # Named so in the language of the page; CLDR knows the languages.
        self.fields["language"].choices = [  # type: ignore[attr-defined]
            (code, capfirst(language_name(code))) for code in CorrespondenceLanguage.values
        ]
        self.fields["focus_area"].choices = [  # type: ignore[attr-defined]
            (area.pk, area.name) for area in areas
        ]
        own = self.data.get("focus_area") or ""
        areas.sort(key=lambda area: (str(area.pk) != own, area.number))
        self.fields["pillar"].choices = [  # type: ignore[attr-defined]
            ("", _("None")),
            *((area.name, by_area[area.pk]) for area in areas if by_area[area.pk]),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        is_told = cleaned.get("announced_before") or "announced_before" in self.errors
        if cleaned.get("novelty") == Novelty.ANNOUNCED and not is_told:
            self.add_error("announced_before", _("Enter where and when it was announced."))
        return cleaned


class TargetRow(RowForm):
    """A figure to reach by a day; for a policy it may be yes by a day."""

    kind = "target"
    folded = ("baseline", "baseline_on")
    prefilled = ("is_yes_no",)

    indicator = ProposingField(
        datalist="indicators",
        label=gettext_lazy("What will you measure?"),
        help_text=gettext_lazy("Choose from the list, or use your own words."),
        max_length=200,
        error_messages={"required": gettext_lazy("Enter what you will measure.")},
    )
    is_yes_no = forms.BooleanField(
        label=gettext_lazy("It is reached or not, without a number"),
        required=False,
        widget=StrictCheckbox,
    )
    value = NumberField(
        label=gettext_lazy("Number to reach"),
        required=False,
        error_messages={"required": gettext_lazy("Enter the number to reach.")},
    )
    unit = ProposingField(
        datalist="units",
        label=gettext_lazy("Unit"),
        help_text=gettext_lazy(
            "Like people or %. For a figure from the list you can leave it empty."
        ),
        max_length=60,
        required=False,
    )
    by = DayField(
        label=gettext_lazy("By when"),
        error_messages={"required": gettext_lazy("Enter by when it will be reached.")},
    )
    baseline = NumberField(
        label=gettext_lazy("Number at the start"),
        help_text=gettext_lazy("Leave it empty if there is none."),
        required=False,
    )
    baseline_on = DayField(label=gettext_lazy("Day of this number"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("is_yes_no"):
            cleaned.update(value=None, unit="", baseline=None, baseline_on=None)
            for name in ("value", "unit", "baseline", "baseline_on"):
                self.errors.pop(name, None)
            return cleaned
        if not cleaned.get("unit"):
            cleaned["unit"] = unit_of(cleaned.get("indicator", ""))
        if cleaned.get("value") is None and "value" not in self.errors:
            self.add_error("value", _("Enter the number to reach."))
        if not cleaned["unit"] and "unit" not in self.errors:
            self.add_error("unit", _("Enter the unit of the number, such as people or schools."))
        has_number = cleaned.get("baseline") is not None or "baseline" in self.errors
        if cleaned.get("baseline_on") and not has_number:
            self.add_error("baseline", _("Enter the number on this day, or remove the day."))
        return cleaned


class TargetsForm(PartForm):
    """How the progress will be measured."""

    part = FormPart.TARGETS
    row_class = TargetRow

    def is_row_required(self) -> bool:
        return True

    def prepare_row(self, row: RowForm) -> None:
        if self.situation.type != CommitmentType.POLICY:
            del row.fields["is_yes_no"]
            row.fields["value"].required = True

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        starts = self.situation.starts
        for row in self.typed_rows:
            by = self.valid(row).get("by")
            if starts and by and by < starts:
                row.add_error("by", _("This day is before the commitment starts."))
        return cleaned

    def facts(self) -> dict[str, Any]:
        taken: set[UUID] = set()
        targets = []
        for row in self.typed_rows:
            facts = {**self.valid(row), "key": row.row_key(taken)}
            targets.append(TargetContent(**facts))
        return {"targets": tuple(targets)}


class PlaceRow(RowForm):
    """A country, a region or the world."""

    kind = "place"
    folded = ("share",)

    place = PlaceField(
        datalist="places",
        label=gettext_lazy("Country, region or the whole world"),
        max_length=200,
        error_messages={"required": gettext_lazy("Enter at least one place.")},
    )
    share = NumberField(
        label=gettext_lazy("Share in per cent"),
        help_text=gettext_lazy("Only if it is known."),
        required=False,
    )

    def clean_share(self) -> Any:
        share = self.cleaned_data.get("share")
        if share is not None and not 0 < share <= PER_CENT:
            raise forms.ValidationError(_("Enter a share above 0 and of at most 100."))
        if share is not None and decimals_of(share) > SHARE_DECIMALS:
            raise forms.ValidationError(_("Enter a share with two decimals or fewer."))
        return share


class PlacesForm(PartForm):
    """Where and when."""

    part = FormPart.PLACES
    row_class = PlaceRow
    rows_added = 3

    starts = DayField(label=gettext_lazy("It starts on"), required=False)
    ends = DayField(
        label=gettext_lazy("It ends on"),
        error_messages={"required": gettext_lazy("Enter the day on which it ends.")},
    )

    def is_row_required(self) -> bool:
        return True

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if starts and ends and ends <= starts:
            self.add_error("ends", _("The end must be after the start."))
        seen: set[tuple[str, str]] = set()
        total = 0
        for row in self.typed_rows:
            facts = self.valid(row)
            place = facts.get("place")
            if place in seen:
                row.add_error("place", _("This place is named twice."))
            elif place is not None:
                seen.add(place)
            total += facts.get("share") or 0
            if total > PER_CENT and not row.errors:
                row.add_error("share", _("The shares add up to more than 100 per cent."))
        return cleaned

    def facts(self) -> dict[str, Any]:
        found = {
            facts["place"]: PlaceContent(
                country=facts["place"][0], region=facts["place"][1], share=facts.get("share")
            )
            for row in self.typed_rows
            if (facts := self.valid(row)).get("place") is not None
        }
        return {**self.valid(self), "places": tuple(found.values())}


class AmountRow(RowForm):
    """An amount at one stage."""

    kind = "amount"
    folded = ("label", "contributor", "decided_on", "portions")

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
    contributor = OneLine(
        label=gettext_lazy("Whose money is it?"),
        help_text=gettext_lazy("Leave it empty if it is your organisation’s."),
        max_length=200,
        required=False,
    )
    decided_on = DayField(label=gettext_lazy("Day of the decision"), required=False)
    portions = PortionsField(
        label=gettext_lazy("By year"),
        help_text=gettext_lazy("On each line a year and an amount, like 2027: 500000."),
        required=False,
    )

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

    amount_not_disclosed = forms.BooleanField(
        label=gettext_lazy("There is money, and its amount is not disclosed"),
        required=False,
        widget=StrictCheckbox,
    )

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
            name = facts.pop("contributor", "")
            is_lead = not name or is_name_of(name, self.situation.lead)
            facts |= {
                "key": row.row_key(taken),
                "portions": portions,
                "contributor_name": "" if is_lead else name,
            }
            amounts.append(AmountContent(**facts))
        return {**self.valid(self), "amounts": tuple(amounts)}


class PartnerRow(RowForm):
    """A member or another organisation that takes part."""

    kind = "partner"

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


class MoreForm(PartForm):
    """What else may be said."""

    part = FormPart.MORE

    conditions = LongText(
        label=gettext_lazy("What does it depend on?"),
        help_text=gettext_lazy("For example on the budget of another organisation."),
        max_words=MORE_TEXT_WORDS,
        required=False,
    )
    beneficiaries = LongText(
        label=gettext_lazy("Who benefits?"), max_words=MORE_TEXT_WORDS, required=False
    )
    topics = forms.MultipleChoiceField(
        label=gettext_lazy("Topics"),
        choices=Topic,
        required=False,
        widget=AccessibleCheckboxSelect,
    )
    sdgs = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Sustainable Development Goals"),
        help_text=gettext_lazy("At most three."),
        coerce=int,
        required=False,
        widget=AccessibleCheckboxSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sdgs"].choices = [  # type: ignore[attr-defined]
            (number, f"{number}. {name}") for number, name in GOALS.items()
        ]

    def clean_sdgs(self) -> list[int]:
        goals: list[int] = self.cleaned_data["sdgs"]
        if len(goals) > MAX_GOALS:
            raise forms.ValidationError(_("Choose three goals or fewer."))
        return goals

    def facts(self) -> dict[str, Any]:
        return {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in self.valid(self).items()
        }


FORMS: Final[Mapping[FormPart, type[PartForm]]] = {
    form.part: form
    for form in (WhatForm, TargetsForm, PlacesForm, MoneyForm, PartnersForm, MoreForm)
}


def as_data(fields: Fields) -> QueryDict:
    """Return fields as Django's forms read them."""
    data = QueryDict(mutable=True)
    for name, values in fields.items():
        data.setlist(name, values)
    return data


def known_fields(data: QueryDict, part: FormPart) -> Fields:
    """Return the posted fields that a part has; others are ignored."""
    form = FORMS[part]
    names = [name for name in form.base_fields if name in data]
    if form.row_class is not None:
        prefixes = [
            f"{form.row_class.kind}-{number}-" for number in row_numbers(data, form.row_class.kind)
        ]
        names += [
            f"{prefix}{name}"
            for prefix in prefixes
            for name in form.row_class.base_fields
            if f"{prefix}{name}" in data
        ]
    return {name: data.getlist(name) for name in names}


def number_fields(form: forms.Form) -> Iterator[str]:
    """Yield the names in the data of the fields of a form that hold one number."""
    for name, each in form.fields.items():
        if isinstance(each, NumberField):
            yield form.add_prefix(name)
