"""The querysets about participants."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps

from meetings.models import Meeting
from participation.models import Announcement, MailPreferences, Rsvp
from tests.factories import AnnouncementFactory, MailPreferencesFactory, RsvpFactory

pytestmark = pytest.mark.django_db


def test_answer_stands_while_who_gave_it_holds_the_role_and_the_meeting_keeps_its_time():
    standing, of_the_predecessor, for_the_old_time = RsvpFactory.create_batch(3)
    person = of_the_predecessor.focal_point
    person.link_version += 1
    person.save()
    meeting = for_the_old_time.meeting
    meeting.starts_at -= timedelta(hours=1)
    meeting.save()

    assert list(Rsvp.objects.current()) == [standing]
    assert set(Rsvp.objects.by_current_holder()) == {standing, for_the_old_time}


def test_announcement_goes_with_its_meeting():
    told = AnnouncementFactory()

    told.meeting.delete()

    assert not Announcement.objects.exists()


@pytest.mark.parametrize(
    ("wish", "wanting"),
    [
        ("day_before", {"nobody@example.org", "has-none@example.org"}),
        ("hour_before", {"chose@example.org"}),
    ],
)
def test_addresses_wanting_are_those_of_whose_wish_or_default_it_is(wish, wanting):
    MailPreferencesFactory(user__email="Chose@example.org", day_before=False, hour_before=True)
    MailPreferencesFactory(user__email="has-none@example.org")
    asked = ["chose@example.org", "has-none@example.org", "nobody@example.org"]

    assert MailPreferences.objects.addresses_opted_in(wish, asked) == wanting


def test_upgrade_fills_whether_an_announced_time_was_to_be_confirmed():
    migration = import_module("participation.migrations.0003_announced_is_tentative")
    tentative, certain, edited = (
        AnnouncementFactory(meeting__is_tentative=is_tentative, is_tentative=None)
        for is_tentative in (True, False, True)
    )
    Meeting.objects.filter(pk=edited.meeting_id).update(version=edited.version + 1)

    for _run in range(2):
        migration.fill(apps, None)

    filled = [Announcement.objects.get(pk=each.pk).is_tentative for each in (tentative, certain)]
    assert filled == [True, False]
    assert Announcement.objects.get(pk=edited.pk).is_tentative is None
