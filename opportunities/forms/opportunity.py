"""The form of a need or an offer."""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from commitments.forms.fields import DayField, place_error
from commitments.forms.parts import offer_areas_and_pillars
from commitments.services.typed_places import UnknownPlace, parse_place
from core.autosave import new_page
from core.conflicts import Refused
from core.languages import language_choices
from eoi.forms.autosaved import AutosavedForm, KeptCheckboxSelect
from eoi.forms.fields import LongText, Name
from focus_areas.models import Pillar
from framework.services.adopted_actions import actions_by_key, actions_in_force
from members.models import Member
from members.services.countries import Region, name_of
from opportunities.models import OpportunityKind, SupportKind
from opportunities.services.content import COLUMNS, GROUPS, Content, Where
from opportunities.services.sending import MAX_COUNTRIES
from opportunities.services.texts import MAX_DETAILS_WORDS, MAX_TEXT_WORDS, check_no_address

# Between countries that are typed on one line. No name of a country has the last three.
SEPARATORS: Final = re.compile("[,،、;；؛]")
# The fields that the page shows when somebody opens them.
FOLDED: Final = ("until", "details", "focus_area", "pillar", "action", "language", "title_en")
# The labels of a need, and those of an offer.
LABELS: Final = {
    "title": (
        gettext_lazy("What do you need, in one line?"),
        gettext_lazy("What do you offer, in one line?"),
    ),
    "places": (gettext_lazy("In which countries?"), gettext_lazy("Single countries")),
    "until": (gettext_lazy("By when?"), gettext_lazy("Until when?")),
    "details": (
        gettext_lazy("What exists already?"),
        pgettext_lazy("of an offer", "Conditions"),
    ),
}


def validate_no_address(text: str) -> None:
    """Reject a text with an e-mail or web address, or a phone number."""
    try:
        check_no_address(text)
    except Refused as refused:
        raise ValidationError(str(refused), code=refused.code) from refused


class PlacesField(forms.CharField):
    """Places, one on each line, in any of six languages. Its value are those of `Where`."""

    widget = forms.Textarea
    is_need = True

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"rows": 2, "dir": "auto", "class": "grows", "autocomplete": "off"}

    def clean(self, value: Any) -> tuple[Where, ...]:
        lines = super().clean(value).splitlines()
        found = dict.fromkeys(place for line in lines for place in self._places_in(line))
        if self.is_need and len(found) > MAX_COUNTRIES:
            sentence = _("Enter at most %(limit)d countries; these are %(number)d.")
            facts = {"limit": MAX_COUNTRIES, "number": len(found)}
            raise ValidationError(sentence % facts, code="too_many")
        return tuple(found)

    def _places_in(self, line: str) -> Iterator[Where]:
        name = " ".join(line.split())
        if not name:
            return
        try:
            country, region = parse_place(name)
        except UnknownPlace as refused:
            names = SEPARATORS.split(name)
            if len(names) == 1:
                raise place_error(name, refused) from refused
            for each in names:
                yield from self._places_in(each)
            return
        if country:
            yield Where(country=country)
        elif self.is_need:
            raise ValidationError(
                _("“%(name)s” is no country. Enter the names of countries.") % {"name": name},
                code="region",
            )
        else:
            yield from (Where(region=each) for each in Region.values if region in ("", each))


class OpportunityForm(AutosavedForm):
    """A need or an offer of a member."""

    title = Name(
        max_length=150,
        validators=[validate_no_address],
        error_messages={"required": gettext_lazy("Say it in one line.")},
    )
    supports = forms.MultipleChoiceField(
        label=gettext_lazy("Which support?"),
        choices=SupportKind.choices,
        widget=KeptCheckboxSelect,
        error_messages={"required": gettext_lazy("Choose one kind of support or more.")},
    )
    regions = forms.MultipleChoiceField(
        label=gettext_lazy("Where?"),
        widget=KeptCheckboxSelect,
        help_text=gettext_lazy("Regions of ITU, groups of countries, or single countries below."),
        error_messages={
            "required": gettext_lazy("Choose a region or a group, or enter a country.")
        },
    )
    places = PlacesField(
        max_length=4000,
        help_text=gettext_lazy("One on each line."),
        error_messages={"required": gettext_lazy("Enter a country.")},
    )
    text = LongText(
        label=gettext_lazy("Describe it"),
        max_words=MAX_TEXT_WORDS,
        validators=[validate_no_address],
        help_text=gettext_lazy(
            "Up to 150 words. Everybody reads it, so leave out addresses and phone numbers."
        ),
        error_messages={"required": gettext_lazy("Describe it in a few sentences.")},
    )
    until = DayField(required=False)
    details = LongText(
        max_words=MAX_DETAILS_WORDS,
        required=False,
        validators=[validate_no_address],
        help_text=gettext_lazy("Up to 100 words."),
    )
    pillar = forms.TypedChoiceField(
        label=gettext_lazy("Pillar"), coerce=int, empty_value=None, required=False
    )
    action = forms.ChoiceField(
        label=gettext_lazy("Action of the framework"),
        required=False,
        help_text=gettext_lazy("If it serves an action that a working group adopted."),
        error_messages={
            "invalid_choice": gettext_lazy(
                "This is no action that the working group of this focus area adopted."
            )
        },
    )
    focus_area = forms.TypedChoiceField(label=gettext_lazy("Focus area"), coerce=int)
    language = forms.ChoiceField(
        label=gettext_lazy("Language of your text"), choices=language_choices
    )
    title_en = Name(
        label=gettext_lazy("The first line in English"),
        max_length=150,
        required=False,
        validators=[validate_no_address],
        help_text=gettext_lazy("If your text is in another language."),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        kind: str,
        member: Member,
        version: int = 0,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        """`version` is that of the row, and `initial` what it states or a link has chosen."""
        self.is_need = kind == OpportunityKind.NEED
        filled = {
            "focus_area": member.focus_area_id,
            "places": name_of(member.country) if self.is_need else "",
            "language": get_language() or "en",
            **(initial or {}),
            "draft_version": version,
            "page": new_page(),
        }
        super().__init__(data, initial=filled, label_suffix="")
        for name, labels in LABELS.items():
            self.fields[name].label = labels[0 if self.is_need else 1]
        places: Any = self.fields["places"]
        places.is_need = places.required = self.is_need
        if self.is_need:
            del self.fields["regions"]
        else:
            groups = [(each, capfirst(str(words))) for each, words in GROUPS.items()]
            regions: Any = self.fields["regions"]
            regions.choices = [*Region.choices, *groups]
            regions.required = not str(self["places"].value() or "").strip()
        area, pillar = self["focus_area"].value(), self["pillar"].value()
        offer_areas_and_pillars(self, area=area, pillar=pillar)
        self._offer_actions(member.focus_area_id, str(filled.get("action") or ""))

    def _offer_actions(self, own: int | None, kept: str) -> None:
        """Offer the actions of the frameworks that the member may read, and the one it named."""
        offered = [
            each for each in actions_in_force() if each.is_public or each.focus_area.pk == own
        ]
        self.actions = {each.key: each for each in (*offered, *actions_by_key([kept]).values())}
        by_area = groupby(self.actions.values(), lambda each: each.focus_area.name)
        groups = [(name, [(each.key, each.words) for each in those]) for name, those in by_area]
        fields: dict[str, Any] = self.fields
        fields["action"].choices = [("", _("None")), *groups]
        if not groups:
            del self.fields["action"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("language") == "en":
            cleaned["title_en"] = ""
        area = cleaned.get("focus_area") or 0
        of_area = Pillar.objects.filter(focus_area=area)
        if cleaned.get("pillar") and not of_area.filter(pk=cleaned["pillar"]).exists():
            self.add_error("pillar", _("This pillar belongs to another focus area."))
        action = self.actions.get(cleaned.get("action") or "")
        if action and action.focus_area.pk != area:
            self.add_error("action", _("This action belongs to another focus area."))
        return cleaned

    @property
    def folded_fields(self) -> list[forms.BoundField]:
        """The fields that the page shows when somebody opens them."""
        return [self[name] for name in FOLDED if name in self.fields]

    @property
    def is_unfolded(self) -> bool:
        """Whether one of these has an error, or a text that the member typed."""
        typed = (self[name].value() for name in ("until", "details", "pillar", "title_en"))
        return any(typed) or any(field.errors for field in self.folded_fields)

    def content(self) -> Content:
        """Return what a valid form states."""
        sent = self.cleaned_data
        wide = [
            Where(region=each) if each in Region.values else Where(group=each)
            for each in sent.get("regions", [])
        ]
        return Content(
            **{name: sent[name] for name in COLUMNS if name in sent},
            supports=tuple(each for each in SupportKind.values if each in sent["supports"]),
            places=tuple(dict.fromkeys([*wide, *sent["places"]])),
        )


def initial_of(content: Content) -> dict[str, Any]:
    """Return the values of the fields of a content."""
    places = content.places
    return {
        **content.as_json(),
        "supports": list(content.supports),
        "regions": [each.region or each.group for each in places if not each.country],
        "places": "\n".join(each.in_words for each in places if each.country),
    }
