"""A large amount is published, approved or counted by two people, and never by one alone."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import IntegrityError, transaction

from accounts.models import RequestStatus
from commitments.models import (
    CommitmentStatus,
    CountingBy,
    EventKind,
    NotCounted,
    PublicationRequest,
    Stage,
)
from commitments.services import decisions
from commitments.services.change_decisions import accept_change
from commitments.services.content import as_json, content_of
from commitments.services.decisions import approve, assign_to_self
from commitments.services.expected_counting import amounts_to_confirm
from commitments.services.money import set_counting
from commitments.services.publication import publish, publish_announced
from commitments.services.second_person import (
    is_request,
    take_back_request,
    waiting_request,
    why_second_person,
)
from commitments.services.undo import undo_decision
from core.conflicts import Conflict, Refused
from members.services.conflicts import WrongStatus
from outbox.models import Message
from tests.commitments.desk import TOMORROW, S, mail, proposed, refused, sent, told
from tests.commitments.register import in_dollars, published
from tests.factories import (
    NOON,
    AmountFactory,
    CommitmentFactory,
    ExchangeRateFactory,
    PartnerFactory,
    PublicationRequestFactory,
    UserFactory,
)

LIMIT = 1_000_000
LARGE = Decimal(LIMIT + 1)
MINUTE = timedelta(minutes=1)
ASKED = EventKind.SECOND_PERSON_ASKED


@pytest.fixture(autouse=True)
def _limit(settings):
    settings.COMMITMENT_SECOND_PERSON_ABOVE = LIMIT


@pytest.fixture
def ada():
    return UserFactory(name="Ada", is_superuser=True)


@pytest.fixture
def grace():
    return UserFactory(name="Grace", is_superuser=True)


def large(status=S.SUBMITTED, **facts):
    commitment = sent(status, **facts)
    AmountFactory(commitment=commitment, original=LARGE)
    return commitment


def why(commitment):
    amounts = amounts_to_confirm(commitment, content_of(commitment))
    return [each.replace("\xa0", " ") for each in why_second_person(commitment, amounts, at=NOON)]


def kinds(commitment):
    return [kind for kind, _note in told(commitment)]


# What is large


@pytest.mark.parametrize(
    ("limit", "facts", "words"),
    [
        (LIMIT, {"original": LIMIT}, []),
        (LIMIT, {"original": LARGE}, ["USD 1,000,001 · Pledged: it is above USD 1,000,000."]),
        (
            *(LIMIT, {"original": LARGE, "stage": "paid"}),
            ["USD 1,000,001 · Paid: it is above USD 1,000,000."],
        ),
        (0, {"original": LARGE}, []),
        (
            *(LIMIT, {"original": 1, "currency": "XOF"}),
            ["XOF 1 · Pledged: there is no rate to say how large it is."],
        ),
        (
            *(LIMIT, {"original": LIMIT, "currency": "EUR"}),
            ["EUR 1,000,000 · Pledged: it is above USD 1,000,000."],
        ),
        (LIMIT, {"original": LARGE, "not_counted": NotCounted.CONDITIONAL}, []),
        (LIMIT, {"original": LARGE, "is_current": False}, []),
    ],
)
def test_amounts_above_the_limit_and_without_a_rate_need_a_second_person(
    settings, limit, facts, words
):
    settings.COMMITMENT_SECOND_PERSON_ABOVE = limit
    ExchangeRateFactory(currency="EUR", month=NOON.date().replace(day=1), rate=Decimal("0.9"))
    commitment = sent()
    AmountFactory(commitment=commitment, **facts)

    assert why(commitment) == words


@pytest.mark.parametrize(
    ("number", "stage", "needs"), [(9, "firm", 0), (10, "firm", 1), (10, "paid", 0)]
)
def test_amount_that_is_larger_than_all_of_its_stage_needs_a_second_person(number, stage, needs):
    for usd in range(number):
        AmountFactory(commitment=published(), stage=Stage.FIRM, **in_dollars(usd + 1))
    AmountFactory(commitment=published(), stage=Stage.FIRM, not_counted="joint", **in_dollars(90))
    commitment = sent()
    AmountFactory(commitment=commitment, stage=stage, original=number)
    assert why(commitment) == []

    AmountFactory(commitment=commitment, stage=stage, original=number + 1)

    assert len(why(commitment)) == needs


@pytest.mark.parametrize(
    ("answer", "needs"), [("is_invited", 1), ("has_confirmed", 1), ("has_declined", 0)]
)
def test_amount_that_its_contributor_may_still_confirm_needs_a_second_person(answer, needs):
    commitment = sent()
    PartnerFactory(commitment=commitment, name="Fund", **{answer: True})
    AmountFactory(
        commitment=commitment, contributor_name="Fund", contributor_answer="", original=LARGE
    )

    assert len(why(commitment)) == needs


# Two people


def test_first_person_asks_and_the_second_one_publishes(ada, grace):
    commitment = large()

    event = publish(commitment, by=ada, at=NOON, version=1)

    commitment.refresh_from_db()
    assert is_request(event)
    assert not event.is_shared
    assert (commitment.status, commitment.version, mail()) == (S.SUBMITTED, 2, [])
    request = waiting_request(commitment)
    assert (request.requested_by, request.requested_at, request.version) == (ada, NOON, 2)
    assert list(PublicationRequest.objects.waiting_for(grace)) == [request]
    assert list(PublicationRequest.objects.waiting_for(ada)) == []

    publish(commitment, by=grace, at=NOON + MINUTE, version=2)

    request.refresh_from_db()
    assert (request.status, request.decided_by, request.decided_at) == (
        *(RequestStatus.CONFIRMED, grace, NOON + MINUTE),
    )
    assert (commitment.status, commitment.decided_by) == (S.PUBLISHED, grace)
    assert kinds(commitment) == [ASKED, EventKind.PUBLISHED]
    assert list(PublicationRequest.objects.waiting()) == []


def test_small_amount_is_published_by_one_person(ada):
    commitment = sent()
    AmountFactory(commitment=commitment, original=LIMIT)

    publish(commitment, by=ada, at=NOON)

    assert commitment.status == S.PUBLISHED
    assert not PublicationRequest.objects.exists()


def steps(commitment):
    """Return each step that needs a second person, with what it needs."""
    change = proposed(commitment, title="Another title") if commitment.is_public else None
    if change:
        return [partial(accept_change, commitment, change=change, reason="More.")]
    return [partial(publish, commitment), partial(approve, commitment, announce_at=TOMORROW)]


@pytest.mark.parametrize("status", [S.SUBMITTED, S.PUBLISHED])
def test_ones_own_second_press_is_refused_and_writes_nothing(status, ada):
    for number in range(len(steps(large(status)))):
        commitment = large(status)
        step = steps(commitment)[number]
        step(by=ada, at=NOON)

        with refused(Refused, match="You requested this yourself") as caught:
            step(by=ada, at=NOON + MINUTE)

        assert caught.value.code == "second_person_needed"
        assert waiting_request(commitment).requested_by == ada


def test_change_with_a_large_amount_is_accepted_by_two(ada, grace):
    commitment = published_alone(1)
    amounts = as_json(content_of(commitment))["amounts"]
    amounts[0]["original"] = str(LARGE)
    change = proposed(commitment, amounts=amounts)
    accept = partial(accept_change, commitment, change=change, reason="More.")

    asked = accept(by=ada, at=NOON)
    change.refresh_from_db()
    before = (is_request(asked), change.status, commitment.amounts.get().original)
    accept(by=grace, at=NOON + MINUTE)

    assert before == (True, "waiting", 1)
    assert (change.status, commitment.amounts.get().original) == ("accepted", LARGE)


def published_alone(original):
    commitment = sent(S.PUBLISHED)
    AmountFactory(commitment=commitment, original=original)
    return commitment


def test_change_that_is_not_there_any_more_is_refused_before_anybody_is_asked(ada):
    commitment = large(S.PUBLISHED)
    change = proposed(commitment)
    change.status, change.decided_at = "declined", NOON
    change.save()

    with refused(Refused, match="no longer waits"):
        accept_change(commitment, change=change, reason="More.", by=ada, at=NOON)


def test_large_amount_that_did_not_count_is_counted_by_two(ada, grace):
    amount = AmountFactory(
        commitment=published(), original=LARGE, not_counted=NotCounted.CONDITIONAL
    )
    count = partial(set_counting, amount, not_counted="")

    asked = count(by=ada, at=NOON)
    amount.refresh_from_db()
    before = (is_request(asked), amount.not_counted, waiting_request(amount.commitment).amount)
    counted = count(by=grace, at=NOON + MINUTE)

    amount.refresh_from_db()
    assert before == (True, NotCounted.CONDITIONAL, amount)
    assert counted.kind == EventKind.COUNTING_CHANGED
    assert (amount.not_counted, amount.counting_by) == ("", CountingBy.STAFF)


@pytest.mark.parametrize(
    ("before", "after", "status"),
    [
        # It counts already.
        ("", "", S.PUBLISHED),
        # It will not count.
        ("", NotCounted.CONDITIONAL, S.PUBLISHED),
        # Its publication needs a second person.
        (NotCounted.CONDITIONAL, "", S.SUBMITTED),
    ],
)
def test_one_person_says_what_adds_no_large_amount(before, after, status, ada):
    amount = AmountFactory(
        commitment=CommitmentFactory(status=status), original=LARGE, not_counted=before
    )

    set_counting(amount, not_counted=after, by=ada, at=NOON)

    assert (amount.not_counted, amount.counting_by) == (after, CountingBy.STAFF)


def test_confirming_another_amount_is_another_request(ada, grace):
    commitment = published()
    first, second = (
        AmountFactory(commitment=commitment, original=LARGE, not_counted=NotCounted.CONDITIONAL)
        for _n in range(2)
    )
    set_counting(first, not_counted="", by=ada, at=NOON)

    set_counting(second, not_counted="", by=grace, at=NOON)

    assert [(each.amount, each.status) for each in PublicationRequest.objects.order_by("pk")] == [
        (first, RequestStatus.WITHDRAWN),
        (second, RequestStatus.WAITING),
    ]
    assert second.not_counted == NotCounted.CONDITIONAL


def test_approval_does_not_confirm_a_request_to_publish(ada, grace):
    commitment = large()
    publish(commitment, by=ada, at=NOON)

    event = approve(commitment, announce_at=TOMORROW, by=grace, at=NOON)

    assert (is_request(event), waiting_request(commitment).kind) == (True, EventKind.APPROVED)
    assert commitment.status == S.SUBMITTED


def test_who_did_not_see_the_request_does_not_confirm_it(ada, grace):
    commitment = large()
    publish(commitment, by=ada, at=NOON, version=1)

    with refused(Conflict):
        publish(commitment, by=grace, at=NOON, version=1)


# The end of a request


def test_first_person_takes_the_request_back(ada, grace):
    commitment = large()
    publish(commitment, by=ada, at=NOON)
    with refused(Refused, match="Only Ada"):
        take_back_request(commitment, by=grace, at=NOON)

    take_back_request(commitment, by=ada, at=NOON, version=2)

    assert waiting_request(commitment) is None
    assert kinds(commitment) == [ASKED, EventKind.REQUEST_TAKEN_BACK]
    with refused(Refused, match="Nobody waits"):
        take_back_request(commitment, by=ada, at=NOON)


def test_change_of_the_commitment_ends_the_request(ada, grace):
    commitment = large()
    publish(commitment, by=ada, at=NOON)

    set_counting(commitment.amounts.get(), not_counted="", by=grace, at=NOON)
    commitment.refresh_from_db()
    event = publish(commitment, by=grace, at=NOON)

    assert is_request(event)
    rows = PublicationRequest.objects.order_by("pk").values_list("requested_by", "status")
    assert list(rows) == [(ada.pk, RequestStatus.WITHDRAWN), (grace.pk, RequestStatus.WAITING)]


def test_second_person_may_assign_the_commitment_to_themselves_first(ada, grace):
    commitment = large()
    publish(commitment, by=ada, at=NOON)

    assign_to_self(commitment, by=grace, at=NOON)
    decisions.release(commitment, by=grace, at=NOON)
    assert waiting_request(commitment).version == commitment.version == 4
    publish(commitment, by=grace, at=NOON)

    assert commitment.status == S.PUBLISHED


def test_undo_of_the_publication_lets_the_request_wait_again(settings, ada, grace):
    settings.UNDO_SECONDS = 120
    commitment = large()
    publish(commitment, by=ada, at=NOON)
    publish(commitment, by=grace, at=NOON + MINUTE)

    undo_decision(commitment, by=grace, at=NOON + MINUTE)

    request = waiting_request(commitment)
    assert (commitment.status, request.requested_by, request.decided_by) == (S.SUBMITTED, ada, None)
    publish(commitment, by=grace, at=NOON + 2 * MINUTE)
    assert commitment.status == S.PUBLISHED


def test_request_is_refused_where_the_step_is(ada):
    commitment = large(S.PUBLISHED)

    with refused(WrongStatus):
        publish(commitment, by=ada, at=NOON)


# Announcements


def approved_by(commitment, *people):
    for person in people:
        approve(commitment, announce_at=TOMORROW, by=person, at=NOON)


def test_task_publishes_what_two_approved(ada, grace):
    commitment = large()
    approved_by(commitment, ada, grace)

    published_number = publish_announced(at=TOMORROW)

    commitment.refresh_from_db()
    assert (published_number, commitment.status) == (1, S.PUBLISHED)
    assert kinds(commitment) == [ASKED, EventKind.APPROVED, EventKind.PUBLISHED]


def test_task_asks_a_second_person_about_what_one_alone_approved(settings, ada, grace):
    settings.COMMITMENT_SECOND_PERSON_ABOVE = 0
    commitment = large()
    approved_by(commitment, ada)
    settings.COMMITMENT_SECOND_PERSON_ABOVE = LIMIT
    Message.objects.all().delete()

    numbers = [publish_announced(at=TOMORROW) for _run in range(2)]

    commitment.refresh_from_db()
    assert (numbers, commitment.status, mail()) == ([0, 0], S.APPROVED, [])
    assert kinds(commitment) == [EventKind.APPROVED, ASKED]
    assert list(PublicationRequest.objects.waiting_for(grace)) == [waiting_request(commitment)]

    publish(commitment, by=grace, at=TOMORROW)

    assert commitment.status == CommitmentStatus.PUBLISHED


def test_approval_by_two_is_not_one_of_a_later_day(ada, grace):
    commitment = large()
    approved_by(commitment, ada, grace)

    event = approve(commitment, announce_at=TOMORROW + MINUTE, by=grace, at=NOON)

    assert is_request(event)
    commitment.refresh_from_db()
    assert commitment.announce_at == TOMORROW


def test_database_refuses_the_confirmation_of_the_same_person(ada):
    request = PublicationRequestFactory(requested_by=ada)

    with transaction.atomic(), pytest.raises(IntegrityError, match="by_a_second_person"):
        PublicationRequest.objects.filter(pk=request.pk).update(
            status=RequestStatus.CONFIRMED, decided_by=ada, decided_at=NOON
        )
