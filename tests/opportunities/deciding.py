"""Needs that staff decide on, for the tests of the desk."""

from contextlib import contextmanager

import pytest

from opportunities.models import (
    Contact,
    LetterDraft,
    Opportunity,
    OpportunityEvent,
    OpportunityStatus,
    Place,
    Support,
)
from opportunities.services.content import content_of
from outbox.models import Message
from tests.factories import OpportunityPlaceFactory, SupportOfferedFactory, UserFactory
from tests.factories.noon import NOON
from tests.opportunities.contacting import a_need, leave

S = OpportunityStatus
REASON = {"reason": "It is an advertisement."}

__all__ = ["NOON", "REASON", "S", "a_row", "changed", "decide", "leave", "refused", "stored"]


def a_row(status=S.SENT, **facts):
    """A need of a member with a focal point, with a place and a kind of support."""
    need, _person = a_need(status=status, **facts)
    OpportunityPlaceFactory(opportunity=need)
    SupportOfferedFactory(opportunity=need)
    return need


def changed(opportunity, **facts):
    """Let a change of an open need wait for a decision."""
    proposed = {**content_of(opportunity).as_json(), "title": "Training for 1,200", **facts}
    Opportunity.objects.filter(pk=opportunity.pk).update(proposed=proposed)
    opportunity.refresh_from_db()
    return opportunity


def decide(service, opportunity, *, at=NOON, by=None, **facts):
    return service(opportunity, by=by or UserFactory(), at=at, **facts)


def stored():
    """What must stay the same if a step is refused: all rows that a step writes."""
    models = (Opportunity, OpportunityEvent, Contact, Place, Support, LetterDraft, Message)
    return [list(model.objects.order_by("pk").values()) for model in models]


@contextmanager
def refused(error, **facts):
    """Expect that a step is refused, and that it writes nothing."""
    before = stored()
    with pytest.raises(error, **facts) as caught:
        yield caught
    assert stored() == before
