from datetime import timedelta

import pytest

from members.models import Member, MemberStatus, SpamSignal, TimelineEntry, TimelineKind
from members.services.private_links import status_page_url
from outbox.models import Message
from outbox.services.rendering import as_text
from tests.factories import NOON, FingerprintedMemberFactory, FocalPointFactory, MemberFactory
from triage.duplicates.models import FingerprintedMember
from triage.duplicates.services import repeat_expressions
from triage.duplicates.services.repeat_expressions import notify_of_repeat_expressions

HOUR = timedelta(hours=1)


def an_eoi(name="Université d’Abomey", **facts):
    compared_at = facts.pop("compared_at", None)
    member = MemberFactory(organisation_name=name, **{"country": "BJ", **facts})
    FocalPointFactory(member=member)
    if compared_at:
        FingerprintedMemberFactory(member=member, compared_at=compared_at)
    return member


def entries():
    found = TimelineEntry.objects.filter(kind=TimelineKind.SAME_ORGANISATION).order_by("pk")
    return {(entry.member.reference, entry.note, entry.is_public) for entry in found}


def test_compare_new_tells_the_earlier_focal_point_and_writes_on_both_timelines():
    earlier = an_eoi(submitted_at=NOON - HOUR, compared_at=NOON)
    FocalPointFactory(member=earlier, is_alternate=True)
    later = an_eoi(name="université d’abomey", submitted_at=NOON)

    number = notify_of_repeat_expressions(at=NOON)

    assert number == 1
    assert entries() == {
        (earlier.reference, later.reference, False),
        (later.reference, earlier.reference, False),
    }
    message = Message.objects.get()
    first = earlier.focal_points.get(is_alternate=False)
    assert (message.recipient, message.reference) == (first.email, earlier.reference)
    assert message.private_page == status_page_url(first, "en")
    assert later.reference in as_text(message.body)
    assert FingerprintedMember.objects.get(member=later).compared_at == NOON


def test_compare_new_is_no_change_of_the_file():
    later = an_eoi()
    before = later.version, later.history.count()

    notify_of_repeat_expressions(at=NOON)

    later.refresh_from_db()
    assert (later.version, later.history.count()) == before


def test_compare_new_tells_once_however_often_it_runs():
    an_eoi(submitted_at=NOON - HOUR)
    an_eoi(submitted_at=NOON)

    numbers = [notify_of_repeat_expressions(at=NOON), notify_of_repeat_expressions(at=NOON + HOUR)]

    assert numbers == [2, 0]
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    "facts",
    [
        {"name": "Université d’Abomey-Calavi"},
        {"country": "TG"},
        {"submitted_at": NOON + HOUR, "compared_at": NOON},
        {"status": MemberStatus.WITHDRAWN},
        {"status": MemberStatus.DECLINED},
        {"status": MemberStatus.CLOSED},
    ],
)
def test_compare_new_leaves_out_others_and_what_stands_no_more(facts):
    an_eoi(**{"submitted_at": NOON - HOUR, "compared_at": NOON, **facts})
    an_eoi(submitted_at=NOON)

    notify_of_repeat_expressions(at=NOON)

    assert entries() == set()
    assert list(Message.objects.all()) == []


@pytest.mark.parametrize("status", [MemberStatus.INFORMATION_REQUESTED, MemberStatus.ADMITTED])
def test_compare_new_tells_who_was_asked_or_is_admitted(status):
    earlier = an_eoi(submitted_at=NOON - HOUR, compared_at=NOON, status=status)
    an_eoi(submitted_at=NOON)

    notify_of_repeat_expressions(at=NOON)

    assert Message.objects.get().reference == earlier.reference


def test_compare_new_waits_until_somebody_has_looked_at_what_a_robot_may_have_sent():
    an_eoi(submitted_at=NOON - HOUR, compared_at=NOON)
    suspected = an_eoi(submitted_at=NOON, spam_signal=SpamSignal.HONEYPOT)
    numbers = [notify_of_repeat_expressions(at=NOON)]

    Member.objects.filter(pk=suspected.pk).update(spam_signal="")
    numbers.append(notify_of_repeat_expressions(at=NOON))

    assert numbers == [0, 1]
    assert Message.objects.count() == 1


def test_compare_new_tells_nobody_of_what_was_closed_before():
    an_eoi(submitted_at=NOON - HOUR, compared_at=NOON)
    closed = an_eoi(submitted_at=NOON, spam_signal=SpamSignal.HONEYPOT, status=MemberStatus.CLOSED)

    notify_of_repeat_expressions(at=NOON)

    assert FingerprintedMember.objects.get(member=closed).compared_at == NOON
    assert list(Message.objects.all()) == []


def test_compare_new_writes_in_the_language_of_the_earlier_focal_point():
    earlier = an_eoi(submitted_at=NOON - HOUR, compared_at=NOON)
    earlier.focal_points.update(language="fr")
    an_eoi(submitted_at=NOON)

    notify_of_repeat_expressions(at=NOON)

    assert Message.objects.get().language == "fr"


def test_compare_new_tells_the_latest_of_many_alone():
    many = [an_eoi(submitted_at=NOON - n * HOUR, compared_at=NOON) for n in range(1, 8)]
    an_eoi(submitted_at=NOON)

    notify_of_repeat_expressions(at=NOON)

    told = set(Message.objects.values_list("reference", flat=True))
    assert told == {member.reference for member in many[:5]}


def test_compare_new_takes_so_many_at_once(monkeypatch):
    monkeypatch.setattr(repeat_expressions, "BATCH_SIZE", 2)
    for _n in range(3):
        an_eoi()

    numbers = [notify_of_repeat_expressions(at=NOON), notify_of_repeat_expressions(at=NOON)]

    assert numbers == [2, 1]
