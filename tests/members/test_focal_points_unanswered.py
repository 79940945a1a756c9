"""Role transfers that are cancelled, answered too late, declined, or not answered."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.models import FocalPoint, RoleTransfer, TimelineEntry, TimelineKind
from members.services.decisions import withdraw
from members.services.focal_points import (
    TransferClosed,
    accept_role_transfer,
    cancel_role_transfer,
    decline_role_transfer,
    expire_role_transfers,
)
from outbox.models import Message
from tests.factories import RoleTransferFactory
from tests.members.successors import LATER, TOO_LATE, a_member, letters, name, text_to
from tests.sweeps.changed_tables import changed_since, everything_stored


def take_back(*, role_transfer, at):
    by = FocalPoint.objects.get(is_alternate=True)
    return cancel_role_transfer(role_transfer=role_transfer, by=by, at=at)


def gone_through(how):
    """Let a successor answer, be cancelled or be replaced; return the remaining rows."""
    _member, person, _alternate = a_member()
    role_transfer = name(person)
    match how:
        case "accepted":
            accept_role_transfer(role_transfer=RoleTransfer.objects.get(), at=LATER)
        case "declined":
            decline_role_transfer(role_transfer=RoleTransfer.objects.get(), at=LATER)
        case "cancelled":
            take_back(role_transfer=RoleTransfer.objects.get(), at=LATER)
        case "replaced":
            name(person, email="barbara@example.org", at=LATER)
        case "ended":
            expire_role_transfers(at=TOO_LATE)
    return role_transfer


GONE = ["accepted", "declined", "cancelled", "replaced", "ended"]


@pytest.mark.parametrize("how", GONE)
@pytest.mark.parametrize("answer", [accept_role_transfer, decline_role_transfer, take_back])
def test_who_is_asked_no_more_can_neither_answer_nor_be_taken_back(how, answer):
    role_transfer = gone_through(how)
    before = everything_stored()

    with pytest.raises(TransferClosed):
        answer(role_transfer=role_transfer, at=LATER)

    assert changed_since(before) == []


@pytest.mark.parametrize("answer", [accept_role_transfer, decline_role_transfer])
def test_who_answers_too_late_is_refused(answer, person):
    role_transfer = name(person)
    before = everything_stored()

    with pytest.raises(TransferClosed):
        answer(role_transfer=role_transfer, at=TOO_LATE)

    assert changed_since(before) == []


def test_turn_down_deletes_who_was_asked_and_tells_who_named_them(person, alternate):
    role_transfer = name(person, by=alternate)
    Message.objects.all().delete()
    FocalPoint.objects.update(language="en")

    entry = decline_role_transfer(role_transfer=role_transfer, at=LATER)

    assert list(RoleTransfer.objects.all()) == []
    assert (entry.kind, entry.by_name, entry.is_public, entry.note) == (
        TimelineKind.ROLE_TRANSFER_ENDED,
        "",
        True,
        "Focal point: declined",
    )
    assert letters() == [("alan@example.org", "en", "queued")]
    assert text_to("alan@example.org").startswith(
        "Dear Alan Turing,\n\nThe person whom you named on Monday 25 October 2021 to take over a "
        "role for Ministry of Health (P2C-7K3MQ9) has declined.\n\nNothing has changed: Ada "
        "Lovelace still holds the role."
    )


def test_end_unanswered_ends_what_is_too_late_and_nothing_else(member, person, alternate):
    late = name(person)
    in_time = name(alternate, by=person, at=LATER)
    Message.objects.all().delete()

    ended = expire_role_transfers(at=TOO_LATE)
    again = expire_role_transfers(at=TOO_LATE)

    assert (ended, again) == (1, 0)
    assert RoleTransfer.objects.get() == in_time
    assert TimelineEntry.objects.latest("pk").note == "Focal point: not answered in time"
    assert letters() == [("ada@example.org", "en", "queued")]
    assert "did not answer in time" in text_to("ada@example.org")
    assert late.focal_point.member == member


def test_end_unanswered_writes_to_nobody_where_the_eoi_has_ended(member, person):
    name(person)
    withdraw(member=member, by=person, at=LATER)
    Message.objects.all().delete()

    expire_role_transfers(at=TOO_LATE)

    assert list(RoleTransfer.objects.all()) == []
    assert list(Message.objects.all()) == []


def test_end_unanswered_takes_as_long_for_each():
    def number_of_queries(number):
        for _n in range(number):
            RoleTransferFactory()
        with CaptureQueriesContext(connection) as queries:
            assert expire_role_transfers(at=TOO_LATE) == number
        return len(queries)

    first = number_of_queries(1)

    assert number_of_queries(3) == 3 * first - 2
