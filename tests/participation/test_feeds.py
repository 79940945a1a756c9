"""What a person chooses for their feed, and whether a calendar program fetches it."""

from datetime import timedelta

import pytest

from participation.models import CalendarFeed, DeclinedMeetings, FeedReminder
from participation.services.feeds import choose_feed, feed_of, note_fetch, uses_feed
from tests.factories import NOON, UserFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def user():
    return UserFactory(is_staff=False)


def choose(user, declined=DeclinedMeetings.OMIT, reminder=FeedReminder.HOUR, at=NOON):
    return choose_feed(user=user, declined=declined, reminder=reminder, at=at)


def test_feed_without_choices_shows_declined_meetings_as_free_and_reminds_of_nothing(user):
    feed = feed_of(user)

    assert (feed.declined, feed.reminder, feed.pk) == ("free", "none", None)


def test_choose_feed_stores_the_choices_once_with_their_author(user):
    for at in (NOON, NOON + DAY):
        choose(user, at=at)

    feed = CalendarFeed.objects.get(user=user)
    assert (feed.declined, feed.reminder, feed.changed_at) == ("omit", "1_hour", NOON)
    [version] = feed.history.all()
    assert (version.history_user, version.history_date) == (user, NOON)


def test_note_fetch_keeps_the_choices_and_choosing_keeps_the_day(user):
    note_fetch(user_pk=user.pk, at=NOON)
    choose(user)
    note_fetch(user_pk=user.pk, at=NOON + DAY)

    feed = CalendarFeed.objects.get(user=user)
    assert (feed.declined, feed.reminder) == ("omit", "1_hour")
    assert feed.fetched_on == (NOON + DAY).date()
    # Fetching is no change of a person.
    assert feed.history.count() == 1


def test_feed_is_in_use_for_fourteen_days_after_it_was_fetched(user):
    other = UserFactory(is_staff=False)
    note_fetch(user_pk=user.pk, at=NOON)

    assert uses_feed(user, NOON)
    assert uses_feed(user, NOON + 14 * DAY)
    assert not uses_feed(user, NOON + 15 * DAY)
    assert not uses_feed(other, NOON)
    choose(other)
    assert not uses_feed(other, NOON)
