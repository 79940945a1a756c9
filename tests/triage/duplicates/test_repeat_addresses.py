"""The letter to an address with which another organisation applied before."""

from datetime import timedelta

import pytest

from members.models import MemberStatus, Origin, SpamSignal
from members.services.private_links import status_page_url
from outbox.models import Message
from tests.factories import NOON, CallFactory, FocalPointFactory, MemberFactory
from triage.duplicates.services.repeat_expressions import notify_of_repeat_expressions

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def call():
    return CallFactory()


def an_eoi(call, *, email="ada@example.org", language="en", **facts):
    member = MemberFactory(call=call, **facts)
    FocalPointFactory(member=member, email=email, language=language)
    return member


def letters():
    return list(Message.objects.filter(topic__contains="/repeat-address/").order_by("pk"))


def test_address_is_told_once_that_it_is_used_again(call):
    earlier = an_eoi(call, language="fr", submitted_at=NOON - HOUR)
    FocalPointFactory(member=earlier, is_alternate=True)
    later = an_eoi(call, email="ADA@example.org", submitted_at=NOON, organisation_name="Secret")

    notify_of_repeat_expressions(at=NOON)
    notify_of_repeat_expressions(at=NOON + HOUR)

    [letter] = letters()
    assert (letter.recipient, letter.language) == ("ada@example.org", "fr")
    assert letter.reference == earlier.reference
    assert letter.subject == (
        f"{earlier.reference}: Une autre manifestation d’intérêt avec votre adresse"
    )
    assert later.reference.replace("-", "") in letter.body.replace("\\", "").replace("-", "")
    assert "Secret" not in letter.body
    person = earlier.focal_points.get(is_alternate=False)
    assert letter.private_page == status_page_url(person, "fr")


def test_address_is_told_of_the_latest_alone(call):
    times = (NOON - 2 * HOUR, NOON - HOUR, NOON)
    first, second, _third = [an_eoi(call, submitted_at=at) for at in times]

    notify_of_repeat_expressions(at=NOON)

    assert [letter.reference for letter in letters()] == [first.reference, second.reference]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ({"email": "grace@example.org"}, {}),
        ({"status": MemberStatus.WITHDRAWN, "withdrawn_at": NOON}, {}),
        ({"spam_signal": SpamSignal.HONEYPOT}, {}),
        ({}, {"spam_signal": SpamSignal.HONEYPOT}),
        ({}, {"origin": Origin.SPREADSHEET}),
        ({"submitted_at": NOON + HOUR, "origin": Origin.SPREADSHEET}, {}),
    ],
)
def test_address_is_not_told_without_cause(call, earlier, later):
    an_eoi(call, **{"submitted_at": NOON - HOUR, **earlier})
    an_eoi(call, submitted_at=NOON, **later)

    notify_of_repeat_expressions(at=NOON)

    assert letters() == []


def test_address_is_not_told_of_another_call(call):
    an_eoi(call, submitted_at=NOON - HOUR)
    an_eoi(CallFactory(), submitted_at=NOON)

    notify_of_repeat_expressions(at=NOON)

    assert letters() == []


def test_same_organisation_gets_its_own_letter_and_not_both(call):
    an_eoi(call, organisation_name="One", submitted_at=NOON - HOUR)
    an_eoi(call, organisation_name="One", submitted_at=NOON)

    notify_of_repeat_expressions(at=NOON)

    assert letters() == []
    assert Message.objects.count() == 1
