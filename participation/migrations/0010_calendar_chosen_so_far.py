import uuid
from datetime import timedelta

from django.db import migrations
from django.utils import timezone

# A feed that was fetched within this time was in use, and its owner got no calendar files.
USAGE_PERIOD = timedelta(days=14)


def fill(apps, schema_editor):
    """Give invitations to the people who got calendar files; all others keep their feed."""
    preferences = apps.get_model("participation", "MailPreferences").objects
    feeds = apps.get_model("participation", "CalendarFeed").objects
    since = (timezone.now() - USAGE_PERIOD).date()
    subscribed = feeds.filter(fetched_on__gte=since).values("user")
    wanting = preferences.filter(calendar_files=True, organiser_id=None)
    for chosen in wanting.exclude(user__in=subscribed).order_by("pk"):
        chosen.calendar, chosen.organiser_id = "invitations", uuid.uuid4()
        chosen.save(update_fields=["calendar", "organiser_id"])


class Migration(migrations.Migration):
    dependencies = [("participation", "0009_calendar_choice")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
