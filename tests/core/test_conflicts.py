"""Refusals, edit conflicts and locks, tested with a meeting as an example."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from core.conflicts import (
    Conflict,
    NothingChanged,
    Refused,
    check_version,
    lock,
    lock_rows,
    save_next_version,
)
from meetings.models import Meeting
from tests.factories import NOON, MeetingFactory, UserFactory


class MovedOn(Conflict):
    def __init__(self, row):
        self.row = row
        super().__init__("It has moved on.")


def test_a_refusal_says_why_and_has_a_code_for_code():
    refused = Refused("The call is closed.", code="call_closed")

    assert (str(refused), refused.code) == ("The call is closed.", "call_closed")


def test_a_refusal_with_its_own_class_needs_no_code():
    assert (str(NothingChanged()), NothingChanged().code) == ("There are no changes to save.", "")


@pytest.mark.parametrize("seen", [4, None])
def test_check_version_passes_the_version_on_screen_and_who_saw_none(seen):
    assert check_version(MeetingFactory(version=4), seen, MovedOn) is None


@pytest.mark.parametrize("seen", [3, 5])
def test_check_version_refuses_any_other(seen):
    meeting = MeetingFactory(version=4)

    with pytest.raises(MovedOn, match="It has moved on") as refused:
        check_version(meeting, seen, MovedOn)

    assert refused.value.row == meeting


def test_lock_of_a_row_that_is_gone_says_so():
    meeting = MeetingFactory()
    Meeting.objects.all().delete()

    with pytest.raises(Meeting.DoesNotExist), transaction.atomic():
        lock(meeting)


def test_lock_rows_returns_the_keys_of_what_is_asked_for_in_order():
    keys = [MeetingFactory(place="Geneva").pk for _number in range(3)]
    MeetingFactory(place="Kigali")

    with transaction.atomic():
        assert lock_rows(Meeting.objects.filter(place="Geneva").order_by("-pk")) == keys


def test_save_next_version_saves_what_is_named_alone_and_says_who_and_when():
    meeting, ada = (
        MeetingFactory(title="Before", place="Geneva", version=4),
        UserFactory(name="Ada"),
    )
    meeting.title, meeting.place = "After", "Kigali"
    at = NOON + timedelta(hours=1)

    save_next_version(meeting, "title", by=ada, at=at)

    stored = Meeting.objects.get(pk=meeting.pk)
    assert (stored.title, stored.place, stored.version) == ("After", "Geneva", 5)
    latest = stored.history.latest("history_id")
    assert (latest.history_by_name, latest.history_date) == ("Ada", at)


@pytest.mark.parametrize("wrap", [lambda row: row, lambda row: SimpleLazyObject(lambda: row)])
def test_lock_refreshes_the_row_also_behind_the_lazy_one_of_a_request(wrap):
    user = UserFactory(name="Before")
    User.objects.update(name="After")

    with transaction.atomic():
        lock(wrap(user))

    assert user.name == "After"
