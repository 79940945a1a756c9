from django.db import migrations, models

LANGUAGES = [
    ("ar", "Arabic"),
    ("zh-hans", "Chinese"),
    ("en", "English"),
    ("fr", "French"),
    ("ru", "Russian"),
    ("es", "Spanish"),
]


class Migration(migrations.Migration):
    """Who asked for new links, until they are answered."""

    dependencies = [("members", "0016_eoi_draft")]

    operations = [
        migrations.CreateModel(
            name="LinkRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email", models.EmailField(max_length=254, verbose_name="email")),
                ("language", models.CharField(choices=LANGUAGES, max_length=7, verbose_name="language")),
                ("asked_at", models.DateTimeField(verbose_name="asked at")),
            ],
            options={
                "verbose_name": "request for links",
                "verbose_name_plural": "requests for links",
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(condition=models.Q(language__in=[code for code, _name in LANGUAGES]), name="members_linkrequest_known_language"),
                    models.CheckConstraint(condition=~models.Q(email=""), name="members_linkrequest_has_email"),
                ],
            },
        ),
    ]
