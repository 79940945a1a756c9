from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    """Which EOIs were compared with others of the same organisation, and how those are found."""

    dependencies = [("members", "0017_link_request")]

    operations = [
        *(
            migrations.AddField(
                model_name=name,
                name="compared_at",
                field=models.DateTimeField(blank=True, editable=False, null=True),
            )
            for name in ("member", "historicalmember")
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(
                condition=models.Q(compared_at__isnull=True),
                fields=["id"],
                name="members_member_to_compare",
            ),
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(
                Lower("organisation_name"), models.F("country"), name="members_member_same_name"
            ),
        ),
    ]
