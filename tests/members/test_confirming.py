from datetime import timedelta

import pytest

from members.models import FocalPoint, Member, MemberStatus, TimelineKind
from members.services.focal_points import NothingToConfirm, confirm_address
from members.services.private_links import ENDED
from outbox.models import Message
from tests.factories import NOON, FocalPointFactory
from tests.members.decisions.files import in_short
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
    assert in_short(entry) == (TimelineKind.ADDRESS_CONFIRMED, "", True)
    assert (entry.by_focal_point, entry.at) == (person, NOON)
    last = person.history.order_by("history_id").last()
    assert (last.confirmed_at, last.history_date, last.history_user) == (NOON, NOON, None)
    assert Message.objects.count() == 0
    # An open page of a colleague is not outdated.
    assert Member.objects.get().version == 1


def test_confirm_once_more_leaves_everything_as_it_was():
    person = FocalPointFactory()
    confirm(person)

    confirmed_at = confirm(person, at=LATER)

    person.refresh_from_db()
    assert (confirmed_at, person.confirmed_at) == (NOON, NOON)
    assert (person.member.timeline.count(), person.history.count()) == (1, 2)


@pytest.mark.parametrize("status", ENDED)
def test_confirm_refuses_where_the_eoi_has_ended(status):
    person = FocalPointFactory(member__status=status)

    with pytest.raises(NothingToConfirm, match="We no longer send emails to it"):
        confirm(person)

    person.refresh_from_db()
    assert (person.confirmed_at, person.member.timeline.count()) == (None, 0)


def test_confirm_refuses_an_address_that_changed_after_the_link_was_opened():
    person = FocalPointFactory(email="before@example.org")
    correct_person(FocalPoint.objects.get(pk=person.pk), email="after@example.org")

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
