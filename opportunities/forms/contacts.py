"""The forms with which a member writes to another, and closes its own need or offer."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from core.languages import language_choices
from eoi.forms.fields import LongText
from members.models import FocalPoint
from opportunities.forms.opportunity import validate_no_address
from opportunities.models import RESULTS, Opportunity, OpportunityStatus
from opportunities.services.contacts import MAX_WORDS


class ContactForm(forms.Form):
    """A message to the member of a need or an offer, and what the sender has that fits it."""

    person = forms.TypedChoiceField(
        label=gettext_lazy("Which organisation writes?"), coerce=int, widget=forms.RadioSelect
    )
    own = forms.TypedChoiceField(
        coerce=int, empty_value=None, required=False, widget=forms.RadioSelect
    )
    message = LongText(
        label=gettext_lazy("Your message"),
        max_words=MAX_WORDS,
        validators=[validate_no_address],
        help_text=gettext_lazy(
            "Up to 100 words, in the name of your organisation. Leave out addresses and phone "
            "numbers: both sides get them if your message is accepted."
        ),
        error_messages={"required": gettext_lazy("Write a message.")},
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of your message"), choices=language_choices
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        people: Sequence[FocalPoint],
        own: Sequence[Opportunity],
        is_need: bool,
    ) -> None:
        """`people` may write, each for an organisation; `own` fits what they write about."""
        self.people = {each.pk: each for each in people}
        self.fitting = {each.pk: each for each in own}
        initial = {
            "person": people[0].pk,
            "own": own[0].pk if own else "",
            "language": get_language() or "en",
        }
        super().__init__(data, initial=initial, label_suffix="")
        fields: dict[str, Any] = self.fields
        fields["person"].choices = [(each.pk, each.member.organisation_name) for each in people]
        fields["own"].label = _("Your offer that fits") if is_need else _("Your need that fits")
        fields["own"].choices = [
            *((each.pk, each.title) for each in own),
            ("", pgettext_lazy("of one's own needs or offers", "None of these")),
        ]
        if len(people) == 1:
            del fields["person"]
        if not own:
            del fields["own"]

    @property
    def sender(self) -> FocalPoint:
        """Who sends a valid form."""
        return self.people[self.cleaned_data.get("person") or next(iter(self.people))]

    def content(self) -> dict[str, Any]:
        """Return what a valid form says, as `send_contact` takes it."""
        typed = self.cleaned_data
        return {
            "own": self.fitting.get(typed.get("own") or 0),
            "message": typed["message"],
            "language": typed["language"],
        }


class CloseForm(forms.Form):
    """What came of a need or an offer, and the version that the page showed."""

    result = forms.TypedChoiceField(
        label=gettext_lazy("What came of it?"),
        coerce=OpportunityStatus,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what came of it.")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, data: Mapping[str, Any] | None, *, opportunity: Opportunity, result: str = ""
    ) -> None:
        """`result` is what was chosen already."""
        initial = {"version": opportunity.version, "result": result}
        super().__init__(data, initial=initial, label_suffix="")
        words = {
            OpportunityStatus.AGREED: _("We agreed with somebody, without a commitment"),
            OpportunityStatus.NOTHING: _("Nothing came of it"),
            OpportunityStatus.WITHDRAWN: _("We withdraw it"),
        }
        offered = [*RESULTS] if opportunity.published_at else []
        if opportunity.status != OpportunityStatus.EXPIRED:
            offered.append(OpportunityStatus.WITHDRAWN)
        fields: dict[str, Any] = self.fields
        fields["result"].choices = [(each, words[each]) for each in offered]
