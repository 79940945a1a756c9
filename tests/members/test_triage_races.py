"""Two colleagues at once, in real transactions: the second learns what the first did."""

import threading

import pytest
from django.db import connection, connections

from members.correction import correct_facts
from members.follow_up import NotWrittenAgain, write_again
from members.models import (
    ClosingReason,
    GrantedRole,
    Member,
    MemberStatus,
    Suspicion,
    TimelineEntry,
)
from members.triage import (
    Refused,
    admit_to_focus_area,
    clear_suspicion,
    close,
    decline,
    hand_to,
    move_to_focus_area,
    record_answer,
    release,
    reopen,
    request_information,
    take,
    withdraw,
)
from outbox.models import Message, MessageStatus
from tests.factories import (
    NOON,
    FocalPointFactory,
    FocusAreaFactory,
    MemberFactory,
    MessageFactory,
    UserFactory,
)
from tests.members.desk import officer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite has one writer at a time by itself"
    ),
]

STEPS = {
    "take": (MemberStatus.PENDING, take),
    "release": (MemberStatus.PENDING, release),
    "hand_to": (MemberStatus.PENDING, lambda **k: hand_to(to=COLLEAGUE["user"], **k)),
    "clear_suspicion": (MemberStatus.PENDING, clear_suspicion),
    "request_information": (
        MemberStatus.PENDING,
        lambda **k: request_information(missing="More.", **k),
    ),
    "record_answer": (
        MemberStatus.INFORMATION_REQUESTED,
        lambda **k: record_answer(answer="Yes.", **k),
    ),
    "admit": (
        MemberStatus.PENDING,
        lambda **k: admit_to_focus_area(
            focus_area=AREA["moved_to"], role=GrantedRole.PARTICIPANT, **k
        ),
    ),
    "move": (
        MemberStatus.ADMITTED,
        lambda **k: move_to_focus_area(
            focus_area=AREA["moved_to"], role=GrantedRole.PARTICIPANT, **k
        ),
    ),
    "decline": (MemberStatus.PENDING, decline),
    "close": (MemberStatus.PENDING, lambda **k: close(reason=ClosingReason.ABANDONED, **k)),
    "withdraw": (MemberStatus.PENDING, withdraw),
    "reopen": (MemberStatus.DECLINED, reopen),
    "correct": (
        MemberStatus.PENDING,
        lambda **k: correct_facts(
            facts={"acronym": "CORRECTED"}, focal_points={}, reason="Typing error.", **k
        ),
    ),
}
# Made by each test, for the steps that name somebody or something.
COLLEAGUE = {}
AREA = {}


def at_once(*deeds):
    """Do all of them in threads of their own, and return what was done and what was refused."""
    together = threading.Barrier(len(deeds))
    done, refused = [], []

    def run(deed):
        try:
            together.wait()
            done.append(deed())
        except (Refused, NotWrittenAgain) as refusal:
            refused.append(refusal)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done, refused


@pytest.mark.parametrize(("status", "step"), STEPS.values(), ids=STEPS)
def test_step_by_two_at_once_is_made_once(status, step):
    AREA["moved_to"] = FocusAreaFactory(number=2)
    COLLEAGUE["user"] = officer()
    officers = [UserFactory(), UserFactory()]
    member = MemberFactory(
        status=status,
        focus_area=FocusAreaFactory(number=1) if status == MemberStatus.ADMITTED else None,
        assignee=UserFactory() if step is STEPS["release"][1] else None,
        suspicion=Suspicion.TRAP,
    )
    FocalPointFactory(member=member)

    done, refused = at_once(
        *[
            lambda officer=officer: step(
                member=Member.objects.get(pk=member.pk), by=officer, at=NOON
            )
            for officer in officers
        ]
    )

    assert (len(done), len(refused)) == (1, 1)
    assert TimelineEntry.objects.filter(member=member).count() == 1
    assert Message.objects.count() <= 1
    member.refresh_from_db()
    assert member.version == 2


def test_write_again_by_two_at_once_is_one_message():
    focal_point = FocalPointFactory()
    first = MessageFactory(
        topic=f"{focal_point.member.reference}/received/entry-1/focal-point-{focal_point.pk}",
        status=MessageStatus.FAILED,
    )
    officers = [UserFactory(), UserFactory()]

    done, refused = at_once(
        *[
            lambda officer=officer: write_again(
                message=Message.objects.get(pk=first.pk), times=0, by=officer, at=NOON
            )
            for officer in officers
        ]
    )

    assert (len(done), len(refused)) == (1, 1)
    assert list(first.written_again_as.all()) == done


def test_admit_and_decline_at_once_make_one_decision_and_one_letter():
    member = MemberFactory()
    FocalPointFactory(member=member)
    area, first, second = FocusAreaFactory(), UserFactory(), UserFactory()

    done, refused = at_once(
        lambda: admit_to_focus_area(
            member=Member.objects.get(pk=member.pk),
            focus_area=area,
            role=GrantedRole.PARTICIPANT,
            by=first,
            at=NOON,
        ),
        lambda: decline(member=Member.objects.get(pk=member.pk), by=second, at=NOON),
    )

    member.refresh_from_db()
    assert (len(done), len(refused)) == (1, 1)
    assert Message.objects.get().topic.startswith(f"{member.reference}/{member.status}/")
