"""Undo a decision about a need or an offer: what is restored, what is not sent, each refusal."""

from datetime import timedelta
from uuid import uuid4

import pytest

from core.conflicts import Conflict, Refused
from members.services.undo import LetterIsOut
from opportunities.models import ContactStatus, EventKind, Opportunity
from opportunities.services import decisions
from opportunities.services.undo import undo_decision, undoable_decisions
from outbox.models import NO_PRIVATE_VALUES, Message, MessageStatus
from tests.factories import ContactFactory, UserFactory
from tests.opportunities.contacting import a_person
from tests.opportunities.deciding import NOON, REASON, S, a_row, changed, decide, refused
from tests.triage.staff import may, officer

SECOND = timedelta(seconds=1)
STEPS = {
    decisions.ask: (S.SENT, {"question": "How many?"}),
    decisions.publish: (S.QUESTION_ASKED, {}),
    decisions.decline_change: (S.OPEN, REASON),
    decisions.close: (S.OPEN, REASON),
}


@pytest.fixture(autouse=True)
def undo_is_on(settings):
    settings.UNDO_SECONDS = 120


def ready(service):
    """A row with a history, as it is before a decision, and what is typed."""
    status, typed = STEPS[service]
    row = a_row(status)
    if service in (decisions.decline_change, decisions.close):
        changed(row)
    row.save()
    return row, typed


def facts(row):
    stored = Opportunity.objects.filter(pk=row.pk).values().get()
    del stored["version"]
    return stored


def undo(row, *, at=NOON + SECOND, by=None, **more):
    return undo_decision(row, by=by or may(UserFactory(), "decide_opportunity"), at=at, **more)


@pytest.mark.parametrize("service", STEPS)
def test_undo_restores_the_row_and_cancels_the_letter(service):
    row, typed = ready(service)
    before = facts(row)
    event = decide(service, row, **typed)

    undone = undo(row, version=row.version)

    assert facts(row) == before
    assert (undone.kind, undone.is_shared) == (EventKind.NOTE_ADDED, False)
    event.refresh_from_db()
    assert not event.is_shared
    assert {each.status for each in Message.objects.all()} == {MessageStatus.CANCELLED}
    assert undoable_decisions([row], at=NOON + SECOND) == []


def test_undo_takes_back_a_question_and_the_publication_after_it():
    row = a_row()
    row.save()
    before = facts(row)
    decide(decisions.ask, row, question="How many?")
    decide(decisions.publish, row, at=NOON + SECOND)

    undo(row, at=NOON + 2 * SECOND)

    assert facts(row) == before


def test_undo_of_closing_lets_contacts_wait_again_and_tells_nobody():
    row, typed = ready(decisions.close)
    waiting = ContactFactory(opportunity=row, member=a_person().member)
    ended = ContactFactory(
        opportunity=row, status=ContactStatus.ENDED, answered_at=NOON - timedelta(days=1)
    )
    decide(decisions.close, row, **typed)
    assert Message.objects.filter(topic__contains="contact").count() == 1

    undo(row)

    for each in (waiting, ended):
        each.refresh_from_db()
    assert (waiting.status, waiting.answered_at) == (ContactStatus.SENT, None)
    assert ended.status == ContactStatus.ENDED
    assert not Message.objects.exclude(status=MessageStatus.CANCELLED).exists()


def test_publication_is_not_undone_once_a_member_wrote_about_it():
    row, typed = ready(decisions.publish)
    decide(decisions.publish, row, **typed)
    ContactFactory(opportunity=row)

    with refused(Refused) as caught:
        undo(row)

    assert caught.value.code == "nothing_to_undo"


def test_published_change_is_not_undone():
    row = changed(a_row(S.OPEN))
    row.save()
    decide(decisions.publish_change, row)

    with refused(Refused) as caught:
        undo(row)

    assert caught.value.code == "nothing_to_undo"


def test_undo_is_refused_after_its_period():
    row, typed = ready(decisions.close)
    decide(decisions.close, row, **typed)

    with refused(Refused) as caught:
        undo(row, at=NOON + timedelta(seconds=120))

    assert caught.value.code == "nothing_to_undo"


@pytest.mark.parametrize(
    ("status", "columns"),
    [
        (MessageStatus.SENT, {"sent_at": NOON, **NO_PRIVATE_VALUES}),
        (MessageStatus.SENDING, {"leased_until": NOON + 60 * SECOND, "lease": uuid4()}),
    ],
)
def test_undo_is_refused_once_the_letter_is_on_its_way(status, columns):
    row, typed = ready(decisions.close)
    decide(decisions.close, row, **typed)
    Message.objects.update(status=status, **columns)

    with refused(LetterIsOut):
        undo(row)


def test_undo_is_refused_for_who_may_not_decide_and_for_an_outdated_version():
    row, typed = ready(decisions.close)
    decide(decisions.close, row, **typed)

    with refused(Refused) as caught:
        undo(row, by=UserFactory())
    with refused(Conflict):
        undo(row, version=row.version - 1, by=officer())

    assert caught.value.code == "may_not_undo"
