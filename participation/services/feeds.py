"""The calendar feed of a person: its address, their choices, and whether a program fetches it."""

from datetime import UTC, datetime

from django.db import transaction

from accounts.models import User
from core.history import set_history_actor
from participation.models import CalendarFeed, DeclinedMeetings, FeedReminder


def feed_of(user: User) -> CalendarFeed:
    """Return the stored feed of an account, or an unsaved one with the defaults."""
    return CalendarFeed.objects.filter(user=user).first() or CalendarFeed(user=user)


def uses_feed(user: User, at: datetime) -> bool:
    """Return whether a calendar program fetched the person's feed in the last IN_USE_FOR.

    For many accounts at once, use `CalendarFeed.objects.in_use()`.
    """
    return CalendarFeed.objects.in_use(at).filter(user=user).exists()


@transaction.atomic
def choose_feed(
    *, user: User, declined: DeclinedMeetings, reminder: FeedReminder, at: datetime
) -> CalendarFeed:
    """Save what a person's feed shows; saving without a change does nothing."""
    # A calendar program may create the row at the same time.
    CalendarFeed.objects.bulk_create([CalendarFeed(user=user)], ignore_conflicts=True)
    feed = CalendarFeed.objects.select_for_update().get(user=user)
    if (feed.declined, feed.reminder) == (declined, reminder):
        return feed

    feed.declined, feed.reminder, feed.changed_at = declined, reminder, at
    set_history_actor(feed, user, at)
    feed.save(update_fields=["declined", "reminder", "changed_at"])
    return feed


def note_fetch(*, user_pk: int, at: datetime) -> None:
    """Record the day on which a calendar program fetched a person's feed. Choices stay.

    The caller compares the day first, so that a feed that is polled is written once a day.
    """
    CalendarFeed.objects.bulk_create(
        [CalendarFeed(user_id=user_pk, fetched_on=at.astimezone(UTC).date())],
        update_conflicts=True,
        unique_fields=["user"],
        update_fields=["fetched_on"],
    )
