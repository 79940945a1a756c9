from mailings.models import Exclusion, Mailing, Reaction, RecipientOutcome
from outbox.models import MessageStatus
from outbox.models.delivery_event import EventKind
from tests.factories import (
    NOON,
    DeliveryEventFactory,
    FocalPointFactory,
    MailingFactory,
    MessageFactory,
    RecipientFactory,
    UserFactory,
)


def test_recipients_are_told_apart_by_what_came_of_it():
    mailing = MailingFactory()

    def row(**facts):
        return RecipientFactory(mailing=mailing, focal_point=FocalPointFactory(), **facts)

    to_go = row()
    rows = {
        RecipientOutcome.PENDING: to_go,
        RecipientOutcome.WAITING: row(message=MessageFactory()),
        RecipientOutcome.SENT: row(message=MessageFactory(status=MessageStatus.SENT, sent_at=NOON)),
        RecipientOutcome.RETURNED: row(
            message=MessageFactory(status=MessageStatus.SENT, sent_at=NOON, bounced_at=NOON)
        ),
        RecipientOutcome.FAILED: row(message=MessageFactory(status=MessageStatus.FAILED)),
        RecipientOutcome.CANCELLED: row(message=MessageFactory(status=MessageStatus.CANCELLED)),
        RecipientOutcome.EXCLUDED: row(exclusion=Exclusion.SAME_ADDRESS, merged_into=to_go),
    }
    row_off = row(exclusion=Exclusion.REMOVED, removed_by=UserFactory(), removed_at=NOON)
    every = mailing.recipients.order_by("pk")

    for outcome, recipient in rows.items():
        expected = [recipient, row_off] if outcome == RecipientOutcome.EXCLUDED else [recipient]
        assert list(every.of_outcome(outcome)) == expected
        assert recipient.outcome == outcome
    assert list(every.of_outcome(Exclusion.REMOVED)) == [row_off]
    assert list(every.of_outcome("nonsense")) == [*rows.values(), row_off]
    assert every.by_outcome() == {
        ("", ""): 1,
        ("", "queued"): 1,
        ("", "sent"): 1,
        ("", "returned"): 1,
        ("", "failed"): 1,
        ("", "cancelled"): 1,
        ("same_address", ""): 1,
        ("removed", ""): 1,
    }


def test_reactions_are_counted_and_found_whatever_became_of_the_message():
    mailing = MailingFactory()

    def sent(*kinds, **facts):
        message = MessageFactory(status=MessageStatus.SENT, sent_at=NOON)
        for kind in kinds:
            DeliveryEventFactory(message=message, kind=kind)
        return RecipientFactory(mailing=mailing, message=message, **facts)

    quiet, angry = sent(EventKind.DELIVERED), sent(EventKind.COMPLAINT, EventKind.COMPLAINT)
    left, both = sent(unsubscribed_at=NOON), sent(EventKind.COMPLAINT, unsubscribed_at=NOON)
    RecipientFactory(unsubscribed_at=NOON)
    every = mailing.recipients.order_by("pk")

    assert every.by_reaction() == {Reaction.UNSUBSCRIBED: 2, Reaction.COMPLAINED: 2}
    assert list(every.of_outcome(Reaction.UNSUBSCRIBED)) == [left, both]
    assert list(every.of_outcome(Reaction.COMPLAINED)) == [angry, both]
    assert list(every.of_outcome(RecipientOutcome.SENT)) == [quiet, angry, left, both]


def test_mailings_count_what_was_accepted():
    mailing = MailingFactory()
    for status, sent_at in ((MessageStatus.SENT, NOON), (MessageStatus.QUEUED, None)):
        RecipientFactory(mailing=mailing, message=MessageFactory(status=status, sent_at=sent_at))
    MailingFactory()

    counted = Mailing.objects.with_sent().order_by("pk").values_list("sent", flat=True)

    assert list(counted) == [1, 0]
