from datetime import timedelta

import pytest
from factory import SubFactory

from members.models import Member, MemberStatus, Origin, SpamSignal, TimelineEntry, TimelineKind
from members.services.private_links import status_page_url
from outbox.models import Message
from outbox.services.rendering import as_text
from tests.factories import (
    NOON,
    CallFactory,
    FingerprintedMemberFactory,
    FocalPointFactory,
    MemberFactory,
)
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
    earlier.focal_points.update(language="fr")
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
    assert message.language == "fr"
    assert message.private_page == status_page_url(first, "fr")
    assert later.reference in as_text(message.body)
    assert FingerprintedMember.objects.get(member=later).compared_at == NOON


def test_compare_new_tells_once_however_often_it_runs_and_is_no_change_of_the_file():
    an_eoi(submitted_at=NOON - HOUR)
    later = an_eoi(submitted_at=NOON)
    before = later.version, later.history.count()

    numbers = [notify_of_repeat_expressions(at=NOON), notify_of_repeat_expressions(at=NOON + HOUR)]

    assert numbers == [2, 0]
    assert Message.objects.count() == 1
    later.refresh_from_db()
    assert (later.version, later.history.count()) == before


@pytest.mark.parametrize(
    ("facts", "is_told"),
    [
        ({"name": "Université d’Abomey-Calavi"}, False),
        ({"country": "TG"}, False),
        ({"submitted_at": NOON + HOUR, "compared_at": NOON}, False),
        ({"status": MemberStatus.WITHDRAWN}, False),
        ({"status": MemberStatus.DECLINED}, False),
        ({"status": MemberStatus.CLOSED}, False),
        ({"status": MemberStatus.INFORMATION_REQUESTED}, True),
        ({"status": MemberStatus.ADMITTED}, True),
    ],
)
def test_compare_new_leaves_out_others_and_what_stands_no_more(facts, is_told):
    earlier = an_eoi(**{"submitted_at": NOON - HOUR, "compared_at": NOON, **facts})
    an_eoi(submitted_at=NOON)

    notify_of_repeat_expressions(at=NOON)

    references = [message.reference for message in Message.objects.all()]
    assert references == ([earlier.reference] if is_told else [])
    assert bool(entries()) == is_told


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


@pytest.fixture
def call():
    return CallFactory()


def an_eoi_of_ada(call, /, *, email="ada@example.org", language="en", **facts):
    """An EOI of another organisation with the same address, usually for the same call."""
    member = MemberFactory(**{"call": call, **facts})
    FocalPointFactory(member=member, email=email, language=language)
    return member


def letters():
    return list(Message.objects.filter(topic__contains="/repeat-address/").order_by("pk"))


def test_address_is_told_once_that_it_is_used_again(call):
    earlier = an_eoi_of_ada(call, language="fr", submitted_at=NOON - HOUR)
    FocalPointFactory(member=earlier, is_alternate=True)
    later = an_eoi_of_ada(
        call, email="ADA@example.org", submitted_at=NOON, organisation_name="Secret"
    )

    notify_of_repeat_expressions(at=NOON)
    notify_of_repeat_expressions(at=NOON + HOUR)

    [letter] = letters()
    assert (letter.recipient, letter.language) == ("ada@example.org", "fr")
    assert letter.reference == earlier.reference
    assert letter.subject == (
        f"{earlier.reference}: Autre manifestation d’intérêt avec votre adresse"
    )
    assert later.reference.replace("-", "") in letter.body.replace("\\", "").replace("-", "")
    assert "Secret" not in letter.body
    person = earlier.focal_points.get(is_alternate=False)
    assert letter.private_page == status_page_url(person, "fr")


def test_address_is_told_of_the_latest_alone(call):
    times = (NOON - 2 * HOUR, NOON - HOUR, NOON)
    first, second, _third = [an_eoi_of_ada(call, submitted_at=at) for at in times]

    notify_of_repeat_expressions(at=NOON)

    assert [letter.reference for letter in letters()] == [first.reference, second.reference]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ({"email": "grace@example.org"}, {}),
        ({"call": SubFactory(CallFactory)}, {}),
        ({"status": MemberStatus.WITHDRAWN, "withdrawn_at": NOON}, {}),
        ({"spam_signal": SpamSignal.HONEYPOT}, {}),
        ({}, {"spam_signal": SpamSignal.HONEYPOT}),
        ({}, {"origin": Origin.SPREADSHEET}),
        ({"submitted_at": NOON + HOUR, "origin": Origin.SPREADSHEET}, {}),
    ],
)
def test_address_is_not_told_without_cause(call, earlier, later):
    an_eoi_of_ada(call, **{"submitted_at": NOON - HOUR, **earlier})
    an_eoi_of_ada(call, submitted_at=NOON, **later)

    notify_of_repeat_expressions(at=NOON)

    assert letters() == []


def test_same_organisation_gets_its_own_letter_and_not_both(call):
    an_eoi_of_ada(call, organisation_name="One", submitted_at=NOON - HOUR)
    an_eoi_of_ada(call, organisation_name="One", submitted_at=NOON)

    notify_of_repeat_expressions(at=NOON)

    assert letters() == []
    assert Message.objects.count() == 1
