import pytest
from django.db import IntegrityError, transaction

from mailings.models import Exclusion, Mailing, MailingStatus, Recipient, RecipientOutcome
from outbox.models import MessageStatus
from tests.factories import (
    NOON,
    FocalPointFactory,
    MailingFactory,
    MailingTextFactory,
    MessageFactory,
    RecipientFactory,
    UnsubscriptionFactory,
    UserFactory,
)


@pytest.mark.parametrize(
    ("constraint", "facts"),
    [
        ("mailings_mailing_known_kind", {"kind": "gossip"}),
        ("mailings_mailing_known_language", {"language": "tlh"}),
        ("mailings_mailing_known_selection", {"selection": "guessed"}),
        ("mailings_mailing_known_status", {"status": "lost", "started_at": None}),
        ("mailings_mailing_confirmed_by_somebody", {"scheduled_for": NOON}),
        (
            "mailings_mailing_confirmed_by_somebody",
            {"status": MailingStatus.SCHEDULED, "confirmed_by": None},
        ),
        (
            "mailings_mailing_confirmed_by_somebody",
            {"status": MailingStatus.CANCELLED, "scheduled_for": NOON},
        ),
        (
            "mailings_mailing_started_has_its_time",
            {"status": MailingStatus.SENDING, "started_at": None},
        ),
        ("mailings_mailing_started_has_its_time", {"started_at": NOON}),
        (
            "mailings_mailing_stopped_has_its_time",
            {"status": MailingStatus.PAUSED, "stopped_at": None},
        ),
        (
            "mailings_mailing_ended_has_its_time",
            {"status": MailingStatus.SENT, "ended_at": None},
        ),
        ("mailings_mailing_ended_has_its_time", {"ended_at": NOON}),
    ],
)
def test_mailing_constraint_refuses(constraint, facts):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        MailingFactory(**facts)

    assert list(Mailing.objects.all()) == []


@pytest.mark.parametrize("status", MailingStatus)
def test_mailing_of_the_factory_may_be_in_every_status(status):
    assert MailingFactory(status=status).status == status


def test_text_is_one_a_language_of_those_that_there_are():
    text = MailingTextFactory(language="fr")

    for constraint, facts in (
        # SQLite names the columns instead.
        (r"one_a_language|mailing_id", {"mailing": text.mailing, "language": "fr"}),
        ("mailings_mailingtext_known_language", {"language": "tlh"}),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            MailingTextFactory(**facts)


def test_constraints_of_uniqueness_have_their_names():
    names = {
        constraint.name
        for model in (Recipient, type(MailingTextFactory().mailing.texts.get()))
        for constraint in model._meta.constraints
    }

    assert names >= {
        "mailings_mailingtext_one_a_language",
        "mailings_recipient_chosen_once",
        "mailings_recipient_one_mail_an_address",
    }


@pytest.mark.parametrize(
    ("constraint", "facts"),
    [
        ("mailings_recipient_known_reason", {"exclusion": "shy"}),
        ("mailings_recipient_shares_with_another", {"exclusion": Exclusion.SAME_ADDRESS}),
        ("mailings_recipient_removed_by_somebody", {"exclusion": Exclusion.REMOVED}),
        ("mailings_recipient_removed_by_somebody", {"removed_at": NOON}),
    ],
)
def test_recipient_constraint_refuses(constraint, facts):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        RecipientFactory(**facts)

    assert list(Recipient.objects.all()) == []


def test_recipient_who_is_left_out_has_no_message():
    with (
        pytest.raises(IntegrityError, match="mailings_recipient_left_out_is_not_written_to"),
        transaction.atomic(),
    ):
        RecipientFactory(exclusion=Exclusion.NOT_AGREED, message=MessageFactory())


def test_recipient_shares_with_another_only_where_it_says_so():
    first = RecipientFactory()

    with (
        pytest.raises(IntegrityError, match="mailings_recipient_shares_with_another"),
        transaction.atomic(),
    ):
        RecipientFactory(mailing=first.mailing, merged_into=first)


def test_recipient_is_chosen_once_and_one_mail_goes_to_an_address():
    first = RecipientFactory(address="a@example.org", message=MessageFactory())
    facts = {"mailing": first.mailing, "address": "a@example.org"}

    with pytest.raises(IntegrityError, match=r"chosen_once|focal_point"), transaction.atomic():
        RecipientFactory(mailing=first.mailing, focal_point=first.focal_point)
    with pytest.raises(IntegrityError, match=r"one_mail_an_address|address"), transaction.atomic():
        RecipientFactory(message=MessageFactory(), **facts)

    # Chosen, and not written to.
    RecipientFactory(**facts)
    assert first.mailing.recipients.count() == 2


def test_address_is_unsubscribed_once():
    UnsubscriptionFactory(address="a@example.org")

    with pytest.raises(IntegrityError, match="address"), transaction.atomic():
        UnsubscriptionFactory(address="a@example.org")


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


def test_mailings_count_what_was_accepted():
    mailing = MailingFactory()
    for status, sent_at in ((MessageStatus.SENT, NOON), (MessageStatus.QUEUED, None)):
        RecipientFactory(mailing=mailing, message=MessageFactory(status=status, sent_at=sent_at))
    MailingFactory()

    counted = Mailing.objects.with_sent().order_by("pk").values_list("sent", flat=True)

    assert list(counted) == [1, 0]
