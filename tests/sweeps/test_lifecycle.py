"""docs/lifecycle.md says what every step of a member does from every status."""

import inspect
import re
from pathlib import Path

import pytest
from django.conf import settings

from core.conflicts import Refused
from members.models import ClosingReason, GrantedRole, Member, MemberStatus, SpamSignal
from members.services import assignment, decisions, notes
from outbox.models import Message
from tests.factories import (
    NOON,
    FocalPointFactory,
    FocusAreaFactory,
    MemberFactory,
    UserFactory,
)
from tests.triage.staff import officer
from triage.decisions.admin.specs import DECISIONS

PAGE = (Path(settings.BASE_DIR) / "docs" / "lifecycle.md").read_text()
STATUSES = [status.value for status in MemberStatus]


def table():
    """Return for each step its cells, by the heading of their column."""
    rows = [line for line in PAGE.splitlines() if line.startswith("| ")]
    first = next(number for number, row in enumerate(rows) if row.startswith("| step |"))
    headings = [cell.strip() for cell in rows[first].strip("| ").split("|")]
    steps = {}
    for row in rows[first + 1 :]:
        cells = [cell.strip() for cell in row.strip("| ").split("|")]
        if not cells[0].startswith("`") or len(cells) != len(headings):
            break
        steps[cells[0].strip("`")] = dict(zip(headings[1:], cells[1:], strict=True))
    return steps


STEPS = table()
FUNCTIONS = {
    name: function
    for module in (decisions, assignment, notes)
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and not name.startswith("_")
}


def arguments_of(step):
    """Return what a step needs besides the member, the person and the time."""
    area = FocusAreaFactory(number=3)
    return {
        "reassign": {"to": officer()},
        "add_note": {"text": "They called."},
        "request_information": {"missing": "The website."},
        "record_answer": {"answer": "It is example.org."},
        "admit_to_focus_area": {"focus_area": area, "role": GrantedRole.PARTICIPANT},
        "move_to_focus_area": {"focus_area": area, "role": GrantedRole.CO_LEAD},
        "decline": {"reasons": []},
        "close_without_letter": {"reason": ClosingReason.ABANDONED},
    }.get(step, {})


def member_in(status, *, taken_by=None):
    member = MemberFactory(status=status, assignee=taken_by, spam_signal=SpamSignal.HONEYPOT)
    FocalPointFactory(member=member)
    return member


def test_page_has_every_step_of_triage():
    assert set(STEPS) == set(FUNCTIONS)


def test_page_has_every_status():
    explained = re.findall(r"^\| `(\w+)` \| (?:us|them|nobody) \|", PAGE, re.MULTILINE)

    assert explained == STATUSES
    assert all([*cells] == [*STATUSES, "writes to them"] for cells in STEPS.values())


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("step", STEPS)
def test_step_leads_where_the_page_says(step, status):
    member = member_in(status, taken_by=UserFactory() if step == "unassign" else None)
    said = STEPS[step][status]
    function = FUNCTIONS[step]

    try:
        function(member=member, by=UserFactory(), at=NOON, **arguments_of(step))
        outcome = Member.objects.get().status
    except Refused:
        outcome = "–"

    assert outcome == said
    wrote = Message.objects.exists()
    assert wrote == (said != "–" and STEPS[step]["writes to them"] == "yes")


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda decision: decision.name)
def test_page_of_a_decision_is_for_the_statuses_that_the_step_starts_from(decision):
    step = decision.service.__name__

    starts_from = [status for status in STATUSES if STEPS[step][status] != "–"]

    assert sorted(decision.from_statuses) == sorted(starts_from)
