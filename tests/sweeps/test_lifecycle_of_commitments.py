"""docs/lifecycle-of-commitments.md says what every step does to a commitment in every status."""

import re

import pytest

from commitments.models import Commitment
from core.conflicts import Refused
from members.models import MemberStatus
from outbox.models import Message
from tests.commitments.kinds import a_whole_commitment
from tests.factories import NOON, FocalPointFactory, FocusAreaFactory, MemberFactory
from tests.sweeps.commitment_steps import HEADINGS, PAGE, STATUSES, STEPS, TAKERS

REFUSED, GONE = "–", "deleted"


@pytest.fixture
def people():
    lead, host = (
        FocalPointFactory(member=MemberFactory(status=MemberStatus.ADMITTED, country=country))
        for country in ("FR", "MW")
    )
    return lead.member, host.member


def outcome_of(step, status, people):
    """Return the new status, or a dash if the step is refused, and the kinds of mail it queues."""
    lead, host = people
    commitment = a_whole_commitment(lead, FocusAreaFactory(), host, status=status, at=NOON)
    before = Message.objects.count()
    try:
        TAKERS[step](commitment)
    except Refused:
        return REFUSED, False
    found = Commitment.objects.filter(pk=commitment.pk).first()
    return found.status if found else GONE, Message.objects.count() > before


def test_page_has_every_step_and_status():
    explained = re.findall(r"^\| `(\w+)` \| (?:the|staff|nobody)", PAGE, re.MULTILINE)

    assert list(STEPS) == list(TAKERS)
    assert explained == STATUSES
    assert all([*cells] == HEADINGS for cells in STEPS.values())


@pytest.mark.parametrize("step", TAKERS)
def test_step_leads_where_the_page_says(step, people):
    outcomes = [outcome_of(step, status, people) for status in STATUSES]

    found = [status for status, _writes in outcomes]
    *cells, _who, told = STEPS.get(step, {}).values() or ["no row", "", ""]
    row = f"| `{step}` | {' | '.join(found)} | … | {any(writes for _s, writes in outcomes)} |"
    assert cells == found, f"docs/lifecycle-of-commitments.md needs this row:\n{row}"
    assert (told != "–") == any(writes for _status, writes in outcomes), row
