"""What publishing a commitment writes, whom it tells, and announcements at their time."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from commitments.models import EventKind
from commitments.services import decisions, publication
from commitments.services.content import content_of, from_json
from commitments.services.publication import publish, publish_announced
from core.conflicts import Refused
from members.models import MemberStatus
from outbox.models import Message, MessageStatus
from tests.commitments.desk import TOMORROW, S, mail, refused, sent, told
from tests.factories import (
    NOON,
    AmountFactory,
    ExchangeRateFactory,
    FocalPointFactory,
    MemberFactory,
    PartnerFactory,
    PlaceFactory,
    UserFactory,
)

MINUTE = timedelta(minutes=1)


def test_publish_stores_the_first_version_with_rates_and_groups_of_the_day():
    ExchangeRateFactory(currency="EUR", month=date(2021, 10, 1), rate=Decimal("0.80"))
    ada, commitment = UserFactory(), sent(S.ANSWERED)
    PlaceFactory(commitment=commitment, country="FR")
    amount = AmountFactory(commitment=commitment, original=Decimal(800), currency="EUR")

    event = publish(commitment, by=ada, at=NOON, version=1)

    commitment.refresh_from_db()
    amount.refresh_from_db()
    assert (commitment.status, commitment.published_at) == (S.PUBLISHED, NOON)
    assert (commitment.decided_by, commitment.decided_at) == (ada, NOON)
    assert commitment.next_report_on == date(2022, 10, 25)
    assert "digital skills" in commitment.search_text
    assert (amount.usd, amount.rate_month) == (Decimal("1000.00"), date(2021, 10, 1))
    places = commitment.places.order_by("pk").values_list("country", "is_ldc", "is_lldc", "is_sids")
    assert list(places) == [("MW", True, True, False), ("FR", False, False, False)]
    version = commitment.versions.get()
    assert (version.number, version.reason, version.published_at) == (1, "", NOON)
    assert from_json(version.content) == content_of(commitment)
    assert (event.kind, event.by_user) == (EventKind.PUBLISHED, ada)


def test_publish_writes_to_the_lead_and_to_confirmed_partners_only():
    commitment = sent(languages=("en", "ru"), language="es")
    member = FocalPointFactory(member__status=MemberStatus.ADMITTED, language="ar").member
    gone = FocalPointFactory(member__status=MemberStatus.WITHDRAWN).member
    for facts in (
        {"has_confirmed": True, "member": member},
        {"has_confirmed": True, "member": gone},
        {"has_confirmed": True, "contact_email": "ada@example.org", "name": "Schools"},
        {"has_declined": True, "contact_email": "no@example.org"},
        {"has_confirmed": True, "contact_email": "old@example.org", "is_current": False},
        {"is_invited": True, "contact_email": "maybe@example.org"},
    ):
        PartnerFactory(commitment=commitment, **facts)

    publish(commitment, by=UserFactory(), at=NOON)

    assert mail() == [
        ("commitment-published", "en"),
        ("commitment-published", "ru"),
        ("commitment-published-partner", "ar"),
        ("commitment-published-partner", "es"),
    ]
    contact = Message.objects.get(recipient="ada@example.org")
    assert contact.recipient_name == "Schools"
    assert f"/es/commitments/{commitment.reference}/" in contact.body
    assert Message.objects.get(language="ar").reference == member.reference


@pytest.mark.parametrize(
    ("consent", "status", "refusal"),
    [
        (False, MemberStatus.ADMITTED, "has not agreed"),
        *(
            (True, each, "is not a member")
            for each in sorted(set(MemberStatus) - {MemberStatus.ADMITTED})
        ),
    ],
)
def test_publish_is_refused_without_consent_and_of_a_lead_that_is_no_member(
    consent, status, refusal
):
    commitment = sent(publication_consent=consent, lead=MemberFactory(status=status))

    with refused(Refused, match=refusal):
        publish(commitment, by=UserFactory(), at=NOON)


def test_published_early_the_letter_about_the_day_is_cancelled():
    ada, grace, commitment = UserFactory(), UserFactory(), sent()
    decisions.approve(commitment, announce_at=TOMORROW, by=ada, at=NOON)

    publish(commitment, by=grace, at=NOON + MINUTE)

    commitment.refresh_from_db()
    assert (commitment.decided_by, commitment.decided_at) == (ada, NOON)
    approval, published = Message.objects.order_by("pk")
    assert (approval.status, published.status) == (MessageStatus.CANCELLED, MessageStatus.QUEUED)


# Announcements ----------------------------------------------------------------------------------


def test_announcement_is_made_once_at_its_time_also_if_the_clock_goes_back():
    commitment = sent(S.APPROVED)

    made = [publish_announced(at=TOMORROW + n * MINUTE) for n in (-1, 0, 0, 60, -60)]

    commitment.refresh_from_db()
    assert made == [0, 1, 0, 0, 0]
    assert (commitment.status, commitment.published_at) == (S.PUBLISHED, TOMORROW)
    assert told(commitment) == [(EventKind.PUBLISHED, "")]
    assert commitment.events.get().by_name == ""
    assert commitment.versions.count() == 1
    assert mail() == [("commitment-published", "en")]


def test_run_is_bounded_and_the_next_one_goes_on_with_the_earliest(monkeypatch):
    monkeypatch.setattr(publication, "MAX_ANNOUNCED", 2)
    latest, *others = (sent(S.APPROVED, announce_at=TOMORROW - n * MINUTE) for n in range(3))

    assert publish_announced(at=TOMORROW) == 2

    assert {each.pk for each in others} == set(
        type(latest).objects.filter(status=S.PUBLISHED).values_list("pk", flat=True)
    )
    assert publish_announced(at=TOMORROW) == 1


def test_run_that_dies_halfway_publishes_whole_commitments_only(monkeypatch):
    first, second = sent(S.APPROVED), sent(S.APPROVED, announce_at=TOMORROW + MINUTE)
    write_groups = publication.write_groups

    def die(places, *, on):
        if places.first().commitment_id == second.pk:
            raise SystemExit
        write_groups(places, on=on)

    monkeypatch.setattr(publication, "write_groups", die)
    with pytest.raises(SystemExit):
        publish_announced(at=TOMORROW + MINUTE)
    monkeypatch.undo()

    assert (told(first), told(second)) == ([(EventKind.PUBLISHED, "")], [])
    assert publish_announced(at=TOMORROW + MINUTE) == 1
    assert len(mail()) == 2


def test_announcement_is_left_out_without_consent_or_of_a_lead_that_left():
    sent(S.APPROVED, publication_consent=False)
    sent(S.APPROVED, lead=MemberFactory(status=MemberStatus.WITHDRAWN))
    sent(S.ANSWERED, announce_at=TOMORROW)

    assert publish_announced(at=TOMORROW) == 0
    assert mail() == []


@pytest.mark.parametrize(
    ("announce_at", "published"),
    [
        # On both sides of the change to winter time in Geneva, and of midnight there.
        (datetime(2021, 10, 31, 0, 30, tzinfo=UTC), date(2022, 10, 31)),
        (datetime(2021, 10, 30, 22, 30, tzinfo=UTC), date(2022, 10, 31)),
        (datetime(2021, 10, 30, 21, 30, tzinfo=UTC), date(2022, 10, 30)),
    ],
)
def test_day_of_publication_is_that_of_geneva(announce_at, published):
    commitment = sent(S.APPROVED, announce_at=announce_at)

    publish_announced(at=announce_at)

    commitment.refresh_from_db()
    assert commitment.next_report_on == published
