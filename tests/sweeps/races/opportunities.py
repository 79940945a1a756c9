"""Two people of one organisation who write its needs, and staff who read them."""

from functools import partial

from core.autosave import Outcome, Page
from core.conflicts import Conflict, NothingChanged
from opportunities.models import Opportunity, OpportunityEvent
from opportunities.services.decisions import publish
from opportunities.services.sending import (
    MAX_AT_ONCE,
    discard_typed,
    enter_for_member,
    save_typed,
    send,
    send_change,
)
from outbox.models import Message
from tests.factories import NOON, FocalPointFactory, OpportunityFactory, UserFactory
from tests.opportunities.writing import a_content, a_writer
from tests.sweeps.races.race import Race, own

TABLE = Opportunity._meta.db_table
NEED = {"kind": "need", "at": NOON}


def two_colleagues(**facts):
    person = a_writer(**facts)
    return person, FocalPointFactory(member=person.member, is_alternate=True)


def kept(**facts):
    """Return what became of what was typed."""
    return save_typed(**facts)[1]


def typing(person, title="Training", page="one", version=0):
    page = Page(page, version)
    return partial(kept, typed={"title": title}, page=page, by=own(person), **NEED)


def typed_before(person):
    """Return the version of what a person has typed."""
    typing(person)()
    return Opportunity.objects.get().version


def sending(person, version=0, **content):
    return partial(
        send, content=a_content(person, **content), version=version, by=own(person), **NEED
    )


def both_type():
    one, two = two_colleagues()
    calls = typing(one), typing(two, "Equipment", "two")
    return *calls, lambda: Opportunity.objects.get().typed.get("_other") == {"title": "Equipment"}


def both_send():
    one, two = two_colleagues()
    return sending(one), sending(two)


def sent_while_a_colleague_types():
    one, two = two_colleagues()
    version = typed_before(one)
    return sending(one, version), typing(two, "Equipment", "two", version)


def typed_while_a_colleague_sends():
    one, two = two_colleagues()
    version = typed_before(one)
    return typing(two, "Equipment", "two", version), sending(one, version)


def deleted_while_a_colleague_sends():
    one, two = two_colleagues()
    version = typed_before(one)
    deleting = partial(discard_typed, version=version, by=own(two), **NEED)
    return deleting, sending(one, version)


def the_tenth_and_the_eleventh():
    one, two = two_colleagues()
    OpportunityFactory.create_batch(MAX_AT_ONCE - 1, member=one.member)
    calls = sending(one), sending(two, title="Another")
    return *calls, lambda: Opportunity.objects.count() == MAX_AT_ONCE


def both_change():
    one, two = two_colleagues()
    row = sending(one)()
    return tuple(
        partial(
            send_change,
            opportunity=own(row),
            content=a_content(one, title=f"By {person.pk}"),
            version=row.version,
            by=own(person),
            at=NOON,
        )
        for person in (one, two)
    )


def changed_while_it_is_published(*, published_first):
    person = a_writer()
    row = sending(person)()
    changing = partial(
        send_change,
        opportunity=own(row),
        content=a_content(person, title="New"),
        version=row.version,
        by=own(person),
        at=NOON,
    )
    publishing = partial(publish, own(row), by=UserFactory(), at=NOON, version=row.version)
    return (publishing, changing) if published_first else (changing, publishing)


def sent_and_entered():
    person = a_writer(category="member_state")
    entering = partial(
        enter_for_member,
        member=own(person.member),
        content=a_content(person),
        by=UserFactory(),
        at=NOON,
    )
    return sending(person), entering


RACES = {
    "type a need in two windows": Race(
        both_type, TABLE, (Outcome.SAVED, Outcome.KEPT_BESIDE), {Opportunity: 1}
    ),
    "send one need": Race(
        both_send,
        TABLE,
        (Opportunity, NothingChanged),
        {Opportunity: 1, OpportunityEvent: 1},
    ),
    "send what a colleague types": Race(
        sent_while_a_colleague_types, TABLE, (Opportunity, Conflict), {OpportunityEvent: 1}
    ),
    "type what a colleague sends": Race(
        typed_while_a_colleague_sends, TABLE, (Outcome.SAVED, Conflict)
    ),
    "delete what a colleague sends": Race(
        deleted_while_a_colleague_sends, TABLE, (None, Conflict), {Opportunity: -1}
    ),
    "send the tenth and the eleventh need": Race(
        the_tenth_and_the_eleventh,
        TABLE,
        (Opportunity, "too_many"),
        {Opportunity: 1, OpportunityEvent: 1},
    ),
    "change one need": Race(both_change, TABLE, (Opportunity, Conflict), {OpportunityEvent: 1}),
    "publish a need that its member changes": Race(
        partial(changed_while_it_is_published, published_first=True),
        TABLE,
        (OpportunityEvent, Conflict),
        {OpportunityEvent: 1, Message: 1},
    ),
    "change a need that is being published": Race(
        partial(changed_while_it_is_published, published_first=False),
        TABLE,
        (Opportunity, Conflict),
        {OpportunityEvent: 1},
    ),
    "send the need that staff enter": Race(
        sent_and_entered,
        TABLE,
        (Opportunity, NothingChanged),
        {Opportunity: 1, OpportunityEvent: 1},
    ),
}
