"""The form with which a lead reports, and the one with which a host answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from commitments.forms.fields import DayField, NumberField
from commitments.models import Commitment, Condition, HostAnswer, Report, Target, TargetValue
from commitments.services.conditions import (
    condition_if_reported,
    condition_of_target,
    published_on_of,
)
from commitments.services.report_words import due_in_words, goal_in_words, last_in_words
from commitments.services.reports import ReportContent, ReportedValue, content_of
from commitments.services.typed_numbers import (
    as_typed,
    currencies,
    currency_decimals,
    currency_name,
)
from core.autosave import new_page
from core.languages import language_choices
from core.numbers import number_in_words
from core.sorting import sorting_key
from eoi.forms.autosaved import AutosavedForm
from eoi.forms.fields import LongText, OneLine, Website
from members.models import CorrespondenceLanguage

NARRATIVE_WORDS: Final = 200
MAX_REASON_LENGTH: Final = 200
MAX_LINKS: Final = 5
MAX_LINK_LENGTH: Final = 500
MAX_NOTE_WORDS: Final = 100
YES, NO = "yes", "no"
IS_ADDRESS: Final = URLValidator(schemes=["http", "https"])


class LinksField(LongText):
    """Web addresses, one on each line. The scheme may be left out."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_words=MAX_LINKS, max_length=MAX_LINKS * (MAX_LINK_LENGTH + 1), **kwargs
        )

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"rows": 3, "dir": "ltr", "inputmode": "url", "spellcheck": "false"}

    def clean(self, value: Any) -> str:
        lines = [line.strip() for line in super().clean(value).split("\n")]
        addresses = [self._address(line) for line in dict.fromkeys(lines) if line]
        if len(addresses) > MAX_LINKS:
            raise ValidationError(
                _("Give at most %(number)d web addresses, each on its own line.")
                % {"number": MAX_LINKS},
                code="max_links",
            )
        return "\n".join(addresses)

    def validate(self, value: str) -> None:
        # Each line is validated as an address; words are not counted.
        forms.CharField.validate(self, value)

    @staticmethod
    def _address(line: str) -> str:
        try:
            address = str(Website(label=_("Evidence"), max_length=MAX_LINK_LENGTH).clean(line))
            IS_ADDRESS(address)
        except ValidationError as refused:
            raise ValidationError(
                _("“%(line)s” is no web address. Enter one like https://www.example.org/report.")
                % {"line": line[:100]},
                code="link",
            ) from refused
        return address


@dataclass(frozen=True)
class TargetFields:
    """The fields of one target, with what is known about it."""

    target: Target
    goal: str
    due: str
    last: str
    value: forms.BoundField
    on: forms.BoundField


class ReportForm(AutosavedForm):
    """What a lead reports about a commitment: a value for each target, money and words.

    `typed_in` is the language in which numbers were typed.
    """

    typed_in = forms.ChoiceField(
        choices=CorrespondenceLanguage, widget=forms.HiddenInput, required=False
    )
    paid = NumberField(
        label=gettext_lazy("Paid since the beginning"),
        required=False,
        help_text=gettext_lazy("All payments together, not only those of the last year."),
    )
    paid_currency = forms.ChoiceField(label=gettext_lazy("Currency"), required=False)
    paid_until = DayField(label=gettext_lazy("Paid until"), required=False)
    narrative = LongText(
        label=gettext_lazy("What was done"),
        max_words=NARRATIVE_WORDS,
        help_text=gettext_lazy("At most 200 words. Everybody reads it in the register."),
        error_messages={"required": gettext_lazy("Say in a few words what was done.")},
    )
    obstacles = LongText(
        label=gettext_lazy("Obstacles"),
        max_words=NARRATIVE_WORDS,
        required=False,
        help_text=gettext_lazy("What slows the work down, if anything. Everybody reads it."),
    )
    behind_reason = OneLine(
        label=gettext_lazy("Why is it behind?"),
        max_length=MAX_REASON_LENGTH,
        required=False,
        help_text=gettext_lazy(
            "One sentence of at most 200 characters, only if a number does not reach what is "
            "due. Everybody reads it."
        ),
    )
    links = LinksField(
        label=gettext_lazy("Evidence"),
        required=False,
        help_text=gettext_lazy("Up to five web addresses, each on its own line."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of your text"), choices=language_choices
    )
    is_last = forms.BooleanField(
        label=gettext_lazy("This is the last report"),
        required=False,
        help_text=gettext_lazy(
            "Tick it if the work is finished or will not go on. The commitment then ends, and we "
            "ask for no more reports."
        ),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        report: Report,
        commitment: Commitment,
        targets: Sequence[Target],
        last_values: Mapping[int, TargetValue],
        last: Report | None,
        day: date,
        language: str,
    ) -> None:
        """`last_values` are the latest published values by target, `last` the latest report."""
        self.day, self.targets, self.last_values = day, targets, last_values
        self.published_on = published_on_of(commitment)
        page_language = get_language() or "en"
        super().__init__(
            data,
            initial={
                "draft_version": report.version,
                "page": new_page(),
                "typed_in": page_language,
                "language": language,
                **self._initial_money(commitment, last, page_language),
                **(self._initial_of(content_of(report), page_language) if report.sent_at else {}),
            },
            label_suffix="",
        )
        typed_in = str(self["typed_in"].value() or "")
        known = typed_in if typed_in in CorrespondenceLanguage.values else page_language
        self.fields["paid"].language = known  # type: ignore[attr-defined]
        self.fields["paid_currency"].choices = currency_choices(page_language)  # type: ignore[attr-defined]
        for target in targets:
            self._add_target(target, known, page_language)

    def _add_target(self, target: Target, typed_in: str, page_language: str) -> None:
        previous = self.last_values.get(target.pk)
        value, on = value_name(target), on_name(target)
        if target.is_yes_no:
            self.fields[value] = forms.ChoiceField(
                label=_("Reached?"),
                choices=[(YES, _("Yes")), (NO, _("No"))],
                widget=forms.RadioSelect,
                required=False,
            )
            proposed = (YES if previous.reached else NO) if previous else None
        else:
            field = NumberField(label=_("Value (%(unit)s)") % {"unit": target.unit}, required=False)
            field.language = typed_in
            self.fields[value] = field
            proposed = (
                as_typed(previous.value, page_language)
                if previous and previous.value is not None
                else None
            )
        self.fields[on] = DayField(
            label=_("On this day"), error_messages={"required": _("Enter the day of this value.")}
        )
        self.initial.setdefault(value, proposed)
        self.initial.setdefault(on, self.day)

    def _initial_money(
        self, commitment: Commitment, last: Report | None, language: str
    ) -> dict[str, Any]:
        if last is not None and last.paid is not None:
            return {
                "paid": as_typed(last.paid, language),
                "paid_currency": last.paid_currency,
                "paid_until": self.day,
            }
        stated = commitment.amounts.filter(is_current=True, report=None)
        first = stated.order_by("position", "pk").first()
        return {
            "paid_currency": first.currency if first else "",
            "paid_until": self.day if first else None,
        }

    def _initial_of(self, content: ReportContent, language: str) -> dict[str, Any]:
        """Return the fields of a report that was sent, to correct it."""
        facts: dict[str, Any] = {
            "narrative": content.narrative,
            "obstacles": content.obstacles,
            "behind_reason": content.behind_reason,
            "links": content.links,
            "language": content.language,
            "is_last": content.is_last,
            "paid": None if content.paid is None else as_typed(content.paid, language),
            "paid_currency": content.paid_currency,
            "paid_until": content.paid_until,
        }
        for target in self.targets:
            facts[value_name(target)] = None
        for each in content.values:
            facts[f"value_{each.target}"] = (
                as_typed(each.value, language)
                if each.value is not None
                else (YES if each.reached else NO)
            )
            facts[f"on_{each.target}"] = each.on
        return facts

    def target_fields(self) -> list[TargetFields]:
        """Return the fields of each target, with its goal and its last value in words."""
        return [
            TargetFields(
                target,
                goal=goal_in_words(target),
                due=due_in_words(target, self.day, published_on=self.published_on),
                last=last_in_words(target, self.last_values.get(target.pk)),
                value=self[value_name(target)],
                on=self[on_name(target)],
            )
            for target in self.targets
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for target in self.targets:
            self._clean_value(target, cleaned)
        self._clean_money(cleaned)
        self._clean_behind_reason(cleaned)
        return cleaned

    def _clean_value(self, target: Target, cleaned: Mapping[str, Any]) -> None:
        value, on = value_name(target), on_name(target)
        if value in self.errors or on in self.errors or cleaned.get(value) in (None, ""):
            return
        if cleaned[on] > self.day:
            self.add_error(on, _("This day is in the future. Enter the day of the value."))

    def _clean_money(self, cleaned: Mapping[str, Any]) -> None:
        if "paid" in self.errors or cleaned.get("paid") is None:
            return
        if not cleaned.get("paid_currency"):
            if "paid_currency" not in self.errors:
                self.add_error("paid_currency", _("Choose the currency."))
        elif max(-cleaned["paid"].as_tuple().exponent, 0) > currency_decimals(
            cleaned["paid_currency"]
        ):
            self.add_error("paid", _("This currency has fewer decimals."))
        if "paid_until" in self.errors:
            return
        if cleaned.get("paid_until") is None:
            self.add_error("paid_until", _("Enter the day until which this was paid."))
        elif cleaned["paid_until"] > self.day:
            self.add_error("paid_until", _("This day is in the future."))

    def _clean_behind_reason(self, cleaned: Mapping[str, Any]) -> None:
        """Ask why a commitment is behind, if the values that are typed put it behind."""
        fields = [name(each) for each in self.targets for name in (value_name, on_name)]
        if cleaned.get("is_last") or cleaned.get("behind_reason"):
            return
        if self.errors.keys() & {*fields, "behind_reason"}:
            return
        values = {target.pk: self._values_with(target, cleaned) for target in self.targets}
        condition = condition_if_reported(self.targets, values, self.day, self.published_on)
        if condition != Condition.BEHIND:
            return
        for target in self.targets:
            standing = condition_of_target(
                target, values[target.pk], self.day, published_on=self.published_on
            )
            if standing.condition == Condition.BEHIND and standing.due_by_now is not None:
                message = _(
                    "With these numbers the commitment is behind: %(due)s was due for "
                    "“%(target)s”. Say in one sentence why."
                ) % {"target": target.indicator, "due": number_in_words(standing.due_by_now)}
                self.add_error("behind_reason", message)
                self.fields["behind_reason"].required = True
                return

    def _values_with(self, target: Target, cleaned: Mapping[str, Any]) -> list[TargetValue]:
        """Return the latest published value of a target, and the one that is typed."""
        values = [self.last_values[target.pk]] if target.pk in self.last_values else []
        if (typed := cleaned.get(value_name(target))) not in (None, ""):
            on = cleaned[on_name(target)]
            stated = {"reached": typed == YES} if target.is_yes_no else {"value": typed}
            values.append(TargetValue(target=target, on=on, **stated))
        return values

    def content(self) -> ReportContent:
        """Return what a valid form states."""
        sent = self.cleaned_data
        has_paid = sent.get("paid") is not None
        return ReportContent(
            values=tuple(
                ReportedValue(
                    target=target.pk,
                    on=sent[on_name(target)],
                    value=None if target.is_yes_no else sent[value_name(target)],
                    reached=sent[value_name(target)] == YES if target.is_yes_no else None,
                )
                for target in self.targets
                if sent.get(value_name(target)) not in (None, "")
            ),
            narrative=sent["narrative"],
            obstacles=sent["obstacles"],
            behind_reason=sent["behind_reason"],
            links=sent["links"],
            language=sent["language"],
            paid=sent["paid"] if has_paid else None,
            paid_currency=sent["paid_currency"] if has_paid else "",
            paid_until=sent["paid_until"] if has_paid else None,
            is_last=sent["is_last"],
        )

    def labelled_fields(self) -> Iterator[tuple[str, forms.BoundField]]:
        """Yield the visible fields with labels; those of a target begin with its indicator."""
        indicators = {
            name: f"{target.indicator}: "
            for target in self.targets
            for name in (value_name(target), on_name(target))
        }
        for label, field in super().labelled_fields():
            yield f"{indicators.get(field.name, '')}{label}", field


class HostAnswerForm(forms.Form):
    """What the member of a host country says of a commitment."""

    use_required_attribute = False

    answer = forms.ChoiceField(
        label=gettext_lazy("Your answer"),
        choices=HostAnswer,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose an answer.")},
    )
    note = LongText(
        label=gettext_lazy("Note to our team"),
        max_words=MAX_NOTE_WORDS,
        required=False,
        help_text=gettext_lazy("Only our team reads it."),
    )


def value_name(target: Target) -> str:
    """Return the name of the field with the value of a target."""
    return f"value_{target.pk}"


def on_name(target: Target) -> str:
    """Return the name of the field with the day of a value."""
    return f"on_{target.pk}"


def currency_choices(language: str) -> list[tuple[str, str]]:
    """Return the currencies of today by their names, with their codes."""
    names = sorted(
        ((code, currency_name(code, language)) for code in currencies()),
        key=lambda pair: sorting_key(pair[1], language),
    )
    return [("", "–"), *((code, f"{name} ({code})") for code, name in names)]
