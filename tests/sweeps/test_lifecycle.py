"""docs/lifecycle.md says what every decision about a member does in every status."""

import inspect
import re

import pytest

from core.conflicts import Refused
from members.models import SpamSignal, letters_to_organisations
from members.services import assignment, correspondence, decisions, notes, summaries
from members.services.opinions import ask_opinion
from tests.factories import NOON, FocalPointFactory, HoldFactory, UserFactory
from tests.sweeps.lifecycle import HEADINGS, PAGE, STATUSES, STEPS
from tests.triage.decisions.decisions import chosen
from triage.decisions.admin.specs import DECISIONS
from triage.holds.services import end_hold, hold

FUNCTIONS = {
    name: function
    for module in (decisions, assignment, notes, correspondence, summaries)
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__
    and not name.startswith("_")
    # Who acts. A function that only drafts a letter is no step.
    and "by" in inspect.signature(function).parameters
}
# The other functions of their modules are no steps of a member.
FUNCTIONS |= {"ask_opinion": ask_opinion, "hold": hold, "end_hold": end_hold}


DECISIONS_BY_STEP = {decision.service.__name__: decision for decision in DECISIONS}
# What a step ends.
SPAM_SIGNALS = {"clear_spam_flag": SpamSignal.HONEYPOT, "undo_spam_flag": SpamSignal.UNUSUAL}


def arguments_of(step, member):
    """Return the arguments of a service besides the member, the person and the time."""
    if step == "add_note":
        return {"text": "They called."}
    # These are decided on many at once, on a page of their own.
    if step in ("flag_as_spam", "undo_spam_flag"):
        return {}
    decision = DECISIONS_BY_STEP[step]
    return decision.form({"version": 1, **chosen(decision.name)}, row=member).choice


def outcome_of(step, status):
    """Return the new status, or a dash if the decision is refused, and whether a letter is sent."""
    member = FocalPointFactory(
        member__status=status,
        member__assignee=UserFactory() if step in ("unassign", "take_over") else None,
        member__spam_signal=SPAM_SIGNALS.get(step, ""),
    ).member
    if step == "end_hold":
        HoldFactory(entry__member=member)
    arguments = arguments_of(step, member)
    try:
        FUNCTIONS[step](member=member, by=UserFactory(is_superuser=True), at=NOON, **arguments)
    except Refused:
        return "–", False
    member.refresh_from_db()
    letters = letters_to_organisations().filter(reference=member.reference)
    return member.status, letters.exists()


def test_page_has_no_step_that_is_gone():
    assert set(STEPS) - set(FUNCTIONS) == set()


def test_page_has_every_status():
    explained = re.findall(r"^\| `(\w+)` \| (?:us|them|nobody) \|", PAGE, re.MULTILINE)

    assert explained == STATUSES
    assert all([*cells] == HEADINGS for cells in STEPS.values())


@pytest.mark.parametrize("step", FUNCTIONS)
def test_step_leads_where_the_page_says(step):
    outcomes = [outcome_of(step, status) for status in STATUSES]

    found = [status for status, _writes in outcomes]
    writes = "yes" if any(writes for _status, writes in outcomes) else "no"
    row = f"| `{step}` | {' | '.join([*found, writes])} |"
    *cells, told = STEPS.get(step, {}).values() or ["no row"]
    assert cells == found, f"docs/lifecycle.md needs this row:\n{row}"
    assert (told == "yes") == (writes == "yes"), f"docs/lifecycle.md needs this row:\n{row}"


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda decision: decision.name)
def test_page_of_a_decision_is_for_the_statuses_that_the_step_starts_from(decision):
    step = decision.service.__name__

    starts_from = [status for status in STATUSES if STEPS[step][status] != "–"]

    assert sorted(decision.from_statuses) == sorted(starts_from)
