"""The pages of all decisions, with a choice for each, without naming any decision."""

from datetime import date

from django import forms
from django.urls import reverse

from core.admin.conflicts import VersionForm
from focus_areas.models import FocusArea
from members.models import GrantedRole, MemberStatus, SpamSignal, TimelineEntry
from outbox.models import Message
from tests.factories import FocalPointFactory, HoldFactory, MemberFactory
from tests.sweeps.lifecycle import STEPS
from tests.triage.staff import officer, reasons
from triage.decisions.admin.specs import DECISIONS

CLOSED, DECLINED = MemberStatus.CLOSED, MemberStatus.DECLINED

PAGES = {decision.name: decision for decision in DECISIONS}
LETTER_DECISIONS = [decision.name for decision in DECISIONS if decision.letter]
# The acknowledgement cannot be edited, because it was queued before.
WRITES = (*LETTER_DECISIONS, "clear_suspicion")
# The choices in fields of decisions in which any choice would not do.
FITTING = {
    "focus_area": lambda: FocusArea.objects.get(number=2).pk,
    "role": lambda: GrantedRole.CO_LEAD,
    "asked_of": lambda: officer(name="Grace").pk,
    "to": lambda: officer(name="Grace").pk,
}


def address(page, member):
    return reverse(f"admin:members_member_{page}", args=[member.pk])


def a_file_for(page, **facts):
    spam_signal = SpamSignal.HONEYPOT if page == "clear_suspicion" else ""
    focal_point = FocalPointFactory(
        given_name="Ada",
        family_name="Lovelace",
        email="ada@example.org",
        member=MemberFactory(status=start_of(page), spam_signal=spam_signal, **facts),
    )
    if page == "end_hold":
        HoldFactory(entry__member=focal_point.member, ends_on=date(2100, 1, 1))
    return focal_point.member


def ticked(*keys):
    return [reason.pk for reason in reasons(*keys)]


def start_of(page):
    """Return the status of a member before a decision."""
    return PAGES[page].from_statuses[0]


def outcome_of(page):
    """Return the status after a decision, according to docs/lifecycle.md."""
    return STEPS[PAGES[page].service.__name__][start_of(page)]


def chosen(page):
    """Return a person's choices on a page."""
    fields = PAGES[page].form(row=MemberFactory.build()).fields
    asked = {name: field for name, field in fields.items() if name not in VersionForm.base_fields}
    choices = {name: choice_in(name, field) for name, field in asked.items()}
    return {name: choice for name, choice in choices.items() if choice is not None}


def choice_in(name, field):
    """Return a choice for a field that accepts any; none if it is optional."""
    if name in FITTING:
        return FITTING[name]()
    if isinstance(field, forms.ChoiceField):
        offered = [str(value) for value, _label in field.choices if str(value)]
        is_several = isinstance(field, forms.ModelMultipleChoiceField)
        return (offered if is_several else offered[0]) if field.required else None
    return "2030-01-02" if isinstance(field, forms.DateField) else f"My {name}."


def as_shown(client, page, member, **choice):
    """Return the data that the page's form would send after a choice, with the letter."""
    sent = {"version": member.version, **choice}
    shown = client.post(address(page, member), {**sent, "show_letter": 1})
    letter = shown.context["letter"]
    if letter:
        sent |= {name: letter[name].value() or "" for name in ("subject", "body", "composed")}
    return sent


def nothing_happened(member, before):
    member.refresh_from_db()
    return (
        (member.version, member.status) == before
        and list(TimelineEntry.objects.filter(member=member)) == []
        and list(Message.objects.all()) == []
    )
