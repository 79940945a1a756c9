from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eoi.models import LinkRequest
from eoi.services import link_requests
from eoi.services.draft_links import draft_address
from eoi.services.link_requests import request_links, send_requested_links
from members.models import FocalPoint, Member, MemberStatus, SpamSignal
from members.services.private_links import (
    ENDED,
    PAGE_EXPIRES_AFTER,
    is_page_expired,
    status_page_url,
    with_open_pages,
)
from outbox.models import Message, MessageStatus
from tests.factories import NOON, EoiDraftFactory, FocalPointFactory, MemberFactory

LONG_AGO = NOON - PAGE_EXPIRES_AFTER


def ask(email="ada@example.org"):
    return request_links(email=email, at=NOON)


def member_of(status, at):
    """A member with a status since a given time."""
    if status == MemberStatus.WITHDRAWN:
        return MemberFactory(status=status, withdrawn_at=at)
    is_decided = status in (MemberStatus.DECLINED, MemberStatus.CLOSED, MemberStatus.ADMITTED)
    return MemberFactory(status=status, **({"decided_at": at} if is_decided else {}))


def recipients():
    return list(Message.objects.order_by("pk").values_list("recipient", flat=True))


@pytest.mark.parametrize("email", ["ada@example.org", "nobody@example.org"])
def test_ask_does_the_same_for_every_address(email):
    FocalPointFactory(email="ada@example.org")
    EoiDraftFactory(email="ada@example.org")

    with CaptureQueriesContext(connection) as queries:
        ask(email)

    statements = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert [sql.split('"')[1] for sql in statements] == ["eoi_linkrequest"]
    asked = LinkRequest.objects.get()
    assert (asked.email, asked.asked_at) == (email, NOON)
    assert Message.objects.count() == 0


def test_answer_sends_the_link_of_each_eoi_and_each_draft_of_the_address_in_any_case():
    focal_point = FocalPointFactory(email="Ada@Example.org", member__reference="P2C-FRST23")
    alternate = FocalPointFactory(
        email="ada@example.org", is_alternate=True, member__submitted_at=NOON - timedelta(days=9)
    )
    draft = EoiDraftFactory(email="ADA@example.org")
    FocalPointFactory(email="other@example.org")
    EoiDraftFactory(email="other@example.org")
    asked = ask()

    answered = send_requested_links(at=NOON)

    assert (answered, LinkRequest.objects.count()) == (1, 0)
    first, second, third = Message.objects.order_by("pk")
    assert (first.topic, first.reference, first.recipient, first.private_page) == (
        f"P2C-FRST23/recovery_link/request-{asked.pk}/focal-point-{focal_point.pk}",
        "P2C-FRST23",
        "Ada@Example.org",
        status_page_url(focal_point, "en"),
    )
    assert first.subject == "P2C-FRST23: The link to your page"
    assert (second.recipient, second.private_page) == (
        "ada@example.org",
        status_page_url(alternate, "en"),
    )
    assert (third.topic, third.reference, third.recipient, third.private_page) == (
        f"{draft.reference}/link/request-{asked.pk}",
        draft.reference,
        "ADA@example.org",
        draft_address(draft),
    )
    assert [message.status for message in (first, second, third)] == [MessageStatus.QUEUED] * 3


def test_answer_writes_each_in_the_language_that_its_people_are_written_to_in():
    FocalPointFactory(email="ada@example.org", language="fr")
    FocalPointFactory(email="ada@example.org", language="ar")
    EoiDraftFactory(email="ada@example.org", language="fr")
    ask()

    send_requested_links(at=NOON)

    assert sorted(Message.objects.values_list("language", flat=True)) == ["ar", "fr", "fr"]


def test_answer_writes_once_to_who_is_both_focal_point_and_alternate():
    member = MemberFactory()
    first = FocalPointFactory(member=member, email="ada@example.org")
    FocalPointFactory(member=member, email="ada@example.org", is_alternate=True)
    ask()

    send_requested_links(at=NOON)

    assert Message.objects.get().private_page == status_page_url(first, "en")


def test_answer_leaves_out_what_has_ended_or_expired():
    for status in ENDED:
        FocalPointFactory(email="ada@example.org", member=member_of(status, LONG_AGO))
    EoiDraftFactory(email="ada@example.org", expires_at=NOON + timedelta(hours=1))
    ask()

    send_requested_links(at=NOON + timedelta(hours=1))

    assert recipients() == []


@pytest.mark.parametrize("ended_at", [LONG_AGO, LONG_AGO + timedelta(seconds=1)])
@pytest.mark.parametrize("status", MemberStatus)
def test_pages_open_are_those_that_have_not_ended(status, ended_at):
    person = FocalPointFactory(member=member_of(status, ended_at))

    is_open = with_open_pages(FocalPoint.objects.all(), NOON).exists()

    assert is_open != is_page_expired(person.member, at=NOON)


def test_answer_does_not_write_where_the_acknowledgement_waits():
    FocalPointFactory(email="ada@example.org", member__spam_signal=SpamSignal.HONEYPOT)
    FocalPointFactory(
        email="ada@example.org",
        member=MemberFactory(spam_signal=SpamSignal.HONEYPOT, status=MemberStatus.ADMITTED),
    )
    FocalPointFactory(email="ada@example.org", member__spam_signal=SpamSignal.TOO_FAST)
    ask()

    send_requested_links(at=NOON)

    # A member that got a letter before, and one whose form was sent too fast.
    assert recipients() == ["ada@example.org"] * 2


def test_answer_sends_the_latest_of_very_many(monkeypatch):
    monkeypatch.setattr(link_requests, "MAX_LINKS_PER_REQUEST", 2)
    for days in range(4):
        FocalPointFactory(email="ada@example.org", member__submitted_at=NOON - timedelta(days=days))
        EoiDraftFactory(
            email="ada@example.org",
            started_at=NOON - timedelta(days=90),
            saved_at=NOON - timedelta(days=days),
        )
    ask()

    send_requested_links(at=NOON)

    latest = Member.objects.order_by("-submitted_at")[:2]
    references = list(Message.objects.order_by("pk").values_list("reference", flat=True))
    assert references[:2] == [member.reference for member in latest]
    assert len(references) == 4
