from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    """The public list is turned, narrowed and counted from indexes."""

    dependencies = [("members", "0006_queue_in_its_order")]

    operations = [
        migrations.AddIndex(
            model_name="member",
            index=models.Index(
                models.F("status"),
                Lower("organisation_name"),
                models.F("id"),
                models.F("focus_area"),
                models.F("category"),
                models.F("country"),
                models.F("organisation_name"),
                models.F("publication_consent"),
                name="members_member_listed",
                condition=models.Q(publication_consent=True),
            ),
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(
                fields=["status", "category", "country", "focus_area"],
                name="members_member_listed_count",
                condition=models.Q(publication_consent=True),
            ),
        ),
    ]
