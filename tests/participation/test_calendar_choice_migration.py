"""Who got calendar files gets invitations after the upgrade; everybody else keeps their feed."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.timezone import now

from participation.models import MailPreferences
from tests.factories import CalendarFeedFactory, MailPreferencesFactory

pytestmark = pytest.mark.django_db
NAME = "0010_calendar_chosen_so_far"


@pytest.mark.parametrize(
    ("wanted_files", "fetched", "calendar"),
    [
        (True, 20, "invitations"),
        (True, None, "invitations"),
        (True, 3, "feed"),
        (False, 20, "feed"),
    ],
)
def test_choice_is_what_the_person_got_so_far(wanted_files, fetched, calendar):
    former = MigrationExecutor(connection).loader.project_state([("participation", NAME)]).apps
    user = MailPreferencesFactory().user
    former.get_model("participation", "MailPreferences").objects.update(calendar_files=wanted_files)
    if fetched:
        CalendarFeedFactory(user=user, fetched_on=(now() - timedelta(days=fetched)).date())
    fill = import_module(f"participation.migrations.{NAME}").fill

    # It may run again.
    for _number in range(2):
        fill(former, None)

    preferences = MailPreferences.objects.get()
    assert preferences.calendar == calendar
    assert (preferences.organiser_id is not None) == (calendar == "invitations")
