"""Two people begin a commitment from one contact, and two runs close the need of one."""

from datetime import timedelta
from functools import partial

from commitments.models import Commitment
from members.services.conflicts import WrongStatus
from opportunities.models import Contact, Opportunity, OpportunityEvent, OpportunityStatus
from opportunities.services.committing import begin, close_committed
from opportunities.services.ending import close_with_result
from outbox.models import Message
from tests.factories import NOON, FocalPointFactory
from tests.opportunities.test_committing import accepted, committed
from tests.sweeps.races.race import Race, own, twice

LATER = NOON + timedelta(hours=1)
CONTACT, OPPORTUNITY = Contact._meta.db_table, Opportunity._meta.db_table
DRAFT = Commitment._meta.db_table


def two_colleagues_begin():
    contact, asked, _sender = accepted()
    colleague = FocalPointFactory(member=asked.member, is_alternate=True)
    return tuple(
        partial(begin, contact=own(contact), by=own(by), at=NOON) for by in (asked, colleague)
    )


def both_sides_begin():
    contact, *people = accepted()
    return tuple(partial(begin, contact=own(contact), by=own(by), at=NOON) for by in people)


def two_runs():
    committed()
    return twice(partial(close_committed, at=LATER))


def run_and_result():
    """The need is closed by its member while a run closes it: both are told all the same."""
    contact, asked, _sender = committed()
    closing = partial(
        close_with_result,
        opportunity=own(contact.opportunity),
        result=OpportunityStatus.AGREED,
        by=own(asked),
        at=LATER,
    )
    return partial(close_committed, at=LATER), closing


RACES = {
    "two colleagues begin": Race(
        two_colleagues_begin, DRAFT, (Commitment, Commitment), {Commitment: 1}
    ),
    "both sides begin": Race(both_sides_begin, DRAFT, (Commitment, "begun"), {Commitment: 1}),
    "two runs close": Race(two_runs, OPPORTUNITY, (1, 0), {OpportunityEvent: 1, Message: 2}),
    "a run closes, and the member": Race(
        run_and_result, OPPORTUNITY, (1, WrongStatus), {OpportunityEvent: 1, Message: 2}
    ),
}
