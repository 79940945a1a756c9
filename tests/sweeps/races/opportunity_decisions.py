"""Two people at one need: staff decide, while a colleague or a member acts too."""

from functools import partial

from django.test import override_settings

from members.services.conflicts import WrongStatus
from opportunities.models import Contact, Opportunity, OpportunityEvent
from opportunities.services import decisions
from opportunities.services.undo import undo_decision
from outbox.models import Message
from tests.factories import NOON, UserFactory
from tests.opportunities.contacting import a_person, sending
from tests.opportunities.deciding import REASON, S, a_row, changed
from tests.sweeps.races.race import Race, own
from tests.triage.staff import officer

OPPORTUNITY = Opportunity._meta.db_table
ONCE = {OpportunityEvent: 1, Message: 1}
STEPS = {
    decisions.publish: {},
    decisions.ask: {"question": "How many?"},
    decisions.publish_change: {},
    decisions.decline_change: REASON,
    decisions.close: REASON,
}


def deciding(row, service):
    return partial(service, own(row), by=UserFactory(), at=NOON, **STEPS[service])


def two_decide(first, second, *, status):
    def arrange():
        row = changed(a_row(status)) if status == S.OPEN else a_row(status)
        return deciding(row, first), deciding(row, second)

    return arrange


def closed_and_written():
    row = a_row(S.OPEN)
    writing = partial(sending, own(row), own(a_person()))
    return deciding(row, decisions.close), writing, lambda: not Contact.objects.exists()


def undone_and_written():
    with override_settings(UNDO_SECONDS=120):
        row = a_row()
        row.save()
        decisions.publish(row, by=UserFactory(), at=NOON)
    undoing = partial(undo_decision, own(row), by=officer(), at=NOON)
    return undoing, partial(sending, own(row), own(a_person()))


RACES = {
    "two publish": Race(
        two_decide(decisions.publish, decisions.publish, status=S.SENT),
        OPPORTUNITY,
        (OpportunityEvent, WrongStatus),
        ONCE,
    ),
    "ask about what is published": Race(
        two_decide(decisions.publish, decisions.ask, status=S.SENT),
        OPPORTUNITY,
        (OpportunityEvent, WrongStatus),
        ONCE,
    ),
    "close what a colleague closes": Race(
        two_decide(decisions.close, decisions.close, status=S.OPEN),
        OPPORTUNITY,
        (OpportunityEvent, WrongStatus),
        ONCE,
    ),
    "decline the change that a colleague publishes": Race(
        two_decide(decisions.publish_change, decisions.decline_change, status=S.OPEN),
        OPPORTUNITY,
        (OpportunityEvent, "no_change"),
        ONCE,
    ),
    "write about what is closed": Race(
        closed_and_written,
        OPPORTUNITY,
        (OpportunityEvent, "not_open"),
        ONCE,
    ),
    "write about what is taken back": Race(
        undone_and_written,
        OPPORTUNITY,
        (OpportunityEvent, "not_open"),
        {OpportunityEvent: 1},
    ),
}
