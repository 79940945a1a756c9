"""Two concurrent calls about one commitment: decide, publish, or decide on a change."""

from datetime import timedelta
from functools import partial

from django.core.mail import get_connection
from django.test import override_settings

from commitments.models import (
    ChangeStatus,
    CommitmentEvent,
    CommitmentVersion,
    PublicationRequest,
)
from commitments.services import change_decisions, decisions
from commitments.services.publication import publish, publish_announced
from commitments.services.reconversion import NothingToConvert, convert_again
from commitments.services.second_person import take_back_request
from commitments.services.undo import undo_decision
from core.conflicts import Conflict
from members.services.conflicts import WrongStatus
from members.services.undo import LetterIsOut
from outbox.models import Message, MessageStatus
from outbox.services.delivery import deliver_message
from tests.commitments.desk import TOMORROW, S, proposed, sent
from tests.factories import (
    NOON,
    AmountFactory,
    CommitmentFactory,
    ExchangeRateFactory,
    PublicationRequestFactory,
    UserFactory,
)
from tests.sweeps.races.race import Race, own, twice

COMMITMENT, MESSAGE = "commitments_commitment", "outbox_message"
REQUEST = "commitments_publicationrequest"
REASON = {"reason": "It is no commitment."}
LATER = TOMORROW + timedelta(days=1)
SETTLES_AT = NOON + timedelta(minutes=2)
DECIDED_ONCE = {CommitmentEvent: 1, Message: 1}
PUBLISHED_ONCE = {**DECIDED_ONCE, CommitmentVersion: 1}
RUN = partial(publish_announced, at=TOMORROW)


def deciding(commitment, service, **facts):
    return partial(service, own(commitment), by=UserFactory(), at=NOON, **facts)


def two_assign():
    commitment = sent()
    assigning = [deciding(commitment, decisions.assign_to_self, version=1) for _n in range(2)]
    return *assigning, lambda: own(commitment).version == 2


def two_ask():
    commitment = sent()
    return tuple(
        deciding(commitment, decisions.ask_for_information, question="Why?") for _n in range(2)
    )


def two_convert_again():
    rate = ExchangeRateFactory(currency="EUR", month=NOON.date().replace(day=1), rate=2)
    frozen = {"usd": 80, "rate": 1, "rate_month": rate.month, "rate_source": "UN"}
    amount = AmountFactory(
        commitment=CommitmentFactory(status=S.PUBLISHED), currency="EUR", original=80, **frozen
    )

    def converting():
        facts = {"seen": rate.rate, "note": "It was wrong.", "by": UserFactory(), "at": NOON}
        return lambda: len(convert_again(own(rate), **facts))

    return converting(), converting(), lambda: own(amount).usd == 40


def two_publish():
    commitment = sent()
    return *(deciding(commitment, publish) for _n in range(2)), (
        lambda: own(commitment).versions.count() == 1
    )


def requested():
    """A commitment with a large amount, which a first person asks to publish."""
    commitment = sent()
    AmountFactory(commitment=commitment, original=2)
    request = PublicationRequestFactory(commitment=commitment)
    return commitment, request


def publishing_large(commitment, **facts):
    def call():
        with override_settings(COMMITMENT_SECOND_PERSON_ABOVE=1):
            return deciding(commitment, publish, **facts)()

    return call


def two_ask_for_a_second_person():
    commitment = sent()
    AmountFactory(commitment=commitment, original=2)
    calls = [publishing_large(commitment, version=1) for _n in range(2)]
    return *calls, lambda: own(commitment).status == S.SUBMITTED


def two_confirm():
    commitment, _request = requested()
    calls = [publishing_large(commitment, version=1) for _n in range(2)]
    return *calls, lambda: own(commitment).status == S.PUBLISHED


def taken_back_and_confirmed():
    commitment, request = requested()
    taking = partial(take_back_request, own(commitment), by=request.requested_by, at=NOON)
    return (
        taking,
        publishing_large(commitment, version=1),
        lambda: own(commitment).status == S.SUBMITTED,
    )


def published_and_declined():
    commitment = sent()
    return (
        deciding(commitment, publish),
        deciding(commitment, decisions.decline, **REASON),
        lambda: own(commitment).status == S.PUBLISHED,
    )


def approved_and_declined():
    commitment = sent()
    return (
        deciding(commitment, decisions.approve, announce_at=TOMORROW),
        deciding(commitment, decisions.decline, **REASON),
    )


def two_runs():
    sent(S.APPROVED)
    return twice(RUN)


def put_back_and_run():
    commitment = sent(S.APPROVED)
    return (
        deciding(commitment, decisions.take_back_approval, **REASON),
        RUN,
        lambda: own(commitment).published_at is None,
    )


def moved_and_run():
    commitment = sent(S.APPROVED)
    return (
        deciding(commitment, decisions.approve, announce_at=LATER),
        RUN,
        lambda: own(commitment).announce_at == LATER,
    )


def run_and_put_back():
    commitment = sent(S.APPROVED)
    return RUN, deciding(commitment, decisions.take_back_approval, **REASON)


def change_decided():
    commitment = sent(S.PUBLISHED)
    change = proposed(commitment, title="Another title")
    return (
        deciding(commitment, change_decisions.accept_change, change=own(change), **REASON),
        deciding(commitment, change_decisions.decline_change, change=own(change), **REASON),
        lambda: own(change).status == ChangeStatus.ACCEPTED,
    )


def withdrawn_and_change_accepted():
    commitment = sent(S.PUBLISHED)
    change = proposed(commitment, title="Another title")
    return (
        deciding(commitment, decisions.withdraw, **REASON),
        deciding(commitment, change_decisions.accept_change, change=own(change), **REASON),
        lambda: own(change).status == ChangeStatus.WITHDRAWN,
    )


def each_replaced_by_the_other():
    first = sent(S.PUBLISHED)
    second = sent(S.PUBLISHED, lead=first.lead, languages=())
    return (
        deciding(first, decisions.supersede, other=own(second)),
        deciding(second, decisions.supersede, other=own(first)),
        lambda: own(second).status == S.PUBLISHED,
    )


def replaced_by_what_is_withdrawn():
    first = sent(S.PUBLISHED)
    second = sent(S.PUBLISHED, lead=first.lead, languages=())
    return (
        deciding(second, decisions.withdraw, **REASON),
        deciding(first, decisions.supersede, other=own(second)),
        lambda: own(first).status == S.PUBLISHED,
    )


def asked_commitment():
    """A commitment of which the lead is asked a question at noon, which can still be undone."""
    commitment = sent()
    with override_settings(UNDO_SECONDS=120):
        deciding(commitment, decisions.ask_for_information, question="Why?")()
    return commitment


def undoing(commitment):
    def undo():
        return undo_decision(
            own(commitment),
            by=UserFactory(is_superuser=True),
            at=SETTLES_AT - timedelta(seconds=1),
            version=2,
        )

    return undo


def undo_with_decision(*, undo_first):
    def arrange():
        commitment = asked_commitment()
        calls = [
            undoing(commitment),
            deciding(commitment, decisions.decline, version=2, **REASON),
        ]
        status = S.SUBMITTED if undo_first else S.DECLINED
        return *(calls if undo_first else calls[::-1]), lambda: own(commitment).status == status

    return arrange


def undo_with_delivery(*, undo_first):
    def arrange():
        commitment = asked_commitment()
        message = Message.objects.get(topic__startswith=f"commitment-{commitment.reference}/")
        # By a worker whose clock is a second ahead.
        delivering = partial(
            deliver_message, message_pk=message.pk, connection=get_connection(), at=SETTLES_AT
        )
        calls = [undoing(commitment), delivering]
        becomes = MessageStatus.CANCELLED if undo_first else MessageStatus.SENT
        return *(calls if undo_first else calls[::-1]), lambda: own(message).status == becomes

    return arrange


UNDONE_ONCE = {CommitmentEvent: 1}
RACES = {
    "assign": Race(two_assign, COMMITMENT, (CommitmentEvent, Conflict), {CommitmentEvent: 1}),
    "ask": Race(two_ask, COMMITMENT, (CommitmentEvent, WrongStatus), DECIDED_ONCE),
    "convert again": Race(
        two_convert_again,
        "commitments_amount",
        (1, NothingToConvert),
        {CommitmentEvent: 1, CommitmentVersion: 1},
    ),
    "publish": Race(two_publish, COMMITMENT, (CommitmentEvent, WrongStatus), PUBLISHED_ONCE),
    "ask for a second person": Race(
        two_ask_for_a_second_person,
        COMMITMENT,
        (CommitmentEvent, Conflict),
        {CommitmentEvent: 1, PublicationRequest: 1},
    ),
    "confirm as a second person": Race(
        two_confirm, REQUEST, (CommitmentEvent, WrongStatus), PUBLISHED_ONCE
    ),
    "take a request back, and confirm it": Race(
        taken_back_and_confirmed, REQUEST, (CommitmentEvent, Conflict), {CommitmentEvent: 1}
    ),
    "publish, and decline": Race(
        published_and_declined, COMMITMENT, (CommitmentEvent, WrongStatus), PUBLISHED_ONCE
    ),
    "approve, and decline": Race(
        approved_and_declined, COMMITMENT, (CommitmentEvent, WrongStatus), DECIDED_ONCE
    ),
    "two runs of announcements": Race(two_runs, COMMITMENT, (1, 0), PUBLISHED_ONCE),
    "put back, and announce": Race(
        put_back_and_run, COMMITMENT, (CommitmentEvent, 0), DECIDED_ONCE
    ),
    "move, and announce": Race(moved_and_run, COMMITMENT, (CommitmentEvent, 0), DECIDED_ONCE),
    "announce, and put back": Race(run_and_put_back, COMMITMENT, (1, WrongStatus), PUBLISHED_ONCE),
    "accept a change, and decline it": Race(
        change_decided, COMMITMENT, (CommitmentEvent, "change_not_waiting"), PUBLISHED_ONCE
    ),
    "withdraw, and accept a change": Race(
        withdrawn_and_change_accepted, COMMITMENT, (CommitmentEvent, WrongStatus), DECIDED_ONCE
    ),
    "replace each by the other": Race(
        each_replaced_by_the_other, COMMITMENT, (CommitmentEvent, "not_a_replacement"), DECIDED_ONCE
    ),
    "withdraw, and replace by it": Race(
        replaced_by_what_is_withdrawn,
        COMMITMENT,
        (CommitmentEvent, "not_a_replacement"),
        DECIDED_ONCE,
    ),
    "undo, and undo": Race(
        lambda: twice(undoing(asked_commitment())),
        COMMITMENT,
        (CommitmentEvent, Conflict),
        UNDONE_ONCE,
    ),
    "undo, and decline": Race(
        undo_with_decision(undo_first=True),
        COMMITMENT,
        (CommitmentEvent, Conflict),
        UNDONE_ONCE,
    ),
    "decline, and undo": Race(
        undo_with_decision(undo_first=False),
        COMMITMENT,
        (CommitmentEvent, Conflict),
        DECIDED_ONCE,
    ),
    "undo, and deliver": Race(
        undo_with_delivery(undo_first=True), MESSAGE, (CommitmentEvent, None), UNDONE_ONCE
    ),
    # The claim is one conditional update, so it needs no lock.
    "deliver, and undo": Race(
        undo_with_delivery(undo_first=False),
        f"after {MESSAGE}",
        (None, LetterIsOut),
        needs_lock=False,
    ),
}
