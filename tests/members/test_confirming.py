from datetime import timedelta

import pytest

from members.models import FocalPoint, Member, MemberStatus, TimelineKind
from members.services.assignment import assign_to_self
from members.services.focal_points import NothingToConfirm, confirm_address
from members.services.private_links import ENDED
from outbox.models import Message
from tests.factories import NOON, FocalPointFactory, UserFactory
from tests.members.test_corrections import correct_person

LATER = NOON + timedelta(days=1)


def confirm(person, at=NOON):
    of_their_own = FocalPoint.objects.get(pk=person.pk)
    return confirm_address(focal_point=of_their_own, by=of_their_own, at=at)


@pytest.mark.parametrize(
    "status", [status for status in MemberStatus if status not in ENDED], ids=str
)
def test_confirm_says_since_when_and_who(status):
    person = FocalPointFactory(member__status=status)

    confirmed_at = confirm(person)

    person.refresh_from_db()
    assert (confirmed_at, person.confirmed_at) == (NOON, NOON)
    entry = person.member.timeline.get()
    assert (entry.kind, entry.by_focal_point, entry.at, entry.is_public, entry.note) == (
        TimelineKind.ADDRESS_CONFIRMED,
        person,
        NOON,
        True,
        "",
    )
    last = person.history.order_by("history_id").last()
    assert (last.confirmed_at, last.history_date, last.history_user) == (NOON, NOON, None)
    assert Message.objects.count() == 0


def test_confirm_once_more_leaves_everything_as_it_was():
    person = FocalPointFactory()
    confirm(person)

    confirmed_at = confirm(person, at=LATER)

    person.refresh_from_db()
    assert (confirmed_at, person.confirmed_at) == (NOON, NOON)
    assert (person.member.timeline.count(), person.history.count()) == (1, 2)


def test_confirm_makes_no_open_page_stale():
    person = FocalPointFactory()

    confirm(person)

    member = Member.objects.get()
    assert member.version == 1
    assign_to_self(member=member, by=UserFactory(), at=LATER, version=1)


@pytest.mark.parametrize("status", ENDED)
def test_confirm_refuses_where_the_eoi_has_ended(status):
    person = FocalPointFactory(member__status=status)

    with pytest.raises(NothingToConfirm, match="We no longer send emails to it"):
        confirm(person)

    person.refresh_from_db()
    assert (person.confirmed_at, person.member.timeline.count()) == (None, 0)


def change_the_address(person):
    correct_person(FocalPoint.objects.get(pk=person.pk), email="after@example.org")


def test_confirm_refuses_an_address_that_changed_after_the_link_was_opened():
    person = FocalPointFactory(email="before@example.org")
    change_the_address(person)

    with pytest.raises(NothingToConfirm):
        confirm_address(focal_point=person, by=person, at=LATER)

    assert FocalPoint.objects.get().confirmed_at is None


@pytest.mark.parametrize(
    ("change", "confirmed_at"),
    [({"email": "after@example.org"}, None), ({"position": "Director"}, NOON)],
)
def test_correct_leaves_a_new_address_to_be_confirmed_and_no_other(change, confirmed_at):
    person = FocalPointFactory(email="before@example.org", confirmed_at=NOON)

    correct_person(person, **change)

    assert FocalPoint.objects.get().confirmed_at == confirmed_at
