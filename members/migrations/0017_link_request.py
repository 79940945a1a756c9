from django.db import migrations, models


class Migration(migrations.Migration):
    """Who asked for new links, until they are answered."""

    dependencies = [("members", "0016_eoi_draft")]

    operations = [
        migrations.CreateModel(
            name="LinkRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email", models.EmailField(max_length=254, verbose_name="email")),
                ("asked_at", models.DateTimeField(verbose_name="asked at")),
            ],
            options={
                "verbose_name": "request for links",
                "verbose_name_plural": "requests for links",
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(condition=~models.Q(email=""), name="members_linkrequest_has_email"),
                ],
            },
        ),
    ]
