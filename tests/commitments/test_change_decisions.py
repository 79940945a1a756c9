"""Accepting and declining a change that the lead proposes."""

from datetime import date
from decimal import Decimal

import pytest

from commitments.models import ChangeStatus, CountingBy, EventKind, NotCounted, PartnerAnswer
from commitments.services.change_decisions import accept_change, decline_change
from commitments.services.content import as_json, content_of, from_json
from commitments.services.publication import publish
from core.conflicts import Conflict, Refused
from members.models import MemberStatus
from outbox.models import Message
from tests.commitments.desk import S, mail, proposed, refused, sent
from tests.factories import (
    NOON,
    AmountFactory,
    CommitmentFactory,
    ExchangeRateFactory,
    PartnerFactory,
    UserFactory,
)


def published(**facts):
    """A published commitment with its first version, and the mail about it forgotten."""
    commitment = sent(**facts)
    amount = AmountFactory(commitment=commitment, original=Decimal(100), currency="USD")
    publish(commitment, by=UserFactory(), at=NOON)
    Message.objects.all().delete()
    return commitment, amount


def test_accepted_change_is_the_next_version_with_a_public_reason():
    ExchangeRateFactory(currency="EUR", month=date(2021, 10, 1), rate=Decimal("0.50"))
    commitment, _amount = published(languages=("en", "fr"))
    facts = as_json(content_of(commitment))
    new = {
        **facts["amounts"][0],
        "key": "00000000-0000-4000-8000-000000000001",
        "original": "200.000",
        "currency": "EUR",
    }
    change = proposed(
        commitment,
        title="Digital skills for 2,000 teachers",
        places=[{"country": "NP", "region": "", "share": None}, *facts["places"]],
        amounts=[*facts["amounts"], new],
    )
    ada = UserFactory()

    event = accept_change(commitment, change=change, reason="More money.", by=ada, at=NOON)

    commitment.refresh_from_db()
    change.refresh_from_db()
    assert commitment.title == "Digital skills for 2,000 teachers"
    assert "2,000 teachers" in commitment.search_text
    second = commitment.versions.get(number=2)
    assert (second.reason, from_json(second.content)) == ("More money.", content_of(commitment))
    assert [
        str(usd) for usd in commitment.amounts.order_by("pk").values_list("usd", flat=True)
    ] == [
        "100.00",
        "400.00",
    ]
    groups = commitment.places.values_list("country", "is_ldc")
    assert sorted(groups) == [("MW", True), ("NP", True)]
    assert (change.status, change.decided_by) == (ChangeStatus.ACCEPTED, ada)
    assert (event.kind, event.note) == (EventKind.CHANGED, "More money.")
    assert mail() == [("commitment-change-accepted", "en"), ("commitment-change-accepted", "fr")]
    assert "More money." in Message.objects.first().body


def test_accepted_change_keeps_what_it_does_not_state():
    commitment, amount = published()
    # The groups of a place are those of its day.
    commitment.places.update(is_ldc=False)
    partner = PartnerFactory(commitment=commitment, contact_email="ada@example.org")
    other = CommitmentFactory(status=S.PUBLISHED)
    change = proposed(commitment, title="New")
    counting = {"not_counted": NotCounted.JOINT, "counted_in": other}
    type(amount).objects.update(**counting, counting_by=CountingBy.STAFF)

    accept_change(commitment, change=change, reason="New.", by=UserFactory(), at=NOON)

    amount.refresh_from_db()
    partner.refresh_from_db()
    assert not commitment.places.get().is_ldc
    assert (amount.not_counted, amount.counted_in) == (NotCounted.JOINT, other)
    assert partner.contact_email == "ada@example.org"
    assert partner.answer == PartnerAnswer.INVITED


def test_declined_change_leaves_the_commitment_as_it_is_and_says_why():
    commitment, _amount = published()
    before = content_of(commitment)
    change = proposed(commitment, title="New")
    ada = UserFactory()

    event = decline_change(commitment, change=change, reason="Not now.", by=ada, at=NOON)

    commitment.refresh_from_db()
    change.refresh_from_db()
    assert content_of(commitment) == before
    assert commitment.versions.count() == 1
    assert (change.status, change.decided_by, change.decision_note) == (
        ChangeStatus.DECLINED,
        ada,
        "Not now.",
    )
    assert (event.kind, event.note) == (EventKind.CHANGE_DECLINED, "Not now.")
    assert mail() == [("commitment-change-declined", "en")]
    assert "Not now." in Message.objects.get().body


@pytest.mark.parametrize("decide", [accept_change, decline_change])
def test_change_is_decided_once_for_its_commitment_and_on_a_page_that_shows_the_present(decide):
    (commitment, _amount), (other, _money) = published(), published()
    change, of_another = proposed(commitment, title="New"), proposed(other, title="New")
    facts = {"reason": "More money.", "by": UserFactory(), "at": NOON}

    with refused(Conflict):
        decide(commitment, change=change, version=1, **facts)
    with refused(Refused, match="no longer waits for a decision"):
        decide(commitment, change=of_another, **facts)
    decline_change(commitment, change=change, **facts)
    with refused(Refused, match="no longer waits for a decision"):
        decide(commitment, change=change, **facts)


@pytest.mark.parametrize(
    ("lead", "consent", "refusal"),
    [(MemberStatus.WITHDRAWN, True, "not a member"), (MemberStatus.ADMITTED, False, "not agreed")],
)
def test_change_is_not_published_without_consent_or_of_a_lead_that_left(lead, consent, refusal):
    commitment, _amount = published()
    change = proposed(commitment, title="New")
    type(commitment.lead).objects.filter(pk=commitment.lead_id).update(
        status=lead, withdrawn_at=NOON if lead == MemberStatus.WITHDRAWN else None
    )
    type(commitment).objects.update(publication_consent=consent)

    with refused(Refused, match=refusal):
        accept_change(commitment, change=change, reason="More.", by=UserFactory(), at=NOON)
