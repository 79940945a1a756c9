"""The calendar feed of a person: its address, their choices, and when a program fetched it."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import transaction
from django.db.models.functions import Lower

from accounts.models import User
from core.addresses import normalise_address
from core.history import set_history_actor
from members.models import FocalPoint
from members.services.focal_points import renew_feed
from members.services.private_links import InvalidLink
from participation.models import CalendarFeed, DeclinedMeetings, FeedReminder


def feed_of(user: User) -> CalendarFeed:
    """Return the stored feed of an account, or an unsaved one with the defaults."""
    return CalendarFeed.objects.filter(user=user).first() or CalendarFeed(user=user)


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


def role_with_address(people: Sequence[FocalPoint]) -> FocalPoint:
    """Return the role whose link a person is shown as the address of their feed.

    It is their oldest role, so that the address stays when they get another one.
    """
    return min(people, key=lambda person: person.pk)


@transaction.atomic
def renew_address(*, people: Sequence[FocalPoint], feed_version: int, at: datetime) -> None:
    """Give a person's feed a new address. The earlier addresses of all their roles stop working.

    `feed_version` is the version that the page showed, of the role with the address.

    Raises AlreadyRenewed.
    """
    shown = role_with_address(people)
    # Also those of members that withdrew: their links open what is left.
    roles = FocalPoint.objects.alias(address=Lower("email")).filter(
        address=normalise_address(shown.email)
    )
    # In the same order for everybody, so that two requests do not wait for each other.
    for person in roles.select_related("member").order_by("member", "pk"):
        seen = feed_version if person == shown else person.feed_version
        try:
            renew_feed(focal_point=person, feed_version=seen, by=person, at=at)
        except InvalidLink:
            # Somebody else took over this role meanwhile, and has an address of their own.
            continue


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
