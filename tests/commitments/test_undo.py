"""Undo a decision about a commitment: what is restored, what is not sent, and every refusal."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission

from commitments.models import (
    Amount,
    ChangeStatus,
    Commitment,
    CommitmentVersion,
    DataSnapshot,
    EventKind,
    Place,
    ProposedChange,
)
from commitments.services import change_decisions, decisions
from commitments.services.conditions import update_condition
from commitments.services.hosts import ask_all_hosts
from commitments.services.leads import question_about
from commitments.services.money import set_counting
from commitments.services.open_data.snapshots import take_due_snapshot
from commitments.services.publication import publish, publish_announced
from commitments.services.undo import undo_decision, undoable_decisions
from commitments.services.withdrawal import withdraw_by_lead
from core.conflicts import Conflict, Refused
from members.models import Category, MemberStatus
from members.services.undo import LetterIsOut
from outbox.models import NO_PRIVATE_VALUES, CancelReason, Message, MessageStatus
from outbox.services.publishing import publish_due
from outbox.services.queue import cancel_message
from tests.commitments.desk import TOMORROW, S, proposed, refused, sent
from tests.factories import (
    NOON,
    AmountFactory,
    ExchangeRateFactory,
    FocalPointFactory,
    MessageFactory,
    PartnerFactory,
    ReportFactory,
    UserFactory,
)

SECOND = timedelta(seconds=1)
LATER = NOON + timedelta(minutes=2)
REASON = {"reason": "It is no commitment."}


@pytest.fixture(autouse=True)
def undo_is_on(settings):
    settings.UNDO_SECONDS = 120


def officer():
    user = UserFactory()
    user.user_permissions.set(Permission.objects.filter(codename="decide_commitment"))
    return user


def undo(commitment, *, at=NOON + SECOND, by=None, **more):
    return undo_decision(commitment, by=by or officer(), at=at, **more)


def nothing_to_undo():
    return refused(Refused, match="This is no longer possible for this commitment")


def ask(commitment, at=NOON):
    return decisions.ask_for_information(commitment, question="Why?", by=UserFactory(), at=at)


def approve(commitment, at=NOON):
    return decisions.approve(commitment, announce_at=TOMORROW, by=UserFactory(), at=at)


def take_back(commitment, at=NOON):
    return decisions.take_back_approval(commitment, **REASON, by=UserFactory(), at=at)


def decline(commitment, at=NOON):
    return decisions.decline(commitment, **REASON, by=UserFactory(), at=at)


def supersede(commitment, at=NOON):
    other = sent(S.PUBLISHED, lead=commitment.lead, languages=())
    return decisions.supersede(commitment, other=other, by=UserFactory(), at=at)


def publish_now(commitment, at=NOON):
    return publish(commitment, by=UserFactory(), at=at)


def decline_change(commitment, at=NOON):
    change = proposed(commitment, title="Another title")
    return change_decisions.decline_change(
        commitment, change=change, **REASON, by=UserFactory(), at=at
    )


STEPS = {
    ask: S.SUBMITTED,
    approve: S.ANSWERED,
    take_back: S.APPROVED,
    decline: S.INFORMATION_REQUESTED,
    supersede: S.PUBLISHED,
    publish_now: S.ANSWERED,
    decline_change: S.PUBLISHED,
}


def facts(commitment):
    """What is stored about a commitment, without the number of its version."""
    row = Commitment.objects.filter(pk=commitment.pk).values().get()
    del row["version"]
    return {
        "commitment": row,
        **{
            model.__name__: list(
                model.objects.filter(commitment=commitment).order_by("pk").values()
            )
            for model in (CommitmentVersion, Place, Amount)
        },
    }


def statuses_of_mail():
    return set(Message.objects.values_list("status", flat=True))


def before_a_decision(status):
    commitment = sent(status, assignee=UserFactory())
    update_condition(commitment, at=NOON)
    return commitment


@pytest.mark.parametrize("step", STEPS)
def test_undo_restores_the_commitment_and_sends_nothing(step):
    commitment, me = before_a_decision(STEPS[step]), officer()
    before = facts(commitment)
    decided = step(commitment)

    event = undo(commitment, by=me, version=2)

    assert facts(commitment) == before
    assert commitment.version == 3
    decided.refresh_from_db()
    assert (decided.is_void, decided.is_shared) == (True, False)
    assert (event.kind, event.by_user, event.is_shared) == (EventKind.NOTE_ADDED, me, False)
    assert event.note == f"Decision undone: {decided.get_kind_display()}"
    assert statuses_of_mail() == {MessageStatus.CANCELLED}
    version = commitment.history.get(version=3)
    assert (version.history_user, version.status) == (me, STEPS[step])


@pytest.mark.parametrize("step", STEPS)
def test_letter_is_not_sent_before_the_decision_settles_and_is_sent_then(step):
    commitment = before_a_decision(STEPS[step])
    event = step(commitment)
    [message] = Message.objects.all()

    [undoable] = undoable_decisions([commitment], at=LATER - SECOND)
    published = [publish_due(at=LATER - SECOND), publish_due(at=LATER)]

    assert (undoable, undoable.settles_at) == (event, LATER)
    assert (message.first_due_at, message.published_at) == (LATER, None)
    assert published == [0, 1]
    assert undoable_decisions([commitment], at=LATER) == []
    with nothing_to_undo():
        undo(commitment, at=LATER)


def test_decisions_of_several_commitments_can_be_undone():
    first, second = sent(), sent()
    declined = [decline(first), decline(second)]

    assert undoable_decisions([first, second], at=NOON + SECOND) == declined


def test_undone_publication_is_not_in_the_register_and_its_amounts_are_as_before():
    ExchangeRateFactory(currency="EUR", month=date(2021, 10, 1), rate=Decimal("0.80"))
    commitment = sent(S.SUBMITTED, novelty="announced")
    stated = AmountFactory(commitment=commitment, original=Decimal(800), currency="EUR")
    by_staff = AmountFactory(commitment=commitment, original=Decimal(5), currency="EUR")
    set_counting(by_staff, not_counted="conditional", by=UserFactory(), at=NOON - SECOND)
    commitment.refresh_from_db()
    partner = PartnerFactory(
        commitment=commitment, has_confirmed=True, contact_email="ada@example.org"
    )
    before = facts(commitment)
    publish_now(commitment)
    stated.refresh_from_db()
    published = (stated.usd, stated.not_counted, Commitment.objects.public().count())

    undo(commitment)

    assert published == (Decimal("1000.00"), "announced_before", 1)
    assert facts(commitment) == before
    assert list(Commitment.objects.public()) == []
    told = Message.objects.get(recipient=partner.contact_email)
    assert told.status == MessageStatus.CANCELLED


def test_published_again_after_an_undo_it_has_its_first_version():
    commitment = sent()
    publish_now(commitment)
    undo(commitment)

    publish_now(commitment, at=NOON + 2 * SECOND)

    version = commitment.versions.get()
    assert (version.number, version.published_at) == (1, NOON + 2 * SECOND)
    assert statuses_of_mail() == {MessageStatus.CANCELLED, MessageStatus.QUEUED}


def test_undone_decline_of_a_change_lets_it_wait_again():
    commitment = sent(S.PUBLISHED)
    decline_change(commitment)

    undo(commitment)

    change = ProposedChange.objects.get()
    assert (change.status, change.decided_by, change.decided_at) == (
        ChangeStatus.WAITING,
        None,
        None,
    )
    assert change.decision_note == ""


def test_undone_superseding_lets_the_change_that_it_closed_wait_again():
    commitment = sent(S.PUBLISHED)
    change = proposed(commitment, title="Another title")
    supersede(commitment)

    undo(commitment)

    change.refresh_from_db()
    assert (change.status, change.decided_by) == (ChangeStatus.WAITING, None)


def test_undo_takes_back_all_decisions_that_the_lead_has_not_been_told_of():
    commitment = sent()
    before = facts(commitment)
    asked, declined = ask(commitment, at=NOON - 60 * SECOND), decline(commitment)

    undoable = undoable_decisions([commitment], at=NOON + 90 * SECOND)
    event = undo(commitment, at=NOON + 90 * SECOND)

    assert undoable == [asked, declined]
    assert {each.settles_at for each in undoable} == {LATER}
    assert event.note == "Decision undone: Information requested · Declined"
    assert facts(commitment) == before
    assert question_about(commitment) == ""
    assert statuses_of_mail() == {MessageStatus.CANCELLED}


def test_undo_leaves_an_earlier_decision_whose_letter_is_still_on_its_way():
    commitment = sent(S.APPROVED)
    taken_back = take_back(commitment, at=NOON - 60 * SECOND)
    approve(commitment)

    undo(commitment)

    taken_back.refresh_from_db()
    assert (commitment.status, commitment.announce_at) == (S.SUBMITTED, None)
    assert not taken_back.is_void
    assert undoable_decisions([commitment], at=NOON + SECOND) == [taken_back]


def test_decision_that_cancels_mail_which_was_due_holds_at_once():
    commitment = sent()
    topic = f"commitment-{commitment.reference}/commitment-question/event-0/focal-point-1"
    MessageFactory(topic=topic, queued_at=NOON - SECOND, due_at=NOON - SECOND)

    declined = decline(commitment)

    letter = Message.objects.get(topic__contains=f"/event-{declined.pk}/")
    assert letter.due_at == NOON
    with nothing_to_undo():
        undo(commitment)


def test_decision_without_a_letter_and_without_a_period_holds_at_once(settings):
    silent, prompt = sent(), sent()
    decisions.decline(silent, **REASON, message=None, by=UserFactory(), at=NOON)
    settings.UNDO_SECONDS = 0
    decline(prompt)

    with nothing_to_undo():
        undo(silent)
    with nothing_to_undo():
        undo(prompt)
    assert Message.objects.get().due_at == NOON


def withdraw(commitment):
    decisions.withdraw(commitment, **REASON, by=UserFactory(), at=NOON)


def accept_change(commitment):
    change = proposed(commitment, title="Another title")
    change_decisions.accept_change(commitment, change=change, **REASON, by=UserFactory(), at=NOON)


@pytest.mark.parametrize("step", [withdraw, accept_change])
def test_withdrawal_and_accepted_change_hold_at_once(step):
    commitment = sent(S.PUBLISHED)
    step(commitment)

    with nothing_to_undo():
        undo(commitment)
    assert Message.objects.get().due_at == NOON


def test_announcement_holds_at_once():
    commitment = sent(S.APPROVED)
    publish_announced(at=TOMORROW)
    commitment.refresh_from_db()

    with nothing_to_undo():
        undo(commitment, at=TOMORROW)
    assert Message.objects.get().due_at == TOMORROW


def test_decision_that_the_lead_overtook_cannot_be_undone():
    commitment = sent()
    ask(commitment)
    person = commitment.lead.focal_points.get()
    withdraw_by_lead(commitment, **REASON, by=person, at=NOON + SECOND)

    assert undoable_decisions([commitment], at=NOON + 2 * SECOND) == []
    with nothing_to_undo():
        undo(commitment, at=NOON + 2 * SECOND)


def test_letter_that_staff_cancelled_does_not_prevent_an_undo():
    commitment = sent()
    decline(commitment)
    cancel_message(message=Message.objects.get(), by=UserFactory(), at=NOON + SECOND)

    undo(commitment, at=NOON + 2 * SECOND)

    assert commitment.status == S.SUBMITTED


@pytest.mark.parametrize(
    ("status", "columns"),
    [
        (MessageStatus.SENT, {"sent_at": NOON, **NO_PRIVATE_VALUES}),
        (MessageStatus.SENDING, {"leased_until": LATER, "lease": uuid4()}),
        (MessageStatus.FAILED, {}),
    ],
)
def test_undo_is_refused_once_the_letter_is_on_its_way(status, columns):
    commitment = sent()
    decline(commitment)
    Message.objects.update(status=status, **columns)

    with refused(LetterIsOut, match="has already been sent"):
        undo(commitment)


def test_undo_needs_the_permission_to_decide():
    commitment = sent()
    decline(commitment)

    with refused(Refused, match="only decisions that you may also make"):
        undo(commitment, by=UserFactory())


def test_undo_is_refused_if_the_commitment_changed_since():
    commitment = sent()
    ask(commitment)
    decisions.assign_to_self(commitment, by=UserFactory(name="Ada"), at=NOON + SECOND)

    with refused(Conflict, match="Assigned: Ada"):
        undo(commitment, at=NOON + 2 * SECOND, version=2)
    with refused(Conflict, match="Assigned: Ada"):
        undo(commitment, at=NOON + 2 * SECOND)


def test_note_does_not_prevent_an_undo():
    commitment = sent()
    ask(commitment)
    decisions.add_note(commitment, text="They called.", by=UserFactory(), at=NOON + SECOND)

    undo(commitment, at=NOON + 2 * SECOND)

    assert commitment.status == S.SUBMITTED


def test_second_undo_is_refused():
    commitment = sent()
    decline(commitment)
    undo(commitment, version=2)

    with refused(Conflict):
        undo(commitment, version=2)
    with nothing_to_undo():
        undo(commitment)


def test_undo_is_refused_if_a_report_began_or_it_replaces_another_commitment():
    reported, replacing = sent(), sent()
    publish_now(reported)
    publish_now(replacing)
    ReportFactory(commitment=reported)
    replaced = sent(S.PUBLISHED, lead=replacing.lead, languages=())
    decisions.supersede(replaced, other=replacing, by=UserFactory(), at=NOON + SECOND)

    for commitment in (reported, replacing):
        commitment.refresh_from_db()
        with nothing_to_undo():
            undo(commitment, at=NOON + SECOND)


def test_hosts_are_asked_once_the_publication_can_no_longer_be_undone():
    FocalPointFactory(
        member__status=MemberStatus.ADMITTED,
        member__category=Category.MEMBER_STATE,
        member__country="MW",
        member__decided_at=NOON - timedelta(days=1),
    )
    publish_now(sent())

    assert (ask_all_hosts(at=LATER - SECOND), ask_all_hosts(at=LATER)) == (0, 1)


def test_snapshot_waits_until_no_decision_can_be_undone(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    publish_now(sent())

    assert take_due_snapshot(at=LATER - SECOND) is None
    assert not DataSnapshot.objects.exists()
    assert take_due_snapshot(at=LATER) is not None


def test_cancelled_letter_of_an_undone_decision_needs_no_attention():
    commitment = sent()
    decline(commitment)

    undo(commitment)

    assert Message.objects.get().cancel_reason == CancelReason.CAUSE_GONE
