"""Reminders to confirm an address."""

import pytest

from core.conflicts import Refused
from members.models import ClosingReason, FocalPoint, Member, MemberStatus, SpamSignal, TimelineKind
from members.services.corrections import correct_answers
from members.services.decisions import close_without_letter, decline, withdraw
from members.services.focal_points import accept_role_transfer, confirm_address, revoke_links
from members.services.private_links import status_page_url
from outbox.models import Message, MessageStatus
from outbox.services.rendering import as_text
from tests.factories import NOON, MemberFactory, UserFactory
from tests.members.successors import name
from tests.triage.follow_ups.silence import (
    CONFIRM,
    DAY,
    key_of,
    reminders,
    run,
    set_days,
    taken,
    to_come,
    told,
    unconfirmed,
    wrote_to,
)
from triage.follow_ups.services import (
    run_due_follow_ups,
    run_follow_up,
    skip_follow_up,
)

SECOND = DAY / 86_400
DUE = NOON + 5 * DAY
QUEUED, SENT, CANCELLED = MessageStatus.QUEUED, MessageStatus.SENT, MessageStatus.CANCELLED


def again(person):
    return FocalPoint.objects.get(pk=person.pk)


def test_address_that_nobody_confirms_is_reminded_of_once():
    person = unconfirmed(member__reference="P2C-7K3MQ9")

    assert run_due_follow_ups(at=DUE - SECOND) == 0
    assert run_due_follow_ups(at=DUE) == 1

    assert [run_due_follow_ups(at=at) for at in (DUE, NOON + 300 * DAY)] == [0, 0]
    assert to_come(person.member) == []
    assert taken() == [(CONFIRM, DUE, False)]
    assert told(person.member) == [(TimelineKind.REMINDED_TO_CONFIRM, DUE, "", person.full_name)]
    assert reminders() == [("ada@example.org", "en", QUEUED)]
    letter = Message.objects.get(status=QUEUED)
    assert letter.topic == f"P2C-7K3MQ9/confirm-address/version-1/focal-point-{person.pk}"
    assert letter.reference == "P2C-7K3MQ9"
    text = as_text(letter.body, **letter.keys)
    assert letter.private_page in text
    assert letter.private_code in text
    assert letter.private_page == status_page_url(person, "en")


def test_each_of_two_is_reminded_for_themselves():
    person = unconfirmed()
    alternate = unconfirmed(member=person.member, is_alternate=True, at=NOON + DAY)
    FocalPoint.objects.filter(pk=alternate.pk).update(email="alan@example.org")
    Message.objects.filter(queued_at=NOON + DAY).update(recipient="alan@example.org")

    assert [run(DUE), run(DUE), run(DUE + DAY)] == [1, 0, 1]
    assert [to for to, _language, _status in reminders()] == ["ada@example.org", "alan@example.org"]


@pytest.mark.parametrize(
    ("facts", "count"),
    [
        ({"status": MemberStatus.PENDING}, 1),
        ({"status": MemberStatus.ADMITTED}, 1),
        ({"status": MemberStatus.DECLINED}, 0),
        ({"status": MemberStatus.CLOSED}, 0),
        ({"status": MemberStatus.WITHDRAWN}, 0),
        ({"spam_signal": SpamSignal.HONEYPOT}, 0),
        ({"spam_signal": SpamSignal.TAMPERED}, 0),
        ({"spam_signal": SpamSignal.NETWORK}, 0),
        ({"spam_signal": SpamSignal.ADDRESS}, 0),
        ({"spam_signal": SpamSignal.TOO_FAST}, 1),
    ],
)
def test_who_takes_part_or_wants_to_is_reminded_and_no_suspected_robot(facts, count):
    person = unconfirmed(**{f"member__{name}": value for name, value in facts.items()})

    assert len(to_come(person.member)) == count
    assert run(NOON + 300 * DAY) == count


@pytest.mark.parametrize(
    "facts",
    [
        {"status": QUEUED, "sent_at": None},
        {"status": MessageStatus.FAILED, "sent_at": None},
        {"status": CANCELLED, "sent_at": None},
        {"recipient": "another@example.org"},
        {"reference": "P2C-OTHERS"},
        {"topic": "mailing-7/1/focal-point-1"},
    ],
)
def test_letter_that_did_not_reach_the_address_asked_nobody(facts):
    person = unconfirmed()
    Message.objects.update(**facts)

    assert to_come(person.member) == []
    assert run(NOON + 300 * DAY) == 0


def test_days_are_those_that_staff_set_and_count_from_the_first_letter():
    person = unconfirmed()
    wrote_to(person, at=NOON + 4 * DAY)
    set_days(CONFIRM, 2)

    assert to_come(person.member) == [(CONFIRM, NOON + 2 * DAY)]
    set_days(CONFIRM, 2, is_active=False)
    assert (to_come(person.member), run(NOON + 300 * DAY)) == ([], 0)
    set_days(CONFIRM, 2)
    assert [run(NOON + 2 * DAY - SECOND), run(NOON + 2 * DAY)] == [0, 1]


def later():
    return {"by": UserFactory(), "at": DUE + SECOND}


def confirm(person):
    confirm_address(focal_point=again(person), by=again(person), at=DUE + SECOND)


def revoke(person):
    revoke_links(focal_point=again(person), link_version=1, **later())


def hand_over(person):
    role_transfer = name(again(person), at=DUE)
    accept_role_transfer(role_transfer=role_transfer, at=DUE + SECOND)


def correct(person):
    changes = {person.pk: {"email": "after@example.org"}}
    member = again(person).member
    correct_answers(member=member, facts={}, focal_points=changes, reason="New one.", **later())


ENDS = {
    "confirmed": confirm,
    "declined": lambda person: decline(member=again(person).member, message=None, **later()),
    "closed": lambda person: close_without_letter(
        member=again(person).member, reason=ClosingReason.NOT_GENUINE, **later()
    ),
    "withdrawn": lambda person: withdraw(member=again(person).member, **later()),
    "revoked": revoke,
    "handed over": hand_over,
    "corrected": correct,
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_reminder_that_has_not_gone_out_is_cancelled_with_its_cause(end):
    person = unconfirmed()
    run_due_follow_ups(at=DUE)

    end(person)

    assert reminders() == [("ada@example.org", "en", CANCELLED)]


@pytest.mark.parametrize("end", [confirm, hand_over, correct])
def test_nobody_is_reminded_once_the_cause_is_gone(end):
    person = unconfirmed()
    end(person)
    Message.objects.filter(status=QUEUED).delete()

    assert run(NOON + 300 * DAY) == 0
    assert taken() == []


def test_revoked_links_bring_no_second_reminder():
    person = unconfirmed()
    run(DUE)
    revoke(person)
    wrote_to(again(person), at=DUE + DAY)

    assert run(NOON + 300 * DAY) == 0


def test_reminder_that_a_slow_clock_dates_before_the_letter_is_the_only_one():
    person = unconfirmed()
    run_follow_up(
        member=person.member, key=key_of(person.member), by=UserFactory(), at=NOON - SECOND
    )

    assert to_come(person.member) == []
    assert run(NOON + 300 * DAY) == 0


def test_corrected_address_is_reminded_of_anew_once_it_was_written_to():
    person = unconfirmed()
    run(DUE)
    correct(person)
    assert run(NOON + 300 * DAY) == 0

    wrote_to(again(person), at=DUE + DAY)

    assert to_come(person.member) == [(CONFIRM, DUE + 6 * DAY)]
    assert run(DUE + 6 * DAY) == 1
    assert [to for to, _language, _status in reminders()] == [
        "ada@example.org",
        "after@example.org",
    ]


def test_skip_means_that_nobody_is_reminded():
    person = unconfirmed()

    skip_follow_up(member=person.member, key=key_of(person.member), by=UserFactory(), at=NOON + DAY)

    assert taken() == [(CONFIRM, NOON + DAY, True)]
    assert run(NOON + 300 * DAY) == 0


def test_step_of_who_held_the_role_before_is_refused():
    person = unconfirmed()
    key = key_of(person.member)
    correct(person)
    wrote_to(again(person), at=DUE)

    with pytest.raises(Refused, match="no longer scheduled"):
        run_follow_up(member=Member.objects.get(), key=key, by=UserFactory(), at=DUE)

    assert taken() == []


def test_run_is_bounded_and_goes_on(monkeypatch):
    monkeypatch.setattr("triage.follow_ups.services.BATCH_SIZE", 2)
    for number in range(3):
        person = unconfirmed(member=MemberFactory())
        FocalPoint.objects.filter(pk=person.pk).update(email=f"ada-{number}@example.org")
        Message.objects.filter(reference=person.member.reference).update(
            recipient=f"ada-{number}@example.org"
        )

    assert [run(DUE), run(DUE), run(DUE)] == [2, 1, 0]
